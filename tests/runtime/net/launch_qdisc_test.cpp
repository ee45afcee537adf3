// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/launch_qdisc.hpp"

#include <gmock/gmock.h>
#include <linux/net_tstamp.h>
#include <time.h>

#include "tests/runtime/net/loopback.hpp"

using namespace streamlib;
using namespace streamlib::testing;
using ::testing::HasSubstr;

namespace {

TEST(LaunchQdisc, of_loopback_holds_nothing) {
    const auto found = launch_qdisc(at("127.0.0.1:5004"));
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ(found->interface, "lo");
    EXPECT_EQ(found->kind, "noqueue");
    EXPECT_EQ(found->times, LaunchTimes::none);
    const auto nobodys = launch_qdisc(at("192.0.2.77:5004"));
    ASSERT_FALSE(nobodys);
    EXPECT_THAT(nobodys.error().text, HasSubstr("no interface has the address 192.0.2.77"));
}

TEST(LaunchTimes, are_used_where_they_are_kept) {
    const LaunchQdisc fq{"eth0", "fq", LaunchTimes::monotonic}, plain{"eth0", "fq_codel"};
    EXPECT_EQ(*choose_launch_times("thread", fq), LaunchTimes::none);
    EXPECT_EQ(*choose_launch_times("auto", fq), LaunchTimes::monotonic);
    EXPECT_EQ(*choose_launch_times("launch_time", fq), LaunchTimes::monotonic);
    EXPECT_EQ(*choose_launch_times("auto", plain), LaunchTimes::none);
    const auto refused = choose_launch_times("launch_time", plain);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text,
                HasSubstr("eth0 has fq_codel; tc qdisc replace dev eth0 root fq"));
}

TEST(LaunchTimes, are_read_by_the_kernel) {
    for (const bool uring : {true, false}) {
        const OpenedSocket in = opened(to_receive("127.0.0.1:0"));
        const OpenedSocket out = opened(to_send(in.bound));
        auto sender = DatagramSender::create(out.fd.get(), {.depth = 4, .allow_io_uring = uring});
        ASSERT_TRUE(sender);
        const auto send = [&] {
            SendBatch* batch = (*sender)->open();
            for (int n = 0; n < 3; ++n) batch->add(0, bytes_of("12345678"));
            batch->launch_at(launch_time(MonotonicTime::now() + 1'000'000, LaunchTimes::monotonic));
            (*sender)->commit(*batch, 1);
            (*sender)->submit();
            std::span<const SendDone> done = (*sender)->take_done(soon(10'000'000'000));
            EXPECT_EQ(done.size(), 1U);
            return done.empty() ? SendDone{} : done[0];
        };
        EXPECT_EQ(send().error, EINVAL)
            << "a time that was not asked for is an error of the kernel's";
        ASSERT_TRUE(ask_for_launch_times(out.fd.get(), LaunchTimes::monotonic));
        sock_txtime set{};
        socklen_t length = sizeof set;
        ASSERT_EQ(::getsockopt(out.fd.get(), SOL_SOCKET, SO_TXTIME, &set, &length), 0);
        EXPECT_EQ(set.clockid, CLOCK_MONOTONIC);
        EXPECT_EQ(send().datagrams, 3U);
        EXPECT_EQ(send().status, SendStatus::sent);
    }
}

TEST(LaunchTimes, are_told_by_the_clock_of_the_qdisc) {
    const MonotonicTime now = MonotonicTime::now();
    EXPECT_EQ(launch_time(now, LaunchTimes::monotonic).ns, now.ns);
    timespec before{}, after{};
    ::clock_gettime(CLOCK_TAI, &before);
    const TaiTime tai = launch_time(MonotonicTime::now(), LaunchTimes::tai);
    ::clock_gettime(CLOCK_TAI, &after);
    EXPECT_GE(tai.ns, before.tv_sec * 1'000'000'000 + before.tv_nsec - 1'000'000'000);
    EXPECT_LE(tai.ns, after.tv_sec * 1'000'000'000 + after.tv_nsec);
}

}  // namespace
