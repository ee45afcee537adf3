// SPDX-License-Identifier: Apache-2.0
// Sound blocks: sizes, validity and the text form.
#include <algorithm>
#include <charconv>
#include <span>

#include "runtime/format.hpp"
#include "runtime/graph/wording.hpp"
#include "runtime/text_words.hpp"

namespace streamlib {
namespace {

constexpr std::uint32_t max_audio_rate = 768'000;
constexpr std::uint32_t max_channels = 64;
constexpr std::uint32_t max_block_frames = 1U << 20;

constexpr std::string_view sample_names[] = {"s16", "s24in32", "s32", "f32"};
std::vector<std::string> known_words() {
    return {"s16", "s24in32", "s32", "f32", "2ch", "mono", "stereo", "block=48"};
}

/// "48000", "48k", "44.1k".
std::optional<std::uint32_t> read_audio_rate(std::string_view text) {
    if (text.empty() || (text.back() != 'k' && text.back() != 'K'))
        return detail::read_number(text);
    text.remove_suffix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto whole = detail::read_number(text.substr(0, point));
    if (!whole || *whole > max_audio_rate) return std::nullopt;
    if (point == text.size()) return *whole * 1000;
    const std::string_view digits = text.substr(point + 1);
    const auto part = detail::read_number(digits);
    if (!part || digits.size() > 3) return std::nullopt;
    std::uint32_t thousandths = *part;
    for (std::size_t i = digits.size(); i < 3; ++i) thousandths *= 10;
    return *whole * 1000 + thousandths;
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Result<AudioFormat> read() {
        const std::vector<std::string_view> parts = detail::split_words(text_);
        if (parts.empty()) return wrong("is empty; write e.g. 48000 2ch f32 block=48");
        const auto rate = read_audio_rate(parts.front());
        if (!rate) return wrong("must start with a rate, e.g. 48000 or 48k");
        format_.rate = *rate;
        for (const std::string_view part : std::span(parts).subspan(1))
            if (auto ok = word(part); !ok) return Unexpected(ok.error());
        if (!block_) format_.block_frames = format_.rate / 1000 + (format_.rate % 1000 != 0);
        if (auto ok = format_.validate(); !ok) return wrong("cannot be: " + ok.error().text);
        return format_;
    }

private:
    [[nodiscard]] Unexpected wrong(const std::string& what) const {
        return fail(Errc::parse, "audio format " + wording::quoted(text_) + " " + what);
    }

    Result<> channels(std::uint32_t count) {
        if (count > max_channels) count = max_channels + 1;  // validate() names the limit.
        if (channels_ && format_.channels != count) return wrong("gives two channel counts");
        channels_ = true;
        format_.channels = static_cast<std::uint16_t>(count);
        return {};
    }

    Result<> word(std::string_view part) {
        if (detail::same_word(part, "mono")) return channels(1);
        if (detail::same_word(part, "stereo")) return channels(2);
        if (part.size() > 2 && detail::same_word(part.substr(part.size() - 2), "ch"))
            if (const auto count = detail::read_number(part.substr(0, part.size() - 2)))
                return channels(*count);
        constexpr std::string_view block = "block=";
        if (detail::same_word(part.substr(0, block.size()), block)) {
            const auto frames = detail::read_number(part.substr(block.size()));
            if (!frames) return wrong("has a block that is no number; write e.g. block=48");
            if (block_ && format_.block_frames != *frames) return wrong("gives two block sizes");
            block_ = true;
            format_.block_frames = *frames;
            return {};
        }
        const auto* name = std::ranges::find_if(
            sample_names, [&](std::string_view known) { return detail::same_word(part, known); });
        if (name == std::end(sample_names))
            return wrong("has the unknown word " + wording::quoted(part) +
                         wording::suggestion(part, known_words()));
        const auto sample = static_cast<SampleType>(name - std::begin(sample_names));
        if (sample_ && format_.sample != sample) return wrong("gives two sample types");
        sample_ = true;
        format_.sample = sample;
        return {};
    }

    std::string_view text_;
    AudioFormat format_{};
    bool channels_ = false;
    bool sample_ = false;
    bool block_ = false;
};

}  // namespace

std::uint32_t AudioFormat::sample_bytes() const noexcept {
    return sample == SampleType::s16 ? 2 : 4;
}

std::uint64_t AudioFormat::bytes() const noexcept {
    return std::uint64_t{block_frames} * channels * sample_bytes();
}

Result<> AudioFormat::validate() const {
    const auto bad = [](std::string text) { return fail(Errc::invalid_argument, std::move(text)); };
    if (rate == 0 || rate > max_audio_rate)
        return bad("rate " + std::to_string(rate) + ": must be 1 to 768000, e.g. 48000");
    if (channels == 0 || channels > max_channels)
        return bad("channels " + std::string(channels == 0 ? "0" : "above 64") +
                   ": must be 1 to 64, e.g. 2ch");
    if (sample > SampleType::f32)
        return bad("sample type is out of range; the record is not an audio format");
    if (block_frames == 0 || block_frames > max_block_frames)
        return bad("block " + std::to_string(block_frames) +
                   ": must be 1 to 1048576 sample frames, e.g. block=48");
    return {};
}

std::string_view to_string(SampleType sample) noexcept {
    const auto index = static_cast<std::size_t>(sample);
    return index < std::size(sample_names) ? sample_names[index] : "unknown";
}

std::string to_string(const AudioFormat& f) {
    return std::to_string(f.rate) + " " + std::to_string(f.channels) + "ch " +
           std::string(to_string(f.sample)) + " block=" + std::to_string(f.block_frames);
}

Result<AudioFormat> parse_audio_format(std::string_view text) { return Reader(text).read(); }

}  // namespace streamlib
