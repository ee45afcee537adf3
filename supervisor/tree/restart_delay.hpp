// SPDX-License-Identifier: Apache-2.0
/// @file
/// How long a restart waits.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/graph/child_policy.hpp"

namespace streamlib::supervision {

/// The longest wait after `failures` runs in a row that were not healthy; none after a healthy one.
[[nodiscard]] constexpr Nanoseconds longest_delay(const Backoff& backoff,
                                                  std::uint32_t failures) noexcept {
    if (failures == 0) return 0;
    Nanoseconds delay = std::min(backoff.min_ns, backoff.cap_ns);
    for (std::uint32_t n = 1; n < failures && delay > 0 && delay < backoff.cap_ns; ++n)
        delay = delay > backoff.cap_ns / 2 ? backoff.cap_ns : delay * 2;
    return delay;
}

/// Full jitter: evenly from 0 to that. `random` is in [0, 1].
[[nodiscard]] constexpr Nanoseconds restart_delay(const Backoff& backoff, std::uint32_t failures,
                                                  double random) noexcept {
    const auto longest = static_cast<double>(longest_delay(backoff, failures));
    return static_cast<Nanoseconds>(longest * std::clamp(random, 0.0, 1.0));
}

}  // namespace streamlib::supervision
