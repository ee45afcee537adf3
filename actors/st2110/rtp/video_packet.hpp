// SPDX-License-Identifier: Apache-2.0
/// @file
/// Reading one ST 2110-20 packet: where its samples belong in the frame.
///
///     VideoDepacketiser depacketiser(*PictureShape::of(format), 96);
///     VideoPacket packet;
///     if (depacketiser.parse(datagram, packet) == PacketStatus::ok)
///         for_each_part(packet, shape, numbering, [&](const VideoPart& part) { copy(part.offset, part.data); });
///
/// Model     A packet is good as a whole or refused as a whole. Any number of SRD headers that fit the packet
///           is taken (RFC 4175 has
///           no limit, ST 2110-20 has 3); octets after the last sample are ignored.
/// Rows      Interlaced rows count within the field (ST 2110-20). GStreamer sends rows of the frame instead
///           (0, 2, 4 … and 1, 3, 5 …):
///           found by rows that no field has, and from then on understood; `frame_rows()` tells a caller that what it placed
///           before lies wrongly.
/// Threads   One thread. Cost: the header and a few instructions an SRD; no allocation, no division.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "actors/st2110/rtp/picture_shape.hpp"
#include "actors/st2110/rtp/rtp_header.hpp"

namespace streamlib::st2110 {

/// What became of a packet from the network.
enum class PacketStatus : std::uint8_t {
    ok,
    not_rtp,     ///< See RtpStatus.
    other_type,  ///< Another payload type.
    foreign,     ///< Another SSRC than the one that is followed.
    truncated,   ///< Fewer octets than its headers promise.
    bad_size,    ///< Not whole pgroups, or not whole sample frames; nothing at all.
    outside,     ///< Samples outside the picture: another format than expected.
    duplicate,   ///< Was here before.
    late,        ///< Its frame or block is closed already.
    jump,        ///< A time far from the stream's; followed if more of them come.
};
inline constexpr std::size_t packet_status_count = 10;

[[nodiscard]] std::string_view to_string(PacketStatus status) noexcept;

/// Points into the datagram that was parsed.
struct VideoPacket {
    RtpHeader header{};
    std::uint16_t extended = 0;       ///< High half of the 32-bit sequence number, as it was sent.
    std::uint8_t field = 0;           ///< F of the first SRD; a packet with both fields is refused.
    const std::byte* srds = nullptr;  ///< The first SRD header; the last one has C = 0.
    const std::byte* data = nullptr;  ///< The samples of the first SRD.
};

/// Samples that belong together in the frame.
struct VideoPart {
    std::uint32_t first_group = 0;  ///< Number of the first pgroup in the frame, in memory order.
    std::uint32_t groups = 0;       ///< How many; 0 is possible.
    std::uint32_t row = 0;          ///< Row of pgroups, in which all of them lie.
    std::uint32_t offset = 0;       ///< Octets from the start of the frame.
    std::span<const std::byte> data{};  ///< groups · group_octets octets.
};

class VideoDepacketiser {
public:
    VideoDepacketiser(const PictureShape& shape, std::uint8_t payload_type)
        : shape_(shape), payload_type_(payload_type) {}

    /// Validates a datagram; `packet` is set only where the answer is ok.
    [[nodiscard]] PacketStatus parse(std::span<const std::byte> datagram,
                                     VideoPacket& packet) noexcept;
    /// Interlaced rows are the frame's: GStreamer sends.
    [[nodiscard]] bool frame_rows() const noexcept { return evidence_ > 0; }
    [[nodiscard]] const PictureShape& shape() const noexcept { return shape_; }

private:
    [[nodiscard]] PacketStatus check_srds(std::span<const std::byte> payload,
                                          VideoPacket& packet) noexcept;
    [[nodiscard]] PacketStatus check_rows(const VideoPacket& packet) noexcept;

    PictureShape shape_;
    int evidence_ = 0;  ///< For rows of the frame (> 0) or of the field; -8 … 8.
    std::uint8_t payload_type_;
};

/// Calls `place(VideoPart)` for each SRD. Contract: `packet` came from parse() of a depacketiser with this
/// shape and its frame_rows().
template <class Place>
void for_each_part(const VideoPacket& packet, const PictureShape& shape, bool frame_rows,
                   Place&& place) {
    const std::byte* data = packet.data;
    for (const std::byte* srd = packet.srds;; srd += 6) {
        const std::uint32_t length = load_be16(srd);
        const std::uint32_t row = load_be16(srd + 2) & 0x7fffU;
        const std::uint32_t offset = load_be16(srd + 4);
        const std::uint32_t column = (offset & 0x7fffU) >> (shape.group_width >> 1);  // 1, 2, 4
        const std::uint32_t at = shape.fields == 1 ? row >> (shape.row_step - 1)
                                 : frame_rows      ? row
                                                   : row * 2 + packet.field;
        VideoPart part;
        part.first_group = at * shape.groups_per_row + column;
        part.groups = shape.groups_in(length);
        part.row = at;
        part.offset = part.first_group * shape.group_octets;
        part.data = {data, length};
        place(part);
        data += length;
        if ((offset & 0x8000U) == 0) return;
    }
}

}  // namespace streamlib::st2110
