// SPDX-License-Identifier: Apache-2.0
/// @file
/// MediaReader over FFmpeg.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <memory>
#include <string>

#include "actors/ffmpeg.hpp"

namespace streamlib::actors::av {

[[nodiscard]] Result<std::unique_ptr<MediaReader>> open_reader(const std::string& path,
                                                               const ReadOptions& options);

}  // namespace streamlib::actors::av
