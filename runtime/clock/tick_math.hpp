// SPDX-License-Identifier: Apache-2.0
/// @file
/// Ticks and TAI time: exact integer arithmetic, the same on every machine. Pure.
///
/// Model     Tick i of a rate of num/den hertz begins at the first nanosecond whose floor(TAI · rate) is i.
/// Range     Any TAI time of the years 1970 to 2200 and any rate up to 1 MHz: 128-bit products inside.
#pragma once

#include <cstdint>

#include "ipc/base/time.hpp"

namespace streamlib {

/// floor(TAI · rate). Contract: rate.num > 0, rate.den > 0, time >= 0.
[[nodiscard]] std::uint64_t tick_index_at(TaiTime time, Rate rate) noexcept;
/// First nanosecond of tick `index`.
[[nodiscard]] TaiTime time_of_tick(std::uint64_t index, Rate rate) noexcept;

}  // namespace streamlib
