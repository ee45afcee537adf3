// SPDX-License-Identifier: Apache-2.0
/// @file
/// A tick: the clock's word that it is time to work. It carries no data.
#pragma once

#include <cstdint>

#include "ipc/base/time.hpp"

namespace streamlib {

/// One tick of a tick domain (ARCHITECTURE section 5).
struct Tick {
    std::uint64_t seq = 0;  ///< Grows by one a tick of this clock.
    /// floor(TAI · rate): the same on every machine; strictly increasing, may jump forward.
    std::uint64_t index = 0;
    TaiTime time{};  ///< The instant `index` begins: exact, never the moment of waking.
    Rate rate{};     ///< Ticks a second of the domain.
    std::uint64_t generation = 0;  ///< Changes when the clock was stepped by hand.
    /// Nominal nanoseconds to the next tick; for budgets, never to be summed.
    [[nodiscard]] Nanoseconds period_ns() const noexcept { return rate.period_ns(); }
};

/// What makes an actor work (ARCHITECTURE section 5).
enum class Trigger : std::uint8_t {
    automatic,  ///< `tick` for actors without linked inputs, `cascade` for the others.
    tick,       ///< On each tick, with whatever is newest.
    input,      ///< When an input has a block it has not read: every block once, oldest first.
    cascade,  ///< Tick n once every linked input holds n, at the latest half a period after the tick.
};

}  // namespace streamlib
