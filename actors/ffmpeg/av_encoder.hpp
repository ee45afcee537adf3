// SPDX-License-Identifier: Apache-2.0
/// @file
/// Payloads in, packets out.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "actors/ffmpeg/av_containers.hpp"
#include "actors/ffmpeg/av_conversion.hpp"

namespace streamlib::actors::av {

/// Receives each packet, its times in units of the encoder's time base. A negative return ends the
/// writing.
using PacketSink = std::function<int(AVPacket&)>;

class VideoEncoder {
public:
    [[nodiscard]] static Result<std::unique_ptr<VideoEncoder>> open(const VideoFormat& format,
                                                                    const WritePlan& plan,
                                                                    int threads,
                                                                    bool global_header);
    /// Encodes one picture; the payload is only read during the call. Negative: FFmpeg's error.
    int encode(std::span<const std::byte> payload, std::int64_t pts, const PacketSink& sink);
    int drain(const PacketSink& sink);
    [[nodiscard]] const AVCodecContext& codec() const noexcept { return *codec_; }

private:
    VideoEncoder() = default;
    Result<> prepare_conversion(const VideoFormat& format, AVPixelFormat pixel);
    int fill_frame(std::span<const std::byte> payload);

    CodecPtr codec_;
    FramePtr frame_;
    PacketPtr packet_;
    VideoFormat format_{};                 ///< Of the payloads.
    VideoFormat inner_{};                  ///< The same samples in a layout that is a pixel format.
    std::unique_ptr<VideoScaler> repack_;  ///< From `format_` to `inner_`, where they differ.
    std::vector<std::byte> planes_;        ///< A payload of `inner_`.
    /// From `inner_` to the encoder's pixel format, where that is no payload's.
    std::optional<Conversion> swap_;
};

class AudioEncoder {
public:
    [[nodiscard]] static Result<std::unique_ptr<AudioEncoder>> open(const AudioFormat& format,
                                                                    const WritePlan& plan,
                                                                    bool global_header);
    /// `pts` in sample frames. Steps of up to 5 ms are rounding and taken out; earlier than the end
    /// of what came before is put there; a gap stays a gap where the container has times, and is
    /// silence (at most a minute) where not.
    int encode(std::span<const std::byte> payload, std::uint32_t frames, std::int64_t pts,
               const PacketSink& sink);
    int drain(const PacketSink& sink);
    [[nodiscard]] const AVCodecContext& codec() const noexcept { return *codec_; }

private:
    AudioEncoder() = default;
    void append(std::span<const std::byte> payload, std::uint32_t frames);
    int send_waiting(bool all, const PacketSink& sink);
    int send(std::size_t first, std::size_t frames, const PacketSink& sink);

    CodecPtr codec_;
    FramePtr frame_;
    PacketPtr packet_;
    AudioFormat format_{};
    bool fills_gaps_ = false;
    /// Samples not yet sent (an encoder may want frames of one size).
    std::vector<std::byte> waiting_;
    std::int64_t sent_until_ = 0;  ///< Time of the first waiting sample, in sample frames.
    bool begun_ = false;
};

}  // namespace streamlib::actors::av
