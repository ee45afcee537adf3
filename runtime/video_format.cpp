// SPDX-License-Identifier: Apache-2.0
// Where the samples of a picture lie, and which pictures exist. The text form is in video_format_text.cpp.
#include "ipc/base/assert.hpp"
#include "runtime/format.hpp"

namespace streamlib {
namespace {

constexpr std::uint32_t max_side = 16384;
constexpr std::uint32_t plane_alignment = 64;

constexpr std::uint32_t round_up(std::uint32_t value, std::uint32_t unit) {
    return (value + unit - 1) / unit * unit;
}

constexpr bool half_width(Sampling s) {
    return s == Sampling::ycbcr_422 || s == Sampling::ycbcr_420;
}

/// A pgroup: the smallest run of pixels that fills whole octets (ST 2110-20 clause 6.2, tables 1 to 4).
struct Pgroup {
    std::uint32_t octets = 0;  ///< 0: there is none.
    std::uint32_t width = 0;   ///< Pixels of one row it covers.
    std::uint32_t height = 0;  ///< Rows it covers.
};

constexpr Pgroup pgroup_of(Sampling sampling, std::uint32_t depth) {
    const bool known = depth == 8 || depth == 10 || depth == 12 || depth == 16;
    if (!known) return {};
    switch (sampling) {
        case Sampling::ycbcr_422: return {4 * depth / 8, 2, 1};
        case Sampling::ycbcr_444:
        case Sampling::rgb:
            if (depth == 10) return {15, 4, 1};
            if (depth == 12) return {9, 2, 1};
            return {3 * depth / 8, 1, 1};
        case Sampling::ycbcr_420:
            if (depth == 10) return {15, 4, 2};
            return {6 * depth / 8, 2, 2};
        case Sampling::key:
            if (depth == 10) return {5, 4, 1};
            if (depth == 12) return {3, 2, 1};
            return {depth / 8, 1, 1};
        case Sampling::rgba: return {};  // Not on the wire.
    }
    return {};
}

constexpr bool packed_exists(Sampling sampling, std::uint32_t depth) {
    switch (sampling) {
        case Sampling::ycbcr_422: return depth == 8 || depth == 10;
        case Sampling::rgb:
        case Sampling::rgba: return depth == 8 || depth == 16;
        default: return false;
    }
}

constexpr bool layout_exists(Sampling sampling, std::uint32_t depth, Layout layout) {
    switch (layout) {
        case Layout::planar: return depth == 8 || depth == 10 || depth == 12 || depth == 16;
        case Layout::packed: return packed_exists(sampling, depth);
        case Layout::pgroup: return pgroup_of(sampling, depth).octets != 0;
    }
    return false;
}

constexpr std::size_t planar_planes(Sampling sampling) {
    if (sampling == Sampling::key) return 1;
    return sampling == Sampling::rgba ? 4 : 3;
}

Plane planar_plane(const VideoFormat& f, std::size_t index) {
    const std::uint32_t sample_bytes = f.depth == 8 ? 1 : 2;
    Plane at{};
    for (std::size_t i = 0; i <= index; ++i) {
        const bool chroma = i > 0 && half_width(f.sampling);
        at.offset += std::uint64_t{at.stride_bytes} * at.rows;
        at.row_bytes = (chroma ? (f.width + 1) / 2 : f.width) * sample_bytes;
        at.rows = chroma && f.sampling == Sampling::ycbcr_420 ? (f.height + 1) / 2 : f.height;
        at.stride_bytes = round_up(at.row_bytes, plane_alignment);
    }
    return at;
}

Plane packed_plane(const VideoFormat& f) {
    Plane at{};
    at.rows = f.height;
    if (f.sampling == Sampling::ycbcr_422 && f.depth == 10) {  // v210
        at.row_bytes = (f.width + 5) / 6 * 16;
        at.stride_bytes = (f.width + 47) / 48 * 128;
        return at;
    }
    const std::uint32_t samples = f.sampling == Sampling::ycbcr_422 ? 2
                                  : f.sampling == Sampling::rgba    ? 4
                                                                    : 3;
    at.row_bytes = f.width * samples * (f.depth == 8 ? 1U : 2U);
    at.stride_bytes = round_up(at.row_bytes, plane_alignment);
    return at;
}

Plane pgroup_plane(const VideoFormat& f) {
    const Pgroup group = pgroup_of(f.sampling, f.depth);
    STREAMLIB_ASSERT(group.octets != 0, "no such pgroup: call validate() first");
    Plane at{};
    at.row_bytes = f.width / group.width * group.octets;
    at.stride_bytes = at.row_bytes;
    at.rows = f.height / group.height;
    return at;
}

std::string size_text(const VideoFormat& f) {
    return std::to_string(f.width) + "x" + std::to_string(f.height);
}

/// Depths of `sampling` in `layout`: "8 or 10".
std::string depths_of(Sampling sampling, Layout layout) {
    std::string text;
    for (const std::uint32_t depth : {8U, 10U, 12U, 16U}) {
        if (!layout_exists(sampling, depth, layout)) continue;
        if (!text.empty()) text += " or ";
        text += std::to_string(depth);
    }
    return text;
}

Result<> check_size(const VideoFormat& f) {
    const auto bad = [](std::string text) { return fail(Errc::invalid_argument, std::move(text)); };
    if (f.width == 0 || f.height == 0 || f.width > max_side || f.height > max_side)
        return bad("size " + size_text(f) + ": width and height must be 1 to 16384");
    const std::string_view sampling = to_string(f.sampling);
    const auto multiple = [&](std::string_view side, std::uint32_t is, std::uint32_t unit,
                              std::string_view of) -> Result<> {
        if (is % unit == 0) return {};
        const std::uint32_t below = is / unit * unit;
        std::string text = std::string(side) + " " + std::to_string(is) + " with " +
                           std::string(of) + ": must be a multiple of " + std::to_string(unit) +
                           ", use ";
        if (below > 0) text += std::to_string(below) + " or ";
        return fail(Errc::invalid_argument, text + std::to_string(below + unit));
    };
    if (half_width(f.sampling))
        if (auto ok = multiple("width", f.width, 2, sampling); !ok) return ok;
    if (f.sampling == Sampling::ycbcr_420)
        if (auto ok = multiple("height", f.height, 2, sampling); !ok) return ok;
    if (f.interlace != Interlace::progressive)
        if (auto ok = multiple("height", f.height, 2, to_string(f.interlace)); !ok) return ok;
    if (f.layout != Layout::pgroup) return {};
    const Pgroup group = pgroup_of(f.sampling, f.depth);
    return multiple("width", f.width, group.width,
                    "pgroups of " + std::string(sampling) + " " + std::to_string(f.depth));
}

Result<> check_words(const VideoFormat& f) {
    const auto bad = [](std::string text) { return fail(Errc::invalid_argument, std::move(text)); };
    if (f.sampling > Sampling::key || f.layout > Layout::pgroup || f.interlace > Interlace::psf ||
        f.colorimetry > Colorimetry::unspecified || f.range > Range::full_protect)
        return bad("video format: an enumerator is out of range; the record is not a video format");
    if (f.depth != 8 && f.depth != 10 && f.depth != 12 && f.depth != 16)
        return bad("depth " + std::to_string(f.depth) + ": use 8, 10, 12 or 16");
    if (layout_exists(f.sampling, f.depth, f.layout)) return {};
    const std::string depths = depths_of(f.sampling, f.layout);
    const std::string what = std::string(to_string(f.sampling)) + " " + std::to_string(f.depth) +
                             " " + std::string(to_string(f.layout)) + ": no such layout, use ";
    return bad(what + (depths.empty() ? "planar" : "depth " + depths + ", or planar"));
}

}  // namespace

std::size_t VideoFormat::plane_count() const noexcept {
    return layout == Layout::planar ? planar_planes(sampling) : 1;
}

Plane VideoFormat::plane(std::size_t index) const noexcept {
    STREAMLIB_ASSERT(index < plane_count(), "plane index past the last plane");
    if (layout == Layout::planar) return planar_plane(*this, index);
    return layout == Layout::packed ? packed_plane(*this) : pgroup_plane(*this);
}

std::uint64_t VideoFormat::bytes() const noexcept {
    const Plane last = plane(plane_count() - 1);
    return last.offset + std::uint64_t{last.stride_bytes} * last.rows;
}

Result<> VideoFormat::validate() const {
    const auto bad = [](std::string text) { return fail(Errc::invalid_argument, std::move(text)); };
    if (auto ok = check_words(*this); !ok) return ok;
    if (auto ok = check_size(*this); !ok) return ok;
    if (layout == Layout::pgroup && sampling == Sampling::ycbcr_420 &&
        interlace != Interlace::progressive)
        return bad("YCbCr-4:2:0 pgroup " + std::string(to_string(interlace)) +
                   ": ST 2110-20 has 4:2:0 for progressive pictures only, use progressive or "
                   "YCbCr-4:2:2");
    if (rate.num < 0 || rate.den <= 0)
        return bad("rate " + std::to_string(rate.num) + "/" + std::to_string(rate.den) +
                   ": must be positive, e.g. 50/1 (0/1 where unknown)");
    return {};
}

std::vector<VideoFormat> known_video_layouts() {
    constexpr std::uint8_t depths[] = {8, 10, 12, 16};
    std::vector<VideoFormat> all;
    for (const Layout layout : {Layout::planar, Layout::packed, Layout::pgroup})
        for (const Sampling sampling :
             {Sampling::ycbcr_444, Sampling::ycbcr_422, Sampling::ycbcr_420, Sampling::rgb,
              Sampling::rgba, Sampling::key})
            for (const std::uint8_t depth : depths)
                if (layout_exists(sampling, depth, layout)) {
                    VideoFormat f;
                    f.sampling = sampling;
                    f.depth = depth;
                    f.layout = layout;
                    all.push_back(f);
                }
    return all;
}

}  // namespace streamlib
