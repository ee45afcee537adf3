// SPDX-License-Identifier: Apache-2.0
/// @file
/// Between the runtime's words for pictures and FFmpeg's. Pure tables.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include "actors/ffmpeg/av_ptr.hpp"
#include "runtime/format.hpp"

namespace streamlib::actors::av {

/// The pixel format whose bytes are those of `format`'s payload, or AV_PIX_FMT_NONE (v210 and
/// pgroups: repack).
[[nodiscard]] AVPixelFormat pixel_format_of(const VideoFormat& format) noexcept;

/// yuvj420p is yuv420p with a range that other fields also carry.
[[nodiscard]] AVPixelFormat without_j(AVPixelFormat pixel) noexcept;

/// The nearest format of the runtime that loses nothing of a `source` picture where there is one
/// (4:1:1 becomes 4:2:2, alpha of YCbCr is dropped, odd sizes become 4:4:4). Rate and colours are
/// left as they are in `like`.
[[nodiscard]] Result<VideoFormat> nearest_format(AVPixelFormat source, int width, int height,
                                                 VideoFormat like);

[[nodiscard]] AVColorSpace color_space_of(const VideoFormat& format) noexcept;
[[nodiscard]] Colorimetry colorimetry_of(AVColorSpace space, AVColorPrimaries primaries,
                                         AVColorTransferCharacteristic transfer) noexcept;
/// Whether samples use all values. RGB always does: swscale knows no other.
[[nodiscard]] bool is_full_range(const VideoFormat& format) noexcept;
[[nodiscard]] AVColorPrimaries primaries_of(Colorimetry colorimetry) noexcept;
[[nodiscard]] AVColorTransferCharacteristic transfer_of(Colorimetry colorimetry) noexcept;

}  // namespace streamlib::actors::av
