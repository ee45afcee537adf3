// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which container holds what: decided before anything is opened. Pure tables.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include "actors/ffmpeg.hpp"
#include "actors/ffmpeg/av_ptr.hpp"

namespace streamlib::actors::av {

enum class Container : std::uint8_t { mkv, mov, wav, y4m };

/// What `WriteOptions` come to.
struct WritePlan {
    Container container = Container::mkv;
    const char* muxer = "";  ///< FFmpeg's name.
    AVCodecID video_codec = AV_CODEC_ID_NONE;
    AVPixelFormat pixel = AV_PIX_FMT_NONE;  ///< What the video encoder takes.
    AVCodecID audio_codec = AV_CODEC_ID_NONE;
    AVSampleFormat sample = AV_SAMPLE_FMT_NONE;  ///< What the audio encoder takes.
};

/// The plan, or the error that names the legal choices.
[[nodiscard]] Result<WritePlan> plan_writing(const WriteOptions& options);

}  // namespace streamlib::actors::av
