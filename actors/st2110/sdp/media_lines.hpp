// SPDX-License-Identifier: Apache-2.0
/// @file
/// The lines of one `m=` block as they were read, and what is made of them when the block is over: only then is it known
/// what an `a=fmtp` means, since attributes come in any order. Private to the reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/st2110/sdp/description.hpp"
#include "actors/st2110/sdp/findings.hpp"

namespace streamlib::st2110 {

/// A value, and the line it stood in (0: it did not stand anywhere).
struct NumberedText {
    std::uint32_t line = 0;
    std::string_view text;
};

struct MediaLines {
    Media media;
    std::uint32_t line = 0;  ///< Of `m=`.
    bool has_connection = false;
    std::vector<NumberedText> rtpmaps;
    std::vector<NumberedText> fmtps;
    NumberedText packet_time;      ///< `a=ptime`
    NumberedText max_packet_time;  ///< `a=maxptime`
    NumberedText framerate;        ///< `a=framerate`
};

/// `m=`: kind, port, payload type.
void read_media_line(std::string_view value, MediaLines& lines, Findings& findings);

/// Fills in essence and parameters of `lines.media`.
void finish_media(MediaLines& lines, Findings& findings);

}  // namespace streamlib::st2110
