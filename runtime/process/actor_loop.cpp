// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/actor_loop.hpp"

#include <algorithm>
#include <array>

namespace streamlib {
namespace {

const std::uint32_t* command_word(const ipc::ActorPage& page) noexcept {
    return reinterpret_cast<const std::uint32_t*>(&page.command);
}

/// When to look again although nobody woke us: the next due time and a tenth. Without a clock: a tenth of a second.
MonotonicTime look_again(const TickReading& last) noexcept {
    if (last.tick.seq == 0) return MonotonicTime::now() + 100'000'000;
    const Nanoseconds period = last.tick.period_ns();
    const MonotonicTime due = last.monotonic + period + period / 10;
    return std::max(due, MonotonicTime::now() + period / 10);
}

}  // namespace

std::uint64_t TickGate::begin(std::uint64_t newest) noexcept {
    const std::uint64_t unseen = newest - handled_ - 1;
    handled_ = newest;
    return unseen;
}

std::uint64_t TickGate::end(std::uint64_t newest) noexcept {
    const std::uint64_t meanwhile = newest > handled_ ? newest - handled_ : 0;
    handled_ = std::max(handled_, newest);
    return meanwhile;
}

bool ActorLoop::stop_requested() noexcept {
    const std::uint32_t word = page.command.load(std::memory_order_acquire);  // pairs with give_command
    if (ipc::command_of(word) == ipc::ActorCommand::stop) return true;
    command_seen = word;  // anything else is not for a running actor; sleeping on an old value would spin
    return false;
}

LoopEnd ActorLoop::run() {
    switch (core.trigger) {
        case Trigger::input: return run_on_inputs();
        case Trigger::cascade: return run_on_ticks(true);
        case Trigger::automatic:
        case Trigger::tick: break;
    }
    return run_on_ticks(false);
}

void ActorLoop::wait_for_tick(std::uint64_t handled) const noexcept {
    const std::array<ipc::WaitWord, 2> words{{{tick_word(ticks), static_cast<std::uint32_t>(handled)},
                                              {command_word(page), command_seen}}};
    (void)ipc::wait_any(words, look_again(core.reading()));
}

/// Cascade: until every input of this domain holds the tick, at the latest half a period after it.
void ActorLoop::wait_for_inputs(const TickReading& reading) {
    const MonotonicTime latest = reading.monotonic + reading.tick.period_ns() / 2;
    std::size_t linked = 0;
    for (InputBase* input : core.inputs) {
        if (!input->linked()) continue;
        const bool wait = linked >= same_domain.size() || same_domain[linked] != 0;
        ++linked;
        if (!wait || input->ended()) continue;
        ipc::RingReader* reader = &ActorCore::reader_of(*input);
        for (;;) {
            const std::uint64_t seen = reader->newest_sequence();
            if (reader->newest_tick_index() >= reading.tick.index) break;
            if (MonotonicTime::now() >= latest || stop_requested()) return;
            const std::array<ipc::WaitWord, 1> words{{{command_word(page), command_seen}}};
            (void)ipc::wait_for_change({&reader, 1}, {&seen, 1}, words, latest, 0);
        }
    }
}

LoopEnd ActorLoop::run_on_ticks(bool cascade) {
    const TickReading first = read_tick(ticks);
    // A new incarnation works off the current tick at once if its rings do not hold it yet.
    const bool behind = first.tick.seq != 0 && !core.outputs_hold(first.tick.index);
    TickGate gate(behind ? first.tick.seq - 1 : first.tick.seq);
    core.set_reading(first);
    while (!stop_requested()) {
        const TickReading reading = read_tick(ticks);
        if (!gate.is_due(reading.tick.seq)) {
            wait_for_tick(gate.handled());
            continue;
        }
        if (over()) return LoopEnd::ended;  // the end is published a tick after the last block
        core.count_dropped(gate.begin(reading.tick.seq));
        if (cascade) wait_for_inputs(reading);
        core.run(actor, reading);
        core.count_dropped(gate.end(read_tick(ticks).tick.seq));
        if (inputs_done()) return LoopEnd::ended;
    }
    return LoopEnd::stopped;
}

LoopEnd ActorLoop::run_on_inputs() {
    const std::vector<ipc::RingReader*> readers = core.readers();
    std::vector<std::uint64_t> seen(readers.size()), last(readers.size());
    while (!stop_requested()) {
        const std::array<ipc::WaitWord, 1> words{{{command_word(page), command_seen}}};
        core.set_reading(read_tick(ticks));
        if (!core.any_new()) {
            (void)ipc::wait_for_blocks(readers, words, ipc::never, 0);
            continue;
        }
        for (std::size_t i = 0; i < readers.size(); ++i) {
            seen[i] = readers[i]->newest_sequence();
            last[i] = readers[i]->last_sequence();
        }
        core.run(actor, read_tick(ticks));
        if (over()) return LoopEnd::ended;
        const auto unread = [&](std::size_t i) { return readers[i]->last_sequence() == last[i]; };
        bool stuck = true;
        for (std::size_t i = 0; i < readers.size(); ++i) stuck = stuck && unread(i);
        // It looked and took nothing: asking again would spin; wait until there is something else to see.
        if (stuck) (void)ipc::wait_for_change(readers, seen, words, ipc::never, 0);
    }
    drain();
    return LoopEnd::stopped;
}

/// What had come before the stop is still worked off; bounded by what the rings hold.
void ActorLoop::drain() {
    constexpr int most_blocks = ipc::max_slots;
    for (int i = 0; i < most_blocks && core.any_new() && !over(); ++i) {
        const auto readers = core.readers();
        std::uint64_t before = 0, after = 0;
        for (const auto* r : readers) before += r->last_sequence();
        core.run(actor, read_tick(ticks));
        for (const auto* r : readers) after += r->last_sequence();
        if (before == after) return;
    }
}

}  // namespace streamlib
