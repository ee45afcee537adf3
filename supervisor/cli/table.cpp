// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/table.hpp"

#include <algorithm>
#include <cstdio>

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::string_view code_of(Colour colour) noexcept {
    switch (colour) {
        case Colour::none: return "";
        case Colour::good: return "\x1B[32m";
        case Colour::bad: return "\x1B[1;31m";
        case Colour::between: return "\x1B[33m";
        case Colour::faint: return "\x1B[2m";
    }
    return "";
}

/// "3m12s": two units, the smaller with two digits.
[[nodiscard]] std::string two_units(std::uint64_t large, const char* large_unit,
                                    std::uint64_t small, const char* small_unit) {
    std::string text = std::to_string(large) + large_unit;
    if (small < 10) text += '0';
    return text + std::to_string(small) + small_unit;
}

void append_line(std::string& text, const std::vector<Cell>& cells,
                 const std::vector<Column>& columns, const std::vector<std::size_t>& widths,
                 bool colours) {
    std::size_t blanks = 0;  // Written only before something, so that no line ends with them.
    for (std::size_t n = 0; n < cells.size() && n < columns.size(); ++n) {
        const std::size_t fill = widths[n] - width_of(cells[n].text);
        if (columns[n].right) blanks += fill;
        if (!cells[n].text.empty()) {
            text.append(blanks, ' ').append(coloured(cells[n].text, cells[n].colour, colours));
            blanks = 0;
        }
        blanks += 2 + (columns[n].right ? 0 : fill);
    }
    text += '\n';
}

}  // namespace

std::string coloured(std::string_view text, Colour colour, bool colours) {
    if (!colours || colour == Colour::none) return std::string(text);
    return std::string(code_of(colour)).append(text).append("\x1B[0m");
}

Colour colour_of_state(std::string_view state) noexcept {
    if (state == "RUNNING") return Colour::good;
    if (state == "FAILED") return Colour::bad;
    if (state == "STOPPED" || state == "NONE") return Colour::faint;
    return Colour::between;
}

std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string fitted(std::string_view text, std::size_t width) {
    std::string kept;
    std::size_t used = 0;
    bool code = false, cut = false, any_code = false;
    for (const char c : text) {
        if (c == '\x1B') code = any_code = true;
        const bool begins = !code && (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        if (begins && used == width) {
            cut = true;
            break;
        }
        if (begins) ++used;
        kept += c;
        if (code && c == 'm') code = false;
    }
    return cut && any_code ? kept + "\x1B[0m" : kept;
}

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                  bool colours) {
    std::vector<std::size_t> widths;
    std::vector<Cell> titles;
    for (std::size_t n = 0; n < columns.size(); ++n) {
        std::size_t width = width_of(columns[n].title);
        for (const auto& row : rows) {
            if (n < row.size()) width = std::max(width, width_of(row[n].text));
        }
        widths.push_back(width);
        titles.push_back({columns[n].title, Colour::faint});
    }
    std::string text;
    const bool titled = std::any_of(columns.begin(), columns.end(),
                                    [](const Column& c) { return !c.title.empty(); });
    if (titled) append_line(text, titles, columns, widths, colours);
    for (const auto& row : rows) append_line(text, row, columns, widths, colours);
    return text;
}

std::string span_words(std::uint64_t milliseconds) {
    const std::uint64_t seconds = milliseconds / 1000;
    if (seconds < 60) {
        return std::to_string(seconds) + "." + std::to_string(milliseconds % 1000 / 100) + "s";
    }
    if (seconds < 3600) return two_units(seconds / 60, "m", seconds % 60, "s");
    if (seconds < 86400) return two_units(seconds / 3600, "h", seconds / 60 % 60, "m");
    return two_units(seconds / 86400, "d", seconds / 3600 % 24, "h");
}

std::string bytes_words(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    constexpr const char* units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    for (; value >= 999.95 && unit + 1 < std::size(units); ++unit) value /= 1000;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", value, units[unit]);
    return text;
}

std::string printable(std::string_view text) {
    std::string clean;
    for (std::size_t n = 0; n < text.size(); ++n) {
        const auto byte = static_cast<unsigned char>(text[n]);
        const auto next = n + 1 < text.size() ? static_cast<unsigned char>(text[n + 1]) : 0U;
        const bool c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;  // U+0080 … U+009F
        if (byte >= 0x20 && byte != 0x7F && !c1) {
            clean += text[n];
        } else if (byte == '\n') {
            clean += "\\n";
        } else if (byte == '\t') {
            clean += "\\t";
        } else {
            char code[8];
            std::snprintf(code, sizeof code, "\\x%02X", c1 ? next : byte);
            clean += code;
            if (c1) ++n;
        }
    }
    return clean;
}

}  // namespace streamlib::supervision
