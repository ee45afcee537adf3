// SPDX-License-Identifier: Apache-2.0
#include "actors/digits.hpp"

#include <algorithm>
#include <array>

#include "actors/colour.hpp"

namespace streamlib::actors {
namespace {

struct Glyph {
    char character;
    std::array<std::uint8_t, 7> rows;  ///< Top first; bit 4 is the left dot.
};

// The blank stands first: what the font lacks is drawn as it.
constexpr std::array<Glyph, 43> font = {{
    {' ', {0, 0, 0, 0, 0, 0, 0}},
    {'0', {0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110}},
    {'1', {0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110}},
    {'2', {0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111}},
    {'3', {0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110}},
    {'4', {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010}},
    {'5', {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110}},
    {'6', {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110}},
    {'7', {0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000}},
    {'8', {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110}},
    {'9', {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100}},
    {':', {0, 0b00100, 0b00100, 0, 0b00100, 0b00100, 0}},
    {';', {0, 0b00100, 0b00100, 0, 0b00100, 0b00100, 0b01000}},
    {'.', {0, 0, 0, 0, 0, 0b00110, 0b00110}},
    {'-', {0, 0, 0, 0b11111, 0, 0, 0}},
    {'/', {0b00001, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b10000}},
    {'+', {0, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0}},
    {'A', {0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001}},
    {'B', {0b11110, 0b10001, 0b10001, 0b11110, 0b10001, 0b10001, 0b11110}},
    {'C', {0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110}},
    {'D', {0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110}},
    {'E', {0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111}},
    {'F', {0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000}},
    {'G', {0b01110, 0b10001, 0b10000, 0b10111, 0b10001, 0b10001, 0b01111}},
    {'H', {0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001}},
    {'I', {0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110}},
    {'J', {0b00111, 0b00010, 0b00010, 0b00010, 0b00010, 0b10010, 0b01100}},
    {'K', {0b10001, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010, 0b10001}},
    {'L', {0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111}},
    {'M', {0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001}},
    {'N', {0b10001, 0b11001, 0b11001, 0b10101, 0b10011, 0b10011, 0b10001}},
    {'O', {0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110}},
    {'P', {0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000}},
    {'Q', {0b01110, 0b10001, 0b10001, 0b10001, 0b10101, 0b10010, 0b01101}},
    {'R', {0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001}},
    {'S', {0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110}},
    {'T', {0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100}},
    {'U', {0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110}},
    {'V', {0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b01010, 0b00100}},
    {'W', {0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001}},
    {'X', {0b10001, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b10001}},
    {'Y', {0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100}},
    {'Z', {0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b11111}},
}};

std::size_t glyph_index(char character) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
    for (std::size_t i = 0; i < font.size(); ++i)
        if (font[i].character == character) return i;
    return 0;
}

// Dots sit in columns 0 to 4 and rows 0 to 6 of the cell, one dot of black right of and below them.
bool glyph_dot(const Glyph& glyph, std::uint32_t column, std::uint32_t row) {
    return column < 5 && row < 7 && (glyph.rows[row] >> (4 - column) & 1) != 0;
}

}  // namespace

bool font_dot(char character, std::uint32_t column, std::uint32_t row) noexcept {
    return glyph_dot(font[glyph_index(character)], column, row);
}

std::uint32_t text_scale(std::uint32_t picture_width, std::uint32_t characters) noexcept {
    const std::uint32_t dots = 3 * cell_dots_wide * std::max(1U, characters);
    return std::max(2U, picture_width / dots / 2 * 2);
}

TextPainter::TextPainter(const VideoFormat& format, std::uint32_t scale,
                         std::string_view characters)
    : scale_(std::max(2U, (scale + 1) / 2 * 2)),
      cell_(cell_format(format)),
      cell_bytes_(cell_.bytes()) {
    static_assert(font.size() <= std::tuple_size_v<decltype(cell_of_)>);
    std::vector<std::size_t> drawn{0};  // the blank, for all that is not named
    for (std::size_t i = 1; i < font.size(); ++i) {
        if (!characters.empty() && characters.find(font[i].character) == std::string_view::npos)
            continue;
        cell_of_[i] = static_cast<std::uint8_t>(drawn.size());
        drawn.push_back(i);
    }
    cells_.resize(drawn.size() * cell_bytes_);
    for (std::size_t cell = 0; cell < drawn.size(); ++cell)
        draw_cell(Picture(cell_, cells_.data() + cell * cell_bytes_), drawn[cell]);
}

/// A row of dots once, and then down to the next.
void TextPainter::draw_cell(Picture picture, std::size_t glyph) const noexcept {
    const Codes colours[] = {codes_of(black, cell_), codes_of(white, cell_)};
    for (std::uint32_t dot = 0; dot < cell_dots_high; ++dot) {
        const std::uint32_t y = dot * scale_;
        for (std::uint32_t x = 0; x < cell_.width; ++x)
            for (std::uint32_t row = y; row < y + picture.row_unit(); ++row)
                picture.set_pixel(x, row, colours[glyph_dot(font[glyph], x / scale_, dot)]);
        picture.repeat_rows(y, y + scale_);
    }
}

VideoFormat TextPainter::cell_format(const VideoFormat& format) const noexcept {
    VideoFormat cell = format;
    cell.width = cell_width();
    cell.height = cell_height();
    return cell;
}

void TextPainter::draw(Picture picture, std::uint32_t x, std::uint32_t y,
                       std::string_view text) const noexcept {
    x = x / column_unit * column_unit;
    y = y / 2 * 2;
    if (y + cell_height() > picture.height()) return;
    for (const char character : text) {
        if (x + cell_width() > picture.width()) return;
        const PictureView cell(cell_,
                               cells_.data() + cell_of_[glyph_index(character)] * cell_bytes_);
        picture.copy_from(cell, 0, 0, x, y, cell_width(), cell_height());
        x += cell_width();
    }
}

void draw_text(Picture picture, std::uint32_t x, std::uint32_t y, std::uint32_t scale,
               std::string_view text) noexcept {
    const Codes colours[] = {codes_of(black, picture.format()), codes_of(white, picture.format())};
    const std::uint32_t bottom = std::min(picture.height(), y + cell_dots_high * scale);
    for (const char character : text) {
        if (x + cell_dots_wide * scale > picture.width()) return;
        const Glyph& glyph = font[glyph_index(character)];
        for (std::uint32_t row = y; row < bottom; ++row)
            for (std::uint32_t column = 0; column < cell_dots_wide * scale; ++column)
                picture.set_pixel(x + column, row,
                                  colours[glyph_dot(glyph, column / scale, (row - y) / scale)]);
        x += cell_dots_wide * scale;
    }
}

}  // namespace streamlib::actors
