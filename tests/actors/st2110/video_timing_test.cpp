// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/video_timing.hpp"

#include <gmock/gmock.h>

namespace streamlib::st2110 {
namespace {

using ::testing::HasSubstr;

VideoPackets hd(SenderType sender, Rate rate = {60000, 1001}) {
    return {.packets = 4320, .rate = rate, .height = 1080, .sender = sender};
}

double us(Nanoseconds ns) { return static_cast<double>(ns) / 1000; }

VideoTiming timing_of(const VideoPackets& stream) {
    const auto timing = video_timing(stream);
    EXPECT_TRUE(timing) << timing.error().text;
    return *timing;
}

struct Golden {
    Rate rate;
    SenderType sender;
    double spacing_us;
    std::uint32_t vrx_full;
    std::uint32_t cmax;
};

TEST(VideoTiming, has_the_worked_numbers_of_the_standard) {
    const Golden goldens[] = {
        {{60000, 1001}, SenderType::narrow, 3.7074, 9, 6},
        {{60000, 1001}, SenderType::narrow_linear, 3.8619, 9, 5},
        {{60000, 1001}, SenderType::wide, 3.8619, 863, 16},
        {{50, 1}, SenderType::narrow, 4.4444, 8, 5},
        {{50, 1}, SenderType::narrow_linear, 4.6296, 8, 5},
        {{50, 1}, SenderType::wide, 4.6296, 720, 16},
    };
    for (const Golden& golden : goldens) {
        const VideoTiming timing = timing_of(hd(golden.sender, golden.rate));
        EXPECT_NEAR(timing.spacing_ns / 1000, golden.spacing_us, 0.00005);
        EXPECT_EQ(timing.limits.vrx_full, golden.vrx_full);
        EXPECT_EQ(timing.limits.cmax, golden.cmax);
        EXPECT_NEAR(us(timing.offset_ns), golden.rate.num == 50 ? 764.4 : 637.7, 0.05);
        EXPECT_NEAR(timing.drain_ns * 1.1 * 4320, timing.frame_ns, 0.001);
    }
}

TEST(VideoTiming, begins_to_read_where_the_rasters_picture_begins) {
    struct Case {
        std::uint32_t height;
        Interlace scan;
        Rate rate;
        double offset_us;
        double field_us;
    };
    const Case cases[] = {
        {720, Interlace::progressive, {50, 1}, 20000 * 28.0 / 750, 0},
        {2160, Interlace::progressive, {50, 1}, 20000 * 43.0 / 1125, 0},
        {1080, Interlace::interlaced, {25, 1}, 40000 * 22.0 / 1125, 20000 + 40000 / 1125.0 / 2},
        {1080, Interlace::psf, {25, 1}, 40000 * 22.0 / 1125, 20000 + 40000 / 1125.0 / 2},
        {576, Interlace::interlaced, {25, 1}, 40000 * 26.0 / 625, 20000 + 40000 / 625.0 / 2},
        {486,
         Interlace::interlaced,
         {30000, 1001},
         33366.67 * 20.0 / 525,
         16683.33 + 33366.67 / 1050},
    };
    for (const Case& c : cases) {
        const VideoTiming timing = timing_of({.packets = 1000,
                                              .rate = c.rate,
                                              .height = c.height,
                                              .interlace = c.scan,
                                              .sender = SenderType::narrow});
        EXPECT_NEAR(us(timing.offset_ns), c.offset_us, 0.01) << c.height;
        EXPECT_NEAR(us(timing.field_ns), c.field_us, 0.01) << c.height;
    }
    VideoPackets later = hd(SenderType::wide);
    later.tr_offset_us = 1000;
    EXPECT_EQ(timing_of(later).offset_ns, 1'000'000);
}

TEST(VideoTiming, limits_grow_with_the_rate_and_shrink_with_the_packet) {
    EXPECT_EQ(
        limits_of({.packets = 17280, .rate = {60000, 1001}, .height = 2160}, SenderType::wide),
        (TrafficLimits{47, 3452}));
    EXPECT_EQ(
        limits_of({.packets = 17280, .rate = {60000, 1001}, .height = 2160}, SenderType::narrow),
        (TrafficLimits{24, 38}));
    EXPECT_EQ(limits_of({.packets = 50, .rate = {50, 1}, .height = 1080, .max_udp = 8960},
                        SenderType::wide),
              (TrafficLimits{16, 120}));
    VideoPackets own = hd(SenderType::wide);
    own.cmax = 40;
    EXPECT_EQ(timing_of(own).limits.cmax, 40U);
}

TEST(VideoTiming, counts_what_is_read_as_it_comes_due) {
    for (const Interlace scan : {Interlace::progressive, Interlace::interlaced})
        for (const SenderType sender : {SenderType::narrow, SenderType::wide}) {
            VideoPackets stream = hd(sender);
            stream.interlace = scan;
            if (scan == Interlace::interlaced) stream.rate = {30000, 1001};
            const VideoTiming timing = timing_of(stream);
            for (const std::int64_t frame :
                 {std::int64_t{0}, std::int64_t{1}, std::int64_t{107'892'107'892}})
                for (std::uint32_t packet = 0; packet < 4320; ++packet) {
                    const TaiTime due = timing.due(frame, packet);
                    const std::int64_t index = frame * 4320 + packet;
                    ASSERT_EQ(timing.read_by(due), index + 1) << frame << " " << packet;
                    ASSERT_EQ(timing.read_by(due + -1), index) << frame << " " << packet;
                }
        }
}

TEST(VideoTiming, does_not_drift) {
    const VideoTiming timing = timing_of(hd(SenderType::wide));
    // 60 000 frames are 1001 seconds, to the nanosecond, at the epoch as well as in 2026.
    for (const std::int64_t thousands : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'800'000}})
        EXPECT_EQ(timing.start(thousands * 60000).ns, thousands * 1001 * 1'000'000'000);
    for (const std::int64_t frame :
         {std::int64_t{1}, std::int64_t{2}, std::int64_t{107'892'107'893}}) {
        EXPECT_EQ(timing.frame_at(timing.start(frame)), frame);
        EXPECT_EQ(timing.frame_at(timing.start(frame) + -1), frame - 1);
    }
}

TEST(VideoTiming, refuses_what_cannot_be_paced) {
    const auto refused = [](VideoPackets stream) {
        const auto timing = video_timing(stream);
        return timing ? std::string("taken") : timing.error().text;
    };
    VideoPackets stream = hd(SenderType::wide);
    stream.packets = 0;
    EXPECT_THAT(refused(stream), HasSubstr("1 to 1048576 packets"));
    stream = hd(SenderType::wide, {0, 1});
    EXPECT_THAT(refused(stream), HasSubstr("frame rate must be known"));
    stream = hd(SenderType::wide);
    stream.packets = 4321;
    EXPECT_EQ(refused(stream), "taken");
    stream.interlace = Interlace::interlaced;
    EXPECT_THAT(refused(stream), HasSubstr("both fields need the same number"));
    stream = hd(SenderType::wide);
    stream.cmax = 0;
    EXPECT_THAT(refused(stream), HasSubstr("CMAX"));
}

TEST(AudioPackets, begin_at_whole_samples_however_long_it_lasts) {
    const TaiTime origin{1'800'000'000'000'000'000};
    EXPECT_EQ(audio_packet_time(origin, 0, 48, 48000), origin);
    EXPECT_EQ(audio_packet_time(origin, 1000, 48, 48000), origin + 1'000'000'000);
    EXPECT_EQ(audio_packet_time(origin, 8000, 6, 48000), origin + 1'000'000'000);
    // 48 samples at 44.1 kHz: 147 packets are 160 ms, after a year as on the first day.
    EXPECT_EQ(audio_packet_time(origin, 147, 48, 44100), origin + 160'000'000);
    EXPECT_EQ(audio_packet_time(origin, 147'000'000'000, 48, 44100),
              origin + 160'000'000'000'000'000);
    for (const std::uint32_t rate : {44100U, 48000U, 96000U})
        for (std::uint64_t index = 0; index < 1000; ++index) {
            const TaiTime at = audio_packet_time(origin, index, 16, rate);
            ASSERT_EQ(audio_packets_due(origin, at, 16, rate), index + 1);
            ASSERT_EQ(audio_packets_due(origin, at + -1, 16, rate), index);
        }
}

}  // namespace
}  // namespace streamlib::st2110
