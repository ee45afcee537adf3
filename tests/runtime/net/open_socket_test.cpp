// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "tests/runtime/net/loopback.hpp"

using namespace streamlib;
using namespace streamlib::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

int option(const OpenedSocket& socket, int level, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    EXPECT_EQ(::getsockopt(socket.fd.get(), level, name, &value, &length), 0);
    return value;
}

/// What the socket receives within ten seconds; "" otherwise.
std::string receive(const OpenedSocket& socket, int wait_ms = 10'000) {
    pollfd readable{socket.fd.get(), POLLIN, 0};
    if (::poll(&readable, 1, wait_ms) != 1) return "";
    char text[256];
    const ssize_t length = ::recv(socket.fd.get(), text, sizeof text, 0);
    return length < 0 ? "" : std::string(text, static_cast<std::size_t>(length));
}

void send(const OpenedSocket& socket, std::string_view text) {
    EXPECT_EQ(::send(socket.fd.get(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
}

TEST(OpenSocket, receives_on_ipv4_and_ipv6) {
    for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
        OpenedSocket in = opened(to_receive(address));
        ASSERT_TRUE(in.fd);
        EXPECT_NE(in.bound.port, 0);
        OpenedSocket out = opened(to_send(in.bound));
        send(out, address);
        EXPECT_EQ(receive(in), address);
    }
}

TEST(OpenSocket, a_unicast_port_has_one_receiver) {
    OpenedSocket in = opened(to_receive("127.0.0.1:0"));
    const auto second = open_socket(to_receive(to_string(in.bound)));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::already_exists);
    EXPECT_THAT(second.error().text, HasSubstr("the port is taken"));
    EXPECT_THAT(second.error().text, HasSubstr(std::to_string(in.bound.port)));
}

TEST(OpenSocket, takes_even_ports_by_rule) {
    SocketWish wish = to_receive("127.0.0.1:0");
    wish.port_rule = PortRule::even;
    OpenedSocket first = opened(wish), second = opened(wish);
    EXPECT_EQ(first.bound.port % 2, 0);
    EXPECT_GE(first.bound.port, 5004);
    EXPECT_EQ(second.bound.port % 2, 0);
    EXPECT_GT(second.bound.port, first.bound.port);
}

TEST(OpenSocket, names_what_is_not_there) {
    EXPECT_THAT(open_socket(to_receive("192.0.2.77:5004")).error().text, HasSubstr("ip address"));
    SocketWish wish = to_receive("239.1.2.3:5004");
    wish.interface.set("no-such-if0");
    EXPECT_THAT(open_socket(wish).error().text, HasSubstr("there are: "));
    EXPECT_THAT(open_socket(wish).error().text, HasSubstr("lo"));
    EXPECT_EQ(*interface_index("lo"), *interface_index("127.0.0.1"));
    EXPECT_EQ(*interface_index("lo"), *interface_index("::1"));
}

TEST(OpenSocket, only_the_source_comes_through_a_unicast_filter) {
    SocketWish wish = to_receive("127.0.0.1:0");
    wish.source = *parse_host("127.0.0.2");
    OpenedSocket in = opened(wish);
    SocketWish good = to_send(in.bound), bad = good;
    good.local = at("127.0.0.2:0");
    bad.local = at("127.0.0.3:0");
    OpenedSocket from_good = opened(good), from_bad = opened(bad);
    send(from_bad, "foreign");
    send(from_good, "ours");
    EXPECT_EQ(receive(in), "ours");
    EXPECT_EQ(receive(in, 0), "");
}

TEST(OpenSocket, a_source_with_a_port_means_that_port) {
    OpenedSocket first = opened(to_send(at("127.0.0.1:9")));
    SocketWish wish = to_receive("127.0.0.1:0");
    wish.source = first.bound;
    OpenedSocket in = opened(wish);
    SocketWish from_first = to_send(in.bound);
    from_first.local = first.bound;
    first.fd.reset();
    OpenedSocket right = opened(from_first), other = opened(to_send(in.bound));
    send(other, "other port");
    send(right, "right port");
    EXPECT_EQ(receive(in), "right port");
}

TEST(OpenSocket, an_ipv6_source_is_compared_whole) {
    SocketWish wish = to_receive("[::1]:0");
    wish.source = *parse_host("::1");
    OpenedSocket in = opened(wish);
    send(opened(to_send(in.bound)), "from ::1");
    EXPECT_EQ(receive(in), "from ::1");
    wish.source = *parse_host("::2:0:0:1");
    OpenedSocket strict = opened(wish);
    send(opened(to_send(strict.bound)), "from ::1");
    EXPECT_EQ(receive(strict, 50), "");
}

TEST(OpenSocket, sets_what_a_sender_wished) {
    SocketWish wish = to_send(at("127.0.0.1:9"));
    wish.dscp = 34;
    wish.ttl = 7;
    OpenedSocket out = opened(wish);
    EXPECT_EQ(option(out, IPPROTO_IP, IP_TOS), 34 << 2);
    EXPECT_EQ(option(out, IPPROTO_IP, IP_TTL), 7);
    EXPECT_EQ(option(out, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DO);
    wish = to_send(at("[::1]:9"));
    wish.dscp = 46;
    OpenedSocket six = opened(wish);
    EXPECT_EQ(option(six, IPPROTO_IPV6, IPV6_TCLASS), 46 << 2);
    EXPECT_EQ(option(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 64);
    EXPECT_THAT(six.warnings, IsEmpty());
}

TEST(OpenSocket, joins_packets_and_stamps_times_unless_it_is_not_wished) {
    SocketWish wish = to_receive("127.0.0.1:0");
    OpenedSocket in = opened(wish);
    EXPECT_EQ(option(in, SOL_SOCKET, SO_TIMESTAMPNS), 1);
    EXPECT_EQ(option(in, SOL_SOCKET, SO_RXQ_OVFL), 1);
    wish.timestamps = wish.receive_joined = 0;
    EXPECT_EQ(option(opened(wish), SOL_SOCKET, SO_TIMESTAMPNS), 0);
}

TEST(OpenSocket, warns_when_the_kernel_gives_a_smaller_buffer) {
    SocketWish wish = to_receive("127.0.0.1:0");
    wish.receive_buffer_bytes = 2'000'000'000;  // by no limit: the kernel ends at half of 2^31
    OpenedSocket in = opened(wish);
    const int got = option(in, SOL_SOCKET, SO_RCVBUF);
    if (got / 2 >= 1'000'000'000) {  // CAP_NET_ADMIN
        EXPECT_THAT(in.warnings, IsEmpty());
        return;
    }
    ASSERT_EQ(in.warnings.size(), 1U);
    EXPECT_THAT(in.warnings[0], HasSubstr("net.core.rmem_max"));
    EXPECT_THAT(in.warnings[0], HasSubstr(std::to_string(got / 2)));
}

}  // namespace
