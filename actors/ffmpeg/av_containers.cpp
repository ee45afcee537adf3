// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_containers.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "actors/ffmpeg/av_formats.hpp"

namespace streamlib::actors::av {
namespace {

struct ContainerEntry {
    Container container;
    std::string_view extension;
    const char* muxer;
    std::vector<std::string_view> video, audio;  ///< Legal codecs, the default first.
};

const std::vector<ContainerEntry>& containers() {
    static const std::vector<ContainerEntry> all = {
        {Container::mkv, "mkv", "matroska", {"ffv1", "rawvideo", "h264"}, {"pcm", "flac"}},
        {Container::mov, "mov", "mov", {"ffv1", "v210", "h264"}, {"pcm"}},
        {Container::wav, "wav", "wav", {}, {"pcm"}},
        {Container::y4m, "y4m", "yuv4mpegpipe", {"rawvideo"}, {}},
    };
    return all;
}

std::string listed(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words)
        text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

std::string extension_of(const std::string& path) {
    const std::size_t slash = path.rfind('/'), dot = path.rfind('.');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return {};
    std::string text = path.substr(dot + 1);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

Result<std::string_view> choose_codec(const ContainerEntry& entry, const char* kind,
                                      const std::string& wanted,
                                      const std::vector<std::string_view>& legal,
                                      const std::string& path) {
    if (legal.empty()) {
        const bool wav = entry.container == Container::wav;
        return fail(Errc::invalid_argument, path + ": ." + std::string(entry.extension) +
                                                " holds " + (wav ? "sound only" : "pictures only") +
                                                "; use .mkv or .mov for " + kind);
    }
    if (wanted.empty()) return legal.front();
    const auto found = std::find(legal.begin(), legal.end(), wanted);
    if (found != legal.end()) return *found;
    return fail(Errc::invalid_argument, path + ": no " + wanted + " in ." +
                                            std::string(entry.extension) + "; use " +
                                            listed(legal));
}

bool is_rgb(const VideoFormat& f) {
    return f.sampling == Sampling::rgb || f.sampling == Sampling::rgba;
}

/// The pixel format that takes every bit of `f`.
AVPixelFormat lossless_pixel(const VideoFormat& f, std::string_view codec) {
    if (is_rgb(f) && f.depth == 8 && codec == "ffv1") {
        return f.sampling == Sampling::rgb ? AV_PIX_FMT_BGR0 : AV_PIX_FMT_BGRA;
    }
    VideoFormat planar = f;
    planar.layout = Layout::planar;
    return pixel_format_of(planar);
}

Result<> plan_video(WritePlan& plan, const VideoFormat& f, std::string_view codec,
                    const std::string& path) {
    const auto bad = [&](const std::string& text) {
        return fail(Errc::invalid_argument, path + ": " + text);
    };
    plan.pixel = lossless_pixel(f, codec);
    if (codec == "ffv1") {
        plan.video_codec = AV_CODEC_ID_FFV1;
    } else if (codec == "v210") {
        plan.video_codec = AV_CODEC_ID_V210;
        if (f.sampling != Sampling::ycbcr_422 || f.depth != 10)
            return bad("v210 holds YCbCr-4:2:2 10 only; use ffv1, or ColorConvert before");
    } else if (codec == "h264") {
        plan.video_codec = AV_CODEC_ID_H264;
        if (is_rgb(f) || f.sampling == Sampling::key || f.depth > 10)
            return bad("h264 holds YCbCr of 8 or 10 bit only; use ffv1, or ColorConvert before");
    } else if (plan.container == Container::y4m) {
        plan.video_codec = AV_CODEC_ID_WRAPPED_AVFRAME;
        if (is_rgb(f)) return bad("y4m holds no RGB; use .mkv or .mov, or ColorConvert before");
    } else {
        plan.video_codec = AV_CODEC_ID_RAWVIDEO;
        if (f.depth != 8 || f.sampling == Sampling::rgba)
            return bad("rawvideo in mkv holds 8 bit without alpha; use ffv1");
        if (is_rgb(f)) plan.pixel = AV_PIX_FMT_RGB24;
    }
    return {};
}

void plan_audio(WritePlan& plan, const AudioFormat& f, bool flac) {
    switch (f.sample) {
        case SampleType::s16:
            plan.sample = AV_SAMPLE_FMT_S16, plan.audio_codec = AV_CODEC_ID_PCM_S16LE;
            break;
        case SampleType::s24in32:
            plan.sample = AV_SAMPLE_FMT_S32, plan.audio_codec = AV_CODEC_ID_PCM_S24LE;
            break;
        case SampleType::s32:
            plan.sample = AV_SAMPLE_FMT_S32, plan.audio_codec = AV_CODEC_ID_PCM_S32LE;
            break;
        case SampleType::f32:
            plan.sample = AV_SAMPLE_FMT_FLT, plan.audio_codec = AV_CODEC_ID_PCM_F32LE;
            break;
    }
    if (flac) plan.audio_codec = AV_CODEC_ID_FLAC;
}

}  // namespace

Result<WritePlan> plan_writing(const WriteOptions& options) {
    const std::string extension = extension_of(options.path);
    const auto& all = containers();
    const auto entry = std::find_if(all.begin(), all.end(),
                                    [&](const auto& e) { return e.extension == extension; });
    if (entry == all.end()) {
        return fail(Errc::invalid_argument,
                    "\"" + options.path + "\": the name must end in .mkv, .mov, .wav or .y4m");
    }
    if (!options.video && !options.audio)
        return fail(Errc::invalid_argument, options.path + ": neither pictures nor sound");
    WritePlan plan;
    plan.container = entry->container;
    plan.muxer = entry->muxer;
    if (options.video) {
        if (auto ok = options.video->validate(); !ok) return Unexpected(ok.error());
        auto codec =
            choose_codec(*entry, "pictures", options.video_codec, entry->video, options.path);
        if (!codec) return Unexpected(codec.error());
        if (auto ok = plan_video(plan, *options.video, *codec, options.path); !ok)
            return Unexpected(ok.error());
    }
    if (options.audio) {
        if (auto ok = options.audio->validate(); !ok) return Unexpected(ok.error());
        auto codec = choose_codec(*entry, "sound", options.audio_codec, entry->audio, options.path);
        if (!codec) return Unexpected(codec.error());
        const bool flac = *codec == "flac";
        if (flac && (options.audio->sample == SampleType::f32 ||
                     options.audio->sample == SampleType::s32 || options.audio->channels > 8)) {
            return fail(Errc::invalid_argument,
                        options.path + ": flac holds up to 8 channels of s16 or s24in32; use pcm");
        }
        plan_audio(plan, *options.audio, flac);
    }
    return plan;
}

}  // namespace streamlib::actors::av
