// SPDX-License-Identifier: Apache-2.0
/// @file
/// Actor classes as text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/class_spec.hpp"

namespace streamlib::supervision {

/// "video", "audio", "data", "any"
[[nodiscard]] std::string_view kind_word(MediaKind kind) noexcept;
/// "boolean", "integer", "real", "text", "path"
[[nodiscard]] std::string_view type_word(PropertyType type) noexcept;
/// "0 … 100", "≥ 1", "bt601 | bt709"; empty: any.
[[nodiscard]] std::string range_words(const PropertySpec& property);

/// Name and text, a line each.
[[nodiscard]] std::string classes_words(
    const std::vector<std::pair<std::string, std::string>>& classes, bool colours);
[[nodiscard]] std::string class_words(const ClassSpec& spec, std::string_view plugin, bool colours);

}  // namespace streamlib::supervision
