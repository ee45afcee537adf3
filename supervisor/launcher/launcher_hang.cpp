// SPDX-License-Identifier: Apache-2.0
// Who hangs is killed, so that the tree can decide about it like about any other death.
#include <signal.h>

#include <algorithm>

#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {
namespace {

/// From SIGABRT, which leaves a backtrace, to SIGKILL, which always works.
constexpr Nanoseconds last_words_ns = 100'000'000;

/// 0: this incarnation has published nothing yet.
MonotonicTime first_block_of(const Child& child) noexcept {
    const ipc::ActorPage& page = child.actor_page();
    // Pairs with the actor's release: the word below is that incarnation's.
    if (page.incarnation.load(std::memory_order_acquire) != child.state.incarnation) return {};
    return {static_cast<std::int64_t>(page.first_block_ns.load(std::memory_order_relaxed))};
}

bool in_start_up(ipc::ActorPhase phase) noexcept {
    return phase == ipc::ActorPhase::constructing || phase == ipc::ActorPhase::configuring ||
           phase == ipc::ActorPhase::restoring || phase == ipc::ActorPhase::starting;
}

}  // namespace

HangLimits hang_limits_of(const PlannedActor& planned) noexcept {
    HangLimits limits;
    limits.hang_after = planned.hang_after_ns;
    limits.hang_ticks = planned.hang_after_ticks;
    limits.tick_driven = planned.trigger != Trigger::input;
    return limits;
}

/// Before the first look.
void Launcher::prepare_watch() {
    for (Child& child : children_) {
        child.watch = HangWatch(hang_limits_of(*child.planned));
        const Nanoseconds period = child.planned->rate.period_ns();
        look_every_ = std::min(look_every_, child.watch.look_every(period));
    }
    look_at_ = MonotonicTime::now() + look_every_;
}

void Launcher::look_at(std::uint32_t actor, MonotonicTime now) {
    Child& child = children_[actor];
    if (!is_alive(child.state.phase) || child.state.phase == ChildPhase::stopping) return;
    if (!child.process.pidfd) return;
    if (child.owes_first_block)
        if (const MonotonicTime published = first_block_of(child); published.ns != 0)
            tell_restart(actor, published);
    if (child.hung) {
        if (now >= child.kill_hung_at) send_signal(actor, SIGKILL);
        return;
    }
    const HangReading reading =
        read_page(child.actor_page(), child.state.incarnation, child.spawned,
                  domains_.newest(domains_.domain_of(actor)));
    const auto why =
        child.watch.look(reading, now, [&] { return process_state(child.process.pid); });
    if (!why || child.hang_said) return;
    tell_event("hung", child.planned->name, *why);
    child.hang_said = true;
    if (!child.kills_hung && phase_ != RunPhase::configuring) return;
    child.hung = true;
    child.hung_in_start = !reading.reported || in_start_up(reading.activity.phase);
    child.failed_text = "hung: " + *why;
    child.kill_hung_at = now + last_words_ns;
    send_signal(actor, SIGABRT);
}

void Launcher::watch_for_hangs(MonotonicTime now) {
    if (now < look_at_) return;
    look_at_ = now + look_every_;
    if (phase_ == RunPhase::running && domains_.stand_still(now)) {
        tell_event("hung", "sl-clock", "it makes no ticks");
        services_[clock_service]->give_up();
    }
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) look_at(actor, now);
}

}  // namespace streamlib::supervision
