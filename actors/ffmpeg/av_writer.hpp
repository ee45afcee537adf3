// SPDX-License-Identifier: Apache-2.0
/// @file
/// MediaWriter over FFmpeg.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <memory>

#include "actors/ffmpeg.hpp"

namespace streamlib::actors::av {

[[nodiscard]] Result<> check_writer(const WriteOptions& options);
[[nodiscard]] Result<std::unique_ptr<MediaWriter>> create_writer(const WriteOptions& options);

}  // namespace streamlib::actors::av
