// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a file's streams are in the runtime's words, and which of them to take.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <vector>

#include "actors/ffmpeg.hpp"
#include "actors/ffmpeg/av_ptr.hpp"

namespace streamlib::actors::av {

/// The stream as `MediaStream`; kind none and the reason in `why` where the runtime has no format
/// for it.
struct DescribedStream {
    MediaStream stream;
    std::string why;
};
[[nodiscard]] DescribedStream describe(AVFormatContext& file, int index,
                                       std::uint32_t block_frames);

/// Number of the stream of that kind to decode: `wanted`, or the best; -1 where the file has none.
/// A `wanted` that is not such a stream is an error that lists those which are.
[[nodiscard]] Result<int> choose_stream(AVFormatContext& file, MediaKind kind, int wanted);

/// The whole or NTSC rate (n or n * 1000 / 1001) that `rate` is but for a container's rounding
/// (Matroska keeps a frame's duration in nanoseconds: 19001/317 was 60000/1001), or `rate`.
[[nodiscard]] Rate undo_rounding_of_rate(Rate rate) noexcept;

/// `pts` of a video stream in units of `base`, moved to the exact time of frame n of `rate` where
/// the difference is no more than the container's rounding (Matroska counts in milliseconds).
[[nodiscard]] Nanoseconds undo_rounding(Nanoseconds pts, AVRational base, Rate rate) noexcept;

}  // namespace streamlib::actors::av
