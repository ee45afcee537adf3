// SPDX-License-Identifier: Apache-2.0
/// @file
/// Actor classes as JSON: the one place here that knows Boost.JSON.
#pragma once

#include <string>
#include <string_view>

#include "runtime/class_spec.hpp"

namespace streamlib::supervision {

/// {"name", "text", "plugin"}
[[nodiscard]] std::string class_line(std::string_view name, std::string_view text,
                                     std::string_view plugin);
/// {"name", "text", "family", "plugin", "trigger", "inputs", "outputs", "properties"}
[[nodiscard]] std::string class_spec_line(const ClassSpec& spec, std::string_view plugin);

}  // namespace streamlib::supervision
