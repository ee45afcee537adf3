// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/read.hpp"

#include <algorithm>

#include "actors/st2110/sdp/attributes.hpp"
#include "actors/st2110/sdp/media_lines.hpp"
#include "runtime/graph/wording.hpp"
#include "runtime/text_words.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::size_t max_line_bytes = 4096;
constexpr std::uint32_t max_lines = 1024;
constexpr std::size_t max_media = 32;
constexpr std::size_t max_list = 16;  // Clocks, filters, groups: of each.

/// What a session says for all media that do not say it themselves.
struct ForAll {
    bool has_connection = false;
    Connection connection;
    std::vector<SourceFilter> source_filters;
    std::vector<RefClock> ref_clocks;
    std::optional<MediaClock> media_clock;
};

class SessionReader {
public:
    Reading read(std::string_view text) {
        if (text.size() > max_sdp_bytes) {
            findings_.error(0, "text", "more than 64 KiB; this is no session description");
            return finish();
        }
        session_.receive_only = false;  // what a text without a word about it means
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        while (!text.empty() && number_ < max_lines) next_line(text);
        if (!text.empty()) findings_.error(number_, "text", "more than 1024 lines");
        end_of_media();
        if (!version_)
            findings_.error(1, "v=", "is missing: no session description; begin with v=0");
        if (session_.media.empty())
            findings_.error(
                0, "m=", "is missing: no stream is described; write e.g. m=video 5004 RTP/AVP 96");
        return finish();
    }

private:
    Reading finish() { return {std::move(session_), findings_.list()}; }

    void next_line(std::string_view& text) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        std::string_view line = text.substr(0, end);
        const bool both = text.substr(end, 2) == "\r\n";
        text.remove_prefix(std::min(end + (both ? 2 : 1), text.size()));
        ++number_;
        if (line.size() > max_line_bytes) {
            findings_.error(number_, "text", "more than 4096 bytes in a line");
            return;
        }
        line = wording::trimmed(line);
        if (line.empty()) return;
        if (line.size() < 2 || line[1] != '=') {
            findings_.warning(number_, "text", "is not of the form x=…, and ignored");
            return;
        }
        const std::string_view value = wording::trimmed(line.substr(2));
        if (line[0] == 'm')
            begin_media(value);
        else if (line[0] == 'a')
            attribute(value);
        else
            session_line(line[0], value);
    }

    void session_line(char type, std::string_view value) {
        switch (type) {
            case 'v':
                version_ = true;
                if (value != "0") findings_.warning(number_, "v=", "is not 0");
                break;
            case 'o': origin(value); break;
            case 's':
                if (!in_media_) session_.name = std::string(value);
                break;
            case 'i': (in_media_ ? block_.media.text : session_.text) = std::string(value); break;
            case 'c': connection(value); break;
            case 'b': bandwidth(value); break;
            case 't':
            case 'u':
            case 'e':
            case 'p':
            case 'r':
            case 'z':
            case 'k': break;  // Nothing in them is of use here.
            default:
                findings_.warning(number_, std::string(1, type) + "=",
                                  "is not a line of SDP, and ignored");
        }
    }

    void origin(std::string_view value) {
        auto origin = parse_origin(value);
        if (origin)
            session_.origin = *std::move(origin);
        else
            findings_.warning(number_, "o=", origin.error().text);
    }

    void connection(std::string_view value) {
        auto connection = parse_connection(value);
        if (!connection) return findings_.error(number_, "c=", connection.error().text);
        if (connection->address.family == AddressFamily::ip4 && is_multicast(connection->address) &&
            !connection->ttl)
            findings_.warning(
                number_, "c=",
                "a multicast address has a TTL; write e.g. " + connection->address.text + "/64");
        bool& has = in_media_ ? block_.has_connection : for_all_.has_connection;
        if (has)
            findings_.warning(number_, "c=", "stands twice; only the first is received");
        else
            (in_media_ ? block_.media.connection : for_all_.connection) = *std::move(connection);
        has = true;
    }

    void bandwidth(std::string_view value) {
        if (!in_media_ || !value.starts_with("AS:")) return;
        block_.media.bandwidth_kbit = detail::read_number(value.substr(3)).value_or(0);
    }

    void begin_media(std::string_view value) {
        end_of_media();
        if (session_.media.size() == max_media) {
            findings_.error(number_, "m=", "more than 32 streams; split the description");
            return;
        }
        block_ = MediaLines{};
        block_.line = number_;
        block_.media.line.number = number_;
        in_media_ = true;
        findings_.set_media(static_cast<std::int32_t>(session_.media.size()));
        read_media_line(value, block_, findings_);
    }

    void end_of_media() {
        if (!in_media_) return;
        finish_media(block_, findings_);
        inherit();
        session_.media.push_back(std::move(block_.media));
        in_media_ = false;
        findings_.set_media(-1);
    }

    void inherit() {
        Media& media = block_.media;
        if (!block_.has_connection) {
            media.connection = for_all_.connection;
            if (!for_all_.has_connection)
                findings_.error(block_.line, "c=", "is missing; write e.g. c=IN IP4 239.1.2.3/64");
        }
        if (media.source_filters.empty()) media.source_filters = for_all_.source_filters;
        if (media.ref_clocks.empty()) media.ref_clocks = for_all_.ref_clocks;
        if (!media.media_clock) media.media_clock = for_all_.media_clock;
        if (media.ref_clocks.empty())
            findings_.warning(block_.line, "a=ts-refclk",
                              "is missing; timestamps are taken as of a clock of its own");
        if (!media.media_clock)
            findings_.warning(block_.line, "a=mediaclk",
                              "is missing; timestamps are not taken as of PTP");
    }

    /// Appends what was parsed, up to a bound.
    template <class Value>
    void append(std::vector<Value>& list, Result<Value> value, std::string_view place) {
        if (!value)
            findings_.warning(number_, place, value.error().text + "; ignored");
        else if (list.size() == max_list)
            findings_.warning(number_, place, "one too many; ignored");
        else
            list.push_back(*std::move(value));
    }

    void attribute(std::string_view text) {
        const std::size_t colon = std::min(text.find(':'), text.size());
        const std::string_view name = text.substr(0, colon);
        const std::string_view value =
            colon == text.size() ? std::string_view{} : wording::trimmed(text.substr(colon + 1));
        const NumberedText here{number_, value};
        Media& media = block_.media;
        if (name == "source-filter")
            source_filter(value);
        else if (name == "ts-refclk")
            ref_clock(value);
        else if (name == "mediaclk")
            media_clock(value);
        else if (name == "group" && !in_media_)
            append(session_.groups, parse_group(value), "a=group");
        else if (name == "recvonly")
            session_.receive_only = true;
        else if (name == "sendrecv" || name == "sendonly" || name == "inactive")
            session_.receive_only = false;
        else if (!in_media_)
            return;  // The rest is about one stream.
        else if (name == "rtpmap")
            several(block_.rtpmaps, here);
        else if (name == "fmtp")
            several(block_.fmtps, here);
        else if (name == "ptime")
            block_.packet_time = here;
        else if (name == "maxptime")
            block_.max_packet_time = here;
        else if (name == "framerate")
            block_.framerate = here;
        else if (name == "mid")
            media.mid = std::string(value);
        else if (name == "ssrc-group")
            append(media.ssrc_groups, parse_group(value), "a=ssrc-group");
    }

    void several(std::vector<NumberedText>& list, const NumberedText& here) const {
        if (list.size() < max_list) list.push_back(here);
    }

    void source_filter(std::string_view value) {
        auto& list = in_media_ ? block_.media.source_filters : for_all_.source_filters;
        auto filter = parse_source_filter(value);
        // A filter that cannot be read would let packets of foreign sources in.
        if (!filter) return findings_.error(number_, "a=source-filter", filter.error().text);
        append(list, std::move(filter), "a=source-filter");
    }

    void ref_clock(std::string_view value) {
        auto clock = parse_ref_clock(value);
        if (clock && clock->kind == RefClock::Kind::other)
            findings_.warning(number_, "a=ts-refclk",
                              wording::quoted(value) + " is not a clock of ST 2110-10");
        else if (value == "ptp=traceable")
            findings_.warning(number_, "a=ts-refclk", "write ptp=IEEE1588-2008:traceable");
        append(in_media_ ? block_.media.ref_clocks : for_all_.ref_clocks, std::move(clock),
               "a=ts-refclk");
    }

    void media_clock(std::string_view value) {
        const auto clock = parse_media_clock(value);
        if (!clock) return findings_.warning(number_, "a=mediaclk", clock.error().text);
        if (clock->kind == MediaClock::Kind::other || clock->offset != 0)
            findings_.warning(number_, "a=mediaclk",
                              wording::quoted(value) +
                                  " is neither direct=0 nor sender; "
                                  "timestamps are not taken as of PTP");
        (in_media_ ? block_.media.media_clock : for_all_.media_clock) = *clock;
    }

    Description session_;
    Findings findings_;
    ForAll for_all_;
    MediaLines block_;
    std::uint32_t number_ = 0;
    bool in_media_ = false;
    bool version_ = false;
};

}  // namespace

const Finding* Reading::error(std::int32_t media) const noexcept {
    for (const Finding& finding : findings)
        if (finding.severity == Finding::Severity::error &&
            (media < 0 || finding.media < 0 || finding.media == media))
            return &finding;
    return nullptr;
}

Reading read_sdp(std::string_view text) { return SessionReader().read(text); }

std::optional<std::size_t> other_leg(const Description& session, std::size_t index) {
    if (index >= session.media.size() || session.media[index].mid.empty()) return std::nullopt;
    const std::string& mine = session.media[index].mid;
    for (const Group& group : session.groups) {
        if (group.semantics != "DUP" ||
            std::find(group.members.begin(), group.members.end(), mine) == group.members.end())
            continue;
        for (std::size_t i = 0; i < session.media.size(); ++i)
            if (i != index && !session.media[i].mid.empty() &&
                std::find(group.members.begin(), group.members.end(), session.media[i].mid) !=
                    group.members.end())
                return i;
    }
    return std::nullopt;
}

}  // namespace streamlib::st2110
