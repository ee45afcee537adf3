// SPDX-License-Identifier: Apache-2.0
/// @file
/// The words of the one-line form, each with where it stands; private to `one_line.cpp`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"

namespace streamlib::one_line {

enum class WordKind : std::uint8_t {
    plain,      ///< A class, a reference.
    setting,    ///< KEY=VALUE.
    link,       ///< >>
    separator,  ///< ; or ,
};

struct Word {
    WordKind kind = WordKind::plain;
    std::string text;          ///< Of a plain word; the key of a setting.
    std::string value;         ///< Of a setting, without its quotes.
    std::size_t at = 0;        ///< Byte of the first character.
    std::size_t value_at = 0;  ///< Byte of the value's first character.
};

struct Problem {
    std::size_t at = 0;
    std::string text;
};

/// All words, or the first place that is none.
[[nodiscard]] tl::expected<std::vector<Word>, Problem> split(std::string_view text);

/// The problem's text, then the part of `line` around it, then a caret under the character.
[[nodiscard]] std::string with_caret(std::string_view line, const Problem& problem);

}  // namespace streamlib::one_line
