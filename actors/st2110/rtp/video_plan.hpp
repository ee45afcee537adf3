// SPDX-License-Identifier: Apache-2.0
/// @file
/// The packets of a picture (RFC 4175 as ST 2110-20 narrows it), planned once, then only stamped.
///
///     auto plan = VideoPlan::make(format, {.mode = PackingMode::general, .max_udp = 1460});
///     for (unsigned field = 0; field < plan->fields(); ++field) {
///         stamp.timestamp = rtp_of(ticks_of_field(index, field, format.rate, video_clock));
///         plan->write_headers(field, 0, plan->packets(field).size(), stamp, headers);  // N · header_stride octets
///         for (const PlannedPacket& p : plan->packets(field))
///             send(header of p, plan->spans(p) of the ring slot as they lie);           // an iovec each, no copy
///     }
///
/// GPM       Chosen so that a picture is few packets of equal size, since one system call can send a run of equal ones
///           (UDP_SEGMENT): the fewest of row/k, 1, 3/2, 2, 5/2 or 3 rows a packet, which all have as many SRD
///           headers in each packet.
///           1920 wide 4:2:2-10: 4 of 1200 octets a row; with MAXUDP 8960 2 every 3 rows, 7200 octets each. Where that costs
///           over half as many again as the fewest that end with their row, the row is cut into those: equal
///           but for its last.
/// BPM       Blocks of 180 octets: 7 a packet (1260 octets), 49 with MAXUDP 8960 (8820), fewer where three SRD
///           headers reach no
///           further; the last of a picture or field takes the rest. Not for pgroups that do not divide 180.
/// PsF       Both segments with the timestamp of the frame: ticks_of_frame for both.
/// Threads   Immutable once made. Cost: write_headers 32 octets a packet; no allocation after make().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/st2110/packing_mode.hpp"
#include "actors/st2110/rtp/picture_shape.hpp"
#include "actors/st2110/rtp/rtp_header.hpp"

namespace streamlib::st2110 {

struct VideoPacking {
    PackingMode mode = PackingMode::general;
    std::uint32_t max_udp =
        1460;  ///< MAXUDP: 1460 or 8960 octets of UDP datagram, its header counted.
};

/// Octets of a picture as they lie in memory.
struct Span {
    std::uint32_t offset = 0;  ///< From the start of the frame's payload.
    std::uint32_t length = 0;
    friend bool operator==(const Span&, const Span&) = default;
};

/// The most SRD headers a packet of ours has (ST 2110-20:2022 clause 6.2.1).
inline constexpr std::size_t max_srds = 3;
/// RFC 4175's part of the header: the high half of the sequence number, then 6 octets an SRD.
inline constexpr std::size_t srd_bytes = 6;
/// Octets from header to header in what write_headers() fills: the largest header, as it happens 32.
inline constexpr std::size_t header_stride = rtp_header_bytes + 2 + max_srds * srd_bytes;

struct PlannedPacket {
    std::uint32_t first_span = 0;    ///< See VideoPlan::spans().
    std::uint16_t data_bytes = 0;    ///< Octets of samples.
    std::uint8_t header_bytes = 20;  ///< 20, 26 or 32.
    std::uint8_t span_count = 1;  ///< 1 … 3; rows that follow each other in memory are one span.
    std::uint32_t run =
        1;  ///< Packets from this one on that one segmented send can take: equal sizes, the last no larger.
    [[nodiscard]] std::uint32_t bytes() const noexcept {
        return header_bytes + std::uint32_t{data_bytes};
    }
};

/// What differs from frame to frame, and what is the stream's own.
struct VideoStamp {
    std::uint32_t sequence =
        0;  ///< 32-bit number of the first packet of the field; each packet one more.
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    std::uint8_t payload_type = 96;
};

class VideoPlan {
public:
    /// Errors: not a pgroup format, MAXUDP neither 1460 nor 8960, BPM where it cannot be; the text says what to use.
    [[nodiscard]] static Result<VideoPlan> make(const VideoFormat& format, VideoPacking packing);

    [[nodiscard]] const PictureShape& shape() const noexcept { return shape_; }
    /// Fields or segments of a frame, 1 or 2: each has its own marker.
    [[nodiscard]] unsigned fields() const noexcept { return shape_.fields; }
    /// The packets of a field in the order in which they are sent. Contract: field < fields().
    [[nodiscard]] std::span<const PlannedPacket> packets(unsigned field) const noexcept;
    /// NPACKETS of ST 2110-21: packets of the whole frame.
    [[nodiscard]] std::size_t packets_per_frame() const noexcept { return packets_.size(); }
    [[nodiscard]] std::span<const Span> spans(const PlannedPacket& packet) const noexcept {
        return {spans_.data() + packet.first_span, packet.span_count};
    }
    /// Writes the headers of `count` packets from `first` on, `header_stride` apart, each as long as its
    /// packet's header_bytes.
    /// Contract: they are packets of `field`, and `out` has count · header_stride octets.
    void write_headers(unsigned field, std::size_t first, std::size_t count,
                       const VideoStamp& stamp, std::span<std::byte> out) const noexcept;

private:
    friend class VideoPlanner;
    PictureShape shape_{};
    std::vector<PlannedPacket> packets_;  ///< Field 0, then as many of field 1.
    std::vector<Span> spans_;
    std::vector<std::byte>
        headers_;  ///< Templates, header_stride apart: all but number, timestamp, SSRC, payload type.
};

}  // namespace streamlib::st2110
