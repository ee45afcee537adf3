// SPDX-License-Identifier: Apache-2.0
/// @file
/// Text for people: aligned columns, spans of time, sizes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/time.hpp"

namespace streamlib::supervision {

enum class Colour : std::uint8_t { none, good, bad, between, faint };

struct Cell {
    std::string text;
    Colour colour = Colour::none;
};

struct Column {
    std::string title;
    bool right = false;  ///< Numbers.
};

/// Columns two blanks apart, each as wide as its widest cell; no blanks at the end of a line. With `colours` as ANSI codes.
/// A column without a title in all of them: no line of titles.
[[nodiscard]] std::string table(const std::vector<Column>& columns,
                                const std::vector<std::vector<Cell>>& rows, bool colours);

[[nodiscard]] std::string coloured(std::string_view text, Colour colour, bool colours);
/// RUNNING good, FAILED bad, STOPPED faint, all others between.
[[nodiscard]] Colour colour_of_state(std::string_view state) noexcept;
/// Characters of UTF-8 text on the screen, taking each code point as one.
[[nodiscard]] std::size_t width_of(std::string_view text) noexcept;

/// The beginning of one line that takes at most `width` columns; colour codes take none, and end.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);

/// "0.8s", "12.3s", "3m12s", "2h03m", "5d04h".
[[nodiscard]] std::string span_words(std::uint64_t milliseconds);
/// "512 B", "5.2 MB", "1.3 GB": powers of 1000.
[[nodiscard]] std::string bytes_words(std::uint64_t bytes);
/// Control characters as "\n", "\t", "\x1B": what an actor logs never drives somebody's terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace streamlib::supervision
