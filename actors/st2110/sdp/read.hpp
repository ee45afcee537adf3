// SPDX-License-Identifier: Apache-2.0
/// @file
/// Reads a session description (RFC 8866, ST 2110-10 clause 8), tolerantly.
///
/// Tolerates CRLF, LF, CR, a byte order mark, blanks at line ends; lines, attributes and parameters that are not known; any
///           order of attributes; FMTP with or without a ';' at the end; GStreamer's and FFmpeg's own descriptions.
/// Guesses   What is missing and can be told from the rest is filled in, with a warning each. What cannot be is an error.
/// Bounds    64 KiB of text, 4 KiB a line, 1024 lines, 32 media, 64 findings. More is an error, not a crash.
/// Threads   Pure function. Cost: linear in the text.
#pragma once

#include <string_view>
#include <vector>

#include "actors/st2110/sdp/description.hpp"
#include "actors/st2110/sdp/findings.hpp"

namespace streamlib::st2110 {

inline constexpr std::size_t max_sdp_bytes = 65536;

struct Reading {
    Description session;  ///< What was understood; a medium with an error is there, but incomplete.
    std::vector<Finding> findings;  ///< In the order of what was read.

    /// The first error about the medium or about the session; null: none. `media` -1: of all.
    [[nodiscard]] const Finding* error(std::int32_t media = -1) const noexcept;
};

[[nodiscard]] Reading read_sdp(std::string_view text);

}  // namespace streamlib::st2110
