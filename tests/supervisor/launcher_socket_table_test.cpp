// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/socket_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace streamlib::supervision {
namespace {

using testing::HasSubstr;

SocketWish receive_at(const std::string& text, PortRule rule = PortRule::dynamic) {
    SocketWish wish;
    wish.use = SocketUse::receive;
    wish.local = parse_endpoint(text)->address;
    wish.port_rule = rule;
    return wish;
}

TEST(SocketTable, gives_a_later_incarnation_the_same_socket_for_the_same_wish) {
    SocketTable table;
    const auto first = table.ask(0, "camera.rtp", receive_at("127.0.0.1:0"));
    ASSERT_TRUE(first) << first.error().text;
    EXPECT_TRUE(first->made);
    EXPECT_NE(first->bound.port, 0);
    table.settle(0);
    const auto again = table.ask(0, "camera.rtp", receive_at("127.0.0.1:0"));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->made);
    EXPECT_EQ(again->fd, first->fd);
    EXPECT_EQ(again->bound, first->bound);
    EXPECT_EQ(table.size(), 1U);
}

TEST(SocketTable, keeps_a_port_although_the_stream_has_become_larger) {
    SocketTable table;
    SocketWish wish = receive_at("127.0.0.1:0");
    wish.receive_buffer_bytes = 300'000;
    const auto first = table.ask(0, "camera.rtp", wish);
    ASSERT_TRUE(first) << first.error().text;
    const auto room = [](int fd) {
        int bytes = 0;
        socklen_t length = sizeof bytes;
        EXPECT_EQ(::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length), 0);
        return bytes;
    };
    const int before = room(first->fd);
    wish.receive_buffer_bytes = 900'000;
    const auto again = table.ask(0, "camera.rtp", wish);
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(again->fd, first->fd);
    EXPECT_EQ(again->bound, first->bound);
    EXPECT_TRUE(again->made) << "what the kernel did not grant is told";
    if (again->warnings.empty()) {
        EXPECT_GT(room(again->fd), before);
    }
    EXPECT_FALSE(table.ask(0, "camera.rtp", wish)->made);
    EXPECT_EQ(table.size(), 1U);
}

TEST(SocketTable, keeps_both_of_a_replacement_until_one_of_them_runs) {
    SocketTable table;
    SocketWish other = receive_at("127.0.0.1:0");
    const auto old = table.ask(0, "camera.rtp", other);
    other.source = parse_host("127.0.0.7").value();
    ASSERT_TRUE(old);
    table.settle(0);
    ASSERT_TRUE(table.ask(1, "desk.rtp", receive_at("127.0.0.1:0")));
    const auto next = table.ask(0, "camera.rtp", other);
    ASSERT_TRUE(next) << next.error().text;
    EXPECT_EQ(table.size(), 3U);
    table.settle(0);
    EXPECT_EQ(table.size(), 2U) << "that of before is closed, another actor's is not";
    EXPECT_EQ(table.ask(0, "camera.rtp", other)->fd, next->fd);
}

TEST(SocketTable, hands_out_even_ports_and_none_twice) {
    SocketTable table;
    const auto a = table.ask(0, "a.rtp", receive_at("127.0.0.1:0", PortRule::even));
    const auto b = table.ask(1, "b.rtp", receive_at("127.0.0.1:0", PortRule::even));
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->bound.port % 2, 0);
    EXPECT_GE(a->bound.port, 5004);
    EXPECT_EQ(b->bound.port % 2, 0);
    EXPECT_GT(b->bound.port, a->bound.port);
    table.release(0);
    const auto c = table.ask(2, "c.rtp", receive_at("127.0.0.1:0", PortRule::even));
    ASSERT_TRUE(c);
    EXPECT_EQ(c->bound.port, a->bound.port) << "free again once its actor has left";
}

TEST(SocketTable, says_who_has_a_port) {
    SocketTable table;
    const auto a = table.ask(0, "a.rtp", receive_at("127.0.0.1:0"));
    ASSERT_TRUE(a);
    const auto b = table.ask(1, "b.rtp", receive_at("127.0.0.1:" + std::to_string(a->bound.port)));
    ASSERT_FALSE(b);
    EXPECT_EQ(b.error().code, Errc::already_exists);
    EXPECT_THAT(b.error().text, HasSubstr("a.rtp"));
    SocketTable elsewhere;
    const auto c =
        elsewhere.ask(1, "b.rtp", receive_at("127.0.0.1:" + std::to_string(a->bound.port)));
    ASSERT_FALSE(c) << "taken by another process, for this table";
    EXPECT_EQ(c.error().code, Errc::already_exists);
}

TEST(SocketTable, lets_receivers_share_a_group) {
    SocketTable table;
    const auto a = table.ask(0, "a.rtp", receive_at("239.255.77.1:15004"));
    const auto b = table.ask(1, "b.rtp", receive_at("239.255.77.1:15004"));
    ASSERT_TRUE(a) << a.error().text;
    ASSERT_TRUE(b) << b.error().text;
    EXPECT_NE(a->fd, b->fd);
}

TEST(SocketTable, gives_no_actor_more_than_the_launcher_can_spare) {
    SocketTable table;
    SocketWish wish = receive_at("127.0.0.1:0");
    std::size_t given = 0;
    for (; given < 100; ++given) {
        wish.source = parse_host("127.1.0." + std::to_string(1 + given)).value();
        if (!table.ask(0, "greedy.rtp", wish)) break;
        // Each takes the port that the last one had.
    }
    EXPECT_LE(table.size(), 64U);
    EXPECT_LT(given, 100U);
    EXPECT_TRUE(table.ask(1, "modest.rtp", receive_at("127.0.0.1:0"))) << "others have theirs";
}

TEST(SocketTable, refuses_a_wish_that_is_none) {
    SocketTable table;
    const auto none = table.ask(0, "a.rtp", SocketWish{});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace streamlib::supervision
