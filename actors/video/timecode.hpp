// SPDX-License-Identifier: Apache-2.0
/// @file
/// SMPTE timecode (ST 12-1) as numbers and text, with drop-frame counting.
///
/// Model     Frames are counted at the nominal rate (30 for 30000/1001, 60 for 60000/1001). Drop-frame skips the first 2
///           (60: 4) frame NUMBERS of each minute but each tenth, and exists for 30000/1001 and 60000/1001 alone; the
///           count then stays within 2 frames of the clock. Frames above 30 a second are numbered through (0 … 59), as
///           on screens and in files, not in pairs with a field mark as ST 12-1 does inside LTC.
/// Threads   Pure functions, no allocation.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "ipc/base/time.hpp"

namespace streamlib::actors {

struct Timecode {
    std::uint8_t hours = 0;    ///< 0 … 23.
    std::uint8_t minutes = 0;  ///< 0 … 59.
    std::uint8_t seconds = 0;  ///< 0 … 59.
    std::uint16_t frames = 0;  ///< 0 … nominal rate - 1.
    bool drop_frame = false;
    friend bool operator==(const Timecode&, const Timecode&) = default;
};

/// Frames a second that the numbers count: the rate rounded up.
[[nodiscard]] std::uint32_t nominal_rate(Rate rate) noexcept;
/// Whether drop-frame counting exists at this rate.
[[nodiscard]] bool can_drop_frames(Rate rate) noexcept;

/// Timecode of frame `count` after 00:00:00:00; wraps after 24 hours. `drop_frame` counts where it can.
[[nodiscard]] Timecode timecode_of_frame(std::uint64_t count, Rate rate, bool drop_frame) noexcept;
/// The frame count that a timecode stands for (of two equal ones the first day's).
[[nodiscard]] std::uint64_t frame_of_timecode(const Timecode& timecode, Rate rate) noexcept;

/// Frames since midnight at `time`: floor(seconds * rate). `tai_minus_local_s` turns TAI into the day's clock: 37 for UTC
/// since 2017, 0 for TAI itself, less 3600 for each hour east.
[[nodiscard]] std::uint64_t frame_of_day(TaiTime time, Rate rate,
                                         std::int64_t tai_minus_local_s) noexcept;

/// "10:11:12:13", with drop-frame "10:11:12;13"; three digits of frames above 100 a second. Text and length.
struct TimecodeText {
    std::array<char, 16> characters{};
    std::uint8_t size = 0;
    [[nodiscard]] std::string_view view() const noexcept { return {characters.data(), size}; }
};
[[nodiscard]] TimecodeText to_text(const Timecode& timecode, Rate rate) noexcept;

}  // namespace streamlib::actors
