// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/sender.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <cstring>
#include <set>

#include "tests/runtime/net/loopback.hpp"

using namespace streamlib;
using namespace streamlib::testing;

namespace {

struct Way {
    const char* name;
    bool uring, segments, zero_copy;
};

class SenderTest : public ::testing::TestWithParam<Way> {
protected:
    std::unique_ptr<DatagramSender> make(int fd, std::uint32_t depth = 4) {
        auto sender = DatagramSender::create(fd, {.depth = depth,
                                                  .allow_io_uring = GetParam().uring,
                                                  .allow_segments = GetParam().segments,
                                                  .zero_copy = GetParam().zero_copy});
        EXPECT_TRUE(sender) << (sender ? "" : sender.error().text);
        return sender ? std::move(*sender) : nullptr;
    }
    void SetUp() override {
        if (GetParam().uring && !make(out_.fd.get())->uses_io_uring())
            GTEST_SKIP() << "no io_uring here: " << make(out_.fd.get())->method();
    }

    OpenedSocket in_ = opened(to_receive("127.0.0.1:0"));
    OpenedSocket out_ = opened(to_send(in_.bound));
    std::vector<std::byte> payload_ = std::vector<std::byte>(1432, std::byte{0x5a});
};

/// Header: the packet's number, so that order and completeness can be seen.
void fill(SendBatch& batch, std::uint32_t& number, std::size_t most,
          std::span<const std::byte> payload) {
    for (std::size_t i = 0; i < most && batch.fits(20 + payload.size(), 20); ++i) {
        const auto header = batch.add(20, payload);
        std::memset(header.data(), 0, header.size());
        std::memcpy(header.data(), &number, sizeof number);
        ++number;
    }
}

TEST_P(SenderTest, every_packet_of_many_frames_arrives_in_order_and_every_batch_comes_back) {
    auto sender = make(out_.fd.get());
    auto reactor = Reactor::create({});
    ASSERT_TRUE(reactor);
    std::uint32_t expected = 0, number = 0;
    std::size_t wrong = 0;
    auto handle = (*reactor)->on_datagrams(in_.fd.get(), [&](const Datagrams& d) {
        for (std::size_t i = 0; i < d.size(); ++i) {
            std::uint32_t got = 0;
            std::memcpy(&got, d[i].data(), sizeof got);
            wrong +=
                got != expected++ || d[i].size() != 1452 || d[i].back() != std::byte{0x5a} ? 1 : 0;
        }
    });
    std::set<std::uint64_t> tokens;
    std::uint64_t committed = 0, sent = 0;
    const auto take = [&](MonotonicTime until) {
        for (const SendDone& done : sender->take_done(until)) {
            EXPECT_EQ(done.status, SendStatus::sent) << done.error;
            EXPECT_TRUE(tokens.insert(done.token).second) << "told twice";
            sent += done.datagrams;
        }
    };
    for (int frame = 0; frame < 30; ++frame) {
        for (int i = 0; i < 4; ++i) {
            SendBatch* batch = sender->open();
            ASSERT_NE(batch, nullptr);
            fill(*batch, number, i == 3 ? 1 : 40, payload_);
            sender->commit(*batch, committed++);
        }
        EXPECT_EQ(sender->open(), nullptr) << "all four are under way";
        sender->submit();
        while (sender->under_way() != 0) take(soon());
        ASSERT_TRUE(run_until(**reactor, [&] { return expected == number; }));
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(tokens.size(), committed);
    EXPECT_EQ(sent, number);
    EXPECT_EQ(sender->counters().datagrams, number);
    EXPECT_EQ(sender->counters().bytes, number * 1452U);
    EXPECT_EQ(sender->counters().lost, 0U);
    EXPECT_EQ((*reactor)->counters(*handle).kernel_drops, 0U);
}

TEST_P(SenderTest, the_last_datagram_of_a_batch_may_be_shorter) {
    auto sender = make(out_.fd.get());
    auto reactor = Reactor::create({});
    std::vector<std::size_t> sizes;
    ASSERT_TRUE((*reactor)->on_datagrams(in_.fd.get(), [&](const Datagrams& d) {
        for (std::size_t i = 0; i < d.size(); ++i) sizes.push_back(d[i].size());
    }));
    SendBatch* batch = sender->open();
    for (const std::size_t size : {1000U, 1000U, 7U})
        batch->add(0, std::span(payload_).first(size));
    sender->commit(*batch, 1);
    sender->submit();
    ASSERT_TRUE(run_until(**reactor, [&] { return sizes.size() == 3; }));
    EXPECT_THAT(sizes, ::testing::ElementsAre(1000, 1000, 7));
}

TEST_P(SenderTest, an_empty_batch_comes_back_as_sent) {
    auto sender = make(out_.fd.get());
    SendBatch* batch = sender->open();
    EXPECT_EQ(sender->open(), batch) << "one is open at most";
    sender->commit(*batch, 9);
    const auto done = sender->take_done(soon());
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].token, 9U);
    EXPECT_EQ(done[0].status, SendStatus::sent);
    EXPECT_TRUE(sender->take_done(soon(1'000'000'000)).empty())
        << "told once, and it does not sleep for nothing";
}

TEST_P(SenderTest, where_nobody_listens_it_is_counted_and_goes_on_when_somebody_comes) {
    auto sender = make(out_.fd.get());
    in_.fd.reset();
    std::uint32_t number = 0;
    std::uint64_t committed = 0;
    const auto send_one = [&] {
        SendBatch* batch = sender->open();
        fill(*batch, number, 4, payload_);
        sender->commit(*batch, ++committed);
        sender->submit();
        while (sender->under_way() != 0) (void)sender->take_done(soon());
    };
    for (int i = 0; i < 20; ++i) send_one();
    EXPECT_GT(sender->counters().retries, 0U)
        << "a refusal of an earlier packet is reported with a later one";
    OpenedSocket in = opened(to_receive(to_string(in_.bound)));
    auto reactor = Reactor::create({});
    std::size_t got = 0;
    ASSERT_TRUE(
        (*reactor)->on_datagrams(in.fd.get(), [&](const Datagrams& d) { got += d.size(); }));
    const std::uint64_t before = sender->counters().datagrams;
    send_one();
    EXPECT_EQ(sender->counters().datagrams, before + 4);
    EXPECT_TRUE(run_until(**reactor, [&] { return got == 4; }));
}

INSTANTIATE_TEST_SUITE_P(Ways, SenderTest,
                         ::testing::Values(Way{"io_uring", true, true, false},
                                           Way{"io_uring_one_by_one", true, false, false},
                                           Way{"io_uring_zero_copy", true, true, true},
                                           Way{"io_uring_zero_copy_one_by_one", true, false, true},
                                           Way{"sendmmsg", false, true, false},
                                           Way{"sendmmsg_one_by_one", false, false, false}),
                         [](const auto& way) { return way.param.name; });

/// A socket whose queue is full as long as nobody reads: the one of this kind that loopback has is a Unix one.
class FullSenderTest : public ::testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        int pair[2] = {};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
        out_.reset(pair[0]);
        in_.reset(pair[1]);
        auto sender = DatagramSender::create(
            out_.get(), {.depth = 8, .allow_io_uring = GetParam(), .allow_segments = false});
        ASSERT_TRUE(sender);
        sender_ = std::move(*sender);
        if (GetParam() && !sender_->uses_io_uring())
            GTEST_SKIP() << "no io_uring here: " << sender_->method();
    }
    std::size_t read_all() const {
        char byte[64];
        std::size_t count = 0;
        while (::recv(in_.get(), byte, sizeof byte, 0) > 0) ++count;
        return count;
    }
    UniqueFd in_, out_;
    std::unique_ptr<DatagramSender> sender_;
};

TEST_P(FullSenderTest, a_full_queue_is_waited_for_not_lost_and_not_longer_than_told) {
    std::size_t got = 0, committed = 0;
    const MonotonicTime end = soon(10'000'000'000);
    const auto commit = [&] {
        SendBatch* batch = sender_->open();
        if (batch == nullptr) return false;
        for (int i = 0; i < 32; ++i) batch->add(0, bytes_of("12345678"));
        sender_->commit(*batch, ++committed);
        sender_->submit();
        return true;
    };
    // Fill it until a batch does not come back in time.
    for (;;) {
        ASSERT_TRUE(commit());
        if (sender_->take_done(soon(20'000'000)).empty()) break;
        ASSERT_LT(committed, 10'000U);
    }
    EXPECT_GT(sender_->under_way(), 0U);
    while ((sender_->under_way() != 0 || got < committed * 32) && MonotonicTime::now() < end) {
        got += read_all();
        (void)sender_->take_done(soon());
    }
    EXPECT_EQ(got, committed * 32);
    EXPECT_EQ(sender_->counters().lost, 0U);
    EXPECT_EQ(sender_->counters().full > 0, !GetParam()) << "io_uring waits inside the kernel";
}

TEST_P(FullSenderTest, keeps_the_order_although_the_queue_was_full) {
    std::uint32_t number = 0, expected = 0;
    std::size_t wrong = 0;
    const auto read = [&](std::size_t most) {
        std::uint32_t got = 0;
        for (std::size_t n = 0; n<most&& ::recv(in_.get(), &got, sizeof got, 0)> 0; ++n)
            if (got != expected++) ++wrong;
    };
    constexpr std::uint32_t all = 3000;
    const MonotonicTime end = soon(20'000'000'000);
    while ((number < all || expected < number) && MonotonicTime::now() < end) {
        // Batches of several lengths, each time with room for a few datagrams only.
        for (std::size_t size = 1; size <= 7 && number < all; ++size) {
            SendBatch* batch = sender_->open();
            if (batch == nullptr) break;
            for (std::size_t i = 0; i < size; ++i, ++number)
                std::memcpy(batch->add(sizeof number, {}).data(), &number, sizeof number);
            sender_->commit(*batch, 1);
        }
        sender_->submit();
        read(3);
        (void)sender_->take_done(MonotonicTime{0});
    }
    EXPECT_EQ(expected, number);
    EXPECT_EQ(wrong, 0U);
}

TEST_P(FullSenderTest, gives_up_what_does_not_leave_and_counts_it) {
    std::size_t committed = 0;
    while (SendBatch* batch = sender_->open()) {
        for (int i = 0; i < 64; ++i) batch->add(0, bytes_of("12345678"));
        sender_->commit(*batch, ++committed);
        sender_->submit();
    }
    std::size_t back = sender_->take_done(MonotonicTime{0}).size();
    EXPECT_LT(back, committed);
    EXPECT_TRUE(sender_->give_up(soon(10'000'000'000)));
    back += sender_->take_done(MonotonicTime{0}).size();
    EXPECT_EQ(back, committed) << "all memory is free again";
    EXPECT_EQ(sender_->under_way(), 0U);
    const std::uint64_t sent = sender_->counters().datagrams;
    EXPECT_EQ(sent + sender_->counters().lost, committed * 64);
    EXPECT_EQ(read_all(), sent) << "nothing leaves afterwards";
    SendBatch* batch = sender_->open();
    ASSERT_NE(batch, nullptr);
    batch->add(0, bytes_of("12345678"));
    sender_->commit(*batch, 1);
    sender_->submit();
    while (sender_->under_way() != 0) (void)sender_->take_done(soon());
    EXPECT_EQ(read_all(), 1U) << "and it goes on";
}

TEST_P(FullSenderTest, may_go_while_batches_are_under_way) {
    while (SendBatch* batch = sender_->open()) {
        for (int i = 0; i < 64; ++i) batch->add(0, bytes_of("12345678"));
        sender_->commit(*batch, 1);
        sender_->submit();
    }
    EXPECT_GT(sender_->under_way(), 0U);
    sender_.reset();
    EXPECT_GT(read_all(), 0U);
    EXPECT_EQ(read_all(), 0U) << "something was sent after the sender had gone";
}

INSTANTIATE_TEST_SUITE_P(Methods, FullSenderTest, ::testing::Bool(),
                         [](const auto& method) { return method.param ? "io_uring" : "sendmmsg"; });

TEST(Sender, refuses_a_depth_that_makes_no_sense) {
    EXPECT_EQ(DatagramSender::create(0, {.depth = 0}).error().code, Errc::invalid_argument);
    EXPECT_EQ(DatagramSender::create(0, {.depth = 257}).error().code, Errc::invalid_argument);
}

}  // namespace
