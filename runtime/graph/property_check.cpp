// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "runtime/graph/check_graph.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

std::string number_text(double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

Unexpected wrong(std::string text) { return fail(Errc::invalid_argument, std::move(text)); }

/// " px", or nothing.
std::string unit_suffix(const PropertySpec& property) {
    return property.unit.empty() ? std::string{} : " " + property.unit;
}

/// "a whole number in px", with the range where there is one.
std::string wanted(const PropertySpec& property, std::string_view kind) {
    std::string text(kind);
    if (!property.unit.empty()) text += " of " + property.unit;
    if (property.min && property.max) {
        text += " from " + number_text(*property.min) + " to " + number_text(*property.max);
    } else if (property.min) {
        text += " of at least " + number_text(*property.min);
    } else if (property.max) {
        text += " of at most " + number_text(*property.max);
    }
    return text;
}

Result<> in_range(const PropertySpec& property, double number, const std::string& text,
                  std::string_view kind) {
    const bool low = property.min && number < *property.min;
    const bool high = property.max && number > *property.max;
    if (!low && !high) return {};
    const double bound = low ? *property.min : *property.max;
    return wrong(text + " is " + (low ? "below " : "above ") + number_text(bound) +
                 unit_suffix(property) + "; write " + wanted(property, kind));
}

Result<std::string> boolean(std::string_view text) {
    constexpr std::array<std::string_view, 4> yes{"true", "yes", "on", "1"},
        no{"false", "no", "off", "0"};
    if (std::find(yes.begin(), yes.end(), text) != yes.end()) return "true";
    if (std::find(no.begin(), no.end(), text) != no.end()) return "false";
    return wrong(wording::quoted(text) + " is neither true nor false");
}

std::string_view without_plus(std::string_view text) {
    const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
    return plus ? text.substr(1) : text;
}

Result<std::string> integer(const PropertySpec& property, std::string_view given) {
    const std::string_view text = without_plus(wording::trimmed(given));
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size()) {
        return wrong(wording::quoted(given) + " is not " + wanted(property, "a whole number"));
    }
    std::string canonical = std::to_string(number);
    if (auto fits = in_range(property, static_cast<double>(number), canonical, "a whole number");
        !fits) {
        return tl::unexpected(fits.error());
    }
    return canonical;
}

Result<std::string> real(const PropertySpec& property, std::string_view given) {
    const std::string_view text = without_plus(wording::trimmed(given));
    double number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(number)) {
        return wrong(wording::quoted(given) + " is not " + wanted(property, "a number"));
    }
    std::string canonical = number_text(number);
    if (auto fits = in_range(property, number, canonical, "a number"); !fits)
        return tl::unexpected(fits.error());
    return canonical;
}

Result<std::string> text_value(const PropertySpec& property, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return wrong("a text may not hold a zero byte");
    const auto& choices = property.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
        return wrong(wording::quoted(text) + " is not one of " + wording::list(choices));
    }
    return std::string(text);
}

}  // namespace

Result<std::string> check_property(const PropertySpec& property, std::string_view text) {
    switch (property.type) {
        case PropertyType::boolean: return boolean(text);
        case PropertyType::integer: return integer(property, text);
        case PropertyType::real: return real(property, text);
        case PropertyType::text: return text_value(property, text);
        case PropertyType::path:
            if (text.empty()) return wrong("a path may not be empty");
            return text_value(property, text);
    }
    return wrong("a property of an unknown type");
}

}  // namespace streamlib
