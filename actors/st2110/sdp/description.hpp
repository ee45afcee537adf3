// SPDX-License-Identifier: Apache-2.0
/// @file
/// A session description as records: what read.hpp makes of a text and write.hpp makes a text of.
///
/// Model     RFC 8866 with source filters (RFC 4570), clocks (RFC 7273) and duplicates (RFC 7104), as ST 2110-10 clause 8
///           uses them. What a session says for all its media (`c=`, clocks, filters) stands in each `Media` after reading.
/// Threads   Values.
///
///     st2110::Reading reading = st2110::read_sdp(text);             // read.hpp
///     auto video = st2110::video_reception(reading);                // formats.hpp: address, port, VideoFormat, warnings
///     if (!video) return video.error();                             // "line 9, a=fmtp: width is missing; write …"
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/st2110/sdp/address.hpp"
#include "actors/st2110/sdp/video_parameters.hpp"

namespace streamlib::st2110 {

/// `o=`: who made the session. `version` grows with every change of the text.
struct Origin {
    std::string user = "-";
    std::uint64_t session_id = 0;
    std::uint64_t version = 0;
    Address address{};
    friend bool operator==(const Origin&, const Origin&) = default;
};

/// `c=`: where packets go.
struct Connection {
    Address address{};
    std::optional<std::uint8_t> ttl{};  ///< IPv4 multicast only.
    friend bool operator==(const Connection&, const Connection&) = default;
};

/// `a=source-filter` (RFC 4570): packets of these sources only (or of all others).
struct SourceFilter {
    bool include = true;
    std::string destination{};       ///< As `Connection::address`, or "*".
    std::vector<Address> sources{};  ///< At least one.
    friend bool operator==(const SourceFilter&, const SourceFilter&) = default;
};

/// `a=ts-refclk` (RFC 7273): the clock that RTP timestamps are counted by.
struct RefClock {
    enum class Kind : std::uint8_t { ptp, ptp_traceable, localmac, other };
    Kind kind = Kind::other;
    std::array<std::uint8_t, 8> grandmaster{};  ///< ptp: its clock identity.
    std::optional<std::uint8_t> domain{};       ///< ptp: 0 … 127.
    std::array<std::uint8_t, 6> mac{};          ///< localmac.
    std::string text{};  ///< other (ntp, gps …): as written, without "ts-refclk:".
    friend bool operator==(const RefClock&, const RefClock&) = default;
};

/// `a=mediaclk` (RFC 7273): how the media clock follows that clock.
struct MediaClock {
    enum class Kind : std::uint8_t { direct, sender, other };
    Kind kind = Kind::direct;
    std::uint64_t offset =
        0;               ///< direct: RTP timestamp at the epoch; ST 2110-10 demands 0 with PTP.
    std::string text{};  ///< other: as written, without "mediaclk:".
    friend bool operator==(const MediaClock&, const MediaClock&) = default;
};

/// ST 2110-30 (and -31's AM824).
struct AudioParameters {
    enum class Encoding : std::uint8_t { l16, l24, am824 };
    Encoding encoding = Encoding::l24;
    std::uint32_t rate = 48000;
    std::uint16_t channels = 2;            ///< 1 … 64.
    std::uint32_t packet_samples = 48;     ///< Sample frames a packet: `a=ptime`.
    std::uint32_t max_packet_samples = 0;  ///< `a=maxptime`; 0: not told.
    std::string channel_order{};           ///< "SMPTE2110.(ST)"; empty: not told.
    friend bool operator==(const AudioParameters&, const AudioParameters&) = default;
};

/// A format parameter as it stands: `name=value`, or a bare name.
struct FormatParameter {
    std::string name{};
    std::string value{};
    bool bare = false;
    friend bool operator==(const FormatParameter&, const FormatParameter&) = default;
};

/// `a=group` and `a=ssrc-group`: "DUP" with two members is ST 2022-7.
struct Group {
    std::string semantics{};
    std::vector<std::string> members{};
    friend bool operator==(const Group&, const Group&) = default;
};

/// What a stream carries. The last three are kept as they are written (`parameters`), for those who know them.
enum class Essence : std::uint8_t { video, audio, ancillary, jpeg_xs, other };

struct Media {
    /// The line of `m=`, for messages; not part of what is said.
    struct Line {
        std::uint32_t number = 0;
        friend bool operator==(Line, Line) { return true; }
    };
    Line line{};
    Essence essence = Essence::other;
    std::string kind = "video";  ///< `m=`: "video", "audio", "application".
    std::uint16_t port = 0;
    std::uint8_t payload_type = 96;
    std::string encoding{};        ///< `a=rtpmap`: "raw", "L24", "smpte291", "jxsv".
    std::uint32_t clock_rate = 0;  ///< Of RTP timestamps, hertz.
    std::string text{};            ///< `i=`.
    Connection connection{};
    std::uint32_t bandwidth_kbit = 0;  ///< `b=AS:`; 0: not told.
    std::vector<SourceFilter> source_filters{};
    VideoParameters video{};  ///< Essence::video.
    AudioParameters audio{};  ///< Essence::audio.
    std::vector<FormatParameter>
        parameters;  ///< Other essences: all of `a=fmtp`. video, audio: those not known.
    std::vector<RefClock> ref_clocks{};
    std::optional<MediaClock> media_clock{};
    std::string mid{};  ///< `a=mid`.
    std::vector<Group> ssrc_groups{};
    friend bool operator==(const Media&, const Media&) = default;
};

struct Description {
    Origin origin{};
    std::string name = "-";    ///< `s=`.
    std::string text{};        ///< `i=`.
    bool receive_only = true;  ///< `a=recvonly`; what says nothing is both ways (RFC 8866, 6.7).
    std::vector<Group> groups{};
    std::vector<Media> media{};
    friend bool operator==(const Description&, const Description&) = default;
};

/// The other leg of a `DUP` group that the medium at `index` belongs to (ST 2022-7), or nothing.
[[nodiscard]] std::optional<std::size_t> other_leg(const Description& session, std::size_t index);

}  // namespace streamlib::st2110
