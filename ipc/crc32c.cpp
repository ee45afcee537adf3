// SPDX-License-Identifier: Apache-2.0
#include "ipc/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace streamlib::ipc {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[k][b]: what byte b contributes from k bytes before the end of a group of eight.
constexpr Tables make_tables() {
    constexpr std::uint32_t polynomial = 0x82F6'3B78;  // reflected
    Tables tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t sum = b;
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? polynomial : 0);
        tables[0][b] = sum;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t b = 0; b < 256; ++b)
            tables[k][b] = tables[0][tables[k - 1][b] & 0xFF] ^ (tables[k - 1][b] >> 8);
    return tables;
}
constexpr Tables tables = make_tables();

std::uint64_t eight_at(const std::byte* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    return word;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::span<const std::byte> bytes,
                                                               std::uint32_t before) noexcept {
    std::uint64_t sum = ~before;
    std::size_t n = 0;
    for (; n + 8 <= bytes.size(); n += 8) sum = _mm_crc32_u64(sum, eight_at(bytes.data() + n));
    auto rest = static_cast<std::uint32_t>(sum);
    for (; n < bytes.size(); ++n)
        rest = _mm_crc32_u8(rest, std::to_integer<unsigned char>(bytes[n]));
    return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
    std::uint32_t sum = ~before;
    std::size_t n = 0;
    for (; n + 8 <= bytes.size(); n += 8) {
        const std::uint64_t word = eight_at(bytes.data() + n) ^ sum;
        sum = 0;
        for (std::size_t k = 0; k < 8; ++k) sum ^= tables[7 - k][(word >> (8 * k)) & 0xFF];
    }
    for (; n < bytes.size(); ++n)
        sum = tables[0][(sum ^ std::to_integer<std::uint32_t>(bytes[n])) & 0xFF] ^ (sum >> 8);
    return ~sum;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2");
    if (has_instruction) return by_instruction(bytes, before);
#endif
    return crc32c_by_table(bytes, before);
}

}  // namespace streamlib::ipc
