// SPDX-License-Identifier: Apache-2.0
/// @file
/// Network byte order at any address, without alignment. Cost: one load or store and a byte swap.
#pragma once

#include <cstddef>
#include <cstdint>

namespace streamlib::st2110 {

[[nodiscard]] inline std::uint16_t load_be16(const std::byte* at) noexcept {
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(at[0]) << 8 |
                                      std::to_integer<unsigned>(at[1]));
}

[[nodiscard]] inline std::uint32_t load_be32(const std::byte* at) noexcept {
    return std::uint32_t{load_be16(at)} << 16 | load_be16(at + 2);
}

inline void store_be16(std::byte* at, std::uint16_t value) noexcept {
    at[0] = static_cast<std::byte>(value >> 8);
    at[1] = static_cast<std::byte>(value & 0xff);
}

inline void store_be32(std::byte* at, std::uint32_t value) noexcept {
    store_be16(at, static_cast<std::uint16_t>(value >> 16));
    store_be16(at + 2, static_cast<std::uint16_t>(value & 0xffff));
}

}  // namespace streamlib::st2110
