// SPDX-License-Identifier: Apache-2.0
#include "actors/file/media_clock.hpp"

#include <algorithm>
#include <cmath>

namespace streamlib::actors {

void MediaClock::follow(const Tick& tick) noexcept {
    if (!running_) {
        zero_ = tick.time;
        generation_ = tick.generation;
        running_ = true;
    }
    if (tick.generation != generation_) {
        zero_ = zero_ + (tick.time - (last_ + tick.period_ns()));
        generation_ = tick.generation;
    }
    last_ = tick.time;
    half_period_ = tick.period_ns() / 2;
}

Nanoseconds MediaClock::since_start(Nanoseconds pts) const noexcept {
    const Nanoseconds media = pass_ + pts - file_start_;
    if (speed_ == 1.0) return media;  // Exact: the common case goes through no floating point.
    return static_cast<Nanoseconds>(std::llround(static_cast<double>(media) / speed_));
}

bool MediaClock::is_due(Nanoseconds pts) const noexcept {
    return running_ && since_start(pts) <= last_ - zero_ + half_period_;
}

TaiTime MediaClock::origin_of(Nanoseconds pts) const noexcept { return zero_ + since_start(pts); }

std::uint32_t blocks_a_tick(Nanoseconds block_ns, Rate rate, double speed) noexcept {
    if (block_ns <= 0) return 2;
    const double blocks =
        static_cast<double>(rate.period_ns()) * speed / static_cast<double>(block_ns);
    // A thousandth: a period that was rounded up is not one block more.
    return static_cast<std::uint32_t>(std::clamp(std::ceil(blocks - 0.001), 1.0, 63.0)) + 1;
}

}  // namespace streamlib::actors
