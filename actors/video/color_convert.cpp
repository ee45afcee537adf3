// SPDX-License-Identifier: Apache-2.0
#include "actors/video/color_convert.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace streamlib::actors {
namespace {

/// What a word of a video format is about.
enum class About : std::uint8_t {
    size,
    rate,
    sampling,
    depth,
    layout,
    interlace,
    colorimetry,
    range,
    unknown
};
constexpr std::size_t topics = 8;

bool starts_with(const std::string& word, std::string_view start) {
    return word.compare(0, start.size(), start) == 0;
}

About about(std::string word) {
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto is = [&](std::initializer_list<std::string_view> words) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (starts_with(word, "@")) return About::rate;
    if (starts_with(word, "YCBCR") || is({"RGB", "RGBA", "KEY"})) return About::sampling;
    if (is({"PLANAR", "PACKED", "PGROUP"})) return About::layout;
    if (is({"PROGRESSIVE", "INTERLACED", "PSF"})) return About::interlace;
    if (is({"NARROW", "FULL", "FULLPROTECT"})) return About::range;
    if (starts_with(word, "BT") || starts_with(word, "ST") || is({"XYZ", "UNSPECIFIED"}))
        return About::colorimetry;
    const bool digits =
        std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (digits) return About::depth;
    if (std::isdigit(static_cast<unsigned char>(word.front())) != 0) return About::size;
    return About::unknown;
}

std::string& place(std::array<std::string, topics>& words, About topic) {
    return words[static_cast<std::size_t>(topic)];
}

}  // namespace

Result<VideoFormat> format_over(const VideoFormat& input, const std::string& text) {
    std::array<std::string, topics> words;
    std::istringstream old(to_string(input)), wanted(text);
    for (std::string word; old >> word;) {
        if (const About topic = about(word); topic != About::unknown) place(words, topic) = word;
    }
    place(words, About::layout).clear();
    bool range_named = false;
    for (std::string word; wanted >> word;) {
        const About topic = about(word);
        if (topic == About::unknown) {
            return fail(Errc::parse, "format \"" + text + "\": \"" + word +
                                         "\" is no word of a video format; use e.g. 1280x720 "
                                         "YCbCr-4:2:0 8 packed BT709 FULL");
        }
        if (topic == About::rate)
            return fail(Errc::unsupported,
                        "format \"" + text + "\": ColorConvert changes no rate; leave out " + word);
        if (topic == About::range) range_named = true;
        place(words, topic) = word;
    }
    std::string whole;
    for (const std::string& word : words) {
        if (!word.empty()) whole += (whole.empty() ? "" : " ") + word;
    }
    auto format = parse_video_format(whole);
    if (!format) return format;
    const bool rgb = format->sampling == Sampling::rgb || format->sampling == Sampling::rgba;
    const bool was_rgb = input.sampling == Sampling::rgb || input.sampling == Sampling::rgba;
    if (rgb && range_named && format->range == Range::narrow) {
        return fail(Errc::unsupported,
                    "format \"" + text + "\": RGB is always full range here; leave out NARROW");
    }
    if (rgb && !range_named) format->range = Range::full;
    if (!rgb && was_rgb && !range_named) format->range = Range::narrow;
    if (format->interlace != input.interlace) {
        return fail(
            Errc::unsupported,
            "format \"" + text + "\": ColorConvert does not deinterlace; leave out the word");
    }
    format->rate = input.rate;
    return format;
}

ColorConvert::ColorConvert() { needs_family("ffmpeg"); }

Result<> ColorConvert::configure() {
    const auto wanted = format_over(in.format(), *format);
    if (!wanted) return Unexpected(wanted.error());
    if (in.format().layout != wanted->layout) {
        // Where nothing else changes, no FFmpeg is needed.
        if (auto made = st2110::PgroupConverter::make(in.format(), *wanted);
            made && in.format().depth == wanted->depth) {
            repack_.emplace(std::move(*made));
            out.set_format(*wanted);
            return {};
        }
    }
    const auto api = ffmpeg_load();
    if (!api) return Unexpected(api.error());
    auto scaler = (*api)->make_scaler(in.format(), *wanted);
    if (!scaler) return Unexpected(scaler.error());
    scaler_ = std::move(*scaler);
    out.set_format(*wanted);
    return {};
}

void ColorConvert::process(const Tick&) {
    while (in.read_new() == InputStatus::fresh) {
        if (in.payload().size() < in.format().bytes()) continue;  // No whole picture.
        Slot slot = out.claim();
        if (!slot) continue;
        if (repack_)
            repack_->convert(in.payload(), slot.payload());
        else
            scaler_->convert(in.payload(), slot.payload());
        slot.origin(in.origin()).flags(in.header().flags);
        slot.publish();
        pictures.add();
    }
}

STREAMLIB_ACTOR(ColorConvert)

}  // namespace streamlib::actors
