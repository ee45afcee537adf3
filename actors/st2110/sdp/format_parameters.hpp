// SPDX-License-Identifier: Apache-2.0
/// @file
/// `a=fmtp` of a `raw` stream, text to record and back.
///
/// Reading   What ST 2110-20 demands and a picture cannot be placed without (sampling, depth, width, height, PM) is an
///           error where it is wrong; what has a default or can be told from the rest is a warning. GStreamer's and FFmpeg's
///           own ways (no rate, no PM, "BT709-2") are understood.
/// Threads   Pure functions.
#pragma once

#include <string>
#include <vector>

#include "actors/st2110/sdp/description.hpp"
#include "actors/st2110/sdp/findings.hpp"

namespace streamlib::st2110 {

/// Takes what it knows out of `parameters` and leaves the rest there. `framerate`: the value of `a=framerate`, or empty.
[[nodiscard]] VideoParameters read_video_parameters(std::vector<FormatParameter>& parameters,
                                                    std::string_view framerate, std::uint32_t line,
                                                    Findings& findings);

/// "sampling=YCbCr-4:2:2; width=1920; …; TP=2110TPW; " with the blank at the end that the standard asks for.
[[nodiscard]] std::string video_parameters_text(const VideoParameters& video);

/// Why `video` may not be written, or ok.
[[nodiscard]] Result<> check_video_parameters(const VideoParameters& video);

/// `a=framerate` in decimals: the exact rate that is meant ("59.94006" is 60000/1001).
[[nodiscard]] Result<Rate> rate_of_decimals(std::string_view text);

}  // namespace streamlib::st2110
