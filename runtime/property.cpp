// SPDX-License-Identifier: Apache-2.0
#include "runtime/property.hpp"

#include <array>
#include <charconv>

#include "runtime/actor_core.hpp"
#include "runtime/graph/check_graph.hpp"

namespace streamlib {
PropertyBase::PropertyBase(Actor& owner, PropertySpec spec) : spec_(std::move(spec)) {
    ActorCore::of(owner).properties.push_back(this);
}

namespace detail {

Result<std::string> checked_text(const PropertySpec& spec, std::string_view text) {
    auto checked = check_property(spec, text);
    if (!checked) return fail(checked.error().code, spec.name + ": " + checked.error().text);
    return checked;
}

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
std::string property_text(double value) {
    std::array<char, 64> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

void property_value(std::string_view text, bool& value) { value = text == "true"; }
void property_value(std::string_view text, std::int64_t& value) {
    std::from_chars(text.data(), text.data() + text.size(), value);
}
void property_value(std::string_view text, double& value) {
    std::from_chars(text.data(), text.data() + text.size(), value);
}

}  // namespace detail
}  // namespace streamlib
