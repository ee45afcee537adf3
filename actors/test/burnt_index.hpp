// SPDX-License-Identifier: Apache-2.0
/// @file
/// A number in the top 8 rows of a picture that survives codecs, scaling and other layouts.
///
/// Model     The width is cut into 64 equal cells, cell i from column i*width/64 to (i+1)*width/64, black for 0 and white
///           for 1, most significant bit first: 56 bits of the index, then 8 bits of CRC-8 over those 7 bytes
///           (polynomial 0x07, start 0, result XOR 0x55: CRC-8/I-432-1, so that neither an all-black nor an
///           all-white strip is a number). Chroma is neutral. Black and white are those of the format's range.
/// Reading   Looks at the middle of each cell, on rows that are still strip after scaling to a fifth or to many times the
///           size; the threshold lies between the darkest and the brightest cell, so range, depth and gain do not
///           matter. Unclear cells or a wrong CRC: no index. (A picture without a strip passes by chance in far less
///           than 1 of 256 cases: its cells would have to be clearly black or white as well.)
/// Errors    Pictures narrower than 128 or lower than 8 rows carry no index: written not at all, read as none.
/// Cost      write: one row sample by sample, repeated (about 20 us for 1920); read: about 1000 samples (10 us).
///           No allocation. [realtime]
#pragma once

#include <cstdint>
#include <optional>

#include "actors/picture.hpp"

namespace streamlib::actors {

inline constexpr std::uint32_t burnt_index_rows = 8;
inline constexpr std::uint32_t burnt_index_min_width = 128;
inline constexpr std::uint64_t burnt_index_mask = (std::uint64_t{1} << 56) - 1;

/// The 64 cells of an index (its low 56 bits), bit 63 leftmost.
[[nodiscard]] std::uint64_t burnt_cells(std::uint64_t index) noexcept;
/// The index of 64 cells, if the CRC holds.
[[nodiscard]] std::optional<std::uint64_t> index_of_cells(std::uint64_t cells) noexcept;

/// Whether pictures of this format can carry an index.
[[nodiscard]] bool carries_burnt_index(const VideoFormat& format) noexcept;

void write_burnt_index(Picture picture, std::uint64_t index) noexcept;
/// Makes a strip that shows `index` one that shows none (2 us). Until the next write, nobody takes the picture for a whole one.
void spoil_burnt_index(Picture picture, std::uint64_t index) noexcept;
[[nodiscard]] std::optional<std::uint64_t> read_burnt_index(const PictureView& picture) noexcept;

}  // namespace streamlib::actors
