// SPDX-License-Identifier: Apache-2.0
/// @file
/// The target of an HTTP request taken apart: "/v1/actors/clip/logs?from=7".
///
/// Model     Pure. Origin form only (RFC 9112 section 3.2.1): an absolute path, then a query of KEY=VALUE joined by "&".
///           %XX is decoded in each part by itself, so that "%2F" never makes a segment; "+" stays "+".
/// Errors    parse: too long, not absolute, "%" without two digits, a control character, more than 16 segments or keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ipc/base/error.hpp"

namespace streamlib::supervision {

inline constexpr std::size_t max_target_bytes = 2048;
inline constexpr std::size_t max_target_parts = 16;

struct Target {
    std::vector<std::string> segments;  ///< Of "/v1/actors": "v1", "actors". None of "/".
    /// In order; a key without "=" has an empty value.
    std::vector<std::pair<std::string, std::string>> query;

    /// The value of the first key of that name.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view key) const noexcept;
    /// The same as a whole number; `fallback` if the key is not there. Errors: parse, names the key.
    [[nodiscard]] Result<std::uint64_t> number(std::string_view key, std::uint64_t fallback) const;
};

[[nodiscard]] Result<Target> parse_target(std::string_view text);

/// `text` so that it can stand in a segment or a value: all but [A-Za-z0-9._~-] as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace streamlib::supervision
