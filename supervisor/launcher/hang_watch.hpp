// SPDX-License-Identifier: Apache-2.0
/// @file
/// Whether an actor hangs: a decision over looks at its page, without clock, process or memory of others.
///
/// Model     One HangWatch an incarnation. The launcher looks every `look_every()`; the watch compares with the look before:
///           the same activity word is the same call still under way. The text says what hangs, for the exit reason `hung`.
/// Not hung  Waiting for input; stopped by a signal or traced (time seen so does not count); `exempt` (paused, a standby, a
///           foreign program); an actor whose clock stands, where the limit is in ticks; stop(), which has `shutdown` for that.
/// Starved   A launcher that was itself not run for a while has looked too seldom: three looks at one call come first.
/// Cost      A look: a few loads. The process state is asked for only when a call is seen a second time.
///
///     const HangReading reading = read_page(page, incarnation, spawned, newest tick of its domain);
///     if (auto why = child.watch.look(reading, now, [&] { return process_state(pid); })) … kill, reason hung, *why
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ipc/actor_page.hpp"
#include "ipc/base/time.hpp"
#include "supervisor/launcher/process_state.hpp"

namespace streamlib::supervision {

struct HangLimits {
    /// Longest call of process(), start(), snapshot() or a message handler; and longest idleness while ticks pass.
    Nanoseconds hang_after = 1'000'000'000;
    /// In its place where not 0: ticks of the actor's domain.
    std::uint32_t hang_ticks = 0;
    /// Longest from spawn to its report, and longest constructor, configure(), restore(): the start-up deadline.
    Nanoseconds start_up = 10'000'000'000;
    /// Has to follow the clock (trigger tick or cascade).
    bool tick_driven = true;
};

/// What is known of the actor at one moment.
struct HangReading {
    MonotonicTime spawned{};
    bool reported = false;  ///< The page is this incarnation's.
    bool running = false;   ///< Ready, and neither ended nor told to stop: has to follow the clock.
    bool exempt = false;    ///< The launcher knows why it rests.
    ipc::Activity activity{};
    std::uint64_t tick_seen = 0;    ///< By the actor.
    std::uint64_t tick_newest = 0;  ///< Of its domain; 0: no tick yet.
};

/// Of an actor's page; `incarnation` is the one the launcher spawned last.
[[nodiscard]] HangReading read_page(const ipc::ActorPage& page, std::uint64_t incarnation,
                                    MonotonicTime spawned, std::uint64_t tick_newest) noexcept;

class HangWatch {
public:
    explicit HangWatch(HangLimits limits = {}) noexcept : limits_(limits) {}

    /// One look. A text: it hangs. `state` tells whether the process is stopped or traced.
    [[nodiscard]] std::optional<std::string> look(const HangReading& reading, MonotonicTime now,
                                                  const std::function<ProcessState()>& state);

    /// How long the launcher may wait before it looks again: an eighth of the shortest limit, 2 … 125 ms.
    /// `tick_period` is that of the actor's domain.
    [[nodiscard]] Nanoseconds look_every(Nanoseconds tick_period) const noexcept;
    [[nodiscard]] const HangLimits& limits() const noexcept { return limits_; }

private:
    enum class Kind : std::uint8_t { none, unreported, busy, idle };
    /// What may turn out to hang.
    struct Suspect {
        Kind kind = Kind::none;
        ipc::Activity activity{};
        std::uint64_t tick_seen = 0;
        friend bool operator==(const Suspect& a, const Suspect& b) noexcept {
            return a.kind == b.kind && a.activity.phase == b.activity.phase &&
                   a.activity.since == b.activity.since && a.tick_seen == b.tick_seen;
        }
    };
    [[nodiscard]] Suspect suspect_of(const HangReading& reading) const noexcept;
    [[nodiscard]] bool in_ticks() const noexcept;
    [[nodiscard]] bool over_limit(const HangReading& reading, MonotonicTime now) const noexcept;
    [[nodiscard]] std::string text_of(const HangReading& reading, MonotonicTime now) const;
    void count_from(MonotonicTime time, std::uint64_t tick) noexcept {
        since_ = time;
        since_tick_ = tick;
    }

    HangLimits limits_;
    Suspect suspect_{};
    int looks_ = 0;             // at this suspect
    bool was_stopped_ = false;  // at the look before
    MonotonicTime since_{};     // when its time began to count
    std::uint64_t since_tick_ = 0;
};

}  // namespace streamlib::supervision
