// SPDX-License-Identifier: Apache-2.0
#include "actors/delay/av_sync.hpp"

#include <algorithm>
#include <cstring>

namespace streamlib::actors {
namespace {

/// Blocks a second of a stream; where the format does not say, a thousand.
double blocks_a_second(const MediaFormat& format) {
    if (format.kind == MediaKind::video && format.video.rate.num > 0)
        return format.video.rate.hertz();
    if (format.kind == MediaKind::audio && format.audio.block_frames > 0)
        return static_cast<double>(format.audio.rate) / format.audio.block_frames;
    return 1000;
}

}  // namespace

AvSync::AvSync()
    : lanes_{Lane{&in1, &out1}, Lane{&in2, &out2}, Lane{&in3, &out3}, Lane{&in4, &out4}} {
    default_trigger(Trigger::tick);
}

Result<> AvSync::configure() {
    for (Lane& lane : lanes_)
        if (lane.in->linked()) lane.out->set_format(lane.in->format());
    return {};
}

Result<> AvSync::start() {
    for (Lane& lane : lanes_) {
        if (!lane.in->linked()) continue;
        constexpr double slack = 16;  // for blocks that come in bursts
        const double blocks = blocks_a_second(lane.in->format()) * *delay / 1000 + slack;
        lane.queue.reserve(static_cast<std::size_t>(blocks), lane.in->format().bytes());
    }
    return {};
}

bool AvSync::drained() const {
    return std::all_of(lanes_.begin(), lanes_.end(),
                       [](const Lane& lane) { return lane.queue.empty(); });
}

void AvSync::take(Lane& lane, TaiTime now) {
    while (lane.in->read_new() == InputStatus::fresh) {
        const auto& block = lane.in->header();
        if (lane.in->origin() + delay_ns() < now) late.add();
        if (!lane.queue.push({block.tick_index, lane.in->time(), lane.in->origin(), block.flags,
                              lane.in->payload()}))
            lost.add();
    }
}

void AvSync::give(Lane& lane, TaiTime now) {
    while (!lane.queue.empty() && lane.queue.front().origin + delay_ns() <= now) {
        const QueuedBlock& block = lane.queue.front();
        Slot slot = lane.out->claim();
        if (!slot) return;
        std::memcpy(slot.payload().data(), block.payload.data(), block.payload.size());
        slot.bytes(block.payload.size())
            .origin(block.origin)
            .flags(block.flags)
            .time(block.origin + delay_ns());
        slot.publish();
        lane.queue.pop();
    }
}

void AvSync::process(const Tick& tick) {
    for (Lane& lane : lanes_) {
        if (!lane.in->linked()) continue;
        take(lane, tick.time);
        give(lane, tick.time);
    }
}

STREAMLIB_ACTOR(AvSync)

}  // namespace streamlib::actors
