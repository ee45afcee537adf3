// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/video_packet.hpp"

#include <algorithm>

namespace streamlib::st2110 {

std::string_view to_string(PacketStatus status) noexcept {
    switch (status) {
        case PacketStatus::ok: return "ok";
        case PacketStatus::not_rtp: return "not RTP";
        case PacketStatus::other_type: return "other payload type";
        case PacketStatus::foreign: return "foreign SSRC";
        case PacketStatus::truncated: return "truncated";
        case PacketStatus::bad_size: return "bad size";
        case PacketStatus::outside: return "outside the picture";
        case PacketStatus::duplicate: return "duplicate";
        case PacketStatus::late: return "late";
        case PacketStatus::jump: return "jump in time";
    }
    return "?";
}

PacketStatus VideoDepacketiser::parse(std::span<const std::byte> datagram,
                                      VideoPacket& packet) noexcept {
    RtpPacket rtp;
    if (parse_rtp(datagram, rtp) != RtpStatus::ok) return PacketStatus::not_rtp;
    if (rtp.header.payload_type != payload_type_) return PacketStatus::other_type;
    VideoPacket found;
    const PacketStatus status = check_srds(rtp.payload, found);
    if (status != PacketStatus::ok) return status;
    packet = found;
    packet.header = rtp.header;
    return PacketStatus::ok;
}

PacketStatus VideoDepacketiser::check_srds(std::span<const std::byte> payload,
                                           VideoPacket& packet) noexcept {
    if (payload.size() < 2) return PacketStatus::truncated;
    packet.extended = load_be16(payload.data());
    packet.srds = payload.data() + 2;
    std::size_t at = 2, octets = 0;
    for (bool more = true, first = true; more; first = false, at += 6) {
        if (payload.size() - at < 6) return PacketStatus::truncated;
        const std::uint32_t length = load_be16(&payload[at]);
        const std::uint32_t row = load_be16(&payload[at + 2]);
        const std::uint32_t offset = load_be16(&payload[at + 4]);
        more = (offset & 0x8000U) != 0;
        octets += length;
        const std::uint32_t groups = shape_.groups_in(length);
        const std::uint32_t pixels = offset & 0x7fffU;
        const std::uint32_t column = pixels >> (shape_.group_width >> 1);
        if (groups * shape_.group_octets != length || (pixels & (shape_.group_width - 1)) != 0)
            return PacketStatus::bad_size;
        if (first) packet.field = static_cast<std::uint8_t>(row >> 15);
        if (row >> 15 != packet.field || column + groups > shape_.groups_per_row ||
            !row_exists(row & 0x7fffU, packet.field))
            return PacketStatus::outside;
    }
    packet.data = payload.data() + at;
    if (payload.size() - at < octets) return PacketStatus::truncated;
    return PacketStatus::ok;
}

bool VideoDepacketiser::row_exists(std::uint32_t row, std::uint32_t field) noexcept {
    if (shape_.fields == 1)
        return field == 0 && (row & (shape_.row_step - 1)) == 0 &&
               row >> (shape_.row_step - 1) < shape_.rows;
    if (row >= shape_.rows) return false;
    if ((row & 1U) != field)
        evidence_ = std::max(evidence_ - 1, -8);
    else if (row >= shape_.rows_of_field())
        evidence_ = std::min(evidence_ + 1, 8);
    return evidence_ > 0 ? (row & 1U) == field : row < shape_.rows_of_field();
}

}  // namespace streamlib::st2110
