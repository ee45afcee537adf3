// SPDX-License-Identifier: Apache-2.0
/// @file
/// When the packets of a video stream are read by the receiver's model, and how far a sender may be off (ST 2110-21).
///
/// Model     Frame N begins at N x TFRAME after the PTP epoch (`start`); its first packet is read TROFFSET later (`first_due`,
///           TVD), packet j at TPRj (`due`), TRS apart. Gapped: only while the active lines of a raster pass, with a
///           gap between the fields; linear: evenly over the frame.
/// Exact     Frame starts and limits in whole numbers, without sums: nothing drifts, 60000/1001 included.
/// Threads   Values, pure functions. Cost: a few divisions; on the frame path.
///
///     const auto timing = video_timing({.packets = 4320, .rate = {60000, 1001}, .height = 1080});
///     timing->due(frame, 0);     // TVD: N x TFRAME + 637.7 µs
///     timing->limits.cmax;       // 16 packets for a wide sender
#pragma once

#include <cstdint>
#include <optional>

#include "actors/st2110/sender_type.hpp"
#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"
#include "runtime/format.hpp"

namespace streamlib::st2110 {

enum class ReadSchedule : std::uint8_t { gapped, linear };

/// What the timing of a stream follows from.
struct VideoPackets {
    std::uint32_t packets =
        0;  ///< Of a FRAME, both fields together: 1 … 1 048 576; even where there are fields.
    Rate rate{};               ///< FRAMES a second, at least 1.
    std::uint32_t height = 0;  ///< Rows of a frame.
    Interlace interlace = Interlace::progressive;
    SenderType sender = SenderType::wide;
    std::uint32_t max_udp = 1460;                 ///< MAXUDP: 1460 or 8960.
    std::optional<std::uint32_t> tr_offset_us{};  ///< TROFF; without: the standard's default.
    std::optional<std::uint32_t> cmax{};          ///< CMAX, where a sender declares its own.
    std::optional<ReadSchedule> schedule{};  ///< Without: gapped for narrow, linear for the others.
    friend bool operator==(const VideoPackets&, const VideoPackets&) = default;
};

/// What a sender must keep to.
struct TrafficLimits {
    std::uint32_t cmax = 0;      ///< Packets in the network model's bucket, clause 6.6.
    std::uint32_t vrx_full = 0;  ///< Packets in the receiver model's buffer, clause 6.6.
    friend bool operator==(const TrafficLimits&, const TrafficLimits&) = default;
};

/// CMAX and VRXFULL of a sender type for that stream; `stream.cmax` is not looked at.
[[nodiscard]] TrafficLimits limits_of(const VideoPackets& stream, SenderType sender) noexcept;

struct VideoTiming {
    VideoPackets stream;
    ReadSchedule schedule = ReadSchedule::linear;
    TrafficLimits limits;
    Nanoseconds offset_ns =
        0;  ///< TROFFSET: from the frame's start to its first packet, rounded up.
    Nanoseconds field_ns =
        0;  ///< From the first field's first packet to the second's; 0 where there are no fields.
    double frame_ns = 0;         ///< TFRAME; for tolerances, as are the next two.
    double spacing_ns = 0;       ///< TRS: from packet to packet.
    double drain_ns = 0;         ///< TDRAIN: the network model's bucket loses a packet that often.
    std::int64_t step_over = 1;  ///< TRS exactly, in nanoseconds: step_over / step_under.
    std::int64_t step_under = 1;

    [[nodiscard]] TaiTime start(std::int64_t frame) const noexcept;  ///< N x TFRAME
    [[nodiscard]] TaiTime due(std::int64_t frame, std::uint32_t packet) const noexcept;  ///< TPRj
    /// The frame whose start is the last at or before `time`.
    [[nodiscard]] std::int64_t frame_at(TaiTime time) const noexcept;
    /// Packets of all frames since the epoch that the receiver's model has read by `time`.
    [[nodiscard]] std::int64_t read_by(TaiTime time) const noexcept;
    /// Packets of a field, or of the frame where there are none: no burst crosses that.
    [[nodiscard]] std::uint32_t packets_a_field() const noexcept;
};

[[nodiscard]] Result<VideoTiming> video_timing(const VideoPackets& stream);

/// Packet `index` of sound begins at `origin` + index x packet time: exact, whatever the rate.
[[nodiscard]] TaiTime audio_packet_time(TaiTime origin, std::uint64_t index,
                                        std::uint32_t packet_samples, std::uint32_t rate) noexcept;
/// Packets due by `now`, the first at `origin`.
[[nodiscard]] std::uint64_t audio_packets_due(TaiTime origin, TaiTime now,
                                              std::uint32_t packet_samples,
                                              std::uint32_t rate) noexcept;

}  // namespace streamlib::st2110
