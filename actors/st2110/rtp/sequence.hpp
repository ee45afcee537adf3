// SPDX-License-Identifier: Apache-2.0
/// @file
/// Packet numbers: 16 and 32 bits to a count without a wrap, and what is lost, reordered, twice.
///
///     const std::uint64_t number = extender.extend(header.sequence, extended_high);
///     switch (window.note(number)) { … }
///     counters.lost = window.lost();
///
/// Model     A window of the newest packets, a bit each. A packet is lost once it leaves the window unseen, so the count
///           never falls; `settle()` counts what is missing now (the end of a stream).
/// Threads   One thread. Cost: some ten instructions for the next number in order; a window's bits at worst.
/// Errors    None. Memory is allocated by the constructor only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace streamlib::st2110 {

/// Numbers packets across the wraps of their sequence numbers.
class SequenceExtender {
public:
    /// Forgets everything; the next packet is a first one.
    void reset() noexcept { *this = {}; }
    /// 16 bits only (audio): the nearest to the newest.
    [[nodiscard]] std::uint64_t extend(std::uint16_t low) noexcept;
    /// 16 bits and the 16 above them from RFC 4175's payload header. Senders that leave those constant
    /// (GStreamer and FFmpeg write 0)
    /// are found at their first wrap, and then the low bits count alone.
    [[nodiscard]] std::uint64_t extend(std::uint16_t low, std::uint16_t high) noexcept;
    /// True once the high bits were seen not to count.
    [[nodiscard]] bool high_is_constant() const noexcept { return constant_; }

private:
    std::uint64_t advance(std::uint64_t number) noexcept;

    std::uint64_t newest_ = 0;
    std::uint32_t bias_ = 0;  ///< What a sender's 32 bits are away from the low bits of our count.
    std::uint16_t high_ = 0;
    bool started_ = false;
    bool constant_ = false;  ///< The high bits stood still where the low ones wrapped.
    bool counting_ = false;  ///< The high bits were seen to move.
};

/// What one packet is among those before it.
enum class Arrival : std::uint8_t {
    next,       ///< The one after the newest.
    gap,        ///< Newer, and numbers before it have not come (yet).
    reordered,  ///< Older than the newest, and missing until now.
    duplicate,  ///< Was here before.
    stale,      ///< Older than the window, or a jump that may be an accident.
    restart,  ///< The eighth in a row after a jump: the sender counts anew, and so does the window.
};

class SequenceWindow {
public:
    /// `packets`: what the window remembers, rounded up to a power of two, 64 … 2^18. `max_gap`: the most
    /// packets that count as
    /// lost at once; a larger jump is a restart.
    explicit SequenceWindow(std::size_t packets, std::uint64_t max_gap = 1U << 20);

    [[nodiscard]] Arrival note(std::uint64_t number) noexcept {
        if (started_ && number == newest_ + 1) {
            push(number);
            return Arrival::next;
        }
        return note_other(number);
    }
    /// Counts what is missing as lost and forgets the numbers.
    void settle() noexcept;
    /// Packets that never came; grows only.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    [[nodiscard]] std::uint64_t& word(std::uint64_t number) noexcept {
        return seen_[(number & mask_) >> 6];
    }
    [[nodiscard]] static std::uint64_t bit(std::uint64_t number) noexcept {
        return std::uint64_t{1} << (number & 63);
    }
    void push(std::uint64_t number) noexcept {
        lost_ += (word(number) & bit(number)) == 0 ? 1U : 0U;  // the one that leaves
        word(number) |= bit(number);
        newest_ = number;
        suspects_ = 0;
    }
    [[nodiscard]] Arrival note_other(std::uint64_t number) noexcept;
    [[nodiscard]] Arrival jumped(std::uint64_t number) noexcept;

    std::vector<std::uint64_t> seen_;
    std::uint64_t mask_ = 0;
    std::uint64_t max_gap_ = 0;
    std::uint64_t newest_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t suspect_ = 0;  ///< The number that would confirm a jump.
    unsigned suspects_ = 0;      ///< Packets in a row that did.
    bool started_ = false;
};

}  // namespace streamlib::st2110
