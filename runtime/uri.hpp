// SPDX-License-Identifier: Apache-2.0
/// @file
/// Names of actors and ports over machines: `actor://host/Class/instance[/port]`.
///
/// Model     RFC 3986 with scheme "actor". Host: a registered name, an IPv4 address, or an IPv6
///           address in [ ]. Everything may be percent-encoded where it is read; it is printed with
///           the fewest escapes. Host and scheme ignore case and are kept in small letters, IPv6 in
///           its shortest form, so that equal URIs compare equal.
/// Threads   Values. Errors: one line that names the character, then the URI and a caret under that
///           character.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/error.hpp"

namespace streamlib {

struct Uri {
    std::string host;        ///< Without [ ]: "studio-1", "10.0.0.7", "fe80::1%eth0".
    std::string class_name;  ///< "TestPattern", "my::Blur".
    std::string instance;    ///< [A-Za-z0-9_-]{1,63}.
    std::string port;        ///< Empty: the actor itself.
    friend bool operator==(const Uri&, const Uri&) = default;
};

/// At most 1024 bytes.
[[nodiscard]] Result<Uri> parse_uri(std::string_view text);

/// The text that parses to the same value.
[[nodiscard]] std::string to_string(const Uri& uri);

/// Whether a text is meant as a URI (begins with "actor:"), so that ACTOR arguments may be either.
[[nodiscard]] bool looks_like_uri(std::string_view text) noexcept;

}  // namespace streamlib
