// SPDX-License-Identifier: Apache-2.0
// Inputs to which nothing comes: their source is dead, or stopped, or its own source is.
#include <algorithm>

#include "runtime/actor_core.hpp"

namespace streamlib {

void ActorCore::begin_staleness(MonotonicTime now) noexcept {
    for (InputBase* input : inputs) input->arrived_ = now;
    if (page != nullptr) page->stale_inputs.store(0, std::memory_order_relaxed);
}

void ActorCore::set_stale(Actor& actor, InputBase& input, bool stale) {
    input.stale_ = stale;
    if (page != nullptr) {
        const std::uint64_t bit = std::uint64_t{1} << (input.port_ % 64);
        const std::uint64_t before = page->stale_inputs.load(std::memory_order_relaxed);
        page->stale_inputs.store(stale ? before | bit : before & ~bit, std::memory_order_relaxed);
        if (stale) ipc::count(page->stale_events);
    }
    const ipc::ActivityScope busy(activity(), ipc::ActorPhase::handling);
    actor.stale_changed(input);
}

void ActorCore::check_stale(Actor& actor, MonotonicTime now) {
    if (stale_after == 0) return;
    for (InputBase* input : inputs) {
        if (!input->linked_) continue;
        // Not when it was published but when it was there: a source may date its blocks as it likes.
        const std::uint64_t newest = input->reader_->newest_sequence();
        if (newest != input->newest_seen_) {
            input->newest_seen_ = newest;
            input->arrived_ = now;
            if (input->stale_) set_stale(actor, *input, false);
        } else if (input->ended_) {
            if (input->stale_) set_stale(actor, *input, false);
        } else if (!input->stale_ && now - input->arrived_ >= stale_after) {
            set_stale(actor, *input, true);
        }
    }
}

MonotonicTime ActorCore::stale_deadline() const noexcept {
    MonotonicTime first = ipc::never;
    if (stale_after == 0) return first;
    for (const InputBase* input : inputs)
        if (input->linked_ && !input->stale_ && !input->ended_)
            first = std::min(first, input->arrived_ + stale_after);
    return first;
}

}  // namespace streamlib
