// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/duration.hpp"

#include <array>
#include <utility>

#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

constexpr std::array<std::pair<std::string_view, Nanoseconds>, 6> units{{
    {"h", 3'600'000'000'000},
    {"min", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};

constexpr Nanoseconds longest = Nanoseconds{100} * 366 * 24 * 3'600'000'000'000;

Unexpected wrong(std::string_view text, std::string_view why) {
    return fail(Errc::parse, wording::quoted(text) + " is no duration: " + std::string(why) +
                                 "; write for instance 10s, 250ms or 2min");
}

Nanoseconds unit_of(std::string_view word) {
    for (const auto& [name, ns] : units) {
        if (name == word) return ns;
    }
    return 0;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Nanoseconds> parse_duration(std::string_view given) {
    const std::string_view text = wording::trimmed(given);
    std::size_t end = 0;
    while (end < text.size() && (digit(text[end]) || text[end] == '.')) ++end;
    const std::string_view number = text.substr(0, end);
    const std::string_view word = wording::trimmed(text.substr(end));
    if (number.empty() || number == ".") return wrong(given, "it begins with no number");
    if (word.empty()) return wrong(given, "the unit is missing");
    const Nanoseconds unit = unit_of(word);
    if (unit == 0) return wrong(given, "the units are h, min, s, ms, us and ns");

    const auto dot = number.find('.');
    const std::string_view whole = number.substr(0, dot);
    const std::string_view part = dot == std::string_view::npos ? "" : number.substr(dot + 1);
    if (part.find('.') != std::string_view::npos) return wrong(given, "it has two points");
    Nanoseconds span = 0;
    for (const char c : whole) {
        if (span > longest / 10) return wrong(given, "it is above 100 years");
        span = span * 10 + (c - '0');
    }
    if (span > longest / unit) return wrong(given, "it is above 100 years");
    span *= unit;
    Nanoseconds place = unit;
    for (const char c : part) {
        if (place % 10 != 0 && c != '0') return wrong(given, "it is finer than a nanosecond");
        place /= 10;
        span += place * (c - '0');
    }
    return span;
}

std::string duration_text(Nanoseconds span) {
    if (span == 0) return "0s";
    for (const auto& [name, ns] : units) {
        if (span % ns == 0) return std::to_string(span / ns) + std::string(name);
    }
    return std::to_string(span) + "ns";
}

}  // namespace streamlib
