// SPDX-License-Identifier: Apache-2.0
/// @file
/// Between session descriptions and the runtime's formats: what a sender declares, what a receiver is made of.
///
/// Model     A received picture is told as `Layout::pgroup`, as it comes off the wire; sound as its wire samples, L16 as s16 and
///           L24 as s24in32, one packet a block. What a format cannot hold (TCS, PAR …) stands in the media record.
/// Threads   Pure functions. Errors: one line that names line and attribute; for senders, the property.
///
///     StreamAddress to{.destination = *parse_address("239.1.2.3"), .source = *parse_address("192.168.1.7")};
///     Description session;
///     session.origin.address = to.source;
///     session.media.push_back(*video_media(format, to, VideoTraffic{.sender = SenderType::wide}));
///     const std::string text = *write_sdp(session);
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/st2110/sdp/description.hpp"
#include "actors/st2110/sdp/read.hpp"

namespace streamlib::st2110 {

/// Where a stream goes, and by what clock it is timed.
struct StreamAddress {
    Address destination{};
    std::uint16_t port = 5004;
    std::uint8_t ttl = 64;  ///< Used for IPv4 groups.
    Address source{};       ///< This machine's; an empty text: not told, no source filter.
    RefClock ref_clock{.kind = RefClock::Kind::ptp_traceable};
    MediaClock media_clock{};
};

/// How a video stream is sent.
struct VideoTraffic {
    std::optional<SenderType> sender =
        SenderType::wide;  ///< What was measured to hold; none: unpaced, it keeps to no type.
    PackingMode packing = PackingMode::general;
    std::uint32_t max_udp = 1460;
    std::optional<std::uint32_t> tr_offset_us{};  ///< Where it is not ST 2110-21's default.
    std::optional<std::uint32_t> cmax{};
    std::uint8_t payload_type = 96;
};

/// How sound is sent.
struct AudioTraffic {
    AudioParameters::Encoding encoding = AudioParameters::Encoding::l24;
    std::uint32_t packet_samples = 48;
    std::string channel_order{};  ///< "SMPTE2110.(ST)"; empty: as the number of channels suggests.
    std::uint8_t payload_type = 97;
};

/// The `m=` block of a sender. Any layout: what counts are the samples. RGBA has no place on the wire.
[[nodiscard]] Result<Media> video_media(const VideoFormat& format, const StreamAddress& address,
                                        const VideoTraffic& traffic);
[[nodiscard]] Result<Media> audio_media(const AudioFormat& format, const StreamAddress& address,
                                        const AudioTraffic& traffic);

/// "SMPTE2110.(M)" for 1, "(ST)" for 2, and for more "(U06)", undefined: six channels need not be 5.1 (ST 2110-30 clause 6.2.2).
[[nodiscard]] std::string default_channel_order(std::uint32_t channels);

/// Whether a sender of so many channels may say `order`: "SMPTE2110.(51,ST)", groups of ST 2110-30 clause 6.2.2 that name no
/// more channels than there are. The error lists the groups.
[[nodiscard]] Result<> check_channel_order(std::string_view order, std::uint32_t channels);

/// One stream of a description, ready to be received.
struct Reception {
    Media media;
    std::optional<Media> second_leg{};    ///< ST 2022-7: the same packets on another way.
    MediaFormat format;                   ///< Rate {0,1} where the description does not tell it.
    std::vector<std::string> warnings{};  ///< What was guessed or left out, a line each.
};

/// The `nth` video (or audio) stream, second legs of a DUP group not counted; without errors about it.
[[nodiscard]] Result<Reception> video_reception(const Reading& reading, std::size_t nth = 0);
[[nodiscard]] Result<Reception> audio_reception(const Reading& reading, std::size_t nth = 0);

/// The formats of a stream's records. `warnings` gets what does not fit.
[[nodiscard]] Result<VideoFormat> video_format_of(const Media& media,
                                                  std::vector<std::string>& warnings);
[[nodiscard]] Result<AudioFormat> audio_format_of(const Media& media);

}  // namespace streamlib::st2110
