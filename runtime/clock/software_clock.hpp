// SPDX-License-Identifier: Apache-2.0
/// @file
/// The software clock's decisions: when each domain's next tick is due and what it says. Pure; the clock process acts.
///
/// Model     TAI = anchor + CLOCK_MONOTONIC since the anchor: continuous, unmoved by steps of the wall clock. A deadline is
///           computed from its index, never by adding a period to the last one, so nothing drifts.
/// Errors    A clock that comes late (starved, killed) publishes the newest tick only; the jump is counted in `skipped`.
#pragma once

#include <optional>

#include "runtime/clock/tick_page.hpp"

namespace streamlib {

/// The line that ties the two times together.
struct ClockLine {
    TaiTime tai{};
    MonotonicTime monotonic{};
    [[nodiscard]] TaiTime tai_at(MonotonicTime at) const noexcept { return tai + (at - monotonic); }
    [[nodiscard]] MonotonicTime monotonic_at(TaiTime at) const noexcept {
        return monotonic + (at - tai);
    }
};

/// The line a new clock starts from: the page's last tick if there is one (its predecessor's line goes on),
/// else TAI as the system tells it (see system_tai).
[[nodiscard]] ClockLine continue_line(const TickReading& last, const ClockLine& fresh) noexcept;

/// One domain.
class TickSchedule {
public:
    /// Goes on after `last` (tick.seq 0: from the beginning) at `rate`, at `now`.
    TickSchedule(Rate rate, const ClockLine& line, const TickReading& last,
                 MonotonicTime now) noexcept;
    /// When the next tick is due.
    [[nodiscard]] MonotonicTime due() const noexcept;
    /// The tick to publish at `now`, or none if it is not due.
    [[nodiscard]] std::optional<TickRecord> take(MonotonicTime now) noexcept;

private:
    Rate rate_;
    ClockLine line_;
    std::uint64_t seq_ = 0;  // of the last tick
    std::uint64_t next_index_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t generation_ = 0;
};

/// Where the TAI offset comes from.
struct SystemTai {
    ClockLine line{};
    /// The kernel's own TAI offset was set (CLOCK_TAI is right); else the built-in 37 s.
    bool kernel_offset = false;
};
/// TAI now: CLOCK_TAI where something has set the kernel's offset, else CLOCK_REALTIME + 37 s (in force since 2017,
/// and kept: the leap second is to be given up). [setup]
[[nodiscard]] SystemTai system_tai() noexcept;

/// The newest tick; before the first one a reading with tick.seq 0 that tells the system's TAI, so that there is always a
/// time to write into a log. [setup]
[[nodiscard]] TickReading read_tick_or_now(const TickPage& page) noexcept;

}  // namespace streamlib
