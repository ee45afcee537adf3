// SPDX-License-Identifier: Apache-2.0
/// @file
/// The words that messages about a graph share: foreign text in quotes, lists, and the nearest
/// known word. Threads   Pure functions. Cost: bounded whatever the text, so that a hostile file
/// costs no time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace streamlib::wording {

/// `text` in double quotes, unprintable bytes as \xNN, cut after 64 bytes. A message stays one
/// readable line.
[[nodiscard]] std::string quoted(std::string_view text);

/// "a, b, c"; past `most` entries "… and 5 more".
[[nodiscard]] std::string list(const std::vector<std::string>& words, std::size_t most = 16);

/// What to append to `unknown key "pth"`: `; did you mean "path"?`, or `; known are a, b, c` where
/// none is near, or nothing where there are no candidates. Beginnings count as near ("strat" for
/// "strategy").
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string>& candidates);

/// The same where the known ones are told already: nothing where none is near.
[[nodiscard]] std::string near_miss(std::string_view word,
                                    const std::vector<std::string>& candidates);

/// True for an instance, domain, supervisor or port name: [A-Za-z0-9_-]{1,63}.
[[nodiscard]] bool is_name(std::string_view text) noexcept;
inline constexpr std::string_view name_rule = "1 to 63 of A-Z a-z 0-9 _ -";

/// True for a class name: as `is_name`, with `::` between its parts, at most 127 bytes.
[[nodiscard]] bool is_class_name(std::string_view text) noexcept;

/// Text without blanks at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace streamlib::wording
