// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/write.hpp"

#include <algorithm>

#include "actors/st2110/sdp/attributes.hpp"
#include "actors/st2110/sdp/format_parameters.hpp"
#include "actors/st2110/sdp/read.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::size_t longest_text = 1024;

Unexpected refuse(std::string text) { return fail(Errc::invalid_argument, std::move(text)); }

/// One line of visible text, or empty.
bool is_text(std::string_view text) {
    if (text.size() > longest_text || wording::trimmed(text) != text) return false;
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

bool is_word(std::string_view text) {
    return !text.empty() && is_text(text) && text.find_first_of(" ;") == std::string_view::npos;
}

Result<> check_address(const Address& address, const std::string& what) {
    const auto again = parse_address(address.text, address.family);
    if (again && *again == address) return {};
    return refuse(what + ": the address " + wording::quoted(address.text) + " is not " +
                  std::string(to_string(address.family)) + "; write e.g. 239.1.2.3");
}

class Writer {
public:
    explicit Writer(const Description& session) : session_(session) {}

    Result<std::string> write() {
        if (auto ok = check_session(); !ok) return Unexpected(ok.error());
        line("v=0");
        line("o=" + to_string(session_.origin));
        line("s=" + (session_.name.empty() ? std::string("-") : session_.name));
        if (!session_.text.empty()) line("i=" + session_.text);
        line("t=0 0");
        if (session_.receive_only) line("a=recvonly");
        for (const Group& group : session_.groups) line("a=group:" + to_string(group));
        for (std::size_t i = 0; i < session_.media.size(); ++i)
            if (auto ok = media(session_.media[i], "stream " + std::to_string(i + 1)); !ok)
                return Unexpected(ok.error());
        if (text_.size() > max_sdp_bytes)
            return refuse("more than 64 KiB of SDP; split the session");
        return std::move(text_);
    }

private:
    void line(const std::string& text) { text_ += text + "\r\n"; }

    Result<> check_session() {
        if (!is_text(session_.name) || !is_text(session_.text))
            return refuse("session: name and text must be one line of at most 1024 bytes");
        if (!is_word(session_.origin.user))
            return refuse("o=: the user must be one word, e.g. \"-\"");
        if (auto ok = check_address(session_.origin.address, "o="); !ok) return ok;
        if (is_multicast(session_.origin.address))
            return refuse("o=: " + session_.origin.address.text +
                          " is a group; write the address of this machine");
        if (session_.media.empty()) return refuse("m=: a session has at least one stream");
        for (const Group& group : session_.groups)
            if (auto ok = check_group(group, "a=group"); !ok) return ok;
        return {};
    }

    static Result<> check_group(const Group& group, const std::string& place) {
        bool words = is_word(group.semantics) && !group.members.empty();
        for (const std::string& member : group.members) words = words && is_word(member);
        if (words) return {};
        return refuse(place + ": a group is words, e.g. DUP primary secondary");
    }

    Result<> media(const Media& m, const std::string& where) {
        if (auto ok = check_media(m, where); !ok) return ok;
        const std::string type = std::to_string(m.payload_type);
        line("m=" + m.kind + " " + std::to_string(m.port) + " RTP/AVP " + type);
        if (!m.text.empty()) line("i=" + m.text);
        line("c=" + to_string(m.connection));
        if (m.bandwidth_kbit > 0) line("b=AS:" + std::to_string(m.bandwidth_kbit));
        for (const SourceFilter& filter : m.source_filters)
            line("a=source-filter: " + to_string(filter, m.connection.address.family));
        if (auto ok = parameters(m, where, type); !ok) return ok;
        for (const RefClock& clock : m.ref_clocks) line("a=ts-refclk:" + to_string(clock));
        line("a=mediaclk:" + to_string(*m.media_clock));
        if (!m.mid.empty()) line("a=mid:" + m.mid);
        for (const Group& group : m.ssrc_groups) line("a=ssrc-group:" + to_string(group));
        return {};
    }

    Result<> check_media(const Media& m, const std::string& where) {
        if (!is_word(m.kind) || !is_text(m.text) || (!m.mid.empty() && !is_word(m.mid)))
            return refuse(where + ": kind and mid are words, i= is one line of at most 1024 bytes");
        if (m.port == 0) return refuse(where + ", m=: the port must be 1 to 65535");
        if (m.payload_type < 96 || m.payload_type > 127)
            return refuse(where + ", m=: the payload type must be 96 to 127");
        if (auto ok = check_addresses(m, where); !ok) return ok;
        for (const Group& group : m.ssrc_groups)
            if (auto ok = check_group(group, where + ", a=ssrc-group"); !ok) return ok;
        return check_clocks(m, where);
    }

    static Result<> check_addresses(const Media& m, const std::string& where) {
        const Connection& to = m.connection;
        if (auto ok = check_address(to.address, where + ", c="); !ok) return ok;
        const bool wants_ttl = to.address.family == AddressFamily::ip4 && is_multicast(to.address);
        if (wants_ttl != to.ttl.has_value())
            return refuse(where + ", c=: a TTL belongs to an IPv4 group, and to nothing else");
        for (const SourceFilter& filter : m.source_filters) {
            if (filter.destination != "*" && filter.destination != to.address.text)
                return refuse(where + ", a=source-filter: the group is " + to.address.text +
                              ", not " + wording::quoted(filter.destination));
            if (filter.sources.empty())
                return refuse(where + ", a=source-filter: name at least one source");
            for (const Address& source : filter.sources) {
                if (auto ok = check_address(source, where + ", a=source-filter"); !ok) return ok;
                if (source.family != to.address.family)
                    return refuse(where + ", a=source-filter: " + source.text +
                                  " is of another family than c=");
            }
        }
        return {};
    }

    static Result<> check_clocks(const Media& m, const std::string& where) {
        if (m.ref_clocks.empty() || !m.media_clock)
            return refuse(where +
                          ": ts-refclk and mediaclk must be told; a machine without PTP "
                          "says localmac and sender");
        bool ptp = false;
        for (const RefClock& clock : m.ref_clocks) {
            if (clock.kind == RefClock::Kind::other)
                return refuse(where + ", a=ts-refclk: must be ptp or localmac");
            if (clock.domain.value_or(0) > 127)
                return refuse(where + ", a=ts-refclk: a PTP domain is 0 to 127");
            ptp = ptp || clock.kind != RefClock::Kind::localmac;
        }
        const MediaClock& clock = *m.media_clock;
        if (clock.kind == MediaClock::Kind::other)
            return refuse(where + ", a=mediaclk: must be direct or sender");
        if (ptp && clock.kind == MediaClock::Kind::direct && clock.offset != 0)
            return refuse(where + ", a=mediaclk: the offset must be 0 with PTP");
        return {};
    }

    Result<> parameters(const Media& m, const std::string& where, const std::string& type) {
        if (m.essence == Essence::audio) return audio(m, where, type);
        std::string map;
        std::string parameters;
        if (m.essence == Essence::video) {
            if (auto ok = check_video_parameters(m.video); !ok)
                return refuse(where + ", " + ok.error().text);
            map = "raw/90000";
            parameters = video_parameters_text(m.video);
        } else {
            if (!is_word(m.encoding) || m.clock_rate == 0)
                return refuse(where + ", a=rtpmap: encoding and clock rate must be told");
            map = m.encoding + "/" + std::to_string(m.clock_rate);
        }
        for (const FormatParameter& p : m.parameters) {
            if (!is_word(p.name) || !is_text(p.value) || p.value.find(';') != std::string::npos)
                return refuse(where + ", a=fmtp: " + wording::quoted(p.name) +
                              " or its value cannot be written");
            parameters += p.bare ? p.name + "; " : p.name + "=" + p.value + "; ";
        }
        line("a=rtpmap:" + type + " " + map);
        if (!parameters.empty()) line("a=fmtp:" + type + " " + parameters);
        return {};
    }

    Result<> audio(const Media& m, const std::string& where, const std::string& type) {
        constexpr std::string_view names[] = {"L16", "L24", "AM824"};
        const AudioParameters& a = m.audio;
        if (a.rate == 0 || a.channels == 0 || a.channels > 64 || a.packet_samples == 0)
            return refuse(where + ", a=rtpmap: rate, 1 to 64 channels and ptime must be told");
        if (!m.parameters.empty()) return refuse(where + ", a=fmtp: sound has channel-order only");
        line("a=rtpmap:" + type + " " + std::string(names[static_cast<std::size_t>(a.encoding)]) +
             "/" + std::to_string(a.rate) + "/" + std::to_string(a.channels));
        if (!a.channel_order.empty()) {
            if (!is_word(a.channel_order))
                return refuse(where + ", a=fmtp: channel-order must be one word");
            line("a=fmtp:" + type + " channel-order=" + a.channel_order);
        }
        line("a=ptime:" + packet_time_text(a.packet_samples, a.rate));
        if (a.max_packet_samples > 0)
            line("a=maxptime:" + packet_time_text(a.max_packet_samples, a.rate));
        return {};
    }

    const Description& session_;
    std::string text_;
};

}  // namespace

Result<std::string> write_sdp(const Description& session) { return Writer(session).write(); }

}  // namespace streamlib::st2110
