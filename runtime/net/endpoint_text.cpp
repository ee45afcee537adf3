// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "runtime/net/address.hpp"

namespace streamlib {

namespace {

constexpr std::string_view forms = "write 10.0.0.7:5004, [2001:db8::7]:5004 or 239.1.2.3:5004@eth0";
// A host name has at most 253 characters (RFC 1035, 2.3.4), an interface's name 15.
constexpr std::size_t longest_text = 320;

/// Text from outside inside a message: one line, printable, not too long.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, 80)) out += (c >= ' ' && c < 127) ? c : '?';
    return out + (text.size() > 80 ? "…\"" : "\"");
}

Unexpected refuse(std::string_view text, std::string_view why, std::string_view fix = forms) {
    return fail(Errc::parse,
                "address " + quoted(text) + ": " + std::string(why) + "; " + std::string(fix));
}

struct Pieces {
    std::string host, zone, interface;
    bool bracketed = false;
    std::uint16_t port = 0;
};

bool is_interface(std::string_view text) {
    return !text.empty() && text.size() <= 45 && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < 127 && c != '/' && c != '@' && c != '%' && c != '[' && c != ']';
    });
}

/// Splits at '@', brackets, '%' and the last ':'. What the host is stays open.
Result<Pieces> split(std::string_view whole) {
    std::string_view text = whole;
    Pieces pieces;
    if (text.size() > longest_text) return refuse(whole, "too long");
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        if (!is_interface(text.substr(at + 1)))
            return refuse(whole, "after @ comes the name or the address of an interface");
        pieces.interface = text.substr(at + 1);
        text = text.substr(0, at);
    }
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return refuse(whole, "no ] after [");
        pieces.bracketed = true;
        pieces.host = text.substr(1, end - 1);
        text = text.substr(end + 1);
        if (!text.starts_with(':')) return refuse(whole, "no port");
        port = text.substr(1);
    } else {
        const auto colon = text.rfind(':');
        if (colon == std::string_view::npos) return refuse(whole, "no port");
        pieces.host = text.substr(0, colon);
        port = text.substr(colon + 1);
        if (pieces.host.find(':') != std::string::npos)
            return refuse(whole, "an IPv6 address stands in brackets", "write [2001:db8::7]:5004");
    }
    if (const auto percent = pieces.host.find('%'); percent != std::string::npos) {
        pieces.zone = pieces.host.substr(percent + 1);
        pieces.host.resize(percent);
        if (!is_interface(pieces.zone)) return refuse(whole, "after % comes an interface's name");
    }
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), pieces.port, 10);
    if (port.empty() || error != std::errc{} || end != port.data() + port.size())
        return refuse(whole, "a port is a number from 0 to 65535");
    if (pieces.host.empty())
        return refuse(whole, "no address",
                      "0.0.0.0 or [::] stand for every address of this machine");
    return pieces;
}

std::optional<SocketAddress> numeric(const std::string& host) {
    SocketAddress address;
    if (::inet_pton(AF_INET, host.c_str(), address.bytes.data()) == 1) {
        address.family = AddressFamily::ipv4;
        return address;
    }
    if (::inet_pton(AF_INET6, host.c_str(), address.bytes.data()) == 1) {
        address.family = AddressFamily::ipv6;
        return address;
    }
    return std::nullopt;
}

Result<EndpointText> put_together(std::string_view whole, const Pieces& pieces,
                                  SocketAddress address) {
    if (pieces.bracketed && address.family != AddressFamily::ipv6)
        return refuse(whole, "brackets are for IPv6 addresses");
    if (!pieces.zone.empty() && address.family != AddressFamily::ipv6)
        return refuse(whole, "% is for IPv6 addresses", "name the interface after @");
    if (!pieces.zone.empty() && !pieces.interface.empty() && pieces.zone != pieces.interface)
        return refuse(whole, "two interfaces", "name the interface once");
    address.port = pieces.port;
    return EndpointText{address, pieces.interface.empty() ? pieces.zone : pieces.interface};
}

}  // namespace

Result<SocketAddress> parse_host(std::string_view text) {
    if (text.size() <= longest_text && text.find('\0') == std::string_view::npos)
        if (const auto address = numeric(std::string(text))) return *address;
    return fail(Errc::parse, "address " + quoted(text) +
                                 ": not an IPv4 or IPv6 address; write 10.0.0.7 or 2001:db8::7");
}

Result<EndpointText> parse_endpoint(std::string_view text) {
    auto pieces = split(text);
    if (!pieces) return tl::unexpected(pieces.error());
    if (pieces->host.find('\0') != std::string::npos) return refuse(text, "not an address");
    const auto address = numeric(pieces->host);
    if (!address) return refuse(text, quoted(pieces->host) + " is not an IPv4 or IPv6 address");
    return put_together(text, *pieces, *address);
}

Result<EndpointText> resolve_endpoint(std::string_view text) {
    auto pieces = split(text);
    if (!pieces) return tl::unexpected(pieces.error());
    if (pieces->host.find('\0') != std::string::npos || numeric(pieces->host))
        return parse_endpoint(text);
    addrinfo wish{};
    wish.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(pieces->host.c_str(), nullptr, &wish, &found);
    if (error != 0 || found == nullptr)
        return fail(Errc::not_found, "address " + quoted(text) + ": " + quoted(pieces->host) +
                                         " has no address: " + ::gai_strerror(error));
    const SocketAddress address = from_kernel(found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    pieces->bracketed = false;
    return put_together(text, *pieces, address);
}

std::string to_string(const EndpointText& endpoint) {
    SocketAddress plain = endpoint.address;
    plain.scope = 0;
    const std::string address = to_string(plain);
    return endpoint.interface.empty() ? address : address + "@" + endpoint.interface;
}

}  // namespace streamlib
