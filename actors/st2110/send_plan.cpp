// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/send_plan.hpp"

#include <ifaddrs.h>

#include <cstdlib>
#include <fstream>

#include "actors/st2110/sdp/write.hpp"

namespace streamlib::st2110 {
namespace {

Unexpected named(const std::string& property, const Error& error) {
    return fail(error.code, property + ": " + error.text);
}

/// "10.0.0.7" without the port.
Address host_of(const SocketAddress& address) {
    SocketAddress host = address;
    host.port = 0;
    std::string text = to_string(host);
    text.resize(text.rfind(':'));
    if (text.starts_with('[')) text = text.substr(1, text.size() - 2);
    const auto parsed = parse_address(text);
    return parsed ? *parsed : Address{};
}

/// Of the interface that has this address; zeros where there is none (loopback).
std::array<std::uint8_t, 6> mac_of(const SocketAddress& address) {
    std::array<std::uint8_t, 6> mac{};
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return mac;
    std::string name;
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next)
        if (one->ifa_addr != nullptr &&
            from_kernel(one->ifa_addr, sizeof(sockaddr_storage)).same_host(address))
            name = one->ifa_name;
    ::freeifaddrs(all);
    std::ifstream file("/sys/class/net/" + name + "/address");
    std::string octet;
    for (std::size_t n = 0; n < mac.size() && std::getline(file, octet, ':'); ++n)
        mac[n] = static_cast<std::uint8_t>(std::strtoul(octet.c_str(), nullptr, 16));
    return mac;
}

}  // namespace

std::uint32_t name_hash(std::string_view name) noexcept {
    std::uint32_t hash = 2166136261;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    return hash;
}

Result<SocketWish> plan_sending(const SendWords& words, std::uint32_t buffer_bytes) {
    SocketWish wish;
    wish.use = SocketUse::send;
    if (words.to.empty())
        return fail(Errc::invalid_argument,
                    "to: where does the stream go? Give an address such as 239.1.2.3:5004");
    auto to = resolve_endpoint(words.to);
    if (!to) return named("to", to.error());
    wish.remote = to->address;
    wish.interface.set(to->interface);
    if (!words.bind.empty()) {
        auto bind = parse_endpoint(words.bind.find(':') == std::string::npos ? words.bind + ":0"
                                                                             : words.bind);
        if (!bind) return named("bind", bind.error());
        wish.local = bind->address;
    } else if (words.ports == "even") {
        wish.local = any_address(wish.remote.family, 0);
    }
    wish.port_rule = words.ports == "even" ? PortRule::even : PortRule::dynamic;
    wish.ttl = static_cast<std::uint8_t>(words.ttl);
    wish.dscp = static_cast<std::uint8_t>(words.dscp);
    wish.send_buffer_bytes = buffer_bytes;
    if (auto valid = validate(wish); !valid) return named("to", valid.error());
    return wish;
}

StreamAddress stream_address(const SocketWish& wish, const SocketAddress& bound) {
    StreamAddress address;
    address.destination = host_of(wish.remote);
    address.port = wish.remote.port;
    address.ttl = wish.ttl != 0 ? wish.ttl : std::uint8_t{16};
    address.source = host_of(bound);
    // The node's clock is this machine's, until a PTP clock drives it.
    address.ref_clock = {};
    address.ref_clock.kind = RefClock::Kind::localmac;
    address.ref_clock.mac = mac_of(bound);
    return address;
}

Result<std::string> describe_stream(const std::string& name, Media media,
                                    const StreamAddress& address, std::uint64_t session_id,
                                    std::uint64_t version) {
    Description session;
    session.name = name;
    session.origin.address = address.source;
    session.origin.session_id = session_id;
    session.origin.version = version;
    session.media.push_back(std::move(media));
    return write_sdp(session);
}

}  // namespace streamlib::st2110
