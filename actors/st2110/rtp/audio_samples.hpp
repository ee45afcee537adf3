// SPDX-License-Identifier: Apache-2.0
/// @file
/// Samples between memory (AudioFormat) and the wire (RFC 3551 L16, RFC 3190 L24: big-endian, signed).
///
/// Widths    Wider to narrower cuts the low bits off; narrower to wider fills them with 0, so that a way out
///           and back is exact
///           where the wire is as wide as the memory. f32: 1.0 is 2^15 or 2^23, rounded to nearest and
///           clipped; NaN is 0. L24 is exact in f32.
/// Threads   Pure functions. Cost: a few instructions a sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/format.hpp"

namespace streamlib::st2110 {

/// Encodings of ST 2110-30.
enum class WireSample : std::uint8_t { l16, l24 };

[[nodiscard]] std::string_view to_string(WireSample wire) noexcept;  ///< "L24"

/// Octets of a sample on the wire, 2 or 3.
[[nodiscard]] constexpr std::uint32_t octets_of(WireSample wire) noexcept {
    return wire == WireSample::l16 ? 2 : 3;
}

/// `count` samples (not sample frames) from memory to the wire.
void encode_samples(SampleType type, WireSample wire, const std::byte* samples, std::size_t count,
                    std::byte* out) noexcept;
/// `count` samples from the wire to memory.
void decode_samples(WireSample wire, SampleType type, const std::byte* octets, std::size_t count,
                    std::byte* out) noexcept;

}  // namespace streamlib::st2110
