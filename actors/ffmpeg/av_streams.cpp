// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_streams.hpp"

#include <cstdlib>

#include "actors/ffmpeg/av_formats.hpp"
#include "actors/ffmpeg/av_sound.hpp"

namespace streamlib::actors::av {
namespace {

constexpr std::int64_t most_frames_a_second = 1000;

Rate rate_of(AVFormatContext& file, AVStream& stream) {
    const AVRational rate = av_guess_frame_rate(&file, &stream, nullptr);
    const bool usable =
        rate.num > 0 && rate.den > 0 && rate.num <= most_frames_a_second * std::int64_t{rate.den};
    return usable ? undo_rounding_of_rate({rate.num, rate.den}) : Rate{};
}

bool is_interlaced(AVFieldOrder order) {
    return order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE;
}

Result<VideoFormat> video_format_of(AVFormatContext& file, AVStream& stream) {
    const AVCodecParameters& par = *stream.codecpar;
    VideoFormat like;
    like.rate = rate_of(file, stream);
    like.interlace =
        is_interlaced(par.field_order) ? Interlace::interlaced : Interlace::progressive;
    like.colorimetry = colorimetry_of(par.color_space, par.color_primaries, par.color_trc);
    like.range = par.color_range == AVCOL_RANGE_JPEG ? Range::full : Range::narrow;
    return nearest_format(static_cast<AVPixelFormat>(par.format), par.width, par.height, like);
}

Result<AudioFormat> audio_format_of(const AVCodecParameters& par, std::uint32_t block_frames) {
    const int channels = par.ch_layout.nb_channels;
    if (par.sample_rate < 1 || channels < 1 || channels > 64) {
        return fail(Errc::unsupported,
                    "its rate or channel count is not known, or more than 64 channels");
    }
    const int bits =
        par.bits_per_raw_sample > 0 ? par.bits_per_raw_sample : par.bits_per_coded_sample;
    AudioFormat format;
    format.rate = static_cast<std::uint32_t>(par.sample_rate);
    format.channels = static_cast<std::uint16_t>(channels);
    format.sample = sample_type_of(static_cast<AVSampleFormat>(par.format), bits);
    format.block_frames = block_frames > 0 ? block_frames : (format.rate + 49) / 50;
    if (auto ok = format.validate(); !ok) return Unexpected(ok.error());
    return format;
}

Nanoseconds duration_of(const AVFormatContext& file, const AVStream& stream) {
    if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0)
        return to_ns(stream.duration, stream.time_base);
    return file.duration == AV_NOPTS_VALUE ? 0 : file.duration * (1'000'000'000 / AV_TIME_BASE);
}

AVMediaType type_of(MediaKind kind) {
    return kind == MediaKind::video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
}

}  // namespace

DescribedStream describe(AVFormatContext& file, int index, std::uint32_t block_frames) {
    AVStream& stream = *file.streams[index];
    DescribedStream made;
    made.stream.index = index;
    made.stream.codec = avcodec_get_name(stream.codecpar->codec_id);
    made.stream.duration = duration_of(file, stream);
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO) {
        auto format = video_format_of(file, stream);
        if (!format) return made.why = format.error().text, made;
        made.stream.video = *format;
        made.stream.kind = MediaKind::video;
    } else if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
        auto format = audio_format_of(*stream.codecpar, block_frames);
        if (!format) return made.why = format.error().text, made;
        made.stream.audio = *format;
        made.stream.kind = MediaKind::audio;
    }
    return made;
}

Result<int> choose_stream(AVFormatContext& file, MediaKind kind, int wanted) {
    const auto is_kind = [&](unsigned i) {
        return file.streams[i]->codecpar->codec_type == type_of(kind);
    };
    if (wanted >= 0) {
        std::string legal;
        for (unsigned i = 0; i < file.nb_streams; ++i) {
            if (!is_kind(i)) continue;
            if (static_cast<int>(i) == wanted) return wanted;
            legal += (legal.empty() ? "" : ", ") + std::to_string(i);
        }
        const std::string name(to_string(kind));
        return fail(Errc::not_found, "stream " + std::to_string(wanted) + " is no " + name +
                                         " stream; " +
                                         (legal.empty() ? "there is none" : "choose of " + legal));
    }
    const int best = av_find_best_stream(&file, type_of(kind), -1, -1, nullptr, 0);
    if (best < 0) return -1;
    // The cover of a sound file is a picture, not a film.
    const bool cover = (file.streams[best]->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    return cover ? -1 : best;
}

Rate undo_rounding_of_rate(Rate rate) noexcept {
    for (const std::int64_t den : {1, 1001}) {
        const std::int64_t unit = den == 1 ? 1 : 1000;
        // rate = n * unit / den for the nearest whole n
        const std::int64_t n = av_rescale(rate.num, den, rate.den * unit);
        const std::int64_t num = n * unit;
        const std::int64_t off = std::abs(num * rate.den - rate.num * den);
        // 1e-6: twenty times what a period in whole nanoseconds loses, a thousandth of what lies
        // between the families.
        if (n > 0 && off <= rate.num * den / 1'000'000)
            return {static_cast<std::int32_t>(num), static_cast<std::int32_t>(den)};
    }
    return rate;
}

Nanoseconds undo_rounding(Nanoseconds pts, AVRational base, Rate rate) noexcept {
    const Nanoseconds unit = to_ns(1, base);
    if (rate.num <= 0 || unit < 100'000) return pts;
    const std::int64_t n = av_rescale(pts, rate.num, std::int64_t{rate.den} * 1'000'000'000);
    const Nanoseconds exact = av_rescale(n, std::int64_t{rate.den} * 1'000'000'000, rate.num);
    return std::abs(exact - pts) <= unit ? exact : pts;
}

}  // namespace streamlib::actors::av
