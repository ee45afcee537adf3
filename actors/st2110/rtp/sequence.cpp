// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/sequence.hpp"

#include <algorithm>
#include <bit>

namespace streamlib::st2110 {
namespace {

/// Where counting begins, so that packets older than the first one have numbers as well.
constexpr std::uint64_t base = std::uint64_t{1} << 40;

/// Numbers in a row after a jump that make it a restart: more than a few packets of a delayed path.
constexpr unsigned restart_after = 8;

std::uint64_t nearest16(std::uint64_t to, std::uint16_t low) {
    const auto step =
        static_cast<std::int16_t>(static_cast<std::uint16_t>(low - static_cast<std::uint16_t>(to)));
    return to + static_cast<std::uint64_t>(std::int64_t{step});
}

std::uint64_t nearest32(std::uint64_t to, std::uint32_t low) {
    const auto step = static_cast<std::int32_t>(low - static_cast<std::uint32_t>(to));
    return to + static_cast<std::uint64_t>(std::int64_t{step});
}

}  // namespace

std::uint64_t SequenceExtender::advance(std::uint64_t number) noexcept {
    newest_ = std::max(newest_, number);
    return number;
}

std::uint64_t SequenceExtender::extend(std::uint16_t low) noexcept {
    if (!started_) {
        started_ = true;
        newest_ = base + low;
        return newest_;
    }
    return advance(nearest16(newest_, low));
}

std::uint64_t SequenceExtender::extend(std::uint16_t low, std::uint16_t high) noexcept {
    const std::uint32_t given = std::uint32_t{high} << 16 | low;
    if (!started_) {
        started_ = true;
        high_ = high;
        newest_ = base + given;
        return newest_;
    }
    const std::uint64_t by16 = nearest16(newest_, low);
    if (constant_) {
        if (high == high_) return advance(by16);
        // It counts after all: from here on its 32 bits are believed, without a jump.
        constant_ = false;
        counting_ = true;
        high_ = high;
        bias_ = static_cast<std::uint32_t>(by16) - given;
        return advance(by16);
    }
    const std::uint64_t by32 = nearest32(newest_, given + bias_);
    if (by32 != by16 && !counting_ && high == high_ && by16 > newest_) {
        constant_ = true;
        return advance(by16);
    }
    if (high != high_ && by32 > newest_) {
        counting_ = true;
        high_ = high;
    }
    return advance(by32);
}

SequenceWindow::SequenceWindow(std::size_t packets, std::uint64_t max_gap)
    : seen_(std::bit_ceil(std::clamp<std::size_t>(packets, 64, 1U << 18)) / 64, ~std::uint64_t{0}),
      mask_(seen_.size() * 64 - 1),
      max_gap_(max_gap) {}

void SequenceWindow::settle() noexcept {
    for (std::uint64_t& word : seen_) {
        lost_ += static_cast<std::uint64_t>(std::popcount(~word));
        word = ~std::uint64_t{0};
    }
    started_ = false;
    suspects_ = 0;
}

Arrival SequenceWindow::note_other(std::uint64_t number) noexcept {
    if (!started_) {
        started_ = true;
        newest_ = number;
        return Arrival::next;
    }
    if (number <= newest_) {
        if (newest_ - number > mask_) return jumped(number);
        suspects_ = 0;
        if ((word(number) & bit(number)) != 0) return Arrival::duplicate;
        word(number) |= bit(number);
        return Arrival::reordered;
    }
    const std::uint64_t gap = number - newest_ - 1;
    if (gap > max_gap_) return jumped(number);
    if (gap > mask_) {  // Nothing that the window holds stays in it.
        const std::uint64_t size = mask_ + 1;
        for (std::uint64_t& word : seen_) {
            lost_ += static_cast<std::uint64_t>(std::popcount(~word));
            word = 0;
        }
        lost_ += gap - size;
    } else {
        for (std::uint64_t missing = newest_ + 1; missing < number; ++missing) {
            lost_ += (word(missing) & bit(missing)) == 0 ? 1U : 0U;
            word(missing) &= ~bit(missing);
        }
    }
    push(number);
    return Arrival::gap;
}

Arrival SequenceWindow::jumped(std::uint64_t number) noexcept {
    suspects_ = suspects_ > 0 && number == suspect_ ? suspects_ + 1 : 1;
    suspect_ = number + 1;
    if (suspects_ < restart_after) return Arrival::stale;
    settle();
    started_ = true;
    newest_ = number;
    return Arrival::restart;
}

}  // namespace streamlib::st2110
