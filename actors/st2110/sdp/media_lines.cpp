// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/media_lines.hpp"

#include <algorithm>

#include "actors/st2110/sdp/attributes.hpp"
#include "actors/st2110/sdp/format_parameters.hpp"
#include "runtime/graph/wording.hpp"
#include "runtime/text_words.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::uint32_t max_channels = 64;
constexpr std::uint32_t max_audio_rate = 768'000;

/// "96 rest" → (96, "rest"); nothing where it does not begin with a payload type.
std::optional<std::uint32_t> take_payload_type(std::string_view& text) {
    const std::size_t blank = std::min(text.find_first_of(" \t"), text.size());
    const auto type = detail::read_number(text.substr(0, blank));
    if (!type || *type > 127) return std::nullopt;
    text = wording::trimmed(text.substr(blank));
    return type;
}

/// The one of `lines` that is about the payload type of the medium; the others are told.
NumberedText about_this(const std::vector<NumberedText>& lines, std::string_view place,
                        const MediaLines& block, Findings& findings) {
    NumberedText found;
    for (const NumberedText& line : lines) {
        std::string_view rest = line.text;
        const auto type = take_payload_type(rest);
        if (!type) {
            findings.warning(line.line, place,
                             "does not begin with a payload type, and is ignored");
        } else if (*type != block.media.payload_type) {
            findings.warning(line.line, place,
                             "is about payload type " + std::to_string(*type) + ", m= says " +
                                 std::to_string(block.media.payload_type) + "; ignored");
        } else if (found.line != 0) {
            findings.warning(
                line.line, place,
                "stands twice for this stream; line " + std::to_string(found.line) + " is taken");
        } else {
            found = {line.line, rest};
        }
    }
    return found;
}

struct RtpMap {
    std::string_view encoding;
    std::uint32_t rate = 0;
    std::uint32_t channels = 1;
};

/// The payload types that RFC 3551 gives a meaning and FFmpeg uses so.
std::optional<RtpMap> static_map(std::uint8_t payload_type) {
    if (payload_type == 10) return RtpMap{"L16", 44100, 2};
    if (payload_type == 11) return RtpMap{"L16", 44100, 1};
    return std::nullopt;
}

std::optional<RtpMap> read_map(std::string_view text) {
    RtpMap map;
    const std::size_t slash = std::min(text.find('/'), text.size());
    map.encoding = text.substr(0, slash);
    if (map.encoding.empty() || slash == text.size()) return std::nullopt;
    std::string_view rest = text.substr(slash + 1);
    const std::size_t second = std::min(rest.find('/'), rest.size());
    const auto rate = detail::read_number(rest.substr(0, second));
    if (!rate || *rate == 0) return std::nullopt;
    map.rate = *rate;
    if (second == rest.size()) return map;
    const auto channels = detail::read_number(rest.substr(second + 1));
    if (!channels) return std::nullopt;
    map.channels = *channels;
    return map;
}

Essence essence_of(std::string_view encoding) {
    if (detail::same_word(encoding, "raw")) return Essence::video;
    if (detail::same_word(encoding, "smpte291")) return Essence::ancillary;
    if (detail::same_word(encoding, "jxsv")) return Essence::jpeg_xs;
    for (const std::string_view audio : {"L16", "L24", "AM824"})
        if (detail::same_word(encoding, audio)) return Essence::audio;
    return Essence::other;
}

std::vector<FormatParameter> parameters_of(const NumberedText& fmtp, Findings& findings) {
    auto list = parse_parameters(fmtp.text);
    if (list) return *std::move(list);
    findings.error(fmtp.line, "a=fmtp", list.error().text);
    return {};
}

/// `a=ptime` or `a=maxptime` in sample frames; 0 where there is none.
std::uint32_t packet_samples(const NumberedText& given, std::string_view place, std::uint32_t rate,
                             Findings& findings) {
    if (given.line == 0) return 0;
    const auto ns = parse_packet_time(given.text);
    if (!ns) {
        findings.warning(given.line, place, ns.error().text + "; ignored");
        return 0;
    }
    const std::uint32_t samples = samples_of(*ns, rate);
    if (samples > 0) return samples;
    findings.warning(given.line, place, "is shorter than a sample, and ignored");
    return 0;
}

void finish_video(MediaLines& block, const NumberedText& fmtp, Findings& findings) {
    if (fmtp.line == 0) {
        findings.error(
            block.line, "a=fmtp",
            "is missing for raw video; write a=fmtp:" + std::to_string(block.media.payload_type) +
                " sampling=YCbCr-4:2:2; width=…; height=…; exactframerate=…; depth=…; …");
        return;
    }
    block.media.parameters = parameters_of(fmtp, findings);
    block.media.video =
        read_video_parameters(block.media.parameters, block.framerate.text, fmtp.line, findings);
    if (block.media.clock_rate != 90000)
        findings.error(block.line, "a=rtpmap", "raw video has 90000 Hz; write raw/90000");
}

void finish_audio(MediaLines& block, const RtpMap& map, std::uint32_t map_line,
                  const NumberedText& fmtp, Findings& findings) {
    Media& media = block.media;
    AudioParameters& audio = media.audio;
    audio.encoding = detail::same_word(map.encoding, "L16")   ? AudioParameters::Encoding::l16
                     : detail::same_word(map.encoding, "L24") ? AudioParameters::Encoding::l24
                                                              : AudioParameters::Encoding::am824;
    if (map.channels == 0 || map.channels > max_channels || map.rate > max_audio_rate) {
        findings.error(map_line, "a=rtpmap",
                       std::to_string(map.rate) + "/" + std::to_string(map.channels) +
                           " cannot be; write e.g. L24/48000/2, 1 to 64 channels");
        return;
    }
    audio.rate = map.rate;
    audio.channels = static_cast<std::uint16_t>(map.channels);
    audio.packet_samples = packet_samples(block.packet_time, "a=ptime", map.rate, findings);
    audio.max_packet_samples =
        packet_samples(block.max_packet_time, "a=maxptime", map.rate, findings);
    if (audio.packet_samples == 0) {
        audio.packet_samples = std::max(1U, samples_of(1'000'000, map.rate));
        findings.warning(block.line, "a=ptime", "is missing; taken as 1 ms");
    }
    media.parameters = parameters_of(fmtp, findings);
    const auto order = std::find_if(media.parameters.begin(), media.parameters.end(),
                                    [](const auto& p) { return p.name == "channel-order"; });
    if (order == media.parameters.end()) return;
    audio.channel_order = order->value;
    media.parameters.erase(order);
    if (!audio.channel_order.starts_with("SMPTE2110.("))
        findings.warning(fmtp.line, "a=fmtp",
                         "channel-order=" + wording::quoted(audio.channel_order) +
                             " is not of ST 2110-30; write e.g. channel-order=SMPTE2110.(ST)");
}

}  // namespace

void read_media_line(std::string_view value, MediaLines& lines, Findings& findings) {
    constexpr std::string_view fix = "; write e.g. m=video 5004 RTP/AVP 96";
    const auto refuse = [&](const std::string& what) {
        findings.error(lines.line, "m=", what + std::string(fix));
    };
    const auto words = detail::split_words(value);
    if (words.size() < 4) return refuse("needs four words, not " + wording::quoted(value));
    lines.media.kind = std::string(words[0]);
    const std::size_t slash = std::min(words[1].find('/'), words[1].size());
    const auto port = detail::read_number(words[1].substr(0, slash));
    if (!port || *port == 0 || *port > 65535)
        return refuse("the port " + wording::quoted(words[1]) + " is not 1 to 65535");
    lines.media.port = static_cast<std::uint16_t>(*port);
    if (slash != words[1].size() && words[1].substr(slash) != "/1")
        findings.warning(lines.line, "m=", "only the first port is received");
    if (words[2] == "RTP/SAVP" || words[2] == "RTP/SAVPF")
        return refuse("ST 2110 does not encrypt; the sender must send RTP/AVP");
    if (words[2] != "RTP/AVP" && words[2] != "RTP/AVPF")
        return refuse("the protocol " + wording::quoted(words[2]) + " is not RTP/AVP");
    const auto type = detail::read_number(words[3]);
    if (!type || *type > 127)
        return refuse("the payload type " + wording::quoted(words[3]) + " is not 0 to 127");
    lines.media.payload_type = static_cast<std::uint8_t>(*type);
    if (words.size() > 4)
        findings.warning(
            lines.line,
            "m=", "offers several payload types; only " + std::string(words[3]) + " is received");
}

void finish_media(MediaLines& block, Findings& findings) {
    Media& media = block.media;
    if (media.port == 0) return;  // `m=` was wrong, and said so.
    const NumberedText rtpmap = about_this(block.rtpmaps, "a=rtpmap", block, findings);
    const NumberedText fmtp = about_this(block.fmtps, "a=fmtp", block, findings);
    const auto map = rtpmap.line != 0 ? read_map(rtpmap.text) : static_map(media.payload_type);
    if (!map) {
        findings.error(rtpmap.line != 0 ? rtpmap.line : block.line, "a=rtpmap",
                       (rtpmap.line != 0 ? wording::quoted(rtpmap.text) + " is not ENCODING/RATE"
                                         : std::string("is missing")) +
                           "; write e.g. a=rtpmap:" + std::to_string(media.payload_type) +
                           (media.kind == "audio" ? " L24/48000/2" : " raw/90000"));
        return;
    }
    media.encoding = std::string(map->encoding);
    media.clock_rate = map->rate;
    media.essence = essence_of(map->encoding);
    switch (media.essence) {
        case Essence::video: finish_video(block, fmtp, findings); break;
        case Essence::audio: finish_audio(block, *map, rtpmap.line, fmtp, findings); break;
        default: media.parameters = parameters_of(fmtp, findings); break;
    }
    if (media.payload_type < 96 && rtpmap.line != 0)
        findings.warning(block.line, "m=", "ST 2110 has payload types 96 to 127");
}

}  // namespace streamlib::st2110
