// SPDX-License-Identifier: Apache-2.0
/// @file
/// One stream's decoder: packets in, frames with times out.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <cstdint>

#include "actors/ffmpeg/av_demuxer.hpp"

namespace streamlib::actors::av {

class Decoder {
public:
    enum class Next : std::uint8_t { frame, end, too_far_apart };

    [[nodiscard]] static Result<Decoder> open(const AVStream& stream, int threads);

    /// The next frame, from as many packets as it takes. Damaged ones are counted and passed over.
    Next next(Demuxer& demuxer);
    /// The last frame; valid until `next`.
    [[nodiscard]] const AVFrame& frame() const noexcept { return *frame_; }
    /// Its time from the file's beginning; where the file has none, right after the frame before.
    [[nodiscard]] Nanoseconds pts() const noexcept { return pts_; }
    [[nodiscard]] Nanoseconds duration() const noexcept { return duration_; }
    /// After a seek: forgets everything.
    void flush() noexcept;
    /// Duration of a frame that does not say its own.
    void set_period(Nanoseconds period) noexcept { period_ = period; }
    [[nodiscard]] int stream() const noexcept { return stream_; }
    [[nodiscard]] AVRational time_base() const noexcept { return time_base_; }
    [[nodiscard]] std::uint64_t damaged() const noexcept { return damaged_; }

private:
    Decoder() = default;
    void set_times(Nanoseconds beginning) noexcept;

    CodecPtr codec_;
    FramePtr frame_;
    PacketPtr packet_;
    AVRational time_base_{0, 1};
    int stream_ = -1;
    Nanoseconds pts_ = 0, duration_ = 0, period_ = 0;
    bool first_ = true;
    std::uint64_t damaged_ = 0;
};

}  // namespace streamlib::actors::av
