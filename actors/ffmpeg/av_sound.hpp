// SPDX-License-Identifier: Apache-2.0
/// @file
/// Decoded sound of any sample type as interleaved blocks of one.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/ffmpeg/av_ptr.hpp"
#include "runtime/format.hpp"

namespace streamlib::actors::av {

/// The runtime's type that holds every value of a `type` sample of `bits` bits (0: all of them).
/// Doubles become f32.
[[nodiscard]] SampleType sample_type_of(AVSampleFormat type, int bits) noexcept;

/// Sample frames in the order of time. A jump of more than 40 ms ends a block early; less is a
/// container's rounding.
class SoundQueue {
public:
    explicit SoundQueue(const AudioFormat& format) : format_(format) {}

    /// Whether `frame` at `pts` continues what is queued.
    [[nodiscard]] bool continues(Nanoseconds pts) const noexcept;
    /// Converts and queues a frame; what lies before `from` is left out. False: another rate or
    /// channel count.
    [[nodiscard]] bool append(const AVFrame& frame, Nanoseconds pts, Nanoseconds from);
    [[nodiscard]] std::size_t frames() const noexcept;
    /// Time of the first queued sample.
    [[nodiscard]] Nanoseconds pts() const noexcept;
    [[nodiscard]] std::span<const std::byte> bytes(std::size_t frames) const noexcept;
    void pop(std::size_t frames) noexcept;
    void clear() noexcept;

private:
    [[nodiscard]] std::size_t frame_bytes() const noexcept;
    void convert(const AVFrame& frame, std::size_t skip);

    AudioFormat format_;
    std::vector<std::byte> bytes_;
    std::size_t head_ = 0;  ///< First byte that is not popped.
    /// Time of the first sample since the last jump; counting from it sums no rounding.
    Nanoseconds anchor_ = 0;
    std::int64_t popped_ = 0;  ///< Sample frames popped since.
};

}  // namespace streamlib::actors::av
