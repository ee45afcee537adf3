// SPDX-License-Identifier: Apache-2.0
/// @file
/// What Probe counts, as pure arithmetic.
///
/// Threads   One owner. No allocation after construction. [realtime] but for the texts.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "ipc/base/time.hpp"

namespace streamlib::actors {

/// Distribution of spans of time: exact count, mean, smallest and largest; percentiles within 1.6 %.
class SpanHistogram {
public:
    void add(Nanoseconds span) noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] Nanoseconds min() const noexcept { return min_; }
    [[nodiscard]] Nanoseconds max() const noexcept { return max_; }
    [[nodiscard]] double mean() const noexcept;
    /// The span that `percent` of all do not exceed (upper edge of its bucket, at most max()); 0 if none.
    [[nodiscard]] Nanoseconds percentile(double percent) const noexcept;

private:
    static constexpr std::size_t steps = 64;  ///< Buckets a doubling.
    static constexpr std::size_t doublings = 36;
    std::array<std::uint64_t, steps * doublings> buckets_{};
    std::uint64_t count_ = 0;
    Nanoseconds min_ = 0;
    Nanoseconds max_ = 0;
    double sum_ = 0;
};

/// What an index says of its frame beside the one before.
enum class Order : std::uint8_t {
    first,     ///< There was none before.
    next,      ///< The one that was due.
    repeated,  ///< The same again.
    gap,       ///< Frames between are missing.
    backward,  ///< An earlier one.
};

/// Follows the indices of a stream. `step` is how far a frame's index is from that of the one before: 1 for frame
/// numbers, ticks a frame (may be a fraction) for tick indices.
class IndexFollower {
public:
    explicit IndexFollower(double step = 1) noexcept : step_(step) {}
    Order follow(std::uint64_t index) noexcept;
    [[nodiscard]] std::uint64_t repeats() const noexcept { return repeats_; }
    [[nodiscard]] std::uint64_t gaps() const noexcept { return gaps_; }
    [[nodiscard]] std::uint64_t missing() const noexcept {
        return missing_;
    }  ///< Frames in all gaps.
    [[nodiscard]] std::uint64_t backward() const noexcept { return backward_; }

private:
    double step_;
    bool any_ = false;
    std::uint64_t last_ = 0;
    std::uint64_t repeats_ = 0, gaps_ = 0, missing_ = 0, backward_ = 0;
};

/// What numbers the blocks.
enum class IndexKind : std::uint8_t {
    tick,   ///< The tick that made the block.
    burnt,  ///< What TestPattern burns into the picture.
    block,  ///< Blocks of sound shorter than a tick: their place in the media clock, by `origin`.
};

/// All of a probe's figures.
struct ProbeStats {
    SpanHistogram from_origin{};  ///< Arrival against capture.
    SpanHistogram from_time{};    ///< Arrival against the tick that made the block.
    /// How much later or earlier than the last block, against their `time`s.
    SpanHistogram jitter{};
    IndexFollower order{};
    IndexKind index = IndexKind::tick;
    std::uint64_t blocks = 0;  ///< Seen, repeats not counted.
    /// Frames whose burnt-in index could not be read although others could.
    std::uint64_t unreadable = 0;
    std::uint64_t overwritten = 0;  ///< Lost before this input came to them.
    std::uint64_t restarts = 0;     ///< Of the actor before.
    std::uint64_t same = 0;         ///< Turns without a newer block (triggers tick and cascade).

    /// Adds a block that was seen at `now`.
    void arrive(TaiTime now, TaiTime time, TaiTime origin) noexcept;
    /// One line for a person.
    [[nodiscard]] std::string line() const;
    /// One JSON object, spans in nanoseconds.
    [[nodiscard]] std::string json(const std::string& actor) const;

private:
    TaiTime last_now_{}, last_time_{};
};

}  // namespace streamlib::actors
