// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/attributes.hpp"

#include <charconv>

#include "runtime/graph/wording.hpp"
#include "runtime/text_words.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::size_t most_words = 64;
constexpr std::size_t most_parameters = 64;

Unexpected wrong(std::string_view what, std::string_view value, std::string_view fix) {
    return fail(Errc::parse,
                std::string(what) + " " + wording::quoted(value) + "; write " + std::string(fix));
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
    Number value{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::optional<AddressFamily> family_of(std::string_view word) {
    if (word == "IP4") return AddressFamily::ip4;
    if (word == "IP6") return AddressFamily::ip6;
    return std::nullopt;
}

/// "39-A7-94-FF" into `bytes`, all of them.
template <std::size_t n>
bool read_octets(std::string_view text, std::array<std::uint8_t, n>& bytes) {
    if (text.size() != n * 3 - 1) return false;
    for (std::size_t i = 0; i < n; ++i) {
        const char* at = text.data() + i * 3;
        const auto [end, code] = std::from_chars(at, at + 2, bytes[i], 16);
        if (code != std::errc{} || end != at + 2) return false;
        if (i + 1 < n && at[2] != '-') return false;
    }
    return true;
}

template <std::size_t n>
std::string octets_text(const std::array<std::uint8_t, n>& bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += '-';
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

Result<RefClock> parse_ptp(std::string_view value) {
    constexpr std::string_view fix =
        "ptp=IEEE1588-2008:39-A7-94-FF-FE-07-CB-D0:127 or ptp=IEEE1588-2008:traceable";
    RefClock clock{.kind = RefClock::Kind::ptp};
    std::string_view rest = value.substr(4);  // After "ptp=".
    constexpr std::string_view version = "IEEE1588-2008";
    if (rest == "traceable") rest = "IEEE1588-2008:traceable";  // An error of ST 2110-10:2017.
    if (!rest.starts_with(version))
        return RefClock{.kind = RefClock::Kind::other, .text = std::string(value)};
    rest.remove_prefix(version.size());
    if (!rest.starts_with(':')) return wrong("no clock identity in", value, fix);
    rest.remove_prefix(1);
    if (rest == "traceable") {
        clock.kind = RefClock::Kind::ptp_traceable;
        return clock;
    }
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (!read_octets(rest.substr(0, end), clock.grandmaster))
        return wrong("no clock identity of 8 octets in", value, fix);
    if (end == rest.size()) return clock;
    std::string_view domain = rest.substr(end + 1);
    if (domain.starts_with("domain-nmbr=")) domain.remove_prefix(12);  // RFC 7273's longer form.
    const auto number = whole<std::uint32_t>(domain);
    if (!number || *number > 127) return wrong("no domain of 0 to 127 in", value, fix);
    clock.domain = static_cast<std::uint8_t>(*number);
    return clock;
}

}  // namespace

Result<Origin> parse_origin(std::string_view value) {
    constexpr std::string_view fix = "o=- SESSION-ID VERSION IN IP4 ADDRESS";
    const auto words = detail::split_words(value);
    if (words.size() != 6) return wrong("not six words:", value, fix);
    const auto family = family_of(words[4]);
    if (words[3] != "IN" || !family) return wrong("no address type in", value, fix);
    const auto id = whole<std::uint64_t>(words[1]);
    const auto version = whole<std::uint64_t>(words[2]);
    if (!id || !version) return wrong("session and version must be numbers in", value, fix);
    auto address = parse_address(words[5], *family);
    if (!address) return Unexpected(address.error());
    return Origin{std::string(words[0]), *id, *version, *std::move(address)};
}

Result<Connection> parse_connection(std::string_view value) {
    constexpr std::string_view fix = "c=IN IP4 239.1.2.3/64 or c=IN IP6 ff3e::1";
    const auto words = detail::split_words(value);
    const auto family = words.size() == 3 ? family_of(words[1]) : std::nullopt;
    if (!family || words[0] != "IN") return wrong("not an address:", value, fix);
    const std::string_view whole_text = words[2];
    const std::size_t slash = std::min(whole_text.find('/'), whole_text.size());
    auto address = parse_address(whole_text.substr(0, slash), *family);
    if (!address) return Unexpected(address.error());
    Connection connection{*std::move(address), std::nullopt};
    if (slash == whole_text.size()) return connection;
    std::string_view rest = whole_text.substr(slash + 1);
    if (*family == AddressFamily::ip4) {
        const std::size_t next = std::min(rest.find('/'), rest.size());
        const auto ttl = whole<std::uint32_t>(rest.substr(0, next));
        if (!ttl || *ttl > 255) return wrong("a TTL is 0 to 255 in", value, fix);
        connection.ttl = static_cast<std::uint8_t>(*ttl);
        rest = next == rest.size() ? "1" : rest.substr(next + 1);
    }
    if (whole<std::uint32_t>(rest) != 1U)
        return wrong("only one address can be received, not the range", value, fix);
    return connection;
}

Result<SourceFilter> parse_source_filter(std::string_view value) {
    constexpr std::string_view fix = "a=source-filter: incl IN IP4 239.1.2.3 192.168.1.7";
    const auto words = detail::split_words(value);
    if (words.size() < 5) return wrong("five words at least, not", value, fix);
    if (words.size() > most_words) return wrong("60 sources at most in", value, fix);
    SourceFilter filter;
    filter.include = words[0] == "incl";
    if (!filter.include && words[0] != "excl") return wrong("neither incl nor excl:", value, fix);
    const auto family = family_of(words[2]);
    if (words[1] != "IN" || (!family && words[2] != "*"))
        return wrong("no address type in", value, fix);
    const auto read = [&](std::string_view word) {
        return family ? parse_address(word, *family) : parse_address(word);
    };
    filter.destination = "*";
    if (words[3] != "*") {
        const auto destination = read(words[3]);
        if (!destination) return Unexpected(destination.error());
        filter.destination = destination->text;
    }
    for (std::size_t i = 4; i < words.size(); ++i) {
        auto source = read(words[i]);
        if (!source) return Unexpected(source.error());
        filter.sources.push_back(*std::move(source));
    }
    return filter;
}

Result<RefClock> parse_ref_clock(std::string_view value) {
    if (value.empty()) return wrong("no clock:", value, "ptp=IEEE1588-2008:traceable");
    if (value.starts_with("ptp=")) return parse_ptp(value);
    if (!value.starts_with("localmac="))
        return RefClock{.kind = RefClock::Kind::other, .text = std::string(value)};
    RefClock clock{.kind = RefClock::Kind::localmac};
    if (!read_octets(value.substr(9), clock.mac))
        return wrong("no MAC address in", value, "localmac=7C-E9-D3-1B-9A-AF");
    return clock;
}

Result<MediaClock> parse_media_clock(std::string_view value) {
    if (value == "sender") return MediaClock{.kind = MediaClock::Kind::sender};
    if (!value.starts_with("direct"))
        return MediaClock{.kind = MediaClock::Kind::other, .text = std::string(value)};
    std::string_view rest = value.substr(6);
    if (rest.empty()) return MediaClock{};  // RFC 7273: no offset told.
    rest = rest.substr(0, rest.find(' '));  // "rate=1000/1001" may follow; ST 2110 does not use it.
    const auto offset = rest.starts_with('=') ? whole<std::uint64_t>(rest.substr(1)) : std::nullopt;
    if (!offset) return wrong("no offset in", value, "direct=0");
    return MediaClock{.kind = MediaClock::Kind::direct, .offset = *offset, .text = {}};
}

Result<Group> parse_group(std::string_view value) {
    const auto words = detail::split_words(value);
    if (words.empty() || words.size() > most_words)
        return wrong("no group of 1 to 63 members:", value, "DUP PRIMARY SECONDARY");
    Group group{std::string(words[0]), {}};
    for (std::size_t i = 1; i < words.size(); ++i) group.members.emplace_back(words[i]);
    return group;
}

Result<std::int64_t> parse_packet_time(std::string_view value) {
    constexpr std::string_view fix = "milliseconds, e.g. 1 or 0.125";
    const std::size_t point = std::min(value.find('.'), value.size());
    const auto ms = whole<std::uint32_t>(value.substr(0, point));
    if (!ms || *ms > 1000) return wrong("no packet time up to 1000:", value, fix);
    std::int64_t ns = std::int64_t{*ms} * 1'000'000;
    std::int64_t unit = 100'000;
    for (std::size_t i = point + 1; i < value.size(); ++i, unit /= 10) {
        if (value[i] < '0' || value[i] > '9') return wrong("no packet time:", value, fix);
        ns += unit * (value[i] - '0');
    }
    if (ns <= 0 || ns > 1'000'000'000) return wrong("no packet time up to 1000:", value, fix);
    return ns;
}

Result<std::vector<FormatParameter>> parse_parameters(std::string_view value) {
    std::vector<FormatParameter> list;
    while (!value.empty()) {
        const std::size_t end = std::min(value.find(';'), value.size());
        const std::string_view part = wording::trimmed(value.substr(0, end));
        value.remove_prefix(std::min(end + 1, value.size()));
        if (part.empty()) continue;
        if (list.size() == most_parameters)
            return fail(Errc::parse, "more than 64 parameters; leave out what is not needed");
        const std::size_t equals = std::min(part.find('='), part.size());
        FormatParameter one{
            std::string(wording::trimmed(part.substr(0, equals))), {}, equals == part.size()};
        if (!one.bare) one.value = std::string(wording::trimmed(part.substr(equals + 1)));
        list.push_back(std::move(one));
    }
    return list;
}

std::string to_string(const Origin& origin) {
    return origin.user + " " + std::to_string(origin.session_id) + " " +
           std::to_string(origin.version) + " IN " + std::string(to_string(origin.address.family)) +
           " " + origin.address.text;
}

std::string to_string(const Connection& connection) {
    std::string text =
        "IN " + std::string(to_string(connection.address.family)) + " " + connection.address.text;
    if (connection.ttl) text += "/" + std::to_string(*connection.ttl);
    return text;
}

std::string to_string(const SourceFilter& filter, AddressFamily family) {
    std::string text = filter.include ? "incl" : "excl";
    text += " IN " + std::string(to_string(family)) + " " + filter.destination;
    for (const Address& source : filter.sources) text += " " + source.text;
    return text;
}

std::string to_string(const RefClock& clock) {
    switch (clock.kind) {
        case RefClock::Kind::ptp: {
            std::string text = "ptp=IEEE1588-2008:" + octets_text(clock.grandmaster);
            if (clock.domain) text += ":" + std::to_string(*clock.domain);
            return text;
        }
        case RefClock::Kind::ptp_traceable: return "ptp=IEEE1588-2008:traceable";
        case RefClock::Kind::localmac: return "localmac=" + octets_text(clock.mac);
        case RefClock::Kind::other: break;
    }
    return clock.text;
}

std::string to_string(const MediaClock& clock) {
    if (clock.kind == MediaClock::Kind::direct) return "direct=" + std::to_string(clock.offset);
    return clock.kind == MediaClock::Kind::sender ? "sender" : clock.text;
}

std::string to_string(const Group& group) {
    std::string text = group.semantics;
    for (const std::string& member : group.members) text += " " + member;
    return text;
}

std::uint32_t samples_of(std::int64_t packet_ns, std::uint32_t rate) noexcept {
    return static_cast<std::uint32_t>((packet_ns * rate + 500'000'000) / 1'000'000'000);
}

std::string packet_time_text(std::uint32_t samples, std::uint32_t rate) {
    // In nanoseconds, rounded to `unit`: exact milliseconds first, then as few decimals as say the same number.
    const std::int64_t exact = std::int64_t{samples} * 1'000'000'000;
    std::int64_t unit = 1'000;
    if (exact % (std::int64_t{rate} * 1'000) != 0) {
        unit = 10'000;
        const auto rounded = [&] { return (exact / rate + unit / 2) / unit * unit; };
        while (unit > 1 && samples_of(rounded(), rate) != samples) unit /= 10;
    }
    const std::int64_t ns = (exact / rate + unit / 2) / unit * unit;
    std::string decimals = std::to_string(1'000'000 + ns % 1'000'000).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    return std::to_string(ns / 1'000'000) + (decimals.empty() ? "" : "." + decimals);
}

}  // namespace streamlib::st2110
