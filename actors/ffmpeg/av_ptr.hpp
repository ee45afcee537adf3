// SPDX-License-Identifier: Apache-2.0
/// @file
/// FFmpeg's objects with their ends, and its error numbers as `Error`.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::actors::av {

struct FreeFrame {
    void operator()(AVFrame* p) const noexcept { av_frame_free(&p); }
};
struct FreePacket {
    void operator()(AVPacket* p) const noexcept { av_packet_free(&p); }
};
struct FreeCodec {
    void operator()(AVCodecContext* p) const noexcept { avcodec_free_context(&p); }
};
struct FreeScaler {
    void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
};
struct CloseInput {
    void operator()(AVFormatContext* p) const noexcept { avformat_close_input(&p); }
};

using FramePtr = std::unique_ptr<AVFrame, FreeFrame>;
using PacketPtr = std::unique_ptr<AVPacket, FreePacket>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeCodec>;
using ScalerPtr = std::unique_ptr<SwsContext, FreeScaler>;
using InputPtr = std::unique_ptr<AVFormatContext, CloseInput>;

inline constexpr AVRational nanosecond{1, 1'000'000'000};

/// Largest picture anything here decodes, converts or writes.
inline constexpr std::int64_t max_pixels = std::int64_t{16384} * 16384;

/// "what: FFmpeg's words for `code`".
[[nodiscard]] Unexpected fail_av(Errc errc, std::string_view what, int code);

/// `value` in units of `base`, in nanoseconds, rounded to the nearest.
[[nodiscard]] inline Nanoseconds to_ns(std::int64_t value, AVRational base) noexcept {
    return av_rescale_q_rnd(value, base, nanosecond, AV_ROUND_NEAR_INF);
}

}  // namespace streamlib::actors::av
