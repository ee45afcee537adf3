// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/actor_loop.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "runtime/clock/software_clock.hpp"

namespace streamlib {
namespace {

/// For commands, where nobody wakes the loop for them.
constexpr Nanoseconds look_every = 10'000'000;

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
    const std::uint32_t word =
        page_.command.load(std::memory_order_acquire);  // pairs with give_command
    if (ipc::is_stop(ipc::command_of(word))) return true;
    if (word != command_seen_ && ipc::command_of(word) == ipc::ActorCommand::look)
        look_requested_ = true;
    command_seen_ = word;  // sleeping on an old value would spin
    return false;
}

Result<> ActorLoop::between_turns() {
    if (look_requested_ && look_) {
        look_requested_ = false;
        const ipc::ActivityScope busy(core_.activity(), ipc::ActorPhase::handling);
        if (auto done = look_(); !done) return done;
        list_readers();
    }
    auto changed = core_.settle_generations(actor_);
    if (!changed) return tl::unexpected(changed.error());
    if (*changed) list_readers();
    return {};
}

Result<LoopEnd> ActorLoop::run() {
    switch (core_.trigger) {
        case Trigger::input: return run_on_inputs();
        case Trigger::cascade: return run_on_ticks(true);
        case Trigger::automatic:
        case Trigger::tick: break;
    }
    return run_on_ticks(false);
}

/// A sleeper is woken by nobody else: the loop looks after the clock and its commands by itself.
void ActorLoop::sleep_elsewhere(MonotonicTime until) const {
    constexpr Nanoseconds after_the_tick = 100'000;
    const TickReading& last = core_.reading();
    const MonotonicTime now = MonotonicTime::now();
    const MonotonicTime due = last.monotonic + last.tick.period_ns() + after_the_tick;
    if (last.tick.seq != 0 && due > now) until = std::min(until, due);
    core_.sleeper->sleep(std::min(until, now + look_every));
}

void ActorLoop::wait_for_tick(std::uint64_t handled) const {
    const MonotonicTime until = std::min(look_again(core_.reading()), core_.wake_time);
    if (core_.sleeper != nullptr) return sleep_elsewhere(until);
    const std::array<ipc::WaitWord, 2> words{
        {{tick_word(ticks_), static_cast<std::uint32_t>(handled)},
         {command_word(page_), command_seen_}}};
    (void)ipc::wait_any(words, until);
}

/// Cascade: until every input of this domain holds the tick, at the latest half a period after it.
void ActorLoop::wait_for_inputs(const TickReading& reading) {
    const MonotonicTime latest = reading.monotonic + reading.tick.period_ns() / 2;
    std::size_t linked = 0;
    for (InputBase* input : core_.inputs) {
        if (!input->linked()) continue;
        const bool wait = linked >= same_domain_.size() || same_domain_[linked] != 0;
        ++linked;
        if (!wait || input->ended()) continue;
        ipc::RingReader* reader = &ActorCore::reader_of(*input);
        for (;;) {
            const std::uint64_t seen = reader->newest_sequence();
            if (reader->newest_tick_index() >= reading.tick.index) break;
            core_.wake_if_due(actor_);
            if (MonotonicTime::now() >= latest || stop_requested()) return;
            const std::array<ipc::WaitWord, 1> words{{{command_word(page_), command_seen_}}};
            (void)ipc::wait_for_change({&reader, 1}, {&seen, 1}, words,
                                       std::min(latest, core_.wake_time), 0);
        }
    }
}

void ActorLoop::count_superseded() noexcept {
    std::size_t linked = 0;
    for (InputBase* input : core_.inputs) {
        if (!input->linked()) continue;
        if (linked >= same_domain_.size() || same_domain_[linked] != 0)
            ActorCore::count_superseded(*input);
        ++linked;
    }
}

void ActorLoop::saw_tick(const TickGate& gate) noexcept {
    page_.tick_seen.store(gate.handled(), std::memory_order_relaxed);
}

Result<LoopEnd> ActorLoop::run_on_ticks(bool cascade) {
    if (cascade) count_superseded();
    const TickReading first = read_tick(ticks_);
    // A restarted actor works off the current tick at once if its rings do not hold it yet. A first incarnation waits for
    // the next one: nobody has missed anything, and a tick begun late would make it drop the one after.
    const bool behind =
        core_.incarnation > 1 && first.tick.seq != 0 && !core_.outputs_hold(first.tick.index);
    TickGate gate(behind ? first.tick.seq - 1 : first.tick.seq);
    saw_tick(gate);
    core_.set_reading(read_tick_or_now(ticks_));
    core_.begin_staleness(MonotonicTime::now());
    while (!stop_requested()) {
        if (auto done = between_turns(); !done) return tl::unexpected(done.error());
        core_.wake_if_due(actor_);
        const TickReading reading = read_tick(ticks_);
        if (!gate.is_due(reading.tick.seq)) {
            if (core_.stale_after != 0) core_.check_stale(actor_, MonotonicTime::now());
            // Here it costs no frame: the tick is done, the next not yet there.
            if (const MonotonicTime now = MonotonicTime::now(); core_.snapshot_due(now)) {
                core_.keep_state(actor_, now);
                continue;
            }
            wait_for_tick(gate.handled());
            continue;
        }
        if (over()) return LoopEnd::ended;  // the end is published a tick after the last block
        core_.count_dropped(gate.begin(reading.tick.seq));
        saw_tick(gate);
        if (cascade) wait_for_inputs(reading);
        core_.check_stale(actor_, reading.monotonic);
        core_.run(actor_, reading);
        core_.count_dropped(gate.end(read_tick(ticks_).tick.seq));
        saw_tick(gate);
        if (inputs_done()) return LoopEnd::ended;
    }
    return LoopEnd::stopped;
}

void ActorLoop::list_readers() {
    readers_ = core_.readers();
    seen_.assign(readers_.size(), 0);
    last_.assign(readers_.size(), 0);
    words_.assign(1, {command_word(page_), command_seen_});
    core_.superseded_words(words_);
}

/// One timer, and no word that writers would have to look after.
void ActorLoop::rest() const {
    const MonotonicTime until = std::min(next_time(), MonotonicTime::now() + look_every);
    const timespec at{until.ns / 1'000'000'000, until.ns % 1'000'000'000};
    (void)::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
}

/// One turn for whatever waits. If the actor_ took nothing of it, asking again would spin: sleep until there is more.
void ActorLoop::process_waiting_blocks() {
    for (std::size_t i = 0; i < readers_.size(); ++i) {
        seen_[i] = readers_[i]->newest_sequence();
        last_[i] = readers_[i]->last_sequence();
    }
    core_.run(actor_, core_.reading());
    if (over()) return;
    bool took = false;
    for (std::size_t i = 0; i < readers_.size(); ++i)
        took = took || readers_[i]->last_sequence() != last_[i];
    if (!took) (void)ipc::wait_for_change(readers_, seen_, words_, next_time(), 0);
}

Result<LoopEnd> ActorLoop::run_on_inputs() {
    list_readers();
    core_.begin_staleness(MonotonicTime::now());
    if (over()) return LoopEnd::ended;  // the incarnation before had seen the end
    while (!stop_requested()) {
        if (auto done = between_turns(); !done) return tl::unexpected(done.error());
        words_[0].expected = command_seen_;
        if (const TickReading reading = read_tick(ticks_); reading.tick.seq != 0)
            core_.set_reading(reading);
        const MonotonicTime now = MonotonicTime::now();
        core_.check_stale(actor_, now);
        if (core_.snapshot_due(now)) core_.keep_state(actor_, now);
        // While an output waits for its new ring, blocks wait in the input's: none is lost for want of a place to put it.
        if (core_.any_changing())
            (void)ipc::wait_any({words_.data(), 1},
                                std::min(MonotonicTime::now() + 100'000'000, core_.wake_time));
        else if (core_.any_new())
            process_waiting_blocks();
        else if (core_.rests)
            rest();
        else
            (void)ipc::wait_for_blocks(readers_, words_, next_time(), 0);
        core_.wake_if_due(actor_);
        if (over()) return LoopEnd::ended;
    }
    drain();
    return LoopEnd::stopped;
}

/// What had come before the stop is still worked off; bounded by what the rings hold.
void ActorLoop::drain() {
    constexpr int most_blocks = ipc::max_slots;
    for (int i = 0; i < most_blocks && core_.any_new() && !over(); ++i) {
        std::uint64_t before = 0, after = 0;
        for (const auto* r : readers_) before += r->last_sequence();
        core_.run(actor_, core_.reading());
        for (const auto* r : readers_) after += r->last_sequence();
        if (before == after) return;
    }
}

}  // namespace streamlib
