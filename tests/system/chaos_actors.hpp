// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the chaos test's actors hand on and what they note: blocks that prove themselves, and verdicts that outlive their actor.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace streamlib::test {

/// In front of a block; the filler behind it is made of `index`.
struct ChaosHeader {
    std::uint64_t magic = 0, index = 0, incarnation = 0;
    std::uint32_t bytes = 0, crc = 0;  ///< crc: of the whole block with 0 in its place.
};
inline constexpr std::uint64_t chaos_magic = 0x5354'5245'414D'4C49;

/// What an input has seen, in a file that all incarnations of its actor map.
struct ChaosVerdict {
    std::atomic<std::uint64_t> blocks, torn;
    std::atomic<std::uint64_t> kept_torn;  ///< Whole when it came, not any more while it was kept.
    std::atomic<std::uint64_t>
        went_back;                        ///< An older incarnation of the writer after a newer one.
    std::atomic<std::uint64_t> repeated;  ///< A sequence that was there already.
    std::atomic<std::uint64_t> wrong_owner;  ///< Ring and payload name different incarnations.
    std::atomic<std::uint64_t> last_sequence, last_incarnation, restarts_seen;
};

/// What a signal makes the actor do in its next process(). From SIGRTMIN on, in this order.
enum class ChaosWish : int { exception, exit_3, hang, wild_store, abort };
inline constexpr int chaos_wishes = 5;

/// CRC-32 (IEEE 802.3).
class Crc32 {
public:
    void add(std::span<const std::byte> bytes) noexcept {
        for (const std::byte byte : bytes)
            value_ = table()[(value_ ^ std::to_integer<std::uint32_t>(byte)) & 0xFF] ^ value_ >> 8;
    }
    [[nodiscard]] std::uint32_t value() const noexcept { return ~value_; }

private:
    static const std::array<std::uint32_t, 256>& table() noexcept {
        static const auto made = [] {
            std::array<std::uint32_t, 256> entries{};
            for (std::uint32_t n = 0; n < 256; ++n) {
                std::uint32_t value = n;
                for (int bit = 0; bit < 8; ++bit)
                    value = (value & 1) != 0 ? 0xEDB8'8320U ^ value >> 1 : value >> 1;
                entries[n] = value;
            }
            return entries;
        }();
        return made;
    }
    std::uint32_t value_ = ~0U;
};

inline std::uint32_t crc_of_block(ChaosHeader header, std::span<const std::byte> filler) noexcept {
    header.crc = 0;
    Crc32 crc;
    crc.add(std::as_bytes(std::span(&header, 1)));
    crc.add(filler);
    return crc.value();
}

/// Header first, filler after it: a writer that dies on the way leaves something that is visibly not whole.
inline void write_block(std::span<std::byte> room, std::uint64_t index,
                        std::uint64_t incarnation) noexcept {
    ChaosHeader header{chaos_magic, index, incarnation, static_cast<std::uint32_t>(room.size()), 0};
    std::memcpy(room.data(), &header, sizeof header);
    std::uint64_t value = index * 0x9E37'79B9'7F4A'7C15U + incarnation;
    for (std::size_t at = sizeof header; at + 8 <= room.size(); at += 8) {
        value ^= value << 13, value ^= value >> 7, value ^= value << 17;
        std::memcpy(room.data() + at, &value, 8);
    }
    header.crc = crc_of_block(header, room.subspan(sizeof header));
    std::memcpy(room.data(), &header, sizeof header);
}

inline bool is_whole(std::span<const std::byte> block, ChaosHeader& header) noexcept {
    if (block.size() < sizeof header) return false;
    std::memcpy(&header, block.data(), sizeof header);
    return header.magic == chaos_magic && header.bytes == block.size() &&
           header.crc == crc_of_block(header, block.subspan(sizeof header));
}

}  // namespace streamlib::test
