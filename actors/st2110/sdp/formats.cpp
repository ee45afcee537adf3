// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/formats.hpp"

#include <algorithm>

#include "actors/st2110/sdp/format_parameters.hpp"

namespace streamlib::st2110 {
namespace {

Result<Media> media_to(const StreamAddress& to) {
    Media media;
    media.port = to.port;
    media.connection.address = to.destination;
    const bool group = is_multicast(to.destination);
    if (group && to.destination.family == AddressFamily::ip4) media.connection.ttl = to.ttl;
    if (!to.source.text.empty()) {
        if (to.source.family != to.destination.family)
            return fail(Errc::invalid_argument, "source " + to.source.text +
                                                    " is of another family than destination " +
                                                    to.destination.text);
        media.source_filters.push_back({true, to.destination.text, {to.source}});
    }
    media.ref_clocks.push_back(to.ref_clock);
    media.media_clock = to.media_clock;
    return media;
}

Result<WireSampling> wire_sampling(const VideoFormat& format) {
    switch (format.sampling) {
        case Sampling::ycbcr_444: return WireSampling::ycbcr_444;
        case Sampling::ycbcr_422: return WireSampling::ycbcr_422;
        case Sampling::ycbcr_420: return WireSampling::ycbcr_420;
        // X, Y and Z are sent in the places of R, G and B (clause 6.2.3).
        case Sampling::rgb:
            return format.colorimetry == Colorimetry::xyz ? WireSampling::xyz : WireSampling::rgb;
        case Sampling::key: return WireSampling::key;
        case Sampling::rgba: break;
    }
    return fail(
        Errc::unsupported,
        "RGBA is not sent by ST 2110-20; convert to RGB, and send KEY as a stream of its own");
}

WireColorimetry wire_colorimetry(Colorimetry colorimetry) {
    switch (colorimetry) {
        case Colorimetry::bt601: return WireColorimetry::bt601;
        case Colorimetry::bt709: return WireColorimetry::bt709;
        case Colorimetry::bt2020: return WireColorimetry::bt2020;
        case Colorimetry::bt2100: return WireColorimetry::bt2100;
        case Colorimetry::st2065_1: return WireColorimetry::st2065_1;
        case Colorimetry::xyz: return WireColorimetry::xyz;
        case Colorimetry::unspecified: break;
    }
    return WireColorimetry::unspecified;
}

/// The format does not tell; SDR, the default, would be wrong for these.
Transfer wire_transfer(Colorimetry colorimetry) {
    const bool sdr = colorimetry == Colorimetry::bt601 || colorimetry == Colorimetry::bt709 ||
                     colorimetry == Colorimetry::bt2020;
    return sdr ? Transfer::sdr : Transfer::unspecified;
}

Result<Sampling> sampling_of(WireSampling sampling) {
    switch (sampling) {
        case WireSampling::ycbcr_444: return Sampling::ycbcr_444;
        case WireSampling::ycbcr_422: return Sampling::ycbcr_422;
        case WireSampling::ycbcr_420: return Sampling::ycbcr_420;
        case WireSampling::rgb:
        case WireSampling::xyz: return Sampling::rgb;
        case WireSampling::key: return Sampling::key;
        default: break;
    }
    return fail(Errc::unsupported, "sampling=" + std::string(to_string(sampling)) +
                                       " is not known here; receive YCbCr, RGB, XYZ or KEY");
}

Colorimetry colorimetry_of(WireColorimetry colorimetry) {
    switch (colorimetry) {
        case WireColorimetry::bt601: return Colorimetry::bt601;
        case WireColorimetry::bt709: return Colorimetry::bt709;
        case WireColorimetry::bt2020: return Colorimetry::bt2020;
        case WireColorimetry::bt2100: return Colorimetry::bt2100;
        case WireColorimetry::st2065_1: return Colorimetry::st2065_1;
        case WireColorimetry::xyz: return Colorimetry::xyz;
        default: return Colorimetry::unspecified;
    }
}

std::string at_line(const Media& media, std::string_view attribute) {
    return "line " + std::to_string(media.line.number) + ", " + std::string(attribute) + ": ";
}

Result<Reception> reception(const Reading& reading, Essence essence, std::size_t nth,
                            std::string_view name) {
    const auto& all = reading.session.media;
    if (const Finding* wrong = reading.error(static_cast<std::int32_t>(all.size())))
        return fail(Errc::parse, wrong->text);  // About the session: no medium has that number.
    std::size_t seen = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto other = other_leg(reading.session, i);
        if (all[i].essence != essence || (other && *other < i)) continue;
        if (seen++ != nth) continue;
        Reception found{.media = all[i], .second_leg = {}, .format = {}, .warnings = {}};
        if (other) found.second_leg = all[*other];
        for (const Finding& finding : reading.findings) {
            const bool mine = finding.media < 0 || std::cmp_equal(finding.media, i) ||
                              (other && std::cmp_equal(finding.media, *other));
            if (!mine) continue;
            if (finding.severity == Finding::Severity::error)
                return fail(Errc::parse, finding.text);
            found.warnings.push_back(finding.text);
        }
        return found;
    }
    // An error may be why there is none of that kind.
    if (const Finding* wrong = reading.error()) return fail(Errc::parse, wrong->text);
    return fail(Errc::not_found, "the description has " + std::to_string(seen) + " " +
                                     std::string(name) + " streams, not a number " +
                                     std::to_string(nth + 1));
}

}  // namespace

Result<Media> video_media(const VideoFormat& format, const StreamAddress& address,
                          const VideoTraffic& traffic) {
    auto media = media_to(address);
    if (!media) return media;
    const auto sampling = wire_sampling(format);
    if (!sampling) return Unexpected(sampling.error());
    media->essence = Essence::video;
    media->kind = "video";
    media->payload_type = traffic.payload_type;
    media->encoding = "raw";
    media->clock_rate = 90000;
    VideoParameters& video = media->video;
    video.sampling = *sampling;
    video.depth = format.depth;
    video.width = format.width;
    video.height = format.height;
    video.rate = format.rate;
    video.interlace = format.interlace;
    video.colorimetry = wire_colorimetry(format.colorimetry);
    video.transfer = wire_transfer(format.colorimetry);
    video.range = format.range;
    video.packing = traffic.packing;
    video.max_udp = traffic.max_udp;
    video.sender = traffic.sender;
    video.unpaced = !traffic.sender;
    video.tr_offset_us = traffic.tr_offset_us;
    video.cmax = traffic.cmax;
    if (auto ok = check_video_parameters(video); !ok) return Unexpected(ok.error());
    return media;
}

Result<Media> audio_media(const AudioFormat& format, const StreamAddress& address,
                          const AudioTraffic& traffic) {
    auto media = media_to(address);
    if (!media) return media;
    if (auto ok = format.validate(); !ok) return Unexpected(ok.error());
    media->essence = Essence::audio;
    media->kind = "audio";
    media->payload_type = traffic.payload_type;
    constexpr std::string_view names[] = {"L16", "L24", "AM824"};
    media->encoding = names[static_cast<std::size_t>(traffic.encoding)];
    media->clock_rate = format.rate;
    media->audio = {.encoding = traffic.encoding,
                    .rate = format.rate,
                    .channels = format.channels,
                    .packet_samples = traffic.packet_samples,
                    .max_packet_samples = 0,
                    .channel_order = traffic.channel_order.empty()
                                         ? default_channel_order(format.channels)
                                         : traffic.channel_order};
    return media;
}

std::string default_channel_order(std::uint32_t channels) {
    if (channels == 1) return "SMPTE2110.(M)";
    if (channels == 2) return "SMPTE2110.(ST)";
    const std::string digits = std::to_string(100 + channels).substr(1);
    return "SMPTE2110.(U" + digits + ")";
}

namespace {

/// Channels of a group; 0: there is none of that name.
std::uint32_t channels_of_group(std::string_view group) {
    struct Group {
        std::string_view name;
        std::uint32_t channels;
    };
    constexpr Group groups[] = {{"M", 1},  {"DM", 2}, {"ST", 2},   {"LtRt", 2},
                                {"51", 6}, {"71", 8}, {"222", 24}, {"SGRP", 4}};
    for (const Group& known : groups)
        if (known.name == group) return known.channels;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (group.size() != 3 || group[0] != 'U' || !is_digit(group[1]) || !is_digit(group[2]))
        return 0;
    const auto number = static_cast<std::uint32_t>((group[1] - '0') * 10 + (group[2] - '0'));
    return number <= 64 ? number : 0;
}

}  // namespace

Result<> check_channel_order(std::string_view order, std::uint32_t channels) {
    constexpr std::string_view
        opening = "SMPTE2110.(",
        fix =
            "; write groups of M, DM, ST, LtRt, 51, 71, 222, SGRP, U01 to U64, such as "
            "SMPTE2110.(51,ST)";
    const auto refuse = [&](const std::string& why) {
        return fail(Errc::invalid_argument,
                    "'" + std::string(order) + "' " + why + std::string(fix));
    };
    if (!order.starts_with(opening) || !order.ends_with(')'))
        return refuse("is no channel order of ST 2110-30");
    std::string_view rest = order.substr(opening.size(), order.size() - opening.size() - 1);
    std::uint32_t named = 0;
    for (bool more = true; more;) {
        const std::size_t comma = rest.find(',');
        more = comma != std::string_view::npos;
        const std::string_view group = rest.substr(0, comma);
        const std::uint32_t count = channels_of_group(group);
        if (count == 0) return refuse("has the unknown group '" + std::string(group) + "'");
        named += count;
        if (more) rest.remove_prefix(comma + 1);
    }
    if (named <= channels) return {};
    return refuse("names " + std::to_string(named) + " channels, the sound has " +
                  std::to_string(channels));
}

Result<VideoFormat> video_format_of(const Media& media, std::vector<std::string>& warnings) {
    const VideoParameters& video = media.video;
    const std::string place = at_line(media, "a=fmtp");
    if (media.essence != Essence::video)
        return fail(Errc::mismatch,
                    at_line(media, "a=rtpmap") + media.encoding + " is not raw video");
    const auto sampling = sampling_of(video.sampling);
    if (!sampling) return fail(Errc::unsupported, place + sampling.error().text);
    if (video.floating)
        return fail(Errc::unsupported,
                    place + "depth=16f is not known here; receive 8, 10, 12 or 16");
    VideoFormat format;
    format.width = video.width;
    format.height = video.height;
    format.rate = video.rate;
    format.sampling = *sampling;
    format.depth = video.depth;
    format.layout = Layout::pgroup;
    format.interlace = video.interlace;
    format.colorimetry = colorimetry_of(video.colorimetry);
    format.range = video.range;
    if (auto ok = format.validate(); !ok) return fail(Errc::unsupported, place + ok.error().text);
    const auto drop = [&](std::string_view name, std::string_view value) {
        warnings.push_back(place + std::string(name) + "=" + std::string(value) +
                           " has no place in a format here; the samples are passed on as they are");
    };
    if (video.transfer != Transfer::sdr && video.transfer != Transfer::unspecified)
        drop("TCS", to_string(video.transfer));
    if (video.colorimetry == WireColorimetry::st2065_3 ||
        video.colorimetry == WireColorimetry::alpha)
        drop("colorimetry", to_string(video.colorimetry));
    return format;
}

Result<AudioFormat> audio_format_of(const Media& media) {
    const AudioParameters& audio = media.audio;
    if (media.essence != Essence::audio)
        return fail(Errc::mismatch, at_line(media, "a=rtpmap") + media.encoding + " is not sound");
    if (audio.encoding == AudioParameters::Encoding::am824)
        return fail(Errc::unsupported,
                    at_line(media, "a=rtpmap") + "AM824 is not known here; receive L16 or L24");
    AudioFormat format;
    format.rate = audio.rate;
    format.channels = audio.channels;
    format.sample =
        audio.encoding == AudioParameters::Encoding::l16 ? SampleType::s16 : SampleType::s24in32;
    format.block_frames = audio.packet_samples;
    if (auto ok = format.validate(); !ok)
        return fail(Errc::unsupported, at_line(media, "a=rtpmap") + ok.error().text);
    return format;
}

Result<Reception> video_reception(const Reading& reading, std::size_t nth) {
    auto found = reception(reading, Essence::video, nth, "video");
    if (!found) return found;
    const auto format = video_format_of(found->media, found->warnings);
    if (!format) return Unexpected(format.error());
    found->format = *format;
    return found;
}

Result<Reception> audio_reception(const Reading& reading, std::size_t nth) {
    auto found = reception(reading, Essence::audio, nth, "audio");
    if (!found) return found;
    const auto format = audio_format_of(found->media);
    if (!format) return Unexpected(format.error());
    found->format = *format;
    return found;
}

}  // namespace streamlib::st2110
