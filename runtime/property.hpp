// SPDX-License-Identifier: Apache-2.0
/// @file
/// Declared properties of an actor: typed members that the graph sets before configure() runs.
///
///     Property<double> radius{*this, "radius", 3.0, {.text = "Blur radius", .unit = "px", .min = 0, .max = 100}};
///
/// Errors    A value that does not fit is refused with the property's name, range and unit, before anything starts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/class_spec.hpp"

namespace streamlib {

class Actor;

struct PropertyOptions {
    std::string text{};  ///< One sentence for a person.
    std::string unit{};
    std::optional<double> min{}, max{};
    std::vector<std::string> choices{};
    bool required = false;
    bool is_path = false;     ///< A string that names a file.
    bool must_exist = false;  ///< That file has to exist before anything starts.
};

/// Untyped part, known to the runtime.
class PropertyBase {
public:
    PropertyBase(const PropertyBase&) = delete;
    PropertyBase& operator=(const PropertyBase&) = delete;
    [[nodiscard]] const PropertySpec& spec() const noexcept { return spec_; }
    /// Sets from text, checked against type and range. [setup]
    [[nodiscard]] virtual Result<> set_text(std::string_view text) = 0;
    [[nodiscard]] virtual std::string text() const = 0;
    /// Whether somebody gave a value (else it is the default).
    [[nodiscard]] bool given() const noexcept { return given_; }

protected:
    PropertyBase(Actor& owner, PropertySpec spec);
    ~PropertyBase() = default;
    PropertySpec spec_;
    bool given_ = false;
};

namespace detail {
/// check_property (runtime/graph/check_graph.hpp), with the property's name in the error.
[[nodiscard]] Result<std::string> checked_text(const PropertySpec& spec, std::string_view text);
[[nodiscard]] PropertySpec make_property_spec(std::string name, PropertyType type,
                                              std::string default_value, PropertyOptions options);
[[nodiscard]] std::string property_text(bool value);
[[nodiscard]] std::string property_text(std::int64_t value);
[[nodiscard]] std::string property_text(double value);
[[nodiscard]] inline std::string property_text(const std::string& value) { return value; }
void property_value(std::string_view text, bool& value);
void property_value(std::string_view text, std::int64_t& value);
void property_value(std::string_view text, double& value);
inline void property_value(std::string_view text, std::string& value) { value = text; }
}  // namespace detail

/// T: bool, std::int64_t, double or std::string.
template <class T>
class Property final : public PropertyBase {
    static_assert(std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> ||
                      std::is_same_v<T, double> || std::is_same_v<T, std::string>,
                  "a property is bool, std::int64_t, double or std::string");
    static constexpr PropertyType type = std::is_same_v<T, bool>           ? PropertyType::boolean
                                         : std::is_same_v<T, std::int64_t> ? PropertyType::integer
                                         : std::is_same_v<T, double>       ? PropertyType::real
                                                                           : PropertyType::text;

public:
    Property(Actor& owner, std::string name, T value, PropertyOptions options = {})
        : PropertyBase(
              owner, detail::make_property_spec(std::move(name), type, detail::property_text(value),
                                                std::move(options))),
          value_(std::move(value)) {}
    [[nodiscard]] const T& get() const noexcept { return value_; }
    [[nodiscard]] const T& operator*() const noexcept { return value_; }
    [[nodiscard]] const T* operator->() const noexcept { return &value_; }
    [[nodiscard]] Result<> set_text(std::string_view text) override {
        auto checked = detail::checked_text(spec_, text);
        if (!checked) return tl::unexpected(checked.error());
        detail::property_value(*checked, value_);
        given_ = true;
        return {};
    }
    [[nodiscard]] std::string text() const override { return detail::property_text(value_); }

private:
    T value_;
};

}  // namespace streamlib
