// SPDX-License-Identifier: Apache-2.0
/// @file
/// Small readers that the text forms of formats share. Pure functions; not for the frame path.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace streamlib::detail {

/// The words of a text, split at blanks and tabs.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

/// Equal but for the case of ASCII letters.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;

/// A whole decimal number without a sign, or nothing (also where it does not fit).
[[nodiscard]] std::optional<std::uint32_t> read_number(std::string_view text) noexcept;

}  // namespace streamlib::detail
