// SPDX-License-Identifier: Apache-2.0
#include "actors/delay/buffer.hpp"

#include <cstring>

namespace streamlib::actors {

Buffer::Buffer() { default_trigger(Trigger::automatic); }

Result<> Buffer::configure() {
    out.set_format(in.format());
    out.set_depth(static_cast<std::uint32_t>(*blocks));
    return {};
}

Result<> Buffer::start() {
    constexpr std::size_t burst = 8;  // blocks that may come in one tick beyond one a tick
    queue_.reserve(static_cast<std::size_t>(*delay) + burst, in.format().bytes());
    return {};
}

void Buffer::process(const Tick& tick) {
    while (in.read_new() == InputStatus::fresh) {
        const auto& block = in.header();
        if (!queue_.push({block.tick_index, in.time(), in.origin(), block.flags, in.payload()}))
            lost.add();
    }
    const auto wait = static_cast<std::uint64_t>(*delay);
    while (!queue_.empty() && queue_.front().tick_index + wait <= tick.index) {
        const QueuedBlock& block = queue_.front();
        Slot slot = out.claim();
        if (!slot) return;
        std::memcpy(slot.payload().data(), block.payload.data(), block.payload.size());
        slot.bytes(block.payload.size())
            .origin(block.origin)
            .flags(block.flags)
            .index(tick.index)
            .time(tick.time);
        slot.publish();
        queue_.pop();
    }
}

STREAMLIB_ACTOR(Buffer)

}  // namespace streamlib::actors
