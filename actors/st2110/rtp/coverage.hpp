// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which pgroups of a frame have come: a bit each. What arrives twice, in part or whole, is counted once.
///
/// Threads   One thread. Cost: a word or four a packet, 130 kB of bits for 1080p; allocation in the constructor only.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace streamlib::st2110 {

class Coverage {
public:
    explicit Coverage(std::uint32_t groups) : words_((groups + 63) / 64), groups_(groups) {}

    void clear() noexcept {
        std::fill(words_.begin(), words_.end(), 0);
        covered_ = 0;
    }
    /// Marks `count` pgroups from `first` on; how many of them are new. Contract: they are inside the frame.
    std::uint32_t mark(std::uint32_t first, std::uint32_t count) noexcept {
        const std::uint32_t before = covered_;
        for (std::uint32_t at = first, end = first + count; at < end;) {
            const std::uint32_t bits = std::min(64 - at % 64, end - at);
            const std::uint64_t mask = (~std::uint64_t{0} >> (64 - bits)) << (at % 64);
            std::uint64_t& word = words_[at / 64];
            const std::uint64_t fresh = mask & ~word;
            covered_ += fresh == mask ? bits : static_cast<std::uint32_t>(std::popcount(fresh));
            word |= mask;
            at += bits;
        }
        return covered_ - before;
    }
    [[nodiscard]] bool complete() const noexcept { return covered_ == groups_; }
    [[nodiscard]] std::uint32_t missing() const noexcept { return groups_ - covered_; }

    /// Calls `gap(first, count)` for each run of pgroups that did not come, in order.
    template <class Gap>
    void for_each_gap(Gap&& gap) const {
        for (std::uint32_t at = 0; at < groups_;) {
            const std::uint32_t first = at + run(at, true);
            if (first >= groups_) return;
            const std::uint32_t count = run(first, false);
            gap(first, count);
            at = first + count;
        }
    }

private:
    /// Pgroups from `at` on that are all covered, or all not.
    [[nodiscard]] std::uint32_t run(std::uint32_t at, bool covered) const noexcept {
        const std::uint32_t begin = at;
        while (at < groups_) {
            const std::uint64_t word = covered ? words_[at / 64] : ~words_[at / 64];
            const auto ones = static_cast<std::uint32_t>(std::countr_one(word >> (at % 64)));
            const std::uint32_t left = 64 - at % 64;
            at += std::min(ones, left);
            if (ones < left) break;
        }
        return std::min(at, groups_) - begin;
    }

    std::vector<std::uint64_t> words_;
    std::uint32_t groups_ = 0;
    std::uint32_t covered_ = 0;
};

}  // namespace streamlib::st2110
