// SPDX-License-Identifier: Apache-2.0
// What all media formats share: rates, data, the union record and what differs between two.
#include "runtime/format.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>
#include <optional>

#include "ipc/base/assert.hpp"
#include "runtime/graph/wording.hpp"
#include "runtime/text_words.hpp"

namespace streamlib {
namespace {

constexpr std::int64_t max_rate_hz = 1'000'000;

struct Decimal {
    std::string_view text;
    Rate rate;
};
// Decimals that everybody writes and that mean n*1000/1001 exactly.
constexpr Decimal ntsc[] = {
    {"23.98", {24000, 1001}},   {"23.976", {24000, 1001}}, {"29.97", {30000, 1001}},
    {"47.95", {48000, 1001}},   {"47.952", {48000, 1001}}, {"59.94", {60000, 1001}},
    {"119.88", {120000, 1001}},
};

std::optional<Rate> make_rate(std::uint64_t num, std::uint64_t den) {
    if (num == 0 || den == 0) return std::nullopt;
    const std::uint64_t divisor = std::gcd(num, den);
    num /= divisor;
    den /= divisor;
    constexpr std::uint64_t most = INT32_MAX;
    if (num > most || den > most || num > den * max_rate_hz) return std::nullopt;
    return Rate{static_cast<std::int32_t>(num), static_cast<std::int32_t>(den)};
}

std::optional<Rate> read_rate(std::string_view text) {
    const auto* known = std::ranges::find(ntsc, text, &Decimal::text);
    if (known != std::end(ntsc)) return known->rate;
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const auto num = detail::read_number(text.substr(0, slash));
        const auto den = detail::read_number(text.substr(slash + 1));
        return num && den ? make_rate(*num, *den) : std::nullopt;
    }
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto whole = detail::read_number(text.substr(0, point));
    if (!whole) return std::nullopt;
    if (point == text.size()) return make_rate(*whole, 1);
    const std::string_view digits = text.substr(point + 1);
    const auto part = detail::read_number(digits);
    if (!part || digits.size() > 6) return std::nullopt;
    std::uint64_t den = 1;
    for (std::size_t i = 0; i < digits.size(); ++i) den *= 10;
    return make_rate(*whole * den + *part, den);
}

/// Adds "what GIVEN where WANTED is wanted" to a list.
class Differences {
public:
    void add(std::string_view what, const std::string& given, const std::string& wanted) {
        if (!text_.empty()) text_ += ", ";
        text_ += std::string(what) + " " + given + " where " + wanted + " is wanted";
    }
    template <class Word>
    void compare(std::string_view what, Word given, Word wanted) {
        if (given != wanted)
            add(what, std::string(to_string(given)), std::string(to_string(wanted)));
    }
    void compare(std::string_view what, std::uint32_t given, std::uint32_t wanted) {
        if (given != wanted) add(what, std::to_string(given), std::to_string(wanted));
    }
    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    std::string text_;
};

std::string size_text(const VideoFormat& f) {
    return std::to_string(f.width) + "x" + std::to_string(f.height);
}

std::string video_difference(const VideoFormat& given, const VideoFormat& wanted) {
    Differences list;
    const bool width = wanted.width != 0 && given.width != wanted.width;
    const bool height = wanted.height != 0 && given.height != wanted.height;
    if (width || height) list.add("size", size_text(given), size_text(wanted));
    list.compare("sampling", given.sampling, wanted.sampling);
    list.compare("depth", std::uint32_t{given.depth}, std::uint32_t{wanted.depth});
    list.compare("layout", given.layout, wanted.layout);
    list.compare("scan", given.interlace, wanted.interlace);
    list.compare("colorimetry", given.colorimetry, wanted.colorimetry);
    list.compare("range", given.range, wanted.range);
    if (wanted.rate.num != 0) list.compare("rate", given.rate, wanted.rate);
    return std::move(list).text();
}

std::string audio_difference(const AudioFormat& given, const AudioFormat& wanted) {
    Differences list;
    if (wanted.rate != 0) list.compare("rate", given.rate, wanted.rate);
    if (wanted.channels != 0)
        list.compare("channels", std::uint32_t{given.channels}, std::uint32_t{wanted.channels});
    list.compare("sample type", given.sample, wanted.sample);
    if (wanted.block_frames != 0 && given.block_frames > wanted.block_frames)
        list.add("block", std::to_string(given.block_frames),
                 "at most " + std::to_string(wanted.block_frames));
    return std::move(list).text();
}

std::string content_type(const DataFormat& f) {
    return {f.content_type.data(), strnlen(f.content_type.data(), f.content_type.size())};
}

std::string data_difference(const DataFormat& given, const DataFormat& wanted) {
    Differences list;
    const std::string type = content_type(wanted);
    if (!type.empty() && content_type(given) != type)
        list.add("content type", content_type(given), type);
    if (given.max_bytes > wanted.max_bytes)
        list.add("block", std::to_string(given.max_bytes) + " bytes",
                 "at most " + std::to_string(wanted.max_bytes));
    return std::move(list).text();
}

}  // namespace

std::uint64_t MediaFormat::bytes() const noexcept {
    switch (kind) {
        case MediaKind::none: return 0;
        case MediaKind::video: return video.bytes();
        case MediaKind::audio: return audio.bytes();
        case MediaKind::data: return data.bytes();
    }
    return 0;
}

DataFormat data_format(std::string_view type, std::uint32_t max_bytes) {
    DataFormat f;
    STREAMLIB_ASSERT(type.size() < f.content_type.size(),
                     "a content type has at most 63 characters");
    std::ranges::copy(type, f.content_type.begin());
    f.max_bytes = max_bytes;
    return f;
}

std::string to_string(const DataFormat& f) {
    return content_type(f) + " up to " + std::to_string(f.max_bytes) + " bytes";
}

std::string to_string(const MediaFormat& f) {
    switch (f.kind) {
        case MediaKind::none: return "none";
        case MediaKind::video: return to_string(f.video);
        case MediaKind::audio: return to_string(f.audio);
        case MediaKind::data: return to_string(f.data);
    }
    return "unknown";
}

std::string_view to_string(MediaKind kind) noexcept {
    switch (kind) {
        case MediaKind::none: return "none";
        case MediaKind::video: return "video";
        case MediaKind::audio: return "audio";
        case MediaKind::data: return "data";
    }
    return "unknown";
}

std::string to_string(Rate rate) {
    std::string text = std::to_string(rate.num);
    if (rate.den != 1) text += "/" + std::to_string(rate.den);
    return text;
}

Result<Rate> parse_rate(std::string_view text) {
    if (const std::optional<Rate> rate = read_rate(text)) return *rate;
    return fail(Errc::parse, "rate " + wording::quoted(text) +
                                 " is not a rate in hertz above 0 and at most 1000000; write e.g. "
                                 "60000/1001, 50 or 59.94");
}

std::string describe_difference(const MediaFormat& given, const MediaFormat& wanted) {
    if (wanted.kind == MediaKind::none) return {};
    if (given.kind != wanted.kind)
        return std::string(to_string(given.kind)) + " where " +
               std::string(to_string(wanted.kind)) + " is wanted";
    switch (wanted.kind) {
        case MediaKind::video: return video_difference(given.video, wanted.video);
        case MediaKind::audio: return audio_difference(given.audio, wanted.audio);
        case MediaKind::data: return data_difference(given.data, wanted.data);
        case MediaKind::none: break;
    }
    return {};
}

std::string_view converting_class(const MediaFormat& given, const MediaFormat& wanted) {
    if (given.kind != MediaKind::video || wanted.kind != MediaKind::video) return {};
    // What ColorConvert makes: anything but another rate or scan.
    VideoFormat converted = wanted.video;
    converted.rate = given.video.rate;
    converted.interlace = given.video.interlace;
    const bool possible = describe_difference(converted, wanted).empty();
    const bool needed = !describe_difference(given, wanted).empty();
    return possible && needed ? "ColorConvert" : std::string_view{};
}

}  // namespace streamlib
