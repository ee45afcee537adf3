// SPDX-License-Identifier: Apache-2.0
/// @file
/// Brings an actor's counter up to what somebody else has counted.
#pragma once

#include "runtime/actor.hpp"

namespace streamlib::actors {

/// Never down. [realtime]
inline void raise(Counter& counter, std::uint64_t to) noexcept {
    if (to > counter.value()) counter.add(to - counter.value());
}

}  // namespace streamlib::actors
