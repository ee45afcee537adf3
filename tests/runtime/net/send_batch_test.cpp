// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/send_batch.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "runtime/net/poller.hpp"
#include "runtime/net/send_verdict.hpp"

using namespace streamlib;
using net::SendVerdict;

namespace {

const std::vector<std::byte> payload(4096);

std::span<const std::byte> bytes(std::size_t count) { return {payload.data(), count}; }

TEST(SendBatch, takes_64_equal_datagrams) {
    auto batch = std::make_unique<SendBatch>();
    std::size_t count = 0;
    for (; batch->fits(500, 20); ++count) EXPECT_EQ(batch->add(20, bytes(480)).size(), 20U);
    EXPECT_EQ(count, 64U);
    EXPECT_EQ(batch->bytes(), 64U * 500);
    EXPECT_EQ(batch->segment_bytes(), 500U);
    EXPECT_EQ(batch->pieces(0, 64).size(), 128U);
    EXPECT_EQ(batch->pieces(63, 1).size(), 2U);
    batch->clear();
    EXPECT_TRUE(batch->empty());
    EXPECT_TRUE(batch->fits(1400, 20));
}

TEST(SendBatch, stays_below_what_one_ip_packet_can_be) {
    auto batch = std::make_unique<SendBatch>();
    while (batch->fits(1452, 20)) batch->add(20, bytes(1432));
    EXPECT_EQ(batch->datagrams(), 45U);
    EXPECT_LE(batch->bytes(), SendBatch::max_bytes);
}

TEST(SendBatch, only_the_last_datagram_may_be_shorter_and_none_longer) {
    auto batch = std::make_unique<SendBatch>();
    batch->add(20, bytes(1000));
    EXPECT_FALSE(batch->fits(1021, 20));
    EXPECT_TRUE(batch->fits(1020, 20));
    batch->add(20, bytes(10));
    EXPECT_EQ(batch->segment_bytes(), 1020U);
    EXPECT_FALSE(batch->fits(30, 20));
    EXPECT_FALSE(batch->fits(10, 10));
}

TEST(SendBatch, a_datagram_may_have_many_parts) {
    auto batch = std::make_unique<SendBatch>();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(batch->fits(40, 10, 3));
        batch->add(10, bytes(10));
        batch->add_part(bytes(10));
        batch->add_part(bytes(10));
        batch->add_part({});
    }
    EXPECT_EQ(batch->pieces(1, 1).size(), 4U);
    EXPECT_EQ(batch->bytes(), 120U);
    EXPECT_FALSE(batch->fits(40, 10, SendBatch::max_parts));
    EXPECT_FALSE(batch->fits(40, SendBatch::header_room));
}

TEST(SendBatchDeath, refuses_what_fits_would_have_refused) {
    auto batch = std::make_unique<SendBatch>();
    batch->add(0, bytes(10));
    batch->add(0, bytes(5));
    EXPECT_DEATH(batch->add(0, bytes(5)), "only the last datagram is shorter");
    batch->clear();
    batch->add(0, bytes(10));
    EXPECT_DEATH(batch->add(0, bytes(11)), "no datagram is longer");
}

TEST(SendVerdict, follows_from_the_error) {
    EXPECT_EQ(net::judge(EAGAIN, true, 1), SendVerdict::wait);
    EXPECT_EQ(net::judge(EINTR, true, 99), SendVerdict::try_again);
    EXPECT_EQ(net::judge(ECONNREFUSED, true, 1), SendVerdict::try_again);
    EXPECT_EQ(net::judge(ECONNREFUSED, true, 3), SendVerdict::give_up);
    EXPECT_EQ(net::judge(EIO, true, 1), SendVerdict::without_segments);
    EXPECT_EQ(net::judge(EIO, false, 1), SendVerdict::give_up);
    EXPECT_EQ(net::judge(ENOBUFS, true, 1), SendVerdict::give_up);
    EXPECT_EQ(net::status_of(ENOBUFS), SendStatus::no_buffers);
    EXPECT_EQ(net::status_of(EMSGSIZE), SendStatus::too_big);
    EXPECT_EQ(net::status_of(ENETUNREACH), SendStatus::unreachable);
    EXPECT_EQ(net::status_of(EPERM), SendStatus::forbidden);
    EXPECT_EQ(net::status_of(EBADF), SendStatus::failed);
}

TEST(ControlBytes, what_is_malformed_is_passed_over) {
    std::vector<std::byte> control(CMSG_SPACE(sizeof(int)));
    cmsghdr head{};
    Datagrams arrival;
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{1}, control.size() + 1, SIZE_MAX}) {
        head.cmsg_len = length;
        head.cmsg_level = SOL_SOCKET;
        head.cmsg_type = SO_RXQ_OVFL;
        std::memcpy(control.data(), &head, sizeof head);
        net::read_control(control, arrival);
        EXPECT_EQ(arrival.kernel_drops, 0U);
    }
    head.cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(control.data(), &head, sizeof head);
    const int drops = 7;
    std::memcpy(control.data() + CMSG_LEN(0), &drops, sizeof drops);
    for (std::size_t cut = 0; cut < CMSG_LEN(sizeof(int)); ++cut)
        net::read_control({control.data(), cut}, arrival);
    EXPECT_EQ(arrival.kernel_drops, 0U);
    net::read_control(control, arrival);
    EXPECT_EQ(arrival.kernel_drops, 7U);
}

}  // namespace
