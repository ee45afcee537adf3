// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/video_plan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::uint32_t block_octets = 180;

/// How the pgroups of a field are cut.
struct Cut {
    std::uint32_t groups = 0;        ///< Most pgroups of a packet.
    bool within_row = false;         ///< No packet reaches into the next row.
    std::uint32_t block_groups = 1;  ///< A packet that is cut short keeps a multiple of this.
};

/// Octets of samples that fit beside `srds` SRD headers.
constexpr std::uint32_t room(std::uint32_t max_udp, std::uint32_t srds) {
    const auto headers =
        static_cast<std::uint32_t>(udp_header_bytes + rtp_header_bytes + 2 + srds * srd_bytes);
    return max_udp - headers;
}

constexpr std::uint32_t divide_up(std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; }

/// The largest pgroup count that gives equal packets: see GPM above.
std::optional<std::uint32_t> equal_groups(const PictureShape& shape, std::uint32_t max_udp) {
    const std::uint32_t row = shape.groups_per_row;
    for (std::uint32_t halves = 6; halves >= 2; --halves) {
        const std::uint32_t groups = row * halves / 2;
        if (row * halves % 2 != 0 || divide_up(halves, 2) > max_srds) continue;
        if (groups * shape.group_octets <= room(max_udp, divide_up(halves, 2))) return groups;
    }
    const std::uint32_t most = room(max_udp, 1) / shape.group_octets;
    for (std::uint32_t parts = divide_up(row, most); parts <= row; ++parts)
        if (row % parts == 0) return row / parts;
    return std::nullopt;
}

Cut general_cut(const PictureShape& shape, std::uint32_t max_udp) {
    const std::uint32_t row = shape.groups_per_row;
    const std::uint32_t parts = divide_up(row, room(max_udp, 1) / shape.group_octets);
    const auto equal = equal_groups(shape, max_udp);
    // Packets a row, compared without a fraction: row / equal <= 3/2 · parts.
    if (equal && 2 * row <= 3 * parts * *equal) return {.groups = *equal};
    return {.groups = divide_up(row, parts), .within_row = true};
}

Result<Cut> block_cut(const VideoFormat& format, const PictureShape& shape, std::uint32_t max_udp) {
    const auto refuse = [&](const std::string& why) {
        return fail(Errc::unsupported,
                    "2110BPM with " + to_string(format) + ": " + why + "; use 2110GPM");
    };
    if (block_octets % shape.group_octets != 0)
        return refuse("a pgroup of " + std::to_string(shape.group_octets) +
                      " octets does not divide a block of 180");
    if (2 * shape.row_bytes + shape.group_octets < block_octets)
        return refuse("three rows of " + std::to_string(shape.row_bytes) +
                      " octets hold no block of 180");
    const std::uint32_t blocks = room(max_udp, max_srds) / block_octets;
    const std::uint32_t block_groups = block_octets / shape.group_octets;
    return Cut{.groups = blocks * block_groups, .block_groups = block_groups};
}

}  // namespace

/// Makes a plan: all that happens at set-up.
class VideoPlanner {
public:
    VideoPlanner(VideoPlan& plan, const Cut& cut) : plan_(plan), shape_(plan.shape_), cut_(cut) {}

    void add_field(unsigned field) {
        const std::uint32_t end = shape_.rows_of_field() * shape_.groups_per_row;
        for (std::uint32_t at = 0; at < end;) at += add_packet(field, at, end);
    }

    void measure_runs() {
        auto& packets = plan_.packets_;
        const std::size_t field_packets = packets.size() / shape_.fields;
        for (std::size_t i = packets.size(); i-- > 0;) {
            if ((i + 1) % field_packets == 0) continue;  // a field ends: its own timestamp follows
            const std::uint32_t size = packets[i].bytes(), next = packets[i + 1].bytes();
            if (next == size) packets[i].run = packets[i + 1].run + 1;
            if (next < size) packets[i].run = 2;
        }
    }

private:
    /// Pgroups of the packet that begins at `at`.
    [[nodiscard]] std::uint32_t length_at(std::uint32_t at, std::uint32_t end) const {
        const std::uint32_t row = shape_.groups_per_row;
        const auto most_rows = cut_.within_row ? 1U : static_cast<std::uint32_t>(max_srds);
        const std::uint32_t reach = (at / row + most_rows) * row - at;
        const std::uint32_t length = std::min({cut_.groups, end - at, reach});
        if (cut_.within_row || length == end - at) return length;
        return length / cut_.block_groups * cut_.block_groups;
    }

    std::uint32_t add_packet(unsigned field, std::uint32_t at, std::uint32_t end) {
        const std::uint32_t length = length_at(at, end);
        PlannedPacket packet;
        packet.first_span = static_cast<std::uint32_t>(plan_.spans_.size());
        packet.data_bytes = static_cast<std::uint16_t>(length * shape_.group_octets);
        std::array<std::byte, header_stride> header{};
        write_rtp({.marker = at + length == end}, header.data());
        std::byte* srd = header.data() + rtp_header_bytes + 2;
        for (std::uint32_t left = length, from = at; left > 0; srd += srd_bytes) {
            const std::uint32_t row = from / shape_.groups_per_row;
            const std::uint32_t column = from % shape_.groups_per_row;
            const std::uint32_t part = std::min(left, shape_.groups_per_row - column);
            store_be16(srd, static_cast<std::uint16_t>(part * shape_.group_octets));
            store_be16(srd + 2, static_cast<std::uint16_t>(field << 15 | row * shape_.row_step));
            const std::uint32_t more = part < left ? 0x8000U : 0U;
            store_be16(srd + 4, static_cast<std::uint16_t>(more | column * shape_.group_width));
            add_span(packet, {(row * shape_.fields + field) * shape_.row_bytes +
                                  column * shape_.group_octets,
                              part * shape_.group_octets});
            left -= part;
            from += part;
        }
        packet.header_bytes = static_cast<std::uint8_t>(srd - header.data());
        packet.span_count = static_cast<std::uint8_t>(plan_.spans_.size() - packet.first_span);
        plan_.packets_.push_back(packet);
        plan_.headers_.insert(plan_.headers_.end(), header.begin(), header.end());
        return length;
    }

    void add_span(const PlannedPacket& packet, Span span) {
        auto& spans = plan_.spans_;
        const bool follows = spans.size() > packet.first_span &&
                             spans.back().offset + spans.back().length == span.offset;
        if (follows)
            spans.back().length += span.length;
        else
            spans.push_back(span);
    }

    VideoPlan& plan_;
    const PictureShape& shape_;
    Cut cut_;
};

Result<VideoPlan> VideoPlan::make(const VideoFormat& format, VideoPacking packing) {
    auto shape = PictureShape::of(format);
    if (!shape) return Unexpected(shape.error());
    if (packing.max_udp != 1460 && packing.max_udp != 8960)
        return fail(Errc::invalid_argument, "MAXUDP " + std::to_string(packing.max_udp) +
                                                ": ST 2110-10 knows 1460 and 8960");
    Result<Cut> cut = general_cut(*shape, packing.max_udp);
    if (packing.mode == PackingMode::block) cut = block_cut(format, *shape, packing.max_udp);
    if (!cut) return Unexpected(cut.error());
    VideoPlan plan;
    plan.shape_ = *shape;
    VideoPlanner planner(plan, *cut);
    for (unsigned field = 0; field < shape->fields; ++field) planner.add_field(field);
    planner.measure_runs();
    return plan;
}

std::span<const PlannedPacket> VideoPlan::packets(unsigned field) const noexcept {
    STREAMLIB_ASSERT(field < shape_.fields, "no such field in this plan");
    const std::size_t count = packets_.size() / shape_.fields;
    return {packets_.data() + field * count, count};
}

void VideoPlan::write_headers(unsigned field, std::size_t first, std::size_t count,
                              const VideoStamp& stamp, std::span<std::byte> out) const noexcept {
    const std::size_t field_packets = packets_.size() / shape_.fields;
    STREAMLIB_ASSERT(field < shape_.fields && first <= field_packets &&
                         count <= field_packets - first && out.size() >= count * header_stride,
                     "write_headers: packets of one field, and 32 octets for each");
    if (count == 0) return;
    const std::size_t begin = field * field_packets + first;
    std::memcpy(out.data(), headers_.data() + begin * header_stride, count * header_stride);
    auto number = static_cast<std::uint32_t>(stamp.sequence + first);
    for (std::byte* at = out.data(); count-- > 0; at += header_stride, ++number) {
        at[1] |= static_cast<std::byte>(stamp.payload_type);
        store_be16(at + 2, static_cast<std::uint16_t>(number & 0xffff));
        store_be32(at + 4, stamp.timestamp);
        store_be32(at + 8, stamp.ssrc);
        store_be16(at + 12, static_cast<std::uint16_t>(number >> 16));
    }
}

}  // namespace streamlib::st2110
