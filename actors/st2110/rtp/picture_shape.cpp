// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/picture_shape.hpp"

#include <algorithm>

namespace streamlib::st2110 {
namespace {

/// The format at its smallest size: one pgroup. Which pgroups exist is known to runtime/format.hpp alone.
VideoFormat smallest(VideoFormat format) {
    format.interlace = Interlace::progressive;
    format.height = 2;
    for (const std::uint32_t width : {1U, 2U, 4U}) {
        format.width = width;
        if (format.validate()) return format;
    }
    return format;
}

bool colour_difference(Sampling sampling, std::uint32_t sample) {
    switch (sampling) {
        case Sampling::ycbcr_422: return sample % 2 == 0;  // Cb Y Cr Y
        case Sampling::ycbcr_444: return sample % 3 != 1;  // Cb Y Cr
        case Sampling::ycbcr_420: return sample % 6 >= 4;  // Y Y Y Y Cb Cr
        default: return false;
    }
}

}  // namespace

Result<PictureShape> PictureShape::of(const VideoFormat& format) {
    if (auto ok = format.validate(); !ok) return Unexpected(ok.error());
    if (format.layout != Layout::pgroup)
        return fail(Errc::invalid_argument,
                    "format " + to_string(format) + ": RTP carries pgroups, use the layout pgroup");
    const VideoFormat one = smallest(format);
    const Plane group = one.plane(0);
    const Plane plane = format.plane(0);
    PictureShape shape;
    shape.group_octets = group.row_bytes;
    shape.group_width = one.width;
    shape.row_step = one.height / group.rows;
    shape.groups_per_row = format.width / one.width;
    shape.row_bytes = plane.row_bytes;
    shape.rows = plane.rows;
    shape.fields = format.interlace == Interlace::progressive ? 1 : 2;
    shape.group_inverse = ((std::uint64_t{1} << 32) - 1) / group.row_bytes + 1;
    return shape;
}

std::array<std::byte, 16> black_pgroup(const VideoFormat& format,
                                       const PictureShape& shape) noexcept {
    std::array<std::byte, 16> octets{};
    const std::uint32_t depth = format.depth;
    const bool narrow = format.range == Range::narrow && format.sampling != Sampling::key;
    const std::uint32_t black = narrow ? 16U << (depth - 8) : 0;
    const std::uint32_t middle = 128U << (depth - 8);
    const std::uint32_t samples = shape.group_octets * 8 / depth;
    for (std::uint32_t sample = 0; sample < samples; ++sample) {
        const std::uint32_t value = colour_difference(format.sampling, sample) ? middle : black;
        for (std::uint32_t bit = 0; bit < depth; ++bit) {  // most significant first
            const std::uint32_t at = sample * depth + bit;
            if ((value >> (depth - 1 - bit) & 1) != 0)
                octets[at / 8] |= static_cast<std::byte>(0x80U >> (at % 8));
        }
    }
    return octets;
}

}  // namespace streamlib::st2110
