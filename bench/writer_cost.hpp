// SPDX-License-Identifier: Apache-2.0
/// @file
/// What publishing costs the writer.
#pragma once

#include <cstdint>

#include "bench/trial.hpp"

namespace streamlib::bench {

/// What the attached readers do meanwhile (none of them runs: on two CPUs they would take the writer's).
enum class Holding {
    nothing,     ///< Each has read once and let go.
    own_blocks,  ///< Each holds another block: the most that the writer can find in its way.
};

/// Nanoseconds of claim + publish of 64 bytes: "cost".
[[nodiscard]] Numbers cost_of_publish(std::uint32_t readers, Holding holding);
/// The same with every reader asleep on the ring, each in a process on CPU 1; the wake-up included: p50, mean … in us.
[[nodiscard]] Numbers cost_of_publish_to_sleepers(std::uint32_t readers);
/// One FUTEX_WAKE of as many sleepers: p50, mean … in us.
[[nodiscard]] Numbers cost_of_bare_wake(std::uint32_t sleepers);

/// System calls in a million publishes that nobody waits for (and as many reads by a reader in the same process), counted
/// by the kernel's own filter: "calls".
[[nodiscard]] Numbers calls_of_publish();
/// The control: a writer that wakes each time.
[[nodiscard]] Numbers calls_of_waking_each_time();

}  // namespace streamlib::bench
