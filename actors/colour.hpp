// SPDX-License-Identifier: Apache-2.0
/// @file
/// From colours to code values, for test signals.
///
/// Model     A colour is gamma-corrected R'G'B', 0 … 1 nominal. Y'CbCr by the format's colorimetry (BT.601, BT.709,
///           BT.2020/2100 non-constant luminance; others as BT.709), quantised by ITU-R BT.709 / BT.2020: narrow range
///           is black 16 and white 235 times 2^(depth-8), full range 0 and 2^depth - 1.
/// Cost      Some dozen multiplications; for set-up.
#pragma once

#include "actors/picture.hpp"

namespace streamlib::actors {

struct Colour {
    double r = 0;
    double g = 0;
    double b = 0;
};

inline constexpr Colour black{0, 0, 0};
inline constexpr Colour white{1, 1, 1};
[[nodiscard]] constexpr Colour grey(double level) noexcept { return {level, level, level}; }

/// Code values in component order (picture.hpp), alpha opaque; clipped to what the range allows on an interface
/// (narrow and FULLPROTECT keep away from the codes that SDI reserves).
[[nodiscard]] Codes codes_of(const Colour& colour, const VideoFormat& format) noexcept;

/// The colour of narrow-range 12-bit BT.709 codes, as RP 219-1 tabulates -I and +Q; may lie outside 0 … 1.
[[nodiscard]] Colour from_bt709_12bit(double y, double cb, double cr) noexcept;

}  // namespace streamlib::actors
