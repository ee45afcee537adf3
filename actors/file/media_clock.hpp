// SPDX-License-Identifier: Apache-2.0
/// @file
/// When the pictures and sounds of a file are due, and what their origin is. Pure arithmetic.
///
/// Model     Media time runs from 0 at the first tick, `speed` times as fast as the clock. A pass
///           through the file begins at some media time; a loop begins the next one where the last
///           has ended.
/// Threads   Values.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/tick.hpp"

namespace streamlib::actors {

class MediaClock {
public:
    MediaClock() = default;
    /// `start`: time in the file that media time 0 shows. `speed` > 0.
    MediaClock(Nanoseconds start, double speed) : file_start_(start), speed_(speed) {}

    /// Takes note of a tick: the first one is media time 0. A clock that was stepped by hand
    /// (another generation) moves no picture: media time goes on by one period.
    void follow(const Tick& tick) noexcept;
    /// Whether what the file has at `pts` belongs to the tick that was followed last or an earlier
    /// one: on each tick comes what is nearest to it. So a file and a clock of one rate meet once a
    /// tick, whatever either rounds.
    [[nodiscard]] bool is_due(Nanoseconds pts) const noexcept;
    /// TAI at which `pts` is shown: exact, not the tick's.
    [[nodiscard]] TaiTime origin_of(Nanoseconds pts) const noexcept;
    /// The file begins again behind `end` (a time in the file: where the longest stream of this
    /// pass has ended).
    void loop(Nanoseconds end) noexcept { pass_ += end - file_start_; }

private:
    [[nodiscard]] Nanoseconds since_start(Nanoseconds pts) const noexcept;

    Nanoseconds file_start_ = 0;
    double speed_ = 1.0;
    Nanoseconds pass_ = 0;  ///< Media time at which this pass began.
    TaiTime zero_{}, last_{};
    Nanoseconds half_period_ = 0;
    std::uint64_t generation_ = 0;
    bool running_ = false;
};

/// Blocks of `block_ns` that fall into one tick of `rate` at `speed`, at most; and one to catch up.
/// 1 … 64.
[[nodiscard]] std::uint32_t blocks_a_tick(Nanoseconds block_ns, Rate rate, double speed) noexcept;

}  // namespace streamlib::actors
