// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/traffic_meter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace streamlib::st2110 {
namespace {

constexpr std::int64_t first_frame = 107'892'107'892;

VideoPackets hd(SenderType sender) {
    return {.packets = 4320, .rate = {60000, 1001}, .height = 1080, .sender = sender};
}

/// The bucket as clause 6.6 words it: one packet less at each k x TDRAIN. In numbers small enough for a double.
class WordedBucket {
public:
    explicit WordedBucket(double drain_ns) : drain_ns_(drain_ns) {}
    int add(double time_ns) {
        while ((next_ + 1) * drain_ns_ <= time_ns) {
            ++next_;
            if (level_ > 0) --level_;
        }
        return ++level_;
    }

private:
    double drain_ns_;
    double next_ = 0;
    int level_ = 0;
};

TEST(CinstBucket, is_the_bucket_of_the_standard) {
    // 1000 packets at 10 Hz: TDRAIN is 1e9 / 11000 ns, and no double near a multiple of it is rounded the wrong way.
    const VideoTiming timing = *video_timing(
        {.packets = 1000, .rate = {10, 1}, .height = 1080, .sender = SenderType::wide});
    CinstBucket bucket(timing);
    WordedBucket worded(timing.drain_ns);
    std::mt19937 random(1);
    std::int64_t time = 0;
    for (int i = 0; i < 20000; ++i) {
        time += static_cast<std::int64_t>(random() % 150'000);
        ASSERT_EQ(bucket.add(1, {time}), worded.add(static_cast<double>(time))) << i;
    }
}

TEST(CinstBucket, says_when_there_is_room) {
    CinstBucket bucket(*video_timing(hd(SenderType::wide)));
    const TaiTime now{1'800'000'000'123'456'789};
    EXPECT_EQ(bucket.add(16, now), 16);
    for (std::int64_t level = 15; level >= 0; --level) {
        const TaiTime free = bucket.when_at_most(level);
        EXPECT_EQ(bucket.level(free), level);
        EXPECT_EQ(bucket.level(free + -1), level + 1);
    }
    EXPECT_EQ(bucket.add(1, now + -1000), 17) << "time does not run backwards";
    bucket.rebase(now + -3'600'000'000'000);
    EXPECT_EQ(bucket.level(now + -3'600'000'000'000 + 20 * 3511), 0)
        << "an hour back, and draining again";
}

/// Three frames, each packet `early` before it is due, in bursts of `burst`.
std::vector<FrameTraffic> send(const VideoTiming& timing, Nanoseconds early, std::uint32_t burst) {
    TrafficMeter meter(timing);
    std::vector<FrameTraffic> frames;
    for (std::int64_t frame = first_frame; frame < first_frame + 3; ++frame)
        for (std::uint32_t packet = 0; packet < timing.stream.packets; ++packet)
            if (auto over = meter.add(frame, timing.due(frame, packet / burst * burst) + -early))
                frames.push_back(*over);
    frames.push_back(*meter.open());
    return frames;
}

TEST(TrafficMeter, an_even_sender_keeps_to_every_type_by_its_own_schedule) {
    for (const SenderType sender :
         {SenderType::narrow, SenderType::narrow_linear, SenderType::wide}) {
        const VideoTiming timing = *video_timing(hd(sender));
        for (const FrameTraffic& frame : send(timing, 0, 1)) {
            EXPECT_TRUE(frame.keeps_to(timing.limits));
            EXPECT_EQ(frame.packets, 4320U);
            EXPECT_EQ(frame.cinst_max, 1);
            EXPECT_EQ(frame.vrx_min, 0);
            EXPECT_EQ(frame.vrx_max, 0) << "read as it comes";
            EXPECT_EQ(frame.first_packet, timing.offset_ns);
        }
        EXPECT_LT(send(timing, -2, 1)[0].vrx_min, 0) << "two nanoseconds late is missed";
        const auto early = send(timing, std::llround(timing.spacing_ns * 8.5), 1)[1];
        EXPECT_EQ(early.vrx_max, 9);
        EXPECT_TRUE(early.keeps_to(timing.limits));
    }
}

TEST(TrafficMeter, bursts_fill_the_bucket_and_the_buffer) {
    const VideoTiming timing = *video_timing(hd(SenderType::wide));
    const auto sixteen = send(timing, 0, 16)[1];
    EXPECT_EQ(sixteen.cinst_max, 16);
    EXPECT_EQ(sixteen.vrx_max, 15) << "one is read as it comes";
    EXPECT_TRUE(sixteen.keeps_to(timing.limits));
    EXPECT_FALSE(send(timing, 0, 17)[1].keeps_to(timing.limits));
    const auto far_too_early = send(timing, std::llround(timing.spacing_ns * 870), 1)[1];
    EXPECT_GT(far_too_early.vrx_max, timing.limits.vrx_full);
}

TEST(TrafficMeter, takes_a_burst_as_so_many_packets_at_once) {
    const VideoTiming timing = *video_timing(hd(SenderType::wide));
    TrafficMeter one_by_one(timing), by_bursts(timing);
    std::mt19937 random(7);
    for (std::int64_t frame = first_frame; frame < first_frame + 3; ++frame) {
        for (std::uint32_t packet = 0; packet < 4320;) {
            const auto burst =
                std::min(4320 - packet, static_cast<std::uint32_t>(1 + random() % 40));
            const TaiTime time =
                timing.due(frame, packet) + static_cast<Nanoseconds>(random() % 90'000);
            std::optional<FrameTraffic> over;
            for (std::uint32_t n = 0; n < burst; ++n)
                if (auto one = one_by_one.add(frame, time)) over = one;
            EXPECT_EQ(by_bursts.add(frame, time, burst), over);
            packet += burst;
        }
    }
    EXPECT_EQ(by_bursts.open(), one_by_one.open());
}

TEST(TrafficMeter, does_not_forget_between_frames) {
    const VideoTiming timing = *video_timing(hd(SenderType::wide));
    TrafficMeter meter(timing);
    // The last 10 packets of a frame and the first 10 of the next at once: 20 in the bucket, though 10 a frame.
    const TaiTime now = timing.start(first_frame);
    for (int i = 0; i < 10; ++i) meter.add(first_frame - 1, now);
    const auto before = meter.add(first_frame, now);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->cinst_max, 10);
    for (int i = 0; i < 9; ++i) meter.add(first_frame, now);
    EXPECT_EQ(meter.open()->cinst_max, 20);
}

TEST(SenderTypeMeter, tells_the_type_that_holds) {
    struct Case {
        SenderType sent_as;
        std::uint32_t burst;
        Nanoseconds early;
        std::optional<SenderType> holds;
    };
    const Case cases[] = {
        {SenderType::narrow, 1, 1000, SenderType::narrow},
        {SenderType::narrow_linear, 4, 1000, SenderType::narrow_linear},
        {SenderType::wide, 16, 300'000, SenderType::wide},
        {SenderType::wide, 64, 300'000, std::nullopt},
    };
    for (const Case& c : cases) {
        SenderTypeMeter meter(hd(SenderType::wide));
        const VideoTiming timing = *video_timing(hd(c.sent_as));
        EXPECT_EQ(meter.narrowest(), std::nullopt) << "nothing is over yet";
        for (std::int64_t frame = first_frame; frame < first_frame + 4; ++frame)
            for (std::uint32_t packet = 0; packet < 4320; ++packet)
                meter.add(frame, timing.due(frame, packet / c.burst * c.burst) + -c.early);
        EXPECT_EQ(meter.frames(), 3U);
        EXPECT_EQ(meter.narrowest(), c.holds) << c.burst;
    }
}

}  // namespace
}  // namespace streamlib::st2110
