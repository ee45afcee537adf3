// SPDX-License-Identifier: Apache-2.0
#include "actors/test/bars.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "actors/colour.hpp"

namespace streamlib::actors {
namespace {

/// A patch of a pattern; it ends where the next begins.
struct Patch {
    /// In 84ths of three quarters of the picture (a bar is 12), or an eighth of it: `side`.
    double width;
    Colour left{};   ///< Colour at the left edge …
    Colour right{};  ///< … and at the right edge; ramps between where they differ.
    Patch(double w, Colour c) : width(w), left(c), right(c) {}
    Patch(double w, Colour from, Colour to) : width(w), left(from), right(to) {}
};

constexpr double bar = 12;           // A seventh of 84.
constexpr double side = 84.0 / 6.0;  // An eighth of the picture is a sixth of its three quarters.
constexpr double whole = 84 + 2 * side;

constexpr Colour level(double r, double g, double b, double percent) {
    return {r * percent / 100, g * percent / 100, b * percent / 100};
}

bool same(const Colour& a, const Colour& b) { return a.r == b.r && a.g == b.g && a.b == b.b; }

Colour between(const Patch& patch, double at) {
    const auto mix = [at](double a, double b) { return a + (b - a) * at; };
    return {mix(patch.left.r, patch.right.r), mix(patch.left.g, patch.right.g),
            mix(patch.left.b, patch.right.b)};
}

std::uint32_t even(double value) { return 2 * static_cast<std::uint32_t>(std::lround(value / 2)); }

/// Draws one row (two for 4:2:0) of patches at y.
void draw_row(Picture& picture, std::span<const Patch> patches, std::uint32_t y) {
    double right = 0;
    std::uint32_t x = 0;
    for (const Patch& patch : patches) {
        right += patch.width;
        const bool last = &patch == &patches.back();
        const std::uint32_t edge =
            last ? picture.width()
                 : std::min(even(right / whole * picture.width()), picture.width());
        const std::uint32_t first = x;
        const double span = edge > first + 1 ? edge - first - 1 : 1;
        Codes codes = codes_of(patch.left, picture.format());
        for (; x < edge; ++x) {
            if (!same(patch.left, patch.right))
                codes = codes_of(between(patch, (x - first) / span), picture.format());
            for (std::uint32_t row = 0; row < picture.row_unit(); ++row)
                picture.set_pixel(x, y + row, codes);
        }
    }
}

}  // namespace

std::array<std::uint32_t, bar_patterns + 1> bar_edges(std::uint32_t rows) noexcept {
    const double height = rows;
    return {0, even(height * 7 / 12), even(height * 8 / 12), even(height * 9 / 12), rows};
}

void draw_bar_row(Picture picture, std::size_t pattern, std::uint32_t y, Patches choice) noexcept {
    const Colorimetry colours = picture.format().colorimetry;
    const bool iq =
        choice == Patches::iq && colours != Colorimetry::bt2020 && colours != Colorimetry::bt2100;
    // RP 219-1 gives -I and +Q as codes only.
    const Colour second = iq ? from_bt709_12bit(976, 2448, 1580) : white;
    const Colour third = iq ? from_bt709_12bit(564, 2787, 2425) : black;
    const Patch first_row[] = {
        {side, grey(0.40)},        {bar, grey(0.75)},         {bar, level(1, 1, 0, 75)},
        {bar, level(0, 1, 1, 75)}, {bar, level(0, 1, 0, 75)}, {bar, level(1, 0, 1, 75)},
        {bar, level(1, 0, 0, 75)}, {bar, level(0, 0, 1, 75)}, {side, grey(0.40)}};
    const Patch second_row[] = {{side, level(0, 1, 1, 100)},
                                {bar, second},
                                {6 * bar, grey(0.75)},
                                {side, level(0, 0, 1, 100)}};
    const Patch third_row[] = {{side, level(1, 1, 0, 100)},
                               {bar, third},
                               {5 * bar, black, white},
                               {bar, white},
                               {side, level(1, 0, 0, 100)}};
    const Patch fourth_row[] = {
        {side, grey(0.15)},     {1.5 * bar, black}, {2 * bar, white},      {5 * bar / 6, black},
        {bar / 3, grey(-0.02)}, {bar / 3, black},   {bar / 3, grey(0.02)}, {bar / 3, black},
        {bar / 3, grey(0.04)},  {bar, black},       {side, grey(0.15)}};
    const std::array<std::span<const Patch>, bar_patterns> rows{first_row, second_row, third_row,
                                                                fourth_row};
    draw_row(picture, rows.at(pattern), y);
}

void draw_flat_row(Picture picture, std::uint32_t y, double brightness) noexcept {
    const Patch all[] = {{whole, grey(brightness)}};
    draw_row(picture, all, y);
}

void draw_ramp_row(Picture picture, std::uint32_t y) noexcept {
    const Patch all[] = {{whole, black, white}};
    draw_row(picture, all, y);
}

void render_bars(Picture picture, Patches choice) noexcept {
    const auto edges = bar_edges(picture.height());
    for (std::size_t pattern = 0; pattern < bar_patterns; ++pattern) {
        if (edges[pattern] >= edges[pattern + 1]) continue;
        draw_bar_row(picture, pattern, edges[pattern], choice);
        picture.repeat_rows(edges[pattern], edges[pattern + 1]);
    }
}

void render_flat(Picture picture, double brightness) noexcept {
    draw_flat_row(picture, 0, brightness);
    picture.repeat_rows(0, picture.height());
}

void render_ramp(Picture picture) noexcept {
    draw_ramp_row(picture, 0);
    picture.repeat_rows(0, picture.height());
}

Columns moving_bar(std::uint32_t width, std::uint64_t index) noexcept {
    const std::uint32_t units = width / column_unit;  // A rest at the right edge is never touched.
    if (units < 2) return {};
    const std::uint32_t bar_units = std::max(1U, units / 80);
    const std::uint64_t positions = units - bar_units + 1;
    return {static_cast<std::uint32_t>(index % positions) * column_unit, bar_units * column_unit};
}

}  // namespace streamlib::actors
