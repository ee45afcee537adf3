// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a sender did, by the two models of ST 2110-21 clause 6.6: the bucket of the network (CINST) and the buffer of the
/// virtual receiver (VRX).
///
/// Model     Fed with the time of each packet, or of several that left at once, in the order of time. CINST drains at k x TDRAIN
///           since the epoch, without restart at frames; VRX reads each packet at its TPRj, over frame boundaries.
/// Threads   A meter belongs to one thread. Cost: four divisions of 128 bits a call, whatever the number of packets.
///
///     SenderTypeMeter meter(stream);
///     for (auto [frame, time] : capture) meter.add(frame, time);
///     session.TP = meter.narrowest(0.999);       // the type that 99.9 % of the frames kept to
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "actors/st2110/pacing/video_timing.hpp"

namespace streamlib::st2110 {

/// The leaky bucket of the network compatibility model.
class CinstBucket {
public:
    explicit CinstBucket(const VideoTiming& timing) noexcept;

    /// Packets that arrive at `time`; returns the level with them. A time before the last one counts as the last one.
    std::int64_t add(std::uint32_t packets, TaiTime time) noexcept;
    /// The level at `time`, not before the last packet.
    [[nodiscard]] std::int64_t level(TaiTime time) const noexcept;
    /// The first time at which the level is at most `level`, if nothing is added.
    [[nodiscard]] TaiTime when_at_most(std::int64_t level) const noexcept;
    /// The clock was set back: keeps the level, drains from `time` on.
    void rebase(TaiTime time) noexcept;

private:
    [[nodiscard]] std::int64_t drains_by(TaiTime time) const noexcept;

    std::int64_t packets_per_;  // Drains: packets_per_ in seconds_ seconds, exact.
    std::int64_t seconds_;
    std::int64_t drained_ = 0;
    std::int64_t level_ = 0;
};

/// One frame (both fields) as it was sent.
struct FrameTraffic {
    std::int64_t frame = 0;
    std::uint32_t packets = 0;
    std::int64_t cinst_max = 0;
    std::int64_t vrx_min = 0;  ///< Below 0: a packet came after it was due.
    std::int64_t vrx_max = 0;
    Nanoseconds first_packet = 0;  ///< After the frame's start (FPT).
    Nanoseconds last_packet = 0;
    [[nodiscard]] bool keeps_to(const TrafficLimits& limits) const noexcept {
        return cinst_max <= limits.cmax && vrx_min >= 0 && vrx_max <= limits.vrx_full;
    }
    friend bool operator==(const FrameTraffic&, const FrameTraffic&) = default;
};

class TrafficMeter {
public:
    explicit TrafficMeter(const VideoTiming& timing) noexcept : timing_(timing), bucket_(timing) {}

    /// Packets of `frame` (number since the epoch) that left at once; returns the frame before, once it is over.
    std::optional<FrameTraffic> add(std::int64_t frame, TaiTime time,
                                    std::uint32_t packets = 1) noexcept;
    /// The frame that is not over yet, if any.
    [[nodiscard]] const std::optional<FrameTraffic>& open() const noexcept { return open_; }
    [[nodiscard]] const VideoTiming& timing() const noexcept { return timing_; }

private:
    VideoTiming timing_;
    CinstBucket bucket_;
    std::optional<FrameTraffic> open_;
};

/// One frame by each sender type's own models.
struct FrameByType {
    std::array<FrameTraffic, 3> traffic{};  ///< By SenderType; nothing where it is not measured.
    std::array<bool, 3> kept{};             ///< To that type's limits.
};

/// Which sender types a stream keeps to: one meter a type, since they read at different times.
class SenderTypeMeter {
public:
    /// `stream.sender` and `stream.schedule` are not looked at. A stream that cannot be is a broken contract. `from`: types
    /// narrower than that are not measured, and nothing keeps to them.
    explicit SenderTypeMeter(VideoPackets stream, SenderType from = SenderType::narrow);

    /// The frame before, once it is over; good until the next call. [realtime]
    const FrameByType* add(std::int64_t frame, TaiTime time, std::uint32_t packets = 1) noexcept;
    /// Frames that are over, and how many of them kept to `sender`.
    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
    [[nodiscard]] std::uint64_t kept(SenderType sender) const noexcept;
    /// The narrowest type that at least `share` of the frames kept to (narrow, narrow linear, wide); none before the first
    /// frame is over.
    [[nodiscard]] std::optional<SenderType> narrowest(double share = 1.0) const noexcept;

private:
    std::array<TrafficMeter, 3> meters_;
    FrameByType last_{};
    std::array<std::uint64_t, 3> kept_{};
    std::size_t from_;
    std::uint64_t frames_ = 0;
};

}  // namespace streamlib::st2110
