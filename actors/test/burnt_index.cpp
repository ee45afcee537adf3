// SPDX-License-Identifier: Apache-2.0
#include "actors/test/burnt_index.hpp"

#include <algorithm>
#include <array>

#include "actors/colour.hpp"

namespace streamlib::actors {
namespace {

constexpr std::uint32_t cell_count = 64;

constexpr std::uint8_t crc8(std::uint64_t value56) {
    std::uint32_t crc = 0;
    for (int byte = 6; byte >= 0; --byte) {
        crc ^= static_cast<std::uint32_t>(value56 >> (8 * byte)) & 0xff;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x80) != 0 ? 0x107U : 0U);
    }
    return static_cast<std::uint8_t>(crc ^ 0x55);
}

std::uint32_t cell_edge(std::uint32_t width, std::uint32_t cell) {
    return static_cast<std::uint32_t>(std::uint64_t{width} * cell / cell_count);
}

/// Rows that are looked at together.
struct Rows {
    std::uint32_t first;
    std::uint32_t count;
};
// 8 rows as written or enlarged; 3 rows are left at two fifths of the size, 1 at a fifth.
constexpr Rows attempts[] = {{2, 4}, {0, 2}, {0, 1}};

using Cells = std::array<std::uint32_t, cell_count>;  ///< Sums of samples.

/// Sums up to four samples a row about the middle of each cell; every cell gets as many.
Cells look(const PictureView& picture, Rows rows) {
    const std::uint32_t narrowest = picture.width() / cell_count;
    const std::uint32_t samples = std::clamp(narrowest / 2, 1U, 4U);
    const std::uint32_t apart = std::max(1U, narrowest / 2 / samples);
    Cells cells{};
    for (std::uint32_t i = 0; i < cell_count; ++i) {
        const std::uint32_t left = cell_edge(picture.width(), i);
        const std::uint32_t right = cell_edge(picture.width(), i + 1);
        const std::uint32_t begin = left + (right - left - (samples - 1) * apart) / 2;
        for (std::uint32_t row = rows.first; row < rows.first + rows.count; ++row)
            for (std::uint32_t s = 0; s < samples; ++s)
                cells[i] += picture.get(picture.luma(), begin + s * apart, row);
        cells[i] = cells[i] * 16 / (samples * rows.count);  // A sixteenth of a code.
    }
    return cells;
}

std::optional<std::uint64_t> decide(const Cells& cells, std::uint32_t max_code) {
    const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
    const std::uint32_t span = *high - *low;
    if (span < max_code * 16 / 4)
        return std::nullopt;  // Black and white are further apart than this.
    const std::uint32_t threshold = *low + span / 2;
    const std::uint32_t unclear = span / 8;
    std::uint64_t bits = 0;
    for (const std::uint32_t cell : cells) {
        if (cell + unclear > threshold && cell < threshold + unclear) return std::nullopt;
        bits = bits << 1 | (cell > threshold ? 1U : 0U);
    }
    return index_of_cells(bits);
}

}  // namespace

std::uint64_t burnt_cells(std::uint64_t index) noexcept {
    const std::uint64_t value = index & burnt_index_mask;
    return value << 8 | crc8(value);
}

std::optional<std::uint64_t> index_of_cells(std::uint64_t cells) noexcept {
    const std::uint64_t value = cells >> 8;
    if (crc8(value) != (cells & 0xff)) return std::nullopt;
    return value;
}

bool carries_burnt_index(const VideoFormat& format) noexcept {
    return format.width >= burnt_index_min_width && format.height >= burnt_index_rows;
}

void write_burnt_index(Picture picture, std::uint64_t index) noexcept {
    if (!carries_burnt_index(picture.format())) return;
    const std::uint64_t cells = burnt_cells(index);
    const Codes colours[] = {codes_of(black, picture.format()), codes_of(white, picture.format())};
    for (std::uint32_t row = 0; row < picture.row_unit(); ++row)
        for (std::uint32_t i = 0; i < cell_count; ++i) {
            const Codes& codes = colours[cells >> (cell_count - 1 - i) & 1];
            const std::uint32_t end = cell_edge(picture.width(), i + 1);
            for (std::uint32_t x = cell_edge(picture.width(), i); x < end; ++x)
                picture.set_pixel(x, row, codes);
        }
    picture.repeat_rows(0, burnt_index_rows);
}

void spoil_burnt_index(Picture picture, std::uint64_t index) noexcept {
    if (!carries_burnt_index(picture.format())) return;
    // One wrong bit, which a CRC finds always; in all rows, since each may be looked at alone.
    const bool is_white = burnt_cells(index) >> (cell_count - 1) != 0;
    picture.fill(0, 0, cell_edge(picture.width(), 1), burnt_index_rows,
                 codes_of(is_white ? black : white, picture.format()));
}

std::optional<std::uint64_t> read_burnt_index(const PictureView& picture) noexcept {
    if (!carries_burnt_index(picture.format())) return std::nullopt;
    for (const Rows rows : attempts)
        if (const auto index = decide(look(picture, rows), picture.max_code())) return index;
    return std::nullopt;
}

}  // namespace streamlib::actors
