// SPDX-License-Identifier: Apache-2.0
// A sender in front of a socket out of which nothing leaves.
#include "actors/st2110/rtp_send.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

/// The one kind of socket that stays full as long as nobody reads is a Unix one.
class Blocked final : public RtpSend {
public:
    static constexpr const char* class_name = "Blocked";
    static constexpr const char* class_text = "Sends into a full queue";
    explicit Blocked(bool io_uring) {
        int pair[2] = {};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
        out.reset(pair[0]);
        in.reset(pair[1]);
        auto sender = DatagramSender::create(
            out.get(), {.depth = 4, .allow_io_uring = io_uring, .allow_segments = false});
        EXPECT_TRUE(sender);
        send_with(std::move(*sender));
    }
    void process(const Tick&) override {}
    void send(std::size_t batches) {
        constexpr std::byte payload[8]{};
        for (std::size_t n = 0; n < batches; ++n) {
            SendBatch& batch = next_batch();
            for (int i = 0; i < 64; ++i) batch.add(0, payload);
            sender().commit(batch, 0);
        }
    }
    using RtpSend::sender;
    using RtpSend::settle;
    UniqueFd out, in;
};

class RtpSendBlocked : public testing::TestWithParam<bool> {};

TEST_P(RtpSendBlocked, goes_on_and_counts_what_was_lost) {
    ActorHarness harness(std::make_unique<Blocked>(GetParam()));
    auto& actor = static_cast<Blocked&>(harness.actor());
    actor.send(10);  // more than it has batches: it must not wait for ever
    actor.settle(true);
    EXPECT_EQ(actor.sender().under_way(), 0U) << "what was sent from may be written again";
    EXPECT_GT(actor.lost.value(), 0U);
    EXPECT_EQ(actor.lost.value() + actor.packets.value(), 640U);
    std::size_t came = 0;
    for (char byte[64]; ::recv(actor.in.get(), byte, sizeof byte, 0) > 0;) ++came;
    EXPECT_EQ(came, actor.packets.value()) << "nothing that was given up leaves later";
    const std::uint64_t lost = actor.lost.value();
    actor.settle(true);
    EXPECT_EQ(actor.lost.value(), lost);
}

INSTANTIATE_TEST_SUITE_P(Methods, RtpSendBlocked, testing::Bool(),
                         [](const auto& method) { return method.param ? "io_uring" : "sendmmsg"; });

}  // namespace
}  // namespace streamlib::actors
