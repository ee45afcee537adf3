// SPDX-License-Identifier: Apache-2.0
/// @file
/// TAI time, frame numbers and sample numbers to RTP timestamps and back (ST 2110-10 clause 7, ST 2059-1).
///
///     const Ticks begin = ticks_of_frame(tick.index, format.rate, video_clock);
///     header.timestamp = rtp_of(begin);                                     // sending
///     block.origin = origin_of(packet.header.timestamp, video_clock, now);  // receiving
///
/// Model     A media clock counts `rate` ticks a second since the PTP epoch. `Ticks` is that count without a wrap; an RTP
///           timestamp is its low 32 bits, with offset zero (`a=mediaclk:direct=0`). All of it is exact and truncated,
///           never summed: 59.94 frames are 1501 and 1502 ticks apart in turn.
/// Range     Any TaiTime, before the epoch too; clocks of 1 Hz to 1 MHz; 128-bit products inside.
/// Wrap      13.2 h at 90 kHz, 24.9 h at 48 kHz; the way back needs a time within half of that.
/// Threads   Pure functions. Errors: none; a rate that is not positive is a broken contract.
#pragma once

#include <cstdint>

#include "ipc/base/time.hpp"

namespace streamlib::st2110 {

/// The media clock of video, ancillary data and compressed video, in hertz; that of audio is its sampling rate.
inline constexpr std::uint32_t video_clock = 90'000;

/// Ticks of a media clock since the PTP epoch; negative before it. For audio: the number of the sample.
using Ticks = std::int64_t;

/// floor(time · clock).
[[nodiscard]] Ticks ticks_at(TaiTime time, std::uint32_t clock) noexcept;
/// The first nanosecond of a tick; ticks_at() of it is the tick.
[[nodiscard]] TaiTime time_of_ticks(Ticks ticks, std::uint32_t clock) noexcept;

/// What goes on the wire.
[[nodiscard]] constexpr std::uint32_t rtp_of(Ticks ticks) noexcept {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(ticks) & 0xffff'ffffU);
}
[[nodiscard]] inline std::uint32_t rtp_of(TaiTime time, std::uint32_t clock) noexcept {
    return rtp_of(ticks_at(time, clock));
}

/// The count with these low 32 bits that is nearest to `near` (2^31 away: the earlier one).
[[nodiscard]] constexpr Ticks unwrap_rtp(std::uint32_t timestamp, Ticks near) noexcept {
    return near + static_cast<std::int32_t>(timestamp - rtp_of(near));
}

/// When the tick of an RTP timestamp began, nearest to `near` (the time of arrival).
[[nodiscard]] TaiTime origin_of(std::uint32_t timestamp, std::uint32_t clock,
                                TaiTime near) noexcept;

/// Tick at which frame `index` begins, floor(index / rate · clock). The index is that of tick_math.hpp.
[[nodiscard]] Ticks ticks_of_frame(std::int64_t index, Rate rate, std::uint32_t clock) noexcept;
/// The same of a field: the second (`field` 1) begins half a frame later, truncated. PsF segments both have the frame's.
[[nodiscard]] Ticks ticks_of_field(std::int64_t index, unsigned field, Rate rate,
                                   std::uint32_t clock) noexcept;

/// Where a tick lies among frames.
struct FramePlace {
    std::int64_t index = 0;  ///< The frame whose beginning is nearest.
    Ticks offset = 0;        ///< Ticks after that beginning; negative before it.
};

/// The inverse of ticks_of_frame, for timestamps that are a tick or more off as well.
[[nodiscard]] FramePlace frame_near(Ticks ticks, Rate rate, std::uint32_t clock) noexcept;

/// The TAI time at which the frame of a timestamp began: exact (that of time_of_tick) where the timestamp is
/// at most one tick from
/// a frame of `rate`, since tools round differently; else the timestamp's own. A rate of 0 is allowed: always its own.
[[nodiscard]] TaiTime frame_origin(std::uint32_t timestamp, Rate rate, TaiTime near) noexcept;

}  // namespace streamlib::st2110
