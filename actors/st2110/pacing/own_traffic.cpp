// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/own_traffic.hpp"

#include <algorithm>

namespace streamlib::st2110 {
namespace {

/// Of one second, so that a stall costs what it is.
std::uint32_t frames_a_second(const Rate& rate) {
    return static_cast<std::uint32_t>((std::int64_t{rate.num} + rate.den - 1) / rate.den);
}

}  // namespace

OwnTraffic::OwnTraffic(const VideoPackets& stream)
    : stream_(stream),
      meter_(stream, stream.sender),
      held_(stream.sender, frames_a_second(stream.rate)),
      frame_ns_(std::int64_t{1'000'000'000} * stream.rate.den / stream.rate.num) {}

std::optional<HeldType::Finding> OwnTraffic::begin_frame(std::int64_t frame,
                                                         TaiTime time) noexcept {
    std::optional<HeldType::Finding> found;
    if (left_ != 0) found = add(left_, time);
    frame_ = frame;
    left_ = stream_.packets;
    return found;
}

std::optional<HeldType::Finding> OwnTraffic::taken(std::uint64_t packets, TaiTime time) noexcept {
    const std::uint64_t fresh = packets - std::min(packets, taken_);
    taken_ += fresh;
    const auto of_frame = static_cast<std::uint32_t>(std::min<std::uint64_t>(fresh, left_));
    return of_frame != 0 ? add(of_frame, time) : std::nullopt;
}

std::optional<HeldType::Finding> OwnTraffic::add(std::uint32_t packets, TaiTime time) noexcept {
    if (last_ - time > frame_ns_)
        meter_ = SenderTypeMeter(stream_, stream_.sender);
    else
        time = std::max(time, last_);
    last_ = time;
    left_ -= packets;
    const FrameByType* frame = meter_.add(frame_, time, packets);
    if (frame == nullptr) return std::nullopt;
    if (!frame->kept[static_cast<std::size_t>(held_.told())]) ++off_type_;
    if (!frame->kept[static_cast<std::size_t>(SenderType::wide)]) ++off_wide_;
    return held_.add(*frame);
}

}  // namespace streamlib::st2110
