// SPDX-License-Identifier: Apache-2.0
/// @file
/// In which layout a received picture is given out, from a person's words.
///
/// Threads   Plain functions, for configure().
#pragma once

#include <string>
#include <string_view>

#include "runtime/format.hpp"

namespace streamlib::st2110 {

/// What `carried` (layout pgroup) is given out as. `words`: pgroup, planar, packed, v210 or uyvy, and a depth if that is to be
/// another, such as "planar 8"; empty: as it came. The error lists what can be had.
[[nodiscard]] Result<VideoFormat> given_format(const VideoFormat& carried, std::string_view words);

/// The word of a format's text that is a layout; empty where there is none.
[[nodiscard]] std::string layout_word(std::string_view format);

}  // namespace streamlib::st2110
