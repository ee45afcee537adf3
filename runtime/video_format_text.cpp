// SPDX-License-Identifier: Apache-2.0
// The text form of VideoFormat, both ways.
#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "runtime/format.hpp"
#include "runtime/graph/wording.hpp"
#include "runtime/text_words.hpp"

namespace streamlib {
namespace {

/// What a word says; `depth` is 0 and the others are empty where it says nothing.
struct Word {
    std::string_view name;
    std::optional<Sampling> sampling{};
    std::uint8_t depth = 0;
    std::optional<Layout> layout{};
    std::optional<Interlace> interlace{};
    std::optional<Colorimetry> colorimetry{};
    std::optional<Range> range{};
};

// The first word that says just one value is the one that is printed for it.
constexpr Word words[] = {
    {.name = "YCbCr-4:4:4", .sampling = Sampling::ycbcr_444},
    {.name = "YCbCr-4:2:2", .sampling = Sampling::ycbcr_422},
    {.name = "YCbCr-4:2:0", .sampling = Sampling::ycbcr_420},
    {.name = "RGB", .sampling = Sampling::rgb},
    {.name = "RGBA", .sampling = Sampling::rgba},
    {.name = "KEY", .sampling = Sampling::key},
    {.name = "8", .depth = 8},
    {.name = "10", .depth = 10},
    {.name = "12", .depth = 12},
    {.name = "16", .depth = 16},
    {.name = "planar", .layout = Layout::planar},
    {.name = "packed", .layout = Layout::packed},
    {.name = "pgroup", .layout = Layout::pgroup},
    {.name = "progressive", .interlace = Interlace::progressive},
    {.name = "interlaced", .interlace = Interlace::interlaced},
    {.name = "psf", .interlace = Interlace::psf},
    {.name = "BT601", .colorimetry = Colorimetry::bt601},
    {.name = "BT709", .colorimetry = Colorimetry::bt709},
    {.name = "BT2020", .colorimetry = Colorimetry::bt2020},
    {.name = "BT2100", .colorimetry = Colorimetry::bt2100},
    {.name = "ST2065-1", .colorimetry = Colorimetry::st2065_1},
    {.name = "XYZ", .colorimetry = Colorimetry::xyz},
    {.name = "UNSPECIFIED", .colorimetry = Colorimetry::unspecified},
    {.name = "NARROW", .range = Range::narrow},
    {.name = "FULL", .range = Range::full},
    {.name = "FULLPROTECT", .range = Range::full_protect},
    {.name = "4:4:4", .sampling = Sampling::ycbcr_444},
    {.name = "4:2:2", .sampling = Sampling::ycbcr_422},
    {.name = "4:2:0", .sampling = Sampling::ycbcr_420},
    {.name = "uyvy", .sampling = Sampling::ycbcr_422, .depth = 8, .layout = Layout::packed},
    {.name = "v210", .sampling = Sampling::ycbcr_422, .depth = 10, .layout = Layout::packed},
};

template <class Value>
std::string_view name_of(std::optional<Value> Word::*field, Value value) {
    for (const Word& word : words)
        if (word.*field == value) return word.name;
    return "unknown";
}

std::vector<std::string> known_words() {
    std::vector<std::string> names;
    for (const Word& word : words) names.emplace_back(word.name);
    return names;
}

struct Shorthand {
    std::uint32_t height;
    std::uint32_t width;
};
constexpr Shorthand heights[] = {{480, 720},   {486, 720},   {576, 720},  {720, 1280},
                                 {1080, 1920}, {2160, 3840}, {4320, 7680}};

/// Collects words; a second word for the same thing must agree with the first.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Result<VideoFormat> read() {
        const std::vector<std::string_view> parts = detail::split_words(text_);
        if (parts.empty())
            return wrong("is empty; write a size first, e.g. 1920x1080 YCbCr-4:2:2 10 @50");
        if (auto ok = size(parts.front()); !ok) return Unexpected(ok.error());
        for (const std::string_view part : std::span(parts).subspan(1))
            if (auto ok = word(part); !ok) return Unexpected(ok.error());
        if (auto ok = format_.validate(); !ok) return wrong("cannot be: " + ok.error().text);
        return format_;
    }

private:
    [[nodiscard]] Unexpected wrong(const std::string& what) const {
        return fail(Errc::parse, "video format " + wording::quoted(text_) + " " + what);
    }
    [[nodiscard]] Unexpected unknown(std::string_view part, const std::string& hint) const {
        return wrong("has the unknown word " + wording::quoted(part) + hint);
    }

    Result<> size(std::string_view part) {
        const std::size_t x = part.find_first_of("xX");
        if (x == std::string_view::npos) return shorthand(part);
        const auto width = detail::read_number(part.substr(0, x));
        const auto height = detail::read_number(part.substr(x + 1));
        if (!width || !height)
            return wrong("has the size " + wording::quoted(part) +
                         "; write WIDTHxHEIGHT, e.g. 1920x1080");
        format_.width = *width;
        format_.height = *height;
        return {};
    }

    Result<> shorthand(std::string_view part) {
        const std::size_t digits = std::min(part.find_first_not_of("0123456789"), part.size());
        const std::string_view rest = part.substr(digits);
        const std::string_view scan = rest.substr(0, rest.find_first_of("0123456789"));
        const auto height = detail::read_number(part.substr(0, digits));
        const auto* known = std::ranges::find(heights, height.value_or(0), &Shorthand::height);
        std::optional<Interlace> interlace;
        if (detail::same_word(scan, "p")) interlace = Interlace::progressive;
        if (detail::same_word(scan, "i")) interlace = Interlace::interlaced;
        if (detail::same_word(scan, "psf")) interlace = Interlace::psf;
        if (known == std::end(heights) || !interlace)
            return wrong(
                "must start with a size, e.g. 1920x1080 or 1080p59.94 (heights 480, 486, "
                "576, 720, 1080, 2160, 4320)");
        format_.width = known->width;
        format_.height = known->height;
        interlace_ = format_.interlace = *interlace;
        if (rest.size() == scan.size()) return {};
        if (auto ok = rate(rest.substr(scan.size())); !ok) return ok;
        if (*interlace != Interlace::progressive && format_.rate.hertz() > 31.0)
            return wrong("counts fields; write frames a second, e.g. 1080i25 or 1080i29.97");
        return {};
    }

    Result<> rate(std::string_view part) {
        const Result<Rate> given = parse_rate(part);
        if (!given) return wrong("has no rate: " + given.error().text);
        if (format_.rate.num != 0 && format_.rate != *given) return wrong("gives two rates");
        format_.rate = *given;
        return {};
    }

    template <class Value, class Given>
    Result<> take(std::optional<Value>& seen, Value& field, const Given& given, const char* what) {
        if (!given) return {};
        if (seen && *seen != *given) return wrong(std::string("gives two values for ") + what);
        seen = field = *given;
        return {};
    }

    Result<> word(std::string_view part) {
        if (part.front() == '@') return rate(part.substr(1));
        const auto* found = std::ranges::find_if(
            words, [&](const Word& known) { return detail::same_word(part, known.name); });
        if (found == std::end(words))
            return unknown(part, wording::suggestion(part, known_words()));
        std::optional<std::uint8_t> depth;
        if (found->depth != 0) depth = found->depth;
        Result<> ok = take(sampling_, format_.sampling, found->sampling, "sampling");
        if (ok) ok = take(depth_, format_.depth, depth, "depth");
        if (ok) ok = take(layout_, format_.layout, found->layout, "layout");
        if (ok) ok = take(interlace_, format_.interlace, found->interlace, "the scan");
        if (ok) ok = take(colorimetry_, format_.colorimetry, found->colorimetry, "colorimetry");
        if (ok) ok = take(range_, format_.range, found->range, "range");
        return ok;
    }

    std::string_view text_;
    VideoFormat format_{};
    std::optional<Sampling> sampling_;
    std::optional<std::uint8_t> depth_;
    std::optional<Layout> layout_;
    std::optional<Interlace> interlace_;
    std::optional<Colorimetry> colorimetry_;
    std::optional<Range> range_;
};

}  // namespace

std::string_view to_string(Sampling s) noexcept { return name_of(&Word::sampling, s); }
std::string_view to_string(Layout l) noexcept { return name_of(&Word::layout, l); }
std::string_view to_string(Interlace i) noexcept { return name_of(&Word::interlace, i); }
std::string_view to_string(Colorimetry c) noexcept { return name_of(&Word::colorimetry, c); }
std::string_view to_string(Range r) noexcept { return name_of(&Word::range, r); }

std::string to_string(const VideoFormat& f) {
    std::string text = std::to_string(f.width) + "x" + std::to_string(f.height) + " ";
    text += std::string(to_string(f.sampling)) + " " + std::to_string(f.depth);
    const auto add = [&](std::string_view word) { text += " " + std::string(word); };
    if (f.rate.num != 0) add("@" + to_string(f.rate));
    if (f.layout != Layout::planar) add(to_string(f.layout));
    if (f.interlace != Interlace::progressive) add(to_string(f.interlace));
    if (f.colorimetry != Colorimetry::bt709) add(to_string(f.colorimetry));
    if (f.range != Range::narrow) add(to_string(f.range));
    return text;
}

Result<VideoFormat> parse_video_format(std::string_view text) { return Reader(text).read(); }

}  // namespace streamlib
