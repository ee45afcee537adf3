// SPDX-License-Identifier: Apache-2.0
/// @file
/// Blocks waiting for their time: copies in memory that was made beforehand.
/// Threads   One. Cost: push and pop copy one payload; nothing is allocated after reserve().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ipc/base/time.hpp"

namespace streamlib::actors {

/// What has to be known of a block when it is given on.
struct QueuedBlock {
    std::uint64_t tick_index = 0;
    TaiTime time{}, origin{};
    std::uint32_t flags = 0;
    std::span<const std::byte> payload{};  ///< Valid until the next push.
};

class BlockQueue {
public:
    /// Makes room for `blocks` blocks of at most `bytes` bytes and touches it, so that no push has to. [setup]
    void reserve(std::size_t blocks, std::size_t bytes);
    /// Copies a block in. A full queue loses its oldest block: false. [realtime]
    bool push(const QueuedBlock& block) noexcept;
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    /// The oldest block; only while not empty.
    [[nodiscard]] const QueuedBlock& front() const noexcept { return blocks_[first_]; }
    void pop() noexcept;

private:
    std::vector<QueuedBlock> blocks_;
    std::vector<std::byte> memory_;
    std::size_t stride_ = 0, first_ = 0, count_ = 0;
};

}  // namespace streamlib::actors
