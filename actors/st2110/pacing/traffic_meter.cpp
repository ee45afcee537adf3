// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/traffic_meter.hpp"

#include <algorithm>

#include "actors/st2110/pacing/exact.hpp"
#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

VideoTiming timing_for(VideoPackets stream, SenderType sender) {
    stream.sender = sender;
    stream.schedule.reset();
    const auto timing = video_timing(stream);
    STREAMLIB_ASSERT(timing, "a sender type meter needs a stream that can be");
    return *timing;
}

}  // namespace

// 1.1 x packets x num / den packets a second, as packets_per_ / seconds_.
CinstBucket::CinstBucket(const VideoTiming& timing) noexcept
    : packets_per_(std::int64_t{11} * timing.stream.packets * timing.stream.rate.num),
      seconds_(std::int64_t{10} * timing.stream.rate.den) {}

std::int64_t CinstBucket::drains_by(TaiTime time) const noexcept {
    return floor_div(Wide{time.ns} * packets_per_, Wide{seconds_} * second_ns);
}

std::int64_t CinstBucket::level(TaiTime time) const noexcept {
    const std::int64_t drains = std::max<std::int64_t>(drains_by(time) - drained_, 0);
    return std::max<std::int64_t>(level_ - drains, 0);
}

std::int64_t CinstBucket::add(std::uint32_t packets, TaiTime time) noexcept {
    level_ = level(time) + packets;
    drained_ = std::max(drained_, drains_by(time));
    return level_;
}

TaiTime CinstBucket::when_at_most(std::int64_t level) const noexcept {
    const std::int64_t drain = drained_ + std::max<std::int64_t>(level_ - level, 0);
    return {ceil_div(Wide{drain} * seconds_ * second_ns, packets_per_)};
}

void CinstBucket::rebase(TaiTime time) noexcept { drained_ = drains_by(time); }

std::optional<FrameTraffic> TrafficMeter::add(std::int64_t frame, TaiTime time,
                                              std::uint32_t packets) noexcept {
    std::optional<FrameTraffic> over;
    if (!open_ || open_->frame != frame) {
        over = open_;
        open_ = FrameTraffic{.frame = frame,
                             .vrx_min = timing_.stream.packets,
                             .first_packet = time - timing_.start(frame)};
    }
    FrameTraffic& now = *open_;
    const std::int64_t first = frame * timing_.stream.packets + now.packets;
    now.packets += packets;
    now.last_packet = time - timing_.start(frame);
    now.cinst_max = std::max(now.cinst_max, bucket_.add(packets, time));
    // A packet that comes at the very time it is due is read; one that comes later was missed.
    now.vrx_min = std::min(now.vrx_min, first - timing_.read_by({time.ns - 1}));
    now.vrx_max = std::max(now.vrx_max, first + packets - timing_.read_by(time));
    return over;
}

SenderTypeMeter::SenderTypeMeter(VideoPackets stream, SenderType from)
    : meters_{TrafficMeter(timing_for(stream, SenderType::narrow)),
              TrafficMeter(timing_for(stream, SenderType::narrow_linear)),
              TrafficMeter(timing_for(stream, SenderType::wide))},
      from_(static_cast<std::size_t>(from)) {}

const FrameByType* SenderTypeMeter::add(std::int64_t frame, TaiTime time,
                                        std::uint32_t packets) noexcept {
    bool over = false;
    for (std::size_t i = from_; i < meters_.size(); ++i) {
        const auto traffic = meters_[i].add(frame, time, packets);
        if (!traffic) continue;
        over = true;
        last_.traffic[i] = *traffic;
        last_.kept[i] = traffic->keeps_to(meters_[i].timing().limits);
        if (last_.kept[i]) ++kept_[i];
    }
    if (!over) return nullptr;
    ++frames_;
    return &last_;
}

std::uint64_t SenderTypeMeter::kept(SenderType sender) const noexcept {
    return kept_[static_cast<std::size_t>(sender)];
}

std::optional<SenderType> SenderTypeMeter::narrowest(double share) const noexcept {
    if (frames_ == 0) return std::nullopt;
    for (const SenderType sender :
         {SenderType::narrow, SenderType::narrow_linear, SenderType::wide})
        if (static_cast<double>(kept(sender)) >= share * static_cast<double>(frames_))
            return sender;
    return std::nullopt;
}

}  // namespace streamlib::st2110
