// SPDX-License-Identifier: Apache-2.0
#include "actors/delay/block_queue.hpp"

#include <algorithm>
#include <cstring>

namespace streamlib::actors {

void BlockQueue::reserve(std::size_t blocks, std::size_t bytes) {
    constexpr std::size_t line = 64;
    stride_ = (bytes + line - 1) / line * line;
    blocks_.assign(blocks, {});
    memory_.assign(blocks * stride_, std::byte{0});
    first_ = count_ = 0;
}

bool BlockQueue::push(const QueuedBlock& block) noexcept {
    const bool fits = count_ < blocks_.size();
    if (!fits) pop();
    const std::size_t at = (first_ + count_) % blocks_.size();
    const std::size_t bytes = std::min(block.payload.size(), stride_);
    std::byte* target = memory_.data() + at * stride_;
    if (bytes != 0) std::memcpy(target, block.payload.data(), bytes);
    blocks_[at] = block;
    blocks_[at].payload = {target, bytes};
    ++count_;
    return fits;
}

void BlockQueue::pop() noexcept {
    first_ = (first_ + 1) % blocks_.size();
    --count_;
}

}  // namespace streamlib::actors
