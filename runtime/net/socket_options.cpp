// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/socket_options.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace streamlib::net {

namespace {

/// The kernel counts its own overhead and says twice what was set (man 7 socket).
std::uint32_t buffer_of(int fd, int option) {
    int bytes = 0;
    socklen_t length = sizeof bytes;
    if (::getsockopt(fd, SOL_SOCKET, option, &bytes, &length) != 0 || bytes < 0) return 0;
    return static_cast<std::uint32_t>(bytes) / 2;
}

struct BufferOption {
    const char* what;
    const char* limit;
    int plain, force;
};

void size_buffer(const SocketBuild& build, std::uint32_t wanted, const BufferOption& option) {
    if (wanted == 0) return;
    const int bytes = static_cast<int>(wanted < INT32_MAX / 2 ? wanted : INT32_MAX / 2);
    if (::setsockopt(build.fd, SOL_SOCKET, option.force, &bytes, sizeof bytes) != 0)
        (void)::setsockopt(build.fd, SOL_SOCKET, option.plain, &bytes, sizeof bytes);
    const std::uint32_t got = buffer_of(build.fd, option.plain);
    if (got >= static_cast<std::uint32_t>(bytes)) return;
    const std::string limit = option.limit, need = std::to_string(bytes);
    build.warnings.push_back(build.name() + ": " + option.what + " of " + need +
                             " bytes wanted, the kernel gives " + std::to_string(got) + "; set " +
                             limit + " to " + need + " (sysctl -w " + limit + "=" + need +
                             ") or grant CAP_NET_ADMIN");
}

constexpr std::uint32_t word_at(const SocketAddress& address, std::size_t index) {
    const std::uint8_t* b = &address.bytes[index * 4];
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

sock_filter load(std::uint16_t size, std::uint32_t offset) {
    return {static_cast<std::uint16_t>(BPF_LD | size | BPF_ABS), 0, 0, offset};
}
sock_filter skip_unless(std::uint32_t value, std::uint8_t otherwise) {
    return {BPF_JMP | BPF_JEQ | BPF_K, 0, otherwise, value};
}
sock_filter give_back(std::uint32_t bytes) { return {BPF_RET | BPF_K, 0, 0, bytes}; }

Unexpected join_failed(const SocketBuild& build) {
    const std::string group = to_string(build.wish.local);
    if (errno == ENODEV && build.interface == 0)
        return fail(
            Errc::not_found,
            build.name() + ": no route leads to the group; name the interface: " + group + "@eth0");
    if (errno == EADDRNOTAVAIL)
        return fail(Errc::not_found,
                    build.name() + ": the interface has no address of this IP version");
    return fail_errno(Errc::io, build.name() + ": join the group");
}

}  // namespace

bool SocketBuild::is_ipv6() const noexcept {
    const SocketAddress& address = wish.use == SocketUse::send ? wish.remote : wish.local;
    return address.family == AddressFamily::ipv6;
}

std::string SocketBuild::name() const {
    const SocketAddress& address = wish.use == SocketUse::send ? wish.remote : wish.local;
    return "socket " + to_string(EndpointText{address, std::string(wish.interface.view())});
}

Result<> SocketBuild::set(int level, int option, int value, std::string_view what) const {
    if (::setsockopt(fd, level, option, &value, sizeof value) == 0) return {};
    return fail_errno(Errc::io, name() + ": " + std::string(what));
}

void SocketBuild::try_to_set(int level, int option, int value, std::string_view what) const {
    if (auto done = set(level, option, value, what); !done) warnings.push_back(done.error().text);
}

void size_buffers(const SocketBuild& build) {
    size_buffer(build, build.wish.receive_buffer_bytes,
                {"receive buffer", "net.core.rmem_max", SO_RCVBUF, SO_RCVBUFFORCE});
    size_buffer(build, build.wish.send_buffer_bytes,
                {"send buffer", "net.core.wmem_max", SO_SNDBUF, SO_SNDBUFFORCE});
}

Result<> refuse_other_sources(const SocketBuild& build) {
    const SocketAddress& source = build.wish.source;
    if (!source.is_set()) return {};
    // A UDP socket's filter sees the packet from the UDP header on; the IP header is behind SKF_NET_OFF.
    constexpr auto net_header = static_cast<std::uint32_t>(SKF_NET_OFF);
    const std::size_t words = build.is_ipv6() ? 4 : 1;
    const std::uint32_t at = net_header + (build.is_ipv6() ? 8 : 12);  // RFC 8200, 3; RFC 791, 3.1
    const std::size_t checks = words + (source.port != 0 ? 1 : 0);
    std::vector<sock_filter> code;
    for (std::size_t i = 0; i < checks; ++i) {
        code.push_back(i < words ? load(BPF_W, at + static_cast<std::uint32_t>(4 * i))
                                 : load(BPF_H, 0));
        const auto to_refusal = static_cast<std::uint8_t>(2 * (checks - i - 1) + 1);
        code.push_back(skip_unless(i < words ? word_at(source, i) : source.port, to_refusal));
    }
    code.push_back(give_back(UINT32_MAX));
    code.push_back(give_back(0));
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    if (::setsockopt(build.fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0)
        return {};
    return fail_errno(Errc::io, build.name() + ": filter by source " + to_string(source));
}

Result<> join_group(const SocketBuild& build) {
    const int level = build.is_ipv6() ? IPPROTO_IPV6 : IPPROTO_IP;
    if (!build.wish.source.is_set()) {
        group_req request{};
        request.gr_interface = build.interface;
        (void)to_kernel(build.wish.local, request.gr_group);
        if (::setsockopt(build.fd, level, MCAST_JOIN_GROUP, &request, sizeof request) == 0)
            return {};
        return join_failed(build);
    }
    group_source_req request{};
    request.gsr_interface = build.interface;
    (void)to_kernel(build.wish.local, request.gsr_group);
    (void)to_kernel(build.wish.source, request.gsr_source);
    if (::setsockopt(build.fd, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request) == 0)
        return {};
    return join_failed(build);
}

namespace {

Result<> set_group_sending(const SocketBuild& build) {
    const SocketWish& wish = build.wish;
    const int hops = wish.ttl != 0 ? wish.ttl : 16;
    const int loop = wish.loop != 0 ? 1 : 0;
    const int index = static_cast<int>(build.interface);
    Result<> done;
    if (build.is_ipv6()) {
        done = build.set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops, "set hops");
        if (done) done = build.set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, loop, "set loop");
        if (done && index != 0)
            done = build.set(IPPROTO_IPV6, IPV6_MULTICAST_IF, index, "choose the interface");
        return done;
    }
    done = build.set(IPPROTO_IP, IP_MULTICAST_TTL, hops, "set TTL");
    if (done) done = build.set(IPPROTO_IP, IP_MULTICAST_LOOP, loop, "set loop");
    if (!done || index == 0) return done;
    ip_mreqn request{};
    request.imr_ifindex = index;
    if (::setsockopt(build.fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request) == 0)
        return {};
    return fail_errno(Errc::io, build.name() + ": choose the interface");
}

}  // namespace

Result<> set_sending(const SocketBuild& build) {
    const SocketWish& wish = build.wish;
    const bool six = build.is_ipv6();
    Result<> done;
    if (wish.remote.is_multicast()) {
        done = set_group_sending(build);
    } else {
        const int hops = wish.ttl != 0 ? wish.ttl : 64;
        done = six ? build.set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops, "set hops")
                   : build.set(IPPROTO_IP, IP_TTL, hops, "set TTL");
        if (done && build.interface != 0)
            done = build.set(SOL_SOCKET, SO_BINDTOIFINDEX, static_cast<int>(build.interface),
                             "choose the interface");
    }
    if (!done) return done;
    const int traffic_class = wish.dscp << 2;  // RFC 2474, 3
    const int discover = wish.fragments != 0 ? IP_PMTUDISC_DONT : IP_PMTUDISC_DO;
    if (six) {
        build.try_to_set(IPPROTO_IPV6, IPV6_TCLASS, traffic_class, "set DSCP");
        build.try_to_set(IPPROTO_IPV6, IPV6_MTU_DISCOVER, discover, "set path MTU discovery");
    } else {
        build.try_to_set(IPPROTO_IP, IP_TOS, traffic_class, "set DSCP");
        build.try_to_set(IPPROTO_IP, IP_MTU_DISCOVER, discover, "set path MTU discovery");
    }
    return {};
}

}  // namespace streamlib::net
