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
        if (row >> 15 != packet.field || column + groups > shape_.groups_per_row)
            return PacketStatus::outside;
    }
    packet.data = payload.data() + at;
    if (payload.size() - at < octets) return PacketStatus::truncated;
    return check_rows(packet);
}

/// All rows of a packet are judged by one numbering: the one that is believed after the packet was seen.
PacketStatus VideoDepacketiser::check_rows(const VideoPacket& packet) noexcept {
    const bool halved = shape_.fields == 2;
    bool in_field = true, in_frame = true;
    int evidence = evidence_;
    const std::byte* srd = packet.srds;
    for (bool more = true; more; srd += 6) {
        more = (load_be16(srd + 4) & 0x8000U) != 0;
        const std::uint32_t row = load_be16(srd + 2) & 0x7fffU;
        const std::uint32_t place = row >> (shape_.row_step - 1);
        in_field = in_field && place < shape_.rows_of_field() && (row & (shape_.row_step - 1)) == 0;
        if (!halved) continue;
        const bool of_frame = (row & 1U) == packet.field;
        in_frame = in_frame && of_frame && row < shape_.rows;
        if (!of_frame)
            --evidence;
        else if (row >= shape_.rows_of_field() && row < shape_.rows)
            ++evidence;
    }
    if (!halved) return in_field && packet.field == 0 ? PacketStatus::ok : PacketStatus::outside;
    evidence_ = std::clamp(evidence, evidence_ - 1, evidence_ + 1);  // one packet, one vote
    evidence_ = std::clamp(evidence_, -8, 8);
    return (frame_rows() ? in_frame : in_field) ? PacketStatus::ok : PacketStatus::outside;
}

}  // namespace streamlib::st2110
