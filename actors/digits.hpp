// SPDX-License-Identifier: Apache-2.0
/// @file
/// Text in pictures: digits, capitals and : ; . - / + in white on a black box.
///
/// Model     Characters of 5x7 dots in cells of 6x8 dots; a dot is `scale` x `scale` pixels. Small letters are drawn
///           as capitals, characters that the font lacks as blanks. Text that does not fit is cut at the right.
/// Cost      A TextPainter renders its characters once (set-up, allocates; ten digits for 1080 lines in 0.1 ms); draw()
///           is then a memcpy a row of a character: some microseconds for a timecode on 1080 lines. [realtime]
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "actors/picture.hpp"

namespace streamlib::actors {

inline constexpr std::uint32_t cell_dots_wide = 6;
inline constexpr std::uint32_t cell_dots_high = 8;

/// Whether the font has a dot in column 0…5, row 0…7 of the character's cell.
[[nodiscard]] bool font_dot(char character, std::uint32_t column, std::uint32_t row) noexcept;

/// An even scale at which `characters` fill about a third of the width; at least 2.
[[nodiscard]] std::uint32_t text_scale(std::uint32_t picture_width,
                                       std::uint32_t characters) noexcept;

class TextPainter {
public:
    /// `scale` is rounded up to even, so that characters begin on whole bytes in every layout. `characters`: those that
    /// will be drawn, others come out blank; none: all of the font. [setup]
    TextPainter(const VideoFormat& format, std::uint32_t scale, std::string_view characters = {});

    [[nodiscard]] std::uint32_t cell_width() const noexcept { return cell_dots_wide * scale_; }
    [[nodiscard]] std::uint32_t cell_height() const noexcept { return cell_dots_high * scale_; }
    /// Draws at x, y, rounded down to multiples of column_unit and 2. `picture` is of the painter's format.
    void draw(Picture picture, std::uint32_t x, std::uint32_t y,
              std::string_view text) const noexcept;

private:
    [[nodiscard]] VideoFormat cell_format(const VideoFormat& format) const noexcept;
    void draw_cell(Picture picture, std::size_t glyph) const noexcept;
    std::uint32_t scale_;
    VideoFormat cell_;
    std::uint64_t cell_bytes_;
    std::vector<std::byte> cells_;            ///< One picture a character; the first is the blank.
    std::array<std::uint8_t, 64> cell_of_{};  ///< By the character's place in the font.
};

/// Draws with any scale at any place, sample by sample: for set-up and tests.
void draw_text(Picture picture, std::uint32_t x, std::uint32_t y, std::uint32_t scale,
               std::string_view text) noexcept;

}  // namespace streamlib::actors
