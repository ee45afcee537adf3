// SPDX-License-Identifier: Apache-2.0
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cerrno>

#include "runtime/net/socket_options.hpp"
#include "runtime/net/socket_wish.hpp"

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29  // linux/in6.h, which cannot be included beside netinet/in.h
#endif

namespace streamlib {

namespace {

using net::SocketBuild;

Unexpected bind_failed(const SocketBuild& build, const SocketAddress& address) {
    const std::string where = "socket " + to_string(address);
    const std::string port = std::to_string(address.port);
    switch (errno) {
        case EADDRINUSE:
            return fail(Errc::already_exists,
                        where +
                            ": the port is taken; choose another one, or see who has it: "
                            "ss -lunp 'sport = :" +
                            port + "'");
        case EADDRNOTAVAIL:
            return fail(Errc::not_found,
                        where + ": no interface of this machine has this address; see: ip address");
        case EACCES:
            return fail(Errc::no_permission,
                        where + ": ports below 1024 need CAP_NET_BIND_SERVICE; choose another one");
        default: return fail_errno(Errc::io, build.name() + ": bind");
    }
}

/// Link-local addresses and groups (RFC 4007) mean nothing without their interface.
SocketAddress with_scope(const SocketBuild& build, SocketAddress address) {
    const auto& b = address.bytes;
    const bool local =
        (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) || (b[0] == 0xff && (b[1] & 0x0f) <= 2);
    if (address.family == AddressFamily::ipv6 && local && address.scope == 0)
        address.scope = build.interface;
    return address;
}

Result<> bind_at(const SocketBuild& build, SocketAddress address) {
    address = with_scope(build, address);
    sockaddr_storage kernel;
    const socklen_t length = to_kernel(address, kernel);
    if (::bind(build.fd, reinterpret_cast<const sockaddr*>(&kernel), length) == 0) return {};
    return bind_failed(build, address);
}

/// The port of the wish, or by its rule.
Result<> bind_by_rule(const SocketBuild& build, SocketAddress address) {
    if (address.port != 0 || build.wish.port_rule == PortRule::dynamic)
        return bind_at(build, address);
    constexpr std::uint32_t first = 5004, last = 65534;
    for (std::uint32_t port = first; port <= last; port += 2) {
        address.port = static_cast<std::uint16_t>(port);
        auto done = bind_at(build, address);
        if (done || done.error().code != Errc::already_exists) return done;
    }
    return fail(Errc::no_memory, build.name() + ": every even port from 5004 on is taken");
}

void set_arrival(const SocketBuild& build) {
    const SocketWish& wish = build.wish;
    build.try_to_set(SOL_SOCKET, SO_TIMESTAMPNS, wish.timestamps != 0 ? 1 : 0, "kernel timestamps");
    build.try_to_set(IPPROTO_UDP, UDP_GRO, wish.receive_joined != 0 ? 1 : 0,
                     "joined packets (UDP_GRO)");
    build.try_to_set(SOL_SOCKET, SO_RXQ_OVFL, 1, "count of packets that the kernel dropped");
}

Result<> open_receiver(const SocketBuild& build) {
    const SocketWish& wish = build.wish;
    const bool group = wish.local.is_multicast();
    Result<> done;
    if (group) {
        // Receivers of one group share group and port; a unicast port is never shared.
        done = build.set(SOL_SOCKET, SO_REUSEADDR, 1, "share the group's port");
        if (done)
            done = build.is_ipv6()
                       ? build.set(IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0, "keep to its own groups")
                       : build.set(IPPROTO_IP, IP_MULTICAST_ALL, 0, "keep to its own groups");
    } else if (build.interface != 0) {
        done = build.set(SOL_SOCKET, SO_BINDTOIFINDEX, static_cast<int>(build.interface),
                         "keep to the interface");
    }
    set_arrival(build);
    // The filter first: nothing that it refuses may be in the queue already.
    if (done) done = net::refuse_other_sources(build);
    if (done) done = bind_by_rule(build, wish.local);
    if (done && group) done = net::join_group(build);
    return done;
}

Result<> open_sender(const SocketBuild& build) {
    Result<> done = net::set_sending(build);
    if (done && build.wish.local.is_set()) done = bind_by_rule(build, build.wish.local);
    if (!done) return done;
    const SocketAddress remote = with_scope(build, build.wish.remote);
    sockaddr_storage kernel;
    const socklen_t length = to_kernel(remote, kernel);
    if (::connect(build.fd, reinterpret_cast<const sockaddr*>(&kernel), length) == 0) return {};
    if (errno == ENETUNREACH || errno == EHOSTUNREACH)
        return fail(Errc::not_found, build.name() + ": no route leads there; see: ip route get " +
                                         to_string(remote) + ", or name the interface after @");
    return fail_errno(Errc::io, build.name() + ": connect");
}

SocketAddress bound_address(int fd) {
    sockaddr_storage kernel{};
    socklen_t length = sizeof kernel;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&kernel), &length) != 0) return {};
    return from_kernel(&kernel, length);
}

}  // namespace

Result<unsigned> interface_index(std::string_view name_or_address) {
    const std::string text(name_or_address);
    if (const unsigned index = ::if_nametoindex(text.c_str()); index != 0) return index;
    const auto address = parse_host(text);
    ifaddrs* all = nullptr;
    std::string known;
    if (::getifaddrs(&all) != 0) return fail_errno(Errc::io, "getifaddrs");
    unsigned found = 0;
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr) continue;
        if (one->ifa_addr->sa_family == AF_PACKET)
            known += (known.empty() ? "" : ", ") + std::string(one->ifa_name);
        const SocketAddress has = from_kernel(one->ifa_addr, sizeof(sockaddr_in6));
        // A link-local address is compared without its interface: that is what is asked for.
        if (address && has.family == address->family && has.bytes == address->bytes && found == 0)
            found = ::if_nametoindex(one->ifa_name);
    }
    ::freeifaddrs(all);
    if (found != 0) return found;
    return fail(
        Errc::not_found,
        "interface \"" + text + "\": no interface has this name or address; there are: " + known);
}

bool same_place(const SocketWish& a, const SocketWish& b) noexcept {
    SocketWish as_b = a;
    as_b.receive_buffer_bytes = b.receive_buffer_bytes;
    as_b.send_buffer_bytes = b.send_buffer_bytes;
    as_b.ttl = b.ttl;
    as_b.dscp = b.dscp;
    as_b.receive_joined = b.receive_joined;
    as_b.timestamps = b.timestamps;
    as_b.loop = b.loop;
    return as_b == b;
}

Result<std::vector<std::string>> adjust_socket(int fd, const SocketWish& wish) {
    std::vector<std::string> warnings;
    unsigned interface = 0;
    if (!wish.interface.empty()) {
        auto index = interface_index(wish.interface.view());
        if (!index) return tl::unexpected(index.error());
        interface = *index;
    }
    const SocketBuild build{wish, fd, interface, warnings};
    net::size_buffers(build);
    if (wish.use == SocketUse::receive)
        set_arrival(build);
    else if (auto done = net::set_sending(build); !done)
        return tl::unexpected(done.error());
    return warnings;
}

Result<OpenedSocket> open_socket(const SocketWish& wish) {
    if (auto valid = validate(wish); !valid) return tl::unexpected(valid.error());
    OpenedSocket opened;
    unsigned interface = 0;
    if (!wish.interface.empty()) {
        auto index = interface_index(wish.interface.view());
        if (!index) return tl::unexpected(index.error());
        interface = *index;
    }
    SocketBuild build{wish, -1, interface, opened.warnings};
    const int family = build.is_ipv6() ? AF_INET6 : AF_INET;
    opened.fd.reset(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    build.fd = opened.fd.get();
    if (!opened.fd) return fail_errno(Errc::io, build.name() + ": socket");
    Result<> done;
    if (build.is_ipv6()) done = build.set(IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPv6 only");
    net::size_buffers(build);
    if (done) done = wish.use == SocketUse::receive ? open_receiver(build) : open_sender(build);
    if (!done) return tl::unexpected(done.error());
    opened.bound = bound_address(build.fd);
    return opened;
}

}  // namespace streamlib
