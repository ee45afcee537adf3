// SPDX-License-Identifier: Apache-2.0
/// @file
/// How the octets of a picture in pgroup layout are addressed on the wire (ST 2110-20 clause 6.2) and in memory.
///
/// Rows      A "row" here is a row of pgroups: one row of the picture, two with 4:2:0, whose numbers on the wire go up by 2.
///           Interlaced and PsF: row r of field (or segment) F lies at row 2r + F of the frame in memory.
/// Threads   A value. Errors: `of` refuses what VideoFormat::validate() refuses, and any layout but pgroup.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ipc/base/error.hpp"
#include "runtime/format.hpp"

namespace streamlib::st2110 {

struct PictureShape {
    std::uint32_t group_octets = 0;  ///< Octets of a pgroup, 1 … 15.
    std::uint32_t group_width =
        0;  ///< Pixels of a row it covers: 1, 2 or 4. Offsets on the wire are multiples of it.
    std::uint32_t row_step = 1;        ///< Rows of the picture a pgroup covers: 2 with 4:2:0.
    std::uint32_t groups_per_row = 0;  ///< Pgroups in a row.
    std::uint32_t row_bytes = 0;       ///< groups_per_row · group_octets.
    std::uint32_t rows = 0;            ///< Rows of pgroups in the frame.
    std::uint32_t fields = 1;          ///< 2 if interlaced or PsF: what a marker closes.
    std::uint64_t group_inverse = 0;   ///< ceil(2^32 / group_octets): division by multiplication.

    [[nodiscard]] static Result<PictureShape> of(const VideoFormat& format);

    [[nodiscard]] std::uint32_t frame_bytes() const noexcept { return row_bytes * rows; }
    [[nodiscard]] std::uint32_t groups() const noexcept { return groups_per_row * rows; }
    [[nodiscard]] std::uint32_t rows_of_field() const noexcept { return rows / fields; }
    /// Whole pgroups in `octets` (below 2^16).
    [[nodiscard]] std::uint32_t groups_in(std::uint32_t octets) const noexcept {
        return static_cast<std::uint32_t>(octets * group_inverse >> 32);
    }
};

/// The octets of one black pgroup of `format`; only the first `PictureShape::group_octets` are set. Narrow
/// range: Y, R, G, B at
/// 16/256 of the scale, full range and KEY at 0; colour difference in the middle.
[[nodiscard]] std::array<std::byte, 16> black_pgroup(const VideoFormat& format,
                                                     const PictureShape& shape) noexcept;

}  // namespace streamlib::st2110
