// SPDX-License-Identifier: Apache-2.0
/// @file
/// A graph in one line: `streamlib run 'TestPattern format=720p60 >> Blur radius=3 >> Probe
/// path=x.json'`.
///
/// Model     settings, then chains:
///             line     = { SETTING } chain { ( ";" | "," ) chain }
///             chain    = element { ">>" element }
///             element  = CLASS [ "." PORT ] { SETTING }    declares an actor
///                      | NAME "." [ PORT ] | NAME          means one declared in the line
///             SETTING  = KEY "=" VALUE
///           Settings before the first class: `rate=50`, `clock.KEY=…`, `node.KEY=…`. Those behind
///           a class are its properties and the keys of an actor (`trigger=input depth=4`), and
///           `name=cam`, which names the actor. Without one the name is the class in snake_case,
///           numbered from the second: test_pattern, test_pattern2.
/// Fan-out   `MediaFile name=clip path=a.mov; clip.video >> Null; clip.audio >> Null`. A NAME
///           without "." is one declared elsewhere in the line; everything else without settings is
///           a class.
/// Words     Blanks end a word; "…" with \" and \\, or '…', hold blanks, ";" and ">>". A "," inside
///           a value is part of it, unless the value ends there.
/// Errors    Findings whose text shows the line, and a caret under the character, as further lines.
#pragma once

#include <string_view>

#include "runtime/graph/toml_reader.hpp"

namespace streamlib {

/// Text of at most 64 KiB. Reading stops at the first error of syntax; wrong values are all found.
[[nodiscard]] ReadGraph read_one_line(std::string_view text);

/// Whether `run`'s argument is such a line and no file name: it has ">>", or begins with a class
/// and is no ".toml" and no path. A file of that very name that exists is always a file. Looks at
/// the file system.
[[nodiscard]] bool looks_like_one_line(std::string_view text);

/// "TestPattern" → "test_pattern", "AES67Sink" → "aes67_sink", "my::Blur" → "blur".
[[nodiscard]] std::string snake_case(std::string_view class_name);

}  // namespace streamlib
