// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/raster_watch.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include "actors/st2110/rtp/rtp_header.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::size_t extended_sequence = 2, srd_bytes = 6;

/// The sampling and depth whose pgroups have so many octets to so many pixels; empty: none.
std::string samples_of(const SeenRaster& seen) {
    for (VideoFormat format : known_video_layouts()) {
        if (format.layout != Layout::pgroup) continue;
        format.width = 48;
        format.height = 2;
        const auto shape = PictureShape::of(format);
        if (!shape || (shape->row_step == 2) != seen.even_rows ||
            shape->group_octets * seen.pixels != seen.octets * shape->group_width)
            continue;
        return std::string(to_string(format.sampling)) + ' ' + std::to_string(format.depth);
    }
    return {};
}

std::string decimal(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g", value);
    return text.data();
}

}  // namespace

void RasterWatch::see(std::span<const std::byte> datagram) noexcept {
    RtpPacket packet;
    if (parse_rtp(datagram, packet) != RtpStatus::ok) return;
    if (begun_ && packet.header.ssrc != ssrc_) return;
    if (!begun_ || packet.header.timestamp != timestamp_) {
        end_unit();
        begun_ = true;
        ssrc_ = packet.header.ssrc;
        timestamp_ = packet.header.timestamp;
    }
    const std::span<const std::byte> payload = packet.payload;
    for (std::size_t at = extended_sequence; at + srd_bytes <= payload.size(); at += srd_bytes) {
        const std::uint32_t row = load_be16(&payload[at + 2]);
        const std::uint32_t offset = load_be16(&payload[at + 4]);
        fields_ = fields_ || (row & 0x8000U) != 0;
        see_piece({row & 0x7fffU, offset & 0x7fffU, load_be16(&payload[at])});
        if ((offset & 0x8000U) == 0) return;
    }
}

void RasterWatch::see_piece(const Piece& piece) noexcept {
    unit_.rows = std::max(unit_.rows, piece.row + 1);
    unit_.even_rows = unit_.even_rows && piece.row % 2 == 0;
    // From one piece of a row to the next; where one between them is lost that is too far, so the most octets are right.
    if (before_.length != 0 && before_.row == piece.row && piece.offset > before_.offset) {
        const std::uint32_t pixels = piece.offset - before_.offset;
        if (std::uint64_t{before_.length} * unit_.pixels >= std::uint64_t{unit_.octets} * pixels) {
            unit_.octets = before_.length;
            unit_.pixels = pixels;
        }
    }
    if (piece.offset > end_.offset || (piece.offset == end_.offset && piece.length > end_.length))
        end_ = piece;
    before_ = piece;
}

void RasterWatch::end_unit() noexcept {
    unit_.row_octets = end_.length;
    unit_.fields = fields_;
    if (unit_.octets == 0 &&
        expected_.groups_in(end_.length) * expected_.group_octets == end_.length) {
        unit_.octets = expected_.group_octets;  // nothing speaks against it
        unit_.pixels = expected_.group_width;
    }
    if (unit_.octets != 0) {
        unit_.width = end_.offset + end_.length * unit_.pixels / unit_.octets;
        const std::uint32_t common = std::gcd(unit_.octets, unit_.pixels);
        unit_.octets /= common;
        unit_.pixels /= common;
    }
    if (whole_) {
        alike_ = alike_ != 0 && unit_ == last_ ? alike_ + 1 : 1;
        last_ = unit_;
    }
    whole_ = begun_;
    unit_ = {};
    before_ = end_ = {};
}

std::string describe_difference(const SeenRaster& seen, const VideoFormat& expected) {
    const auto shape = PictureShape::of(expected);
    if (!shape) return shape.error().text;
    // GStreamer numbers the rows of a field as the frame's: 0, 2, 4 …
    const bool of_frame = shape->fields == 2 && seen.rows > expected.height / 2;
    const std::uint32_t whole = of_frame ? expected.height : expected.height / shape->fields;
    const bool short_by_one = shape->row_step == 2 || of_frame;
    const bool rows_fit = seen.rows == whole || (short_by_one && seen.rows + 1 == whole);
    const bool samples_fit =
        seen.octets == 0
            ? shape->groups_in(seen.row_octets) * shape->group_octets == seen.row_octets
            : seen.octets * shape->group_width == seen.pixels * shape->group_octets;
    const bool width_fits = seen.width == expected.width || seen.width == 0;
    const bool step_fits = of_frame || seen.rows < 3 || (shape->row_step == 2) == seen.even_rows;
    if (rows_fit && samples_fit && width_fits && step_fits && seen.fields == (shape->fields == 2))
        return {};
    const std::uint32_t rows = seen.rows + (seen.even_rows && seen.rows > 2 ? 1 : 0);
    std::string text = std::to_string(rows) + (seen.fields ? " rows a field of " : " rows of ");
    text += seen.width != 0 ? std::to_string(seen.width) + " pixels"
                            : std::to_string(seen.row_octets) + " octets";
    if (seen.octets != 0) {
        text += " at " + decimal(static_cast<double>(seen.octets) / seen.pixels) + " octets";
        if (const std::string samples = samples_of(seen); !samples.empty())
            text += " (such as " + samples + ")";
    }
    return text + " come, " + to_string(expected) + " is expected";
}

}  // namespace streamlib::st2110
