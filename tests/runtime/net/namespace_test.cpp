// SPDX-License-Identifier: Apache-2.0
// Multicast, source filters and narrow paths, in a network namespace of the test's own: nothing of it is seen outside.
#include <gmock/gmock.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/runtime/net/loopback.hpp"

using namespace streamlib;
using namespace streamlib::testing;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

namespace {

bool with_interface(unsigned long request, const std::function<void(ifreq&)>& fill) {
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq wish{};
    std::strcpy(wish.ifr_name, "lo");
    fill(wish);
    return ::ioctl(fd.get(), request, &wish) == 0;
}

bool set_mtu(int mtu) {
    return with_interface(SIOCSIFMTU, [&](ifreq& wish) { wish.ifr_mtu = mtu; });
}

/// A pair of interfaces, va and vb, with two IPv6 addresses on va: the kernel routes no IPv6 group over lo.
bool add_interface() {
    return std::system(
               "ip link add va type veth peer name vb && ip link set vb up && ip link set va up &&"
               " ip address add fd00::1/64 dev va nodad && ip address add fd00::2/64 dev va "
               "nodad") == 0;
}

/// A namespace with nothing but lo, which is up. False where the system does not allow it.
bool enter_namespace() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    return with_interface(SIOCSIFFLAGS, [](ifreq& wish) {
        wish.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING | IFF_MULTICAST;
    });
}

class Namespace : public ::testing::Test {
protected:
    static void SetUpTestSuite() { entered = enter_namespace(); }
    void SetUp() override {
        if (!entered) {
            std::puts("SKIPPED WHOLE: network namespaces are not permitted here");
            GTEST_SKIP() << "network namespaces are not permitted here";
        }
    }
    static bool entered;
};
bool Namespace::entered = false;

struct Group {
    const char *group, *interface, *first, *second;
};
constexpr Group ipv4{"239.1.2.3:5004", "lo", "127.0.0.1", "127.0.0.2"};
constexpr Group ipv6{"[ff3e::8000:1]:5004", "va", "fd00::1", "fd00::2"};

SocketWish group_receiver(const Group& group, const char* source) {
    SocketWish wish = to_receive(group.group);
    wish.interface.set(group.interface);
    if (source != nullptr) wish.source = *parse_host(source);
    return wish;
}

OpenedSocket group_sender(const Group& group, const char* from) {
    SocketWish wish = to_send(at(group.group));
    wish.interface.set(group.interface);
    wish.local = *parse_host(from);
    return opened(wish);
}

std::vector<std::string> all_of(const OpenedSocket& socket, std::size_t expected) {
    std::vector<std::string> got;
    pollfd readable{socket.fd.get(), POLLIN, 0};
    // All are sent before; what has to come has 10 s, what must not come was there before the last that has to.
    while (::poll(&readable, 1, got.size() < expected ? 10'000 : 0) == 1) {
        char text[256];
        const ssize_t length = ::recv(socket.fd.get(), text, sizeof text, 0);
        if (length < 0) break;
        got.emplace_back(text, static_cast<std::size_t>(length));
    }
    return got;
}

void send(const OpenedSocket& socket, std::string_view text) {
    EXPECT_EQ(::send(socket.fd.get(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
}

void two_senders_on_one_group_never_mix(const Group& group) {
    OpenedSocket everybody = opened(group_receiver(group, nullptr));
    OpenedSocket first = opened(group_receiver(group, group.first));
    OpenedSocket second = opened(group_receiver(group, group.second));
    ASSERT_TRUE(everybody.fd && first.fd && second.fd);
    OpenedSocket sends_first = group_sender(group, group.first),
                 sends_second = group_sender(group, group.second);
    send(sends_second, "second 1");
    send(sends_first, "first 1");
    send(sends_second, "second 2");
    send(sends_first, "first 2");
    EXPECT_THAT(all_of(first, 2), UnorderedElementsAre("first 1", "first 2"));
    EXPECT_THAT(all_of(second, 2), UnorderedElementsAre("second 1", "second 2"));
    EXPECT_EQ(all_of(everybody, 4).size(), 4U);
}

TEST_F(Namespace, two_ipv4_senders_on_one_group_and_port_never_mix) {
    two_senders_on_one_group_never_mix(ipv4);
}

TEST_F(Namespace, two_ipv6_senders_on_one_group_and_port_never_mix) {
    if (!add_interface()) GTEST_SKIP() << "no ip program, or no veth in this kernel";
    two_senders_on_one_group_never_mix(ipv6);
}

TEST_F(Namespace, a_socket_gets_no_group_that_only_another_one_has_joined) {
    OpenedSocket one = opened(group_receiver(ipv4, nullptr));
    const Group other{"239.1.2.4:5004", "lo", ipv4.first, ipv4.second};
    OpenedSocket two = opened(group_receiver(other, nullptr));
    send(group_sender(other, ipv4.first), "for two");
    EXPECT_THAT(all_of(two, 1), UnorderedElementsAre("for two"));
    EXPECT_TRUE(all_of(one, 0).empty());
}

TEST_F(Namespace, the_membership_is_the_sockets_and_packets_wait_while_nobody_reads) {
    OpenedSocket kept = opened(group_receiver(ipv4, ipv4.first));
    OpenedSocket out = group_sender(ipv4, ipv4.first);
    for (int incarnation = 0; incarnation < 3; ++incarnation) {
        send(out, "while nobody lives");
        auto reactor = Reactor::create({});
        std::size_t got = 0;
        // The next process has its own descriptor of the same socket.
        const UniqueFd mine(::dup(kept.fd.get()));
        ASSERT_TRUE(
            (*reactor)->on_datagrams(mine.get(), [&](const Datagrams& d) { got += d.size(); }));
        EXPECT_TRUE(run_until(**reactor, [&] { return got == 1; }));
    }
}

TEST_F(Namespace, a_group_without_a_route_asks_for_the_interface) {
    SocketWish wish = to_receive(ipv4.group);
    const auto socket = open_socket(wish);
    ASSERT_FALSE(socket);
    EXPECT_THAT(socket.error().text, HasSubstr("name the interface: 239.1.2.3:5004@eth0"));
    EXPECT_THAT(open_socket(to_send(at("10.9.9.9:5004"))).error().text,
                HasSubstr("no route leads there"));
}

void segments_above_the_mtu(bool uring) {
    OpenedSocket in = opened(to_receive("127.0.0.1:0")), out = opened(to_send(in.bound));
    auto sender = DatagramSender::create(out.fd.get(), {.allow_io_uring = uring});
    ASSERT_TRUE(sender);
    const std::vector<std::byte> payload(1480), small(1200);
    const auto send_batch = [&](const std::vector<std::byte>& each) {
        SendBatch* batch = (*sender)->open();
        for (int i = 0; i < 4; ++i) batch->add(0, each);
        (*sender)->commit(*batch, 1);
        (*sender)->submit();
        const auto done = (*sender)->take_done(soon(1'000'000'000));
        ASSERT_EQ(done.size(), 1U);
        EXPECT_EQ(done[0].datagrams + done[0].lost, 4U);
    };
    send_batch(payload);  // 1480 + 8 + 20 is above 1500
    EXPECT_EQ((*sender)->counters().too_big, 1U);
    EXPECT_EQ((*sender)->counters().lost, 4U);
    send_batch(small);
    EXPECT_EQ((*sender)->counters().datagrams, 4U);
    EXPECT_FALSE((*sender)->counters().segments_off);
}

TEST_F(Namespace, what_is_above_the_mtu_is_told_and_the_next_batch_goes) {
    ASSERT_TRUE(set_mtu(1500));
    segments_above_the_mtu(true);
    segments_above_the_mtu(false);
    EXPECT_TRUE(set_mtu(65536));
}

}  // namespace
