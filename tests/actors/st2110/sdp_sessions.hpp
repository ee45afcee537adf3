// SPDX-License-Identifier: Apache-2.0
// Descriptions to be written: every format that ST 2110-20 and -30 carry, every option once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "actors/st2110/sdp/formats.hpp"

namespace streamlib::st2110::testing {

struct NamedSession {
    std::string name;
    Description session;
};

inline StreamAddress multicast() {
    StreamAddress to;
    to.destination = *parse_address("239.1.2.3");
    to.source = *parse_address("192.168.1.7");
    to.ref_clock = {.kind = RefClock::Kind::ptp,
                    .grandmaster = {0x39, 0xA7, 0x94, 0xFF, 0xFE, 0x07, 0xCB, 0xD0},
                    .domain = 127};
    return to;
}

inline Description session_of(const StreamAddress& to, const std::vector<Result<Media>>& media) {
    Description session;
    session.origin = {.session_id = 1, .version = 2, .address = to.source};
    session.name = "studio.camera";
    for (const auto& one : media) session.media.push_back(one.value());
    return session;
}

/// 1920x1080 @60000/1001 (50 where interlaced is 25) in every sampling, depth and scan there is on the wire.
inline std::vector<VideoFormat> wire_formats() {
    std::vector<VideoFormat> list;
    for (VideoFormat format : known_video_layouts()) {
        if (format.layout != Layout::pgroup) continue;
        format.width = 1920;
        format.height = 1080;
        for (const Interlace scan :
             {Interlace::progressive, Interlace::interlaced, Interlace::psf}) {
            if (scan != Interlace::progressive && format.sampling == Sampling::ycbcr_420) continue;
            format.interlace = scan;
            format.rate = scan == Interlace::progressive ? Rate{60000, 1001} : Rate{25, 1};
            list.push_back(format);
        }
    }
    return list;
}

inline std::vector<NamedSession> all_sessions() {
    std::vector<NamedSession> list;
    const StreamAddress to = multicast();
    for (const VideoFormat& format : wire_formats())
        list.push_back({to_string(format), session_of(to, {video_media(format, to, {})})});
    const VideoFormat hd = *parse_video_format("1080p50 YCbCr-4:2:2 10");
    for (const Colorimetry colour :
         {Colorimetry::bt601, Colorimetry::bt709, Colorimetry::bt2020, Colorimetry::bt2100,
          Colorimetry::st2065_1, Colorimetry::unspecified})
        for (const Range range : {Range::narrow, Range::full, Range::full_protect}) {
            if (colour == Colorimetry::bt2100 && range == Range::full_protect) continue;
            VideoFormat format = hd;
            format.colorimetry = colour;
            format.range = range;
            list.push_back({to_string(format), session_of(to, {video_media(format, to, {})})});
        }
    list.push_back(
        {"xyz",
         session_of(to, {video_media(*parse_video_format("4096x2160 RGB 12 @24 XYZ"), to, {})})});
    for (const SenderType sender :
         {SenderType::narrow, SenderType::narrow_linear, SenderType::wide})
        list.push_back({std::string(to_string(sender)),
                        session_of(to, {video_media(hd, to,
                                                    {.sender = sender,
                                                     .packing = PackingMode::block,
                                                     .max_udp = 8960,
                                                     .tr_offset_us = 600,
                                                     .cmax = 20})})});
    struct Sound {
        const char* format;
        AudioParameters::Encoding encoding;
        std::uint32_t samples;
    };
    for (const Sound& sound : {Sound{"48000 2ch", AudioParameters::Encoding::l24, 48},
                               Sound{"48000 1ch", AudioParameters::Encoding::l16, 6},
                               Sound{"48000 8ch", AudioParameters::Encoding::l24, 6},
                               Sound{"48000 64ch", AudioParameters::Encoding::l24, 6},
                               Sound{"48000 2ch", AudioParameters::Encoding::l24, 16},
                               Sound{"48000 2ch", AudioParameters::Encoding::l24, 192},
                               Sound{"96000 4ch", AudioParameters::Encoding::l24, 96},
                               Sound{"96000 2ch", AudioParameters::Encoding::l24, 32},
                               Sound{"44100 2ch", AudioParameters::Encoding::l16, 48}})
        list.push_back({std::string(sound.format) + " " + std::to_string(sound.samples),
                        session_of(to, {audio_media(*parse_audio_format(sound.format), to,
                                                    {.encoding = sound.encoding,
                                                     .packet_samples = sound.samples})})});
    StreamAddress v6;
    v6.destination = *parse_address("ff3e::1:2");
    v6.source =
        *parse_address("fd00::7");  // sdpoker's pattern knows "::" after the first word only
    list.push_back({"ipv6", session_of(v6, {video_media(hd, v6, {})})});
    StreamAddress here;
    here.destination = here.source = *parse_address("127.0.0.1");
    here.ref_clock = {.kind = RefClock::Kind::localmac,
                      .mac = {0x7C, 0xE9, 0xD3, 0x1B, 0x9A, 0xAF}};
    here.media_clock.kind = MediaClock::Kind::sender;
    list.push_back({"unicast, picture and sound",
                    session_of(here, {video_media(hd, here, {}),
                                      audio_media(*parse_audio_format("48k 2ch"), here, {})})});
    StreamAddress other = to;
    other.destination = *parse_address("239.9.2.3");
    Description both = session_of(to, {video_media(hd, to, {}), video_media(hd, other, {})});
    both.groups = {{"DUP", {"primary", "secondary"}}};
    both.media[0].mid = "primary";
    both.media[1].mid = "secondary";
    list.push_back({"2022-7", std::move(both)});
    return list;
}

}  // namespace streamlib::st2110::testing
