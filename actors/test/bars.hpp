// SPDX-License-Identifier: Apache-2.0
/// @file
/// SMPTE RP 219-1 colour bars in any format, and a bar that moves over them.
///
/// Model     Four patterns of 7, 1, 1 and 3 twelfths of the height. Side panels are an eighth of the width, the seven
///           bars share the other three quarters; edges are rounded to even pixels, as 4:2:2 needs. Edges are
///           one sample sharp (RP 219 shapes them over four; codecs and measurements of patches do not care).
///           1: 40 % grey, 75 % white yellow cyan green magenta red blue, 40 % grey.
///           2: 100 % cyan, -I (or 100 % white), 75 % white, 100 % blue.
///           3: 100 % yellow, +Q (or black), a ramp black to white five bars long, 100 % white, 100 % red.
///           4: 15 % grey, black, 100 % white, black, PLUGE -2 % black +2 % black +4 %, black, 15 % grey.
/// Cost      A row of 1920 in 30 us, with a ramp 0.2 ms: at set-up. The moving bar touches its own columns only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "actors/picture.hpp"

namespace streamlib::actors {

/// The patches of patterns 2 and 3 that RP 219 leaves to the user. -I and +Q exist for BT.709 colours only; with
/// wider ones `iq` gives what `white_black` does.
enum class Patches : std::uint8_t { iq, white_black };

inline constexpr std::size_t bar_patterns = 4;

/// Where the four patterns begin in a picture of so many rows, and its end; a pattern may get no row.
[[nodiscard]] std::array<std::uint32_t, bar_patterns + 1> bar_edges(std::uint32_t rows) noexcept;

/// Draw one row (two for 4:2:0) at `y`, a multiple of row_unit(): of one of the patterns 0 … 3, of one grey level 0 … 1, of a
/// ramp from black to white.
void draw_bar_row(Picture picture, std::size_t pattern, std::uint32_t y, Patches patches) noexcept;
void draw_flat_row(Picture picture, std::uint32_t y, double level) noexcept;
void draw_ramp_row(Picture picture, std::uint32_t y) noexcept;

/// Draws the whole picture.
void render_bars(Picture picture, Patches patches = Patches::iq) noexcept;

/// Draws a picture of one grey level, 0 … 1.
void render_flat(Picture picture, double level) noexcept;

/// Draws a horizontal ramp from black to white.
void render_ramp(Picture picture) noexcept;

/// Pixel columns [x, x + width); both multiples of column_unit.
struct Columns {
    std::uint32_t x = 0;
    std::uint32_t width = 0;
    friend bool operator==(const Columns&, const Columns&) = default;
};

/// Where the moving bar stands at a tick: it crosses a picture of `width` pixels in steps of 12 and starts again.
/// Width 0 where the picture is narrower than 24 pixels.
[[nodiscard]] Columns moving_bar(std::uint32_t width, std::uint64_t index) noexcept;

}  // namespace streamlib::actors
