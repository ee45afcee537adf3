// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the launcher tells a clock process: one message, right after its start.
///
/// Model     `ClockSetup` with one read-write descriptor of a TickPage segment for each rate, in the same order. A clock that
///           finds ticks in a page goes on behind them: seq + 1, same TAI line, same generation.
/// Crash     The next clock process gets the same message with the same pages. The channel's end (Errc::gone) means
///           that the launcher is dead or wants the clock to end: it returns 0.
#pragma once

#include <cstdint>
#include <type_traits>

#include "ipc/base/fd.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::supervision {

inline constexpr std::uint32_t max_tick_domains = 16;

struct ClockSetup {
    std::uint32_t count = 0;  ///< 1 … max_tick_domains.
    std::uint32_t reserved = 0;
    Rate rates[max_tick_domains]{};
};
static_assert(std::is_trivially_copyable_v<ClockSetup> &&
              sizeof(ClockSetup) == 8 + 8 * max_tick_domains);

}  // namespace streamlib::supervision
