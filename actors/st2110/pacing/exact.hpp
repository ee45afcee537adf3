// SPDX-License-Identifier: Apache-2.0
/// @file
/// a x b / c in whole numbers that do not overflow: nanoseconds since the epoch times a rate need more than 64 bits.
/// Threads   Pure functions.
#pragma once

#include <cstdint>

namespace streamlib::st2110 {

__extension__ using Wide = __int128;

/// Towards minus infinity; c > 0.
[[nodiscard]] constexpr std::int64_t floor_div(Wide value, Wide divisor) noexcept {
    const Wide whole = value / divisor;
    return static_cast<std::int64_t>(value % divisor < 0 ? whole - 1 : whole);
}

/// Towards plus infinity; c > 0.
[[nodiscard]] constexpr std::int64_t ceil_div(Wide value, Wide divisor) noexcept {
    return -floor_div(-value, divisor);
}

}  // namespace streamlib::st2110
