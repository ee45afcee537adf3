// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/hang_watch.hpp"

#include <algorithm>
#include <cstdio>

#include "runtime/graph/duration.hpp"

namespace streamlib::supervision {
namespace {

using ipc::ActorPhase;

/// Calls that may take as long as a start-up may: files are opened, devices searched.
bool is_set_up(ActorPhase phase) noexcept {
    return phase == ActorPhase::constructing || phase == ActorPhase::configuring ||
           phase == ActorPhase::restoring;
}

std::string seconds(Nanoseconds span) {
    char text[32];
    static_cast<void>(std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(span) / 1e9));
    return text;
}

std::string ticks(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " tick" : " ticks");
}

}  // namespace

HangReading read_page(const ipc::ActorPage& page, std::uint64_t incarnation, MonotonicTime spawned,
                      std::uint64_t tick_newest) noexcept {
    HangReading reading;
    reading.spawned = spawned;
    reading.tick_newest = tick_newest;
    // Pairs with the actor's release once the words below are its own.
    reading.reported = page.incarnation.load(std::memory_order_acquire) == incarnation;
    if (!reading.reported) return reading;
    reading.activity = ipc::activity_of(page.activity.load(std::memory_order_relaxed));
    const auto progress = page.progress.load(std::memory_order_acquire);
    const auto command = ipc::command_of(page.command.load(std::memory_order_relaxed));
    reading.running =
        (progress == ipc::ActorProgress::ready || progress == ipc::ActorProgress::processing) &&
        !ipc::is_stop(command);
    reading.tick_seen = page.tick_seen.load(std::memory_order_relaxed);
    return reading;
}

HangWatch::Suspect HangWatch::suspect_of(const HangReading& reading) const noexcept {
    if (reading.exempt) return {};
    if (!reading.reported) return {Kind::unreported, {}, 0};
    const ActorPhase phase = reading.activity.phase;
    if (phase == ActorPhase::stopping) return {};
    if (phase != ActorPhase::waiting) return {Kind::busy, reading.activity, 0};
    // Its loop wakes by itself when a tick is due: not to have seen one that is there is a sign.
    const bool behind =
        reading.running && limits_.tick_driven && reading.tick_newest > reading.tick_seen;
    return behind ? Suspect{Kind::idle, {}, reading.tick_seen} : Suspect{};
}

bool HangWatch::in_ticks() const noexcept {
    if (limits_.hang_ticks == 0) return false;
    return suspect_.kind == Kind::idle ||
           (suspect_.kind == Kind::busy && !is_set_up(suspect_.activity.phase));
}

bool HangWatch::over_limit(const HangReading& reading, MonotonicTime now) const noexcept {
    if (in_ticks())
        return reading.tick_newest > since_tick_ &&
               reading.tick_newest - since_tick_ > limits_.hang_ticks;
    const bool set_up = suspect_.kind == Kind::unreported ||
                        (suspect_.kind == Kind::busy && is_set_up(suspect_.activity.phase));
    return now - since_ > (set_up ? limits_.start_up : limits_.hang_after);
}

std::string HangWatch::text_of(const HangReading& reading, MonotonicTime now) const {
    const std::string start_up = " (start-up deadline " + duration_text(limits_.start_up) + ")";
    const std::string hang_after = limits_.hang_ticks != 0
                                       ? " (hang_after " + ticks(limits_.hang_ticks) + ")"
                                       : " (hang_after " + duration_text(limits_.hang_after) + ")";
    switch (suspect_.kind) {
        case Kind::unreported:
            return "has not reported for " + seconds(now - since_) + " after it was spawned" +
                   start_up;
        case Kind::idle:
            return "idle while " + ticks(reading.tick_newest - reading.tick_seen) +
                   " passed since tick " + std::to_string(reading.tick_seen) + hang_after;
        case Kind::busy:
        case Kind::none: break;
    }
    const ActorPhase phase = suspect_.activity.phase;
    return std::string(ipc::to_string(phase)) + " has not returned for " + seconds(now - since_) +
           (is_set_up(phase) ? start_up : hang_after);
}

std::optional<std::string> HangWatch::look(const HangReading& reading, MonotonicTime now,
                                           const std::function<ProcessState()>& state) {
    const Suspect suspect = suspect_of(reading);
    if (suspect.kind == Kind::none) {
        suspect_ = {};
        looks_ = 0;
        return std::nullopt;
    }
    if (looks_ == 0 || !(suspect == suspect_)) {
        suspect_ = suspect;
        looks_ = 1;
        was_stopped_ = false;
        const bool in_process = suspect.activity.phase == ActorPhase::processing &&
                                limits_.tick_driven && reading.tick_seen != 0;
        count_from(
            suspect.kind == Kind::busy         ? suspect.activity.since
            : suspect.kind == Kind::unreported ? reading.spawned
                                               : now,
            suspect.kind == Kind::idle || in_process ? reading.tick_seen : reading.tick_newest);
        return std::nullopt;
    }
    ++looks_;
    const ProcessState now_is = state();
    const bool rests = now_is == ProcessState::stopped || now_is == ProcessState::traced ||
                       now_is == ProcessState::gone;
    // Since the look before it may have rested until a moment ago: nothing of that counts.
    if (rests || was_stopped_) count_from(now, reading.tick_newest);
    was_stopped_ = rests;
    if (rests || looks_ < 3 || !over_limit(reading, now)) return std::nullopt;
    return text_of(reading, now);
}

Nanoseconds HangWatch::look_every(Nanoseconds tick_period) const noexcept {
    constexpr Nanoseconds ms = 1'000'000;
    const Nanoseconds limit = limits_.hang_ticks != 0
                                  ? tick_period * static_cast<Nanoseconds>(limits_.hang_ticks)
                                  : limits_.hang_after;
    return std::clamp(std::min(limit, limits_.start_up) / 8, 2 * ms, 125 * ms);
}

}  // namespace streamlib::supervision
