// SPDX-License-Identifier: Apache-2.0
#include "actors/picture.hpp"

#include <algorithm>
#include <cstring>

namespace streamlib::actors {
namespace {

using Kind = SampleMap::Kind;

std::uint32_t octet(const std::byte* p) { return std::to_integer<std::uint32_t>(*p); }

// Two octets always hold a sample of a 10 or 12-bit pgroup: it starts at an even bit.
std::uint32_t load(const SampleMap& map, const std::byte* row, std::size_t s) {
    switch (map.kind) {
        case Kind::byte: return octet(row + s);
        case Kind::word_le: return octet(row + 2 * s) | octet(row + 2 * s + 1) << 8;
        case Kind::word_be: return octet(row + 2 * s) << 8 | octet(row + 2 * s + 1);
        case Kind::bits: {
            const std::size_t bit = s * map.depth;
            const std::byte* p = row + bit / 8;
            const std::uint32_t both = octet(p) << 8 | octet(p + 1);
            return both >> (16 - map.depth - bit % 8) & ((1U << map.depth) - 1);
        }
        case Kind::v210: {
            std::uint32_t word = 0;
            std::memcpy(&word, row + s / 3 * 4, sizeof word);
            return word >> (s % 3 * 10) & 0x3ff;
        }
    }
    return 0;
}

void store(const SampleMap& map, std::byte* row, std::size_t s, std::uint32_t code) {
    const auto put = [](std::byte* p, std::uint32_t v) { *p = static_cast<std::byte>(v & 0xff); };
    switch (map.kind) {
        case Kind::byte: put(row + s, code); return;
        case Kind::word_le:
            put(row + 2 * s, code);
            put(row + 2 * s + 1, code >> 8);
            return;
        case Kind::word_be:
            put(row + 2 * s, code >> 8);
            put(row + 2 * s + 1, code);
            return;
        case Kind::bits: {
            const std::size_t bit = s * map.depth;
            std::byte* p = row + bit / 8;
            const auto shift = 16 - map.depth - bit % 8;
            const std::uint32_t mask = ((1U << map.depth) - 1) << shift;
            const std::uint32_t both =
                ((octet(p) << 8 | octet(p + 1)) & ~mask) | (code << shift & mask);
            put(p, both >> 8);
            put(p + 1, both);
            return;
        }
        case Kind::v210: {
            std::uint32_t word = 0;
            std::memcpy(&word, row + s / 3 * 4, sizeof word);
            const auto shift = s % 3 * 10;
            word = (word & ~(0x3ffU << shift)) | (code & 0x3ff) << shift;
            std::memcpy(row + s / 3 * 4, &word, sizeof word);
            return;
        }
    }
}

SampleMap planar_map(const VideoFormat& f, std::size_t component) {
    constexpr std::array<std::uint8_t, 4> gbra = {2, 0, 1, 3};  // Plane of R, G, B, A.
    const bool rgb = f.sampling == Sampling::rgb || f.sampling == Sampling::rgba;
    SampleMap map;
    map.kind = f.depth == 8 ? Kind::byte : Kind::word_le;
    map.plane = rgb ? gbra[component] : static_cast<std::uint8_t>(component);
    return map;
}

/// Order of samples in a row of one plane: Cb Y Cr Y (4:2:2), Cb Y Cr (4:4:4), R G B (A).
void interleave(SampleMap& map, Sampling sampling, std::uint32_t component) {
    switch (sampling) {
        case Sampling::ycbcr_422:
            map.step = component == 0 ? 2 : 4;
            map.first = component == 0 ? 1 : (component - 1) * 2;
            return;
        case Sampling::ycbcr_444:
            map.step = 3;
            map.first = component == 0 ? 1 : (component - 1) * 2;
            return;
        case Sampling::ycbcr_420:  // Y00 Y01 Y10 Y11 Cb Cr; luma is placed in pairs of rows.
            map.pairs_of_rows = component == 0;
            map.step = 6;
            map.first = component == 0 ? 0 : 3 + component;
            return;
        case Sampling::rgb:
        case Sampling::rgba:
            map.step = sampling == Sampling::rgb ? 3 : 4;
            map.first = component;
            return;
        case Sampling::key: return;
    }
}

SampleMap map_of(const VideoFormat& f, std::size_t component) {
    if (f.layout == Layout::planar) return planar_map(f, component);
    SampleMap map;
    map.depth = f.depth;
    interleave(map, f.sampling, static_cast<std::uint32_t>(component));
    if (f.depth == 8) {
        map.kind = Kind::byte;
    } else if (f.layout == Layout::packed) {
        map.kind = f.depth == 10 ? Kind::v210 : Kind::word_le;
    } else {
        map.kind = f.depth == 16 ? Kind::word_be : Kind::bits;
    }
    return map;
}

bool halves_width(Sampling s) { return s == Sampling::ycbcr_422 || s == Sampling::ycbcr_420; }

/// Rows of the picture that one row of this plane covers.
std::uint32_t picture_rows(const VideoFormat& f, std::size_t plane) {
    if (f.sampling != Sampling::ycbcr_420) return 1;
    return f.layout == Layout::pgroup || plane > 0 ? 2 : 1;
}

}  // namespace

PictureView::PictureView(const VideoFormat& format, const std::byte* bytes) noexcept
    : format_(format),
      bytes_(bytes),
      components_(format.sampling == Sampling::key    ? 1
                  : format.sampling == Sampling::rgba ? 4
                                                      : 3),
      rgb_(format.sampling == Sampling::rgb || format.sampling == Sampling::rgba) {
    for (std::size_t i = 0; i < format.plane_count(); ++i) planes_[i] = format.plane(i);
    for (std::size_t c = 0; c < components_; ++c) maps_[c] = map_of(format, c);
}

std::uint32_t PictureView::width(std::size_t component) const noexcept {
    return component > 0 && halves_width(format_.sampling) ? format_.width / 2 : format_.width;
}

std::uint32_t PictureView::height(std::size_t component) const noexcept {
    return component > 0 && format_.sampling == Sampling::ycbcr_420 ? format_.height / 2
                                                                    : format_.height;
}

std::uint32_t PictureView::row_unit() const noexcept {
    return format_.sampling == Sampling::ycbcr_420 ? 2 : 1;
}

PictureView::Place PictureView::place(const SampleMap& map, std::uint32_t x,
                                      std::uint32_t y) const noexcept {
    const Plane& plane = planes_[map.plane];
    if (map.pairs_of_rows)
        return {plane.offset + std::size_t{plane.stride_bytes} * (y / 2),
                std::size_t{x / 2} * 6 + (y & 1) * 2 + (x & 1)};
    return {plane.offset + std::size_t{plane.stride_bytes} * y,
            map.first + std::size_t{x} * map.step};
}

std::uint32_t PictureView::get(std::size_t component, std::uint32_t x,
                               std::uint32_t y) const noexcept {
    const SampleMap& map = maps_[component];
    const Place at = place(map, x, y);
    return load(map, bytes_ + at.row, at.sample);
}

void PictureView::read_row(std::size_t component, std::uint32_t y,
                           std::uint16_t* out) const noexcept {
    const std::uint32_t count = width(component);
    for (std::uint32_t x = 0; x < count; ++x)
        out[x] = static_cast<std::uint16_t>(get(component, x, y));
}

bool PictureView::same_row(std::uint32_t y, const PictureView& other, std::uint32_t other_y,
                           std::uint32_t x, std::uint32_t columns) const noexcept {
    for (std::size_t p = 0; p < format_.plane_count(); ++p) {
        const Plane& mine = planes_[p];
        const Plane& its = other.plane(p);
        const std::uint32_t covers = picture_rows(format_, p);
        const std::uint32_t begin = row_bytes_of(format_, p, x);
        const std::uint32_t size = row_bytes_of(format_, p, x + columns) - begin;
        for (std::uint32_t row = 0; row < row_unit() / covers; ++row)
            if (std::memcmp(bytes_ + mine.offset + begin +
                                std::size_t{mine.stride_bytes} * (y / covers + row),
                            other.bytes() + its.offset + begin +
                                std::size_t{its.stride_bytes} * (other_y / covers + row),
                            size) != 0)
                return false;
    }
    return true;
}

void Picture::set(std::size_t component, std::uint32_t x, std::uint32_t y,
                  std::uint32_t code) noexcept {
    const SampleMap& map = maps_[component];
    const Place at = place(map, x, y);
    store(map, target() + at.row, at.sample, code);
}

void Picture::set_pixel(std::uint32_t x, std::uint32_t y, const Codes& codes) noexcept {
    const std::uint32_t across = halves_width(format_.sampling) ? 2 : 1;
    const bool chroma_here = x % across == 0 && y % row_unit() == 0;
    set(0, x, y, codes[0]);
    if (!chroma_here) return;
    for (std::size_t c = 1; c < components_; ++c) set(c, x / across, y / row_unit(), codes[c]);
}

void Picture::write_row(std::size_t component, std::uint32_t y, const std::uint16_t* in) noexcept {
    const std::uint32_t count = width(component);
    for (std::uint32_t x = 0; x < count; ++x) set(component, x, y, in[x]);
}

void Picture::repeat_rows(std::uint32_t y, std::uint32_t end) noexcept {
    for (std::size_t p = 0; p < format_.plane_count(); ++p) {
        const Plane& plane = planes_[p];
        const std::uint32_t covers = picture_rows(format_, p);
        const std::uint32_t unit = row_unit() / covers;  // Rows of this plane in one unit.
        std::byte* base = target() + plane.offset;
        for (std::uint32_t row = y / covers + unit; row < end / covers; ++row)
            std::memcpy(base + std::size_t{plane.stride_bytes} * row,
                        base + std::size_t{plane.stride_bytes} * (row - unit), plane.row_bytes);
    }
}

void Picture::copy_from(const PictureView& from, std::uint32_t from_x, std::uint32_t from_y,
                        std::uint32_t to_x, std::uint32_t to_y, std::uint32_t columns,
                        std::uint32_t rows) noexcept {
    copy_rows(from, from_x, from_y, rows, to_x, to_y, columns, rows);
}

void Picture::repeat_from(const PictureView& from, std::uint32_t from_x, std::uint32_t from_y,
                          std::uint32_t to_x, std::uint32_t to_y, std::uint32_t columns,
                          std::uint32_t rows) noexcept {
    copy_rows(from, from_x, from_y, row_unit(), to_x, to_y, columns, rows);
}

void Picture::copy_rows(const PictureView& from, std::uint32_t from_x, std::uint32_t from_y,
                        std::uint32_t from_rows, std::uint32_t to_x, std::uint32_t to_y,
                        std::uint32_t columns, std::uint32_t rows) noexcept {
    for (std::size_t p = 0; p < format_.plane_count(); ++p) {
        const Plane& source = from.plane(p);
        const Plane& plane = planes_[p];
        const std::uint32_t covers = picture_rows(format_, p);
        const std::uint32_t begin = row_bytes_of(format_, p, from_x);
        const std::uint32_t size = row_bytes_of(format_, p, from_x + columns) - begin;
        const std::byte* in = from.bytes() + source.offset + begin;
        std::byte* out = target() + plane.offset + row_bytes_of(format_, p, to_x);
        const std::uint32_t turn = std::max(1U, from_rows / covers);
        for (std::uint32_t row = 0, source_row = 0; row < rows / covers; ++row) {
            std::memcpy(out + std::size_t{plane.stride_bytes} * (to_y / covers + row),
                        in + std::size_t{source.stride_bytes} * (from_y / covers + source_row),
                        size);
            if (++source_row == turn) source_row = 0;
        }
    }
}

void Picture::fill(std::uint32_t x, std::uint32_t y, std::uint32_t columns, std::uint32_t rows,
                   const Codes& codes) noexcept {
    for (std::uint32_t row = y; row < y + rows; ++row)
        for (std::uint32_t column = x; column < x + columns; ++column)
            set_pixel(column, row, codes);
}

std::uint32_t row_bytes_of(const VideoFormat& format, std::size_t plane,
                           std::uint32_t columns) noexcept {
    VideoFormat part = format;
    part.width = columns;
    return part.plane(plane).row_bytes;
}

}  // namespace streamlib::actors
