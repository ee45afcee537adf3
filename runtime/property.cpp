// SPDX-License-Identifier: Apache-2.0
#include "runtime/property.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "runtime/actor_core.hpp"

namespace streamlib {
namespace {

std::string number_text(double value) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, end.ptr};
}

std::string range_text(const PropertySpec& spec) {
    const std::string unit = spec.unit.empty() ? "" : " " + spec.unit;
    if (spec.min && spec.max) return number_text(*spec.min) + " to " + number_text(*spec.max) + unit;
    if (spec.min) return "at least " + number_text(*spec.min) + unit;
    return "at most " + number_text(*spec.max) + unit;
}

Unexpected refuse(const PropertySpec& spec, std::string_view text, const std::string& why) {
    return fail(Errc::invalid_argument, spec.name + ": '" + std::string(text) + "' " + why);
}

template <class Number>
Result<std::string> check_number(const PropertySpec& spec, std::string_view text, const char* kind) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(static_cast<double>(value)))
        return refuse(spec, text, std::string("is not ") + kind);
    const auto real = static_cast<double>(value);
    if ((spec.min && real < *spec.min) || (spec.max && real > *spec.max))
        return refuse(spec, text, "is out of range, give " + range_text(spec));
    return detail::property_text(value);
}

Result<std::string> check_word(const PropertySpec& spec, std::string_view text) {
    if (spec.choices.empty()) return std::string(text);
    if (std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end()) return std::string(text);
    std::string legal;
    for (const auto& choice : spec.choices) legal += (legal.empty() ? "" : ", ") + choice;
    return refuse(spec, text, "is not one of: " + legal);
}

}  // namespace

Result<std::string> check_property_text(const PropertySpec& spec, std::string_view text) {
    switch (spec.type) {
        case PropertyType::boolean:
            if (text == "true" || text == "yes" || text == "on" || text == "1") return std::string("true");
            if (text == "false" || text == "no" || text == "off" || text == "0") return std::string("false");
            return refuse(spec, text, "is neither true nor false");
        case PropertyType::integer: return check_number<std::int64_t>(spec, text, "a whole number");
        case PropertyType::real: return check_number<double>(spec, text, "a number");
        case PropertyType::text:
        case PropertyType::path: return check_word(spec, text);
    }
    return refuse(spec, text, "has an unknown type");
}

PropertyBase::PropertyBase(Actor& owner, PropertySpec spec) : spec_(std::move(spec)) {
    ActorCore::of(owner).properties.push_back(this);
}

namespace detail {

PropertySpec make_property_spec(std::string name, PropertyType type, std::string default_value,
                                PropertyOptions options) {
    PropertySpec spec;
    spec.name = std::move(name);
    spec.type = type == PropertyType::text && options.is_path ? PropertyType::path : type;
    spec.text = std::move(options.text);
    spec.unit = std::move(options.unit);
    spec.default_value = std::move(default_value);
    spec.min = options.min;
    spec.max = options.max;
    spec.choices = std::move(options.choices);
    spec.required = options.required;
    spec.must_exist = options.must_exist;
    return spec;
}

std::string property_text(bool value) { return value ? "true" : "false"; }
std::string property_text(std::int64_t value) { return std::to_string(value); }
std::string property_text(double value) { return number_text(value); }

void property_value(std::string_view text, bool& value) { value = text == "true"; }
void property_value(std::string_view text, std::int64_t& value) {
    std::from_chars(text.data(), text.data() + text.size(), value);
}
void property_value(std::string_view text, double& value) {
    std::from_chars(text.data(), text.data() + text.size(), value);
}

}  // namespace detail
}  // namespace streamlib
