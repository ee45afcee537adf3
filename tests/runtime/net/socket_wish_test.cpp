// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/socket_wish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

using namespace streamlib;
using ::testing::HasSubstr;

namespace {

SocketAddress at(std::string_view text) { return parse_endpoint(text)->address; }

SocketWish receiver(std::string_view text) {
    SocketWish wish;
    wish.use = SocketUse::receive;
    wish.local = at(text);
    return wish;
}

SocketWish sender(std::string_view text) {
    SocketWish wish;
    wish.use = SocketUse::send;
    wish.remote = at(text);
    return wish;
}

std::string why(const SocketWish& wish) {
    const auto valid = validate(wish);
    if (valid) return "";
    EXPECT_EQ(valid.error().code, Errc::invalid_argument);
    return valid.error().text;
}

TEST(SocketWish, is_granted_where_it_makes_sense) {
    EXPECT_EQ(why(receiver("0.0.0.0:0")), "");
    EXPECT_EQ(why(receiver("239.1.2.3:5004")), "");
    EXPECT_EQ(why(sender("[ff3e::1]:5004")), "");
    SocketWish filtered = receiver("[ff3e::1]:5004");
    filtered.source = *parse_host("2001:db8::9");
    EXPECT_EQ(why(filtered), "");
}

TEST(SocketWish, is_refused_with_the_reason) {
    EXPECT_THAT(why(SocketWish{}), HasSubstr("neither to receive nor to send"));
    EXPECT_THAT(why(receiver("239.1.2.3:0")), HasSubstr("needs a port"));
    EXPECT_THAT(why(sender("10.0.0.1:0")), HasSubstr("no port to send to"));
    EXPECT_THAT(why(sender("0.0.0.0:5004")), HasSubstr("receiver's address"));
    SocketWish wish = receiver("239.1.2.3:5004");
    wish.source = *parse_host("::1");
    EXPECT_THAT(why(wish), HasSubstr("another IP version"));
    wish.source = *parse_host("239.9.9.9");
    EXPECT_THAT(why(wish), HasSubstr("no sender's address"));
    wish = receiver("10.0.0.1:5004");
    wish.remote = at("10.0.0.2:5004");
    EXPECT_THAT(why(wish), HasSubstr("as source"));
    wish = sender("10.0.0.1:5004");
    wish.dscp = 64;
    EXPECT_THAT(why(wish), HasSubstr("0 to 63"));
    wish = sender("10.0.0.1:5004");
    wish.local = at("239.1.1.1:5004");
    EXPECT_THAT(why(wish), HasSubstr("group's address"));
    wish.local = at("[::1]:5004");
    EXPECT_THAT(why(wish), HasSubstr("another IP version"));
}

TEST(SocketWish, survives_garbage_from_another_process) {
    SocketWish wish;
    std::memset(static_cast<void*>(&wish), 0xff, sizeof wish);
    EXPECT_NE(why(wish), "");
    EXPECT_FALSE(open_socket(wish));
}

TEST(BufferBytes, hold_what_comes_in_the_time_within_bounds) {
    EXPECT_EQ(buffer_bytes(325'000'000, 20'000'000), 6'500'000U);
    EXPECT_EQ(buffer_bytes(1000, 1'000'000), 256U << 10);
    EXPECT_EQ(buffer_bytes(UINT64_MAX, 1'000'000'000), 256U << 20);
    EXPECT_EQ(buffer_bytes(UINT64_MAX, INT64_MAX), 256U << 20);
    EXPECT_EQ(buffer_bytes(5, -5), 256U << 10);
    EXPECT_EQ(buffer_bytes(1'000'000, 100'000'000, 8000), 100'000U + 800U * 2304U);
    EXPECT_EQ(buffer_bytes(UINT64_MAX, 1'000'000'000, UINT64_MAX), 256U << 20);
}

}  // namespace
