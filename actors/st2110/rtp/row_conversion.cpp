// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/row_conversion.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace streamlib::st2110 {
namespace {

/// Rows that are put together at once: packets in order begin three at most (an SRD each), two frames twice that.
constexpr std::size_t most_rows = 16;

}  // namespace

Result<RowConversion> RowConversion::make(const VideoFormat& carried, const VideoFormat& given,
                                          std::optional<InstructionSet> set) {
    const auto shape = PictureShape::of(carried);
    if (!shape) return tl::unexpected(shape.error());
    auto into = PgroupConverter::make(carried, given, set);
    if (!into) return tl::unexpected(into.error());
    auto back = PgroupConverter::make(given, carried, set);
    if (!back) return tl::unexpected(back.error());
    RowConversion made(*shape, given, std::move(*into), std::move(*back), most_rows);
    const auto black = black_pgroup(carried, *shape);
    for (std::size_t at = 0; at < shape->row_bytes; at += shape->group_octets)
        std::memcpy(made.black_.data() + at, black.data(), shape->group_octets);
    return made;
}

RowConversion::RowConversion(const PictureShape& shape, const VideoFormat& given,
                             PgroupConverter into, PgroupConverter back, std::size_t rows_open)
    : shape_(shape),
      given_(given),
      into_(std::move(into)),
      back_(std::move(back)),
      holders_(rows_open),
      rows_(rows_open * shape.row_bytes),
      black_(shape.row_bytes),
      packed_(shape.row_bytes) {
    for (auto& rows : filled_) rows.assign(shape.rows, 0);
}

void RowConversion::open(unsigned frame, std::span<std::byte> picture) noexcept {
    pictures_[frame] = picture;
    std::fill(filled_[frame].begin(), filled_[frame].end(), std::uint16_t{0});
}

void RowConversion::close(unsigned frame) noexcept {
    for (Holder& holder : holders_)
        if (holder.frame == frame) holder = {};
    pictures_[frame] = {};
}

void RowConversion::give_out(std::size_t place) noexcept {
    Holder& holder = holders_[place];
    into_.convert_row(0, row_of(place), holder.row, pictures_[holder.frame]);
    holder = {};
}

/// Where the row is put together; what the picture has of it already is there.
std::size_t RowConversion::place_of(unsigned frame, std::uint32_t row) noexcept {
    std::size_t place = holders_.size();
    for (std::size_t i = 0; i < holders_.size(); ++i) {
        if (holders_[i].frame == frame && holders_[i].row == row) return i;
        if (place == holders_.size() && holders_[i].free()) place = i;
    }
    if (place == holders_.size()) {
        place = std::exchange(victim_, (victim_ + 1) % holders_.size());
        give_out(place);
    }
    holders_[place] = {frame, row};
    if (filled_[frame][row] != 0) back_.convert_row(row, pictures_[frame], 0, row_of(place));
    return place;
}

void RowConversion::put(unsigned frame, const VideoPart& part, std::uint32_t fresh) noexcept {
    std::uint16_t& filled = filled_[frame][part.row];
    if (filled == 0 && part.groups == shape_.groups_per_row) {
        filled = static_cast<std::uint16_t>(part.groups);
        into_.convert_row(0, part.data, part.row, pictures_[frame]);
        return;
    }
    const std::size_t place = place_of(frame, part.row);
    const std::uint32_t at = part.offset - part.row * shape_.row_bytes;
    std::memcpy(row_of(place).data() + at, part.data.data(), part.data.size());
    filled = static_cast<std::uint16_t>(filled + fresh);
    if (filled == shape_.groups_per_row) give_out(place);
}

void RowConversion::copy_row(std::uint32_t row, std::span<const std::byte> from,
                             std::span<std::byte> to) const noexcept {
    for (std::size_t index = 0; index < given_.plane_count(); ++index) {
        const Plane plane = given_.plane(index);
        const std::uint32_t lines = plane.rows / shape_.rows;
        for (std::uint32_t line = row * lines; line < (row + 1) * lines; ++line) {
            const std::uint64_t at = plane.offset + std::uint64_t{line} * plane.stride_bytes;
            std::memcpy(to.data() + at, from.data() + at, plane.row_bytes);
        }
    }
}

void RowConversion::mend(unsigned frame, std::uint32_t first, std::uint32_t groups,
                         std::span<const std::byte> previous) noexcept {
    for (std::uint32_t at = first, end = first + groups; at < end;) {
        VideoPart part;
        part.row = at / shape_.groups_per_row;
        part.first_group = at;
        const std::uint32_t column = at - part.row * shape_.groups_per_row;
        part.groups = std::min(shape_.groups_per_row - column, end - at);
        part.offset = at * shape_.group_octets;
        at += part.groups;
        if (!previous.empty() && part.groups == shape_.groups_per_row) {
            copy_row(part.row, previous, pictures_[frame]);
            continue;
        }
        std::span<const std::byte> source = black_;
        if (!previous.empty()) {
            back_.convert_row(part.row, previous, 0, packed_);
            source = packed_;
        }
        part.data = source.subspan(std::size_t{column} * shape_.group_octets,
                                   std::size_t{part.groups} * shape_.group_octets);
        put(frame, part, part.groups);
    }
}

}  // namespace streamlib::st2110
