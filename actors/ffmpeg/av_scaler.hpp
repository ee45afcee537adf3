// SPDX-License-Identifier: Apache-2.0
/// @file
/// VideoScaler: repack, swscale, repack, each only where it is needed.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <memory>

#include "actors/ffmpeg.hpp"

namespace streamlib::actors::av {

[[nodiscard]] Result<std::unique_ptr<VideoScaler>> make_scaler(const VideoFormat& from,
                                                               const VideoFormat& to);

}  // namespace streamlib::actors::av
