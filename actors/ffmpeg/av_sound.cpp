// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_sound.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace streamlib::actors::av {
namespace {

constexpr Nanoseconds largest_rounding = 40'000'000;

/// Interleaves one frame: `Source` samples, planar or not, each through `map`.
template <class Source, class Target, class Map>
void interleave(const AVFrame& frame, std::size_t skip, std::byte* out, Map map) {
    const auto channels = static_cast<std::size_t>(frame.ch_layout.nb_channels);
    const auto frames = static_cast<std::size_t>(frame.nb_samples);
    const bool planar = av_sample_fmt_is_planar(static_cast<AVSampleFormat>(frame.format)) != 0;
    for (std::size_t c = 0; c < channels; ++c) {
        const std::uint8_t* in = planar ? frame.extended_data[c] : frame.extended_data[0];
        const std::size_t step = planar ? 1 : channels, first = planar ? 0 : c;
        for (std::size_t n = skip; n < frames; ++n) {
            Source value;
            std::memcpy(&value, in + (n * step + first) * sizeof value, sizeof value);
            const Target mapped = map(value);
            std::memcpy(out + ((n - skip) * channels + c) * sizeof mapped, &mapped, sizeof mapped);
        }
    }
}

}  // namespace

SampleType sample_type_of(AVSampleFormat type, int bits) noexcept {
    switch (av_get_packed_sample_fmt(type)) {
        case AV_SAMPLE_FMT_U8:
        case AV_SAMPLE_FMT_S16: return SampleType::s16;
        case AV_SAMPLE_FMT_S32:
            return bits > 0 && bits <= 24 ? SampleType::s24in32 : SampleType::s32;
        case AV_SAMPLE_FMT_S64: return SampleType::s32;
        default: return SampleType::f32;
    }
}

std::size_t SoundQueue::frame_bytes() const noexcept {
    return std::size_t{format_.channels} * format_.sample_bytes();
}

std::size_t SoundQueue::frames() const noexcept { return (bytes_.size() - head_) / frame_bytes(); }

Nanoseconds SoundQueue::pts() const noexcept {
    return anchor_ + av_rescale(popped_, 1'000'000'000, format_.rate);
}

bool SoundQueue::continues(Nanoseconds pts) const noexcept {
    if (frames() == 0) return true;
    const Nanoseconds end = anchor_ + av_rescale(popped_ + static_cast<std::int64_t>(frames()),
                                                 1'000'000'000, format_.rate);
    return std::abs(end - pts) <= largest_rounding;
}

bool SoundQueue::append(const AVFrame& frame, Nanoseconds pts, Nanoseconds from) {
    if (frame.ch_layout.nb_channels != format_.channels ||
        frame.sample_rate != static_cast<int>(format_.rate)) {
        return false;
    }
    std::int64_t skip = 0;
    if (pts < from)
        skip = av_rescale_rnd(from - pts, format_.rate, 1'000'000'000, AV_ROUND_NEAR_INF);
    if (skip >= frame.nb_samples) return true;
    if (frames() == 0 && (popped_ == 0 || std::abs(this->pts() - pts) > largest_rounding)) {
        anchor_ = pts + av_rescale(skip, 1'000'000'000, format_.rate);
        popped_ = 0;
    }
    convert(frame, static_cast<std::size_t>(skip));
    return true;
}

void SoundQueue::convert(const AVFrame& frame, std::size_t skip) {
    // Move what is left to the front once that is the smaller part: amortised, a copy a sample.
    if (head_ > bytes_.size() / 2) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
    const std::size_t at = bytes_.size();
    bytes_.resize(at + (static_cast<std::size_t>(frame.nb_samples) - skip) * frame_bytes());
    std::byte* out = bytes_.data() + at;
    using i16 = std::int16_t;
    using i32 = std::int32_t;
    const bool in_24 = format_.sample == SampleType::s24in32;
    switch (av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format))) {
        case AV_SAMPLE_FMT_U8:
            interleave<std::uint8_t, i16>(
                frame, skip, out, [](std::uint8_t v) { return static_cast<i16>((v - 128) * 256); });
            break;
        case AV_SAMPLE_FMT_S16:
            interleave<i16, i16>(frame, skip, out, [](i16 v) { return v; });
            break;
        case AV_SAMPLE_FMT_S32:
            // FFmpeg keeps 24 bits in the high end of a word, the runtime in the low end.
            interleave<i32, i32>(frame, skip, out, [in_24](i32 v) { return in_24 ? v >> 8 : v; });
            break;
        case AV_SAMPLE_FMT_S64:
            interleave<std::int64_t, i32>(frame, skip, out,
                                          [](std::int64_t v) { return static_cast<i32>(v >> 32); });
            break;
        case AV_SAMPLE_FMT_DBL:
            interleave<double, float>(frame, skip, out,
                                      [](double v) { return static_cast<float>(v); });
            break;
        default: interleave<float, float>(frame, skip, out, [](float v) { return v; }); break;
    }
}

std::span<const std::byte> SoundQueue::bytes(std::size_t frames) const noexcept {
    return std::span(bytes_).subspan(head_, frames * frame_bytes());
}

void SoundQueue::pop(std::size_t frames) noexcept {
    head_ += frames * frame_bytes();
    popped_ += static_cast<std::int64_t>(frames);
    if (head_ == bytes_.size()) {
        bytes_.clear();
        head_ = 0;
    }
}

void SoundQueue::clear() noexcept {
    bytes_.clear();
    head_ = 0;
    popped_ = 0;
    anchor_ = 0;
}

}  // namespace streamlib::actors::av
