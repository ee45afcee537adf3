// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/media_time.hpp"

#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

__extension__ using Wide = __int128;
constexpr std::int64_t second_ns = 1'000'000'000;

constexpr Wide floor_div(Wide a, Wide b) {
    const Wide quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

constexpr Wide ceil_div(Wide a, Wide b) { return -floor_div(-a, b); }

void check(std::uint32_t clock) {
    STREAMLIB_ASSERT(clock > 0 && clock <= 1'000'000, "a media clock has 1 Hz to 1 MHz");
}

void check(Rate rate) {
    STREAMLIB_ASSERT(rate.num > 0 && rate.den > 0, "frames need a positive rate");
}

/// Tick of half frame `half`: frame i begins at half frame 2i.
Ticks ticks_of_half(Wide half, Rate rate, std::uint32_t clock) {
    check(clock);
    check(rate);
    return static_cast<Ticks>(floor_div(half * rate.den * clock, Wide{2} * rate.num));
}

/// The first nanosecond of frame `index`, like time_of_tick, before the epoch too.
TaiTime time_of_frame(std::int64_t index, Rate rate) {
    return {static_cast<std::int64_t>(ceil_div(Wide{index} * second_ns * rate.den, rate.num))};
}

}  // namespace

Ticks ticks_at(TaiTime time, std::uint32_t clock) noexcept {
    check(clock);
    return static_cast<Ticks>(floor_div(Wide{time.ns} * clock, second_ns));
}

TaiTime time_of_ticks(Ticks ticks, std::uint32_t clock) noexcept {
    check(clock);
    return {static_cast<std::int64_t>(ceil_div(Wide{ticks} * second_ns, clock))};
}

TaiTime origin_of(std::uint32_t timestamp, std::uint32_t clock, TaiTime near) noexcept {
    return time_of_ticks(unwrap_rtp(timestamp, ticks_at(near, clock)), clock);
}

Ticks ticks_of_frame(std::int64_t index, Rate rate, std::uint32_t clock) noexcept {
    return ticks_of_half(Wide{index} * 2, rate, clock);
}

Ticks ticks_of_field(std::int64_t index, unsigned field, Rate rate, std::uint32_t clock) noexcept {
    STREAMLIB_ASSERT(field < 2, "a frame has the fields 0 and 1");
    return ticks_of_half(Wide{index} * 2 + field, rate, clock);
}

FramePlace frame_near(Ticks ticks, Rate rate, std::uint32_t clock) noexcept {
    check(clock);
    check(rate);
    // The frame that holds the end of this tick, or the one after it.
    const auto index = static_cast<std::int64_t>(
        floor_div((Wide{ticks} + 1) * rate.num - 1, Wide{rate.den} * clock));
    const Ticks behind = ticks - ticks_of_frame(index, rate, clock);
    const Ticks ahead = ticks_of_frame(index + 1, rate, clock) - ticks;
    if (behind <= ahead) return {index, behind};
    return {index + 1, -ahead};
}

TaiTime frame_origin(std::uint32_t timestamp, Rate rate, TaiTime near) noexcept {
    const Ticks ticks = unwrap_rtp(timestamp, ticks_at(near, video_clock));
    if (rate.num > 0 && rate.den > 0) {
        const FramePlace place = frame_near(ticks, rate, video_clock);
        if (place.offset >= -1 && place.offset <= 1) return time_of_frame(place.index, rate);
    }
    return time_of_ticks(ticks, video_clock);
}

}  // namespace streamlib::st2110
