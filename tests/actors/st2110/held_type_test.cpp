// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/held_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/st2110/pacing/own_traffic.hpp"
#include "actors/st2110/pacing/pacer.hpp"

namespace streamlib::st2110 {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t span = 50;

FrameByType frame(bool narrow, bool linear, bool wide) {
    FrameByType one;
    one.kept = {narrow, linear, wide};
    one.traffic[0].cinst_max = narrow ? 3 : 9;
    one.traffic[0].vrx_min = narrow ? 1 : -40;
    return one;
}

/// So many spans, the first frames of each missing narrow: what was found, in order.
std::vector<HeldType::Finding> spans(HeldType& held, int count, std::uint32_t misses,
                                     const FrameByType& missing) {
    std::vector<HeldType::Finding> found;
    for (int s = 0; s < count; ++s)
        for (std::uint32_t n = 0; n < span; ++n)
            if (auto one = held.add(n < misses ? missing : frame(true, true, true)))
                found.push_back(*one);
    return found;
}

TEST(HeldType, is_the_declared_one_while_it_holds) {
    HeldType held(SenderType::narrow, span);
    EXPECT_TRUE(spans(held, 100, 0, {}).empty());
    EXPECT_TRUE(spans(held, 1, 3, frame(false, false, true)).empty()) << "one stall is forgiven";
    EXPECT_EQ(held.told(), SenderType::narrow);
    EXPECT_TRUE(spans(held, 20, 0, {}).empty());
    EXPECT_FALSE(spans(held, 1, 3, frame(false, false, true)).empty())
        << "the next soon after is not: 6 in a thousand";
    EXPECT_EQ(held.told(), SenderType::wide);
}

TEST(HeldType, forgives_one_frame_in_a_thousand_for_ever) {
    HeldType held(SenderType::narrow, span);
    for (int n = 0; n < 100'000; ++n) EXPECT_FALSE(held.add(frame(n % 1001 != 0, true, true))) << n;
    EXPECT_TRUE(held.holds());
}

TEST(HeldType, tells_the_narrowest_that_held_once_a_second_and_never_a_narrower_again) {
    HeldType held(SenderType::narrow, span);
    int at = 0;
    std::optional<HeldType::Finding> found;
    while (!found && at < 1000) found = held.add(frame(++at > 4, true, true));
    ASSERT_TRUE(found);
    EXPECT_EQ(at, span) << "not before a second is over";
    EXPECT_EQ(found->told, SenderType::narrow);
    EXPECT_EQ(found->tells, SenderType::narrow_linear);
    EXPECT_TRUE(found->holds);
    EXPECT_EQ(found->frames, span);
    EXPECT_EQ(found->missed, 4U);
    EXPECT_EQ(found->cinst, 9);
    EXPECT_EQ(found->vrx_min, -40);
    EXPECT_TRUE(spans(held, 10'000, 0, {}).empty());
    EXPECT_EQ(held.told(), SenderType::narrow_linear) << "it keeps to narrow now; it did not once";
    const auto wider = spans(held, 1, 4, frame(false, false, true));
    ASSERT_EQ(wider.size(), 1U);
    EXPECT_EQ(wider[0].tells, SenderType::wide);
}

TEST(HeldType, says_once_that_not_even_wide_holds) {
    HeldType held(SenderType::wide, span);
    const auto found = spans(held, 100, span, frame(false, false, false));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].tells, SenderType::wide) << "there is no wider";
    EXPECT_FALSE(found[0].holds);
    EXPECT_FALSE(held.holds());
    HeldType narrow(SenderType::narrow, span);
    const auto both = spans(narrow, 100, span, frame(false, false, false));
    ASSERT_EQ(both.size(), 1U) << "one look, one finding";
    EXPECT_EQ(both[0].tells, SenderType::wide);
    EXPECT_FALSE(both[0].holds);
}

TEST(HeldType, is_worded_with_what_was_measured_and_what_helps) {
    HeldType::Finding found{.told = SenderType::narrow,
                            .tells = SenderType::wide,
                            .holds = false,
                            .frames = 60,
                            .missed = 60,
                            .cinst = 1000,
                            .vrx_min = -10000,
                            .vrx_max = 4320};
    const TrafficLimits limits{.cmax = 4, .vrx_full = 8};
    const std::string text = to_string(found, limits);
    EXPECT_THAT(text, HasSubstr("60 of 60 frames missed 2110TPN (CINST 1000 of 4, VRX -10000"));
    EXPECT_THAT(text, HasSubstr("the SDP tells 2110TPW"));
    EXPECT_THAT(text, HasSubstr("give it nice, cpus"));
    EXPECT_LE(text.size(), 216U) << "a line of the log";
    found.told = SenderType::wide;
    EXPECT_THAT(to_string(found, limits), HasSubstr("missed 2110TPW"));
    EXPECT_THAT(to_string(found, limits), HasSubstr("the widest type there is"));
}

/// A paced sender of small pictures at 50 Hz with a clock of the test's.
struct Sending {
    VideoTiming timing;
    Pacer pacer;
    OwnTraffic own;
    std::int64_t frame = 1'000'000;
    TaiTime now;
    std::uint64_t taken = 0;
    std::vector<HeldType::Finding> found{};

    explicit Sending(SenderType sender)
        : timing(*video_timing({.packets = 96, .rate = {50, 1}, .height = 1080, .sender = sender})),
          pacer(timing),
          own(timing.stream),
          now(timing.start(frame)) {}
    void note(const std::optional<HeldType::Finding>& finding) {
        if (finding) found.push_back(*finding);
    }
    /// `stall`: before the packet in the middle.
    void send_frame(Nanoseconds stall = 0) {
        pacer.begin_frame(frame);
        note(own.begin_frame(frame, now));
        for (;;) {
            const auto next = pacer.decide(now);
            if (next.act == Pacer::Act::done) break;
            if (next.act == Pacer::Act::sleep) {
                now = next.until + 5000;
                continue;
            }
            if (stall != 0 && next.first >= 48) now = now + std::exchange(stall, 0);
            pacer.sent(next.packets, now);
            note(own.taken(taken += next.packets, now));
        }
        frame = std::max(frame + 1, timing.frame_at(now));
    }
};

TEST(OwnTraffic, of_a_pacer_that_is_never_late_is_of_the_declared_type) {
    for (const SenderType sender :
         {SenderType::narrow, SenderType::narrow_linear, SenderType::wide}) {
        Sending sending(sender);
        for (int n = 0; n < 500; ++n) sending.send_frame();
        EXPECT_TRUE(sending.found.empty());
        EXPECT_EQ(sending.own.held().told(), sender);
        EXPECT_EQ(sending.own.off_type(), 0U);
    }
}

TEST(OwnTraffic, of_a_narrow_sender_that_stalls_is_wide) {
    Sending sending(SenderType::narrow);
    for (int n = 0; n < 60; ++n)
        sending.send_frame(n % 10 == 5 ? sending.pacer.grain().lead + 200'000 : 0);
    ASSERT_EQ(sending.found.size(), 1U);
    EXPECT_EQ(sending.found[0].tells, SenderType::wide);
    EXPECT_TRUE(sending.found[0].holds)
        << "a gapped schedule is ahead of the linear one that wide is read by";
    EXPECT_LT(sending.found[0].vrx_min, 0);
    EXPECT_LE(sending.found[0].cinst, 4) << "it catches up within CINST";
    EXPECT_GE(sending.own.off_type(), 5U);
    EXPECT_EQ(sending.own.off_wide(), 0U);
}

TEST(OwnTraffic, of_stalls_longer_than_any_buffer_is_nothing) {
    Sending sending(SenderType::wide);
    for (int n = 0; n < 60; ++n) sending.send_frame(n % 10 == 5 ? 100'000'000 : 0);
    ASSERT_EQ(sending.found.size(), 1U);
    EXPECT_FALSE(sending.found[0].holds);
    EXPECT_GE(sending.own.off_wide(), 5U);
}

TEST(OwnTraffic, counts_packets_when_the_kernel_takes_them) {
    const VideoTiming timing = *video_timing({.packets = 96, .rate = {50, 1}, .height = 1080});
    OwnTraffic own(timing.stream);
    std::uint64_t taken = 0;
    // A full send buffer: everything is handed over in time, and taken when the next frame begins.
    for (std::int64_t frame = 1000; frame < 1060; ++frame) {
        static_cast<void>(own.begin_frame(frame, timing.start(frame)));
        static_cast<void>(own.taken(taken += 10, timing.due(frame, 0)));
        taken += 86;
    }
    EXPECT_GE(own.off_wide(), 50U) << "86 packets at once, a frame late";
    EXPECT_FALSE(own.held().holds());
}

TEST(OwnTraffic, goes_on_when_the_clock_is_set_back) {
    Sending sending(SenderType::narrow);
    for (int n = 0; n < 100; ++n) sending.send_frame();
    sending.frame -= 180'000;  // an hour
    sending.now = sending.timing.start(sending.frame);
    for (int n = 0; n < 1100; ++n) sending.send_frame();
    EXPECT_TRUE(sending.found.empty());
    EXPECT_LE(sending.own.off_type(), 2U);
}

}  // namespace
}  // namespace streamlib::st2110
