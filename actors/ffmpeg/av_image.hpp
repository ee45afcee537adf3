// SPDX-License-Identifier: Apache-2.0
/// @file
/// ImageWriter over FFmpeg's PNG encoder.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <memory>

#include "actors/ffmpeg.hpp"

namespace streamlib::actors::av {

[[nodiscard]] Result<std::unique_ptr<ImageWriter>> make_image_writer(const VideoFormat& format);

}  // namespace streamlib::actors::av
