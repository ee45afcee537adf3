// SPDX-License-Identifier: Apache-2.0
/// @file
/// Line-up tone and beeps as a function of the absolute sample index: no state, so no drift and no click after a gap.
///
/// Model     Sample n has phase frequency * n / rate of a turn, reduced exactly in integers (frequency in millihertz), so
///           two processes, or one before and after a restart, make the same samples. Full scale is a sine whose
///           peak is +-1.0: 0 dBFS (AES17).
/// Ident     Channel c of an identified tone is silent (c mod 16) + 1 times at the start of each 4 s: 100 ms of
///           silence every 200 ms, counted from sample 0.
/// Cost      One sin() a sample of one channel. No allocation. [realtime]
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/format.hpp"

namespace streamlib::actors {

/// Amplitude of a level: 0 dBFS is 1, -18 is 0.126.
[[nodiscard]] double amplitude_of(double dbfs) noexcept;

/// Sine in -1 … 1 of absolute sample `n`; `millihertz` below half the rate. `lead` in turns: 0.25 makes it a cosine.
[[nodiscard]] double sine_sample(std::uint64_t n, std::uint64_t millihertz, std::uint32_t rate,
                                 double lead = 0) noexcept;

/// First sample at or after the instant tick `index` of `rate` begins: ceil(index / rate * samples_a_second).
[[nodiscard]] std::uint64_t first_sample_of(std::uint64_t index, Rate rate,
                                            std::uint32_t samples_a_second) noexcept;
/// The tick that sample n falls into: floor(n / samples_a_second * rate).
[[nodiscard]] std::uint64_t tick_of_sample(std::uint64_t n, Rate rate,
                                           std::uint32_t samples_a_second) noexcept;

/// Whether the ident lets channel `channel` sound at sample n.
[[nodiscard]] bool ident_sounds(std::uint64_t n, std::uint32_t channel,
                                std::uint32_t rate) noexcept;

/// Writes `value` (clipped to full scale, rounded to nearest) as sample number `index` of interleaved samples.
void store_sample(std::span<std::byte> samples, SampleType type, std::size_t index,
                  double value) noexcept;
/// The same sample as -1 … 1.
[[nodiscard]] double load_sample(std::span<const std::byte> samples, SampleType type,
                                 std::size_t index) noexcept;

}  // namespace streamlib::actors
