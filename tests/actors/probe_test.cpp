// SPDX-License-Identifier: Apache-2.0
#include "actors/test/probe.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "actors/test/bars.hpp"
#include "actors/test/burnt_index.hpp"
#include "actors/test/null.hpp"
#include "runtime/clock/tick_math.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

TEST(SpanHistogram, knows_percentiles_within_two_percent) {
    SpanHistogram h;
    for (Nanoseconds i = 1; i <= 100'000; ++i) h.add(i * 100);
    EXPECT_EQ(h.count(), 100'000U);
    EXPECT_EQ(h.min(), 100);
    EXPECT_EQ(h.max(), 10'000'000);
    EXPECT_NEAR(h.mean(), 5'000'050, 1);
    for (const double p : {1.0, 50.0, 99.0, 99.9})
        EXPECT_NEAR(static_cast<double>(h.percentile(p)), p * 100'000, p * 100'000 * 0.02) << p;
    EXPECT_EQ(h.percentile(100), 10'000'000);
}

TEST(SpanHistogram, takes_extremes) {
    SpanHistogram h;
    EXPECT_EQ(h.percentile(50), 0);
    h.add(-5);
    h.add(INT64_MAX / 2);
    h.add(0);
    EXPECT_EQ(h.min(), -5);
    EXPECT_EQ(h.max(), INT64_MAX / 2);
    EXPECT_GE(h.percentile(50), -5);
    EXPECT_LE(h.percentile(99), INT64_MAX / 2);
}

TEST(IndexFollower, tells_repeats_gaps_and_steps_back) {
    IndexFollower f;
    EXPECT_EQ(f.follow(10), Order::first);
    EXPECT_EQ(f.follow(11), Order::next);
    EXPECT_EQ(f.follow(11), Order::repeated);
    EXPECT_EQ(f.follow(15), Order::gap);
    EXPECT_EQ(f.follow(14), Order::backward);
    EXPECT_EQ(f.follow(15), Order::next);
    EXPECT_EQ(f.repeats(), 1U);
    EXPECT_EQ(f.gaps(), 1U);
    EXPECT_EQ(f.missing(), 3U);
    EXPECT_EQ(f.backward(), 1U);
}

TEST(IndexFollower, takes_uneven_steps_of_a_slower_rate) {
    IndexFollower f(60 / 23.976);  // 2 or 3 ticks a frame.
    for (const std::uint64_t i : {0U, 3U, 5U, 8U, 10U}) EXPECT_NE(f.follow(i), Order::gap);
    EXPECT_EQ(f.follow(18), Order::gap);
    EXPECT_EQ(f.missing(), 2U);
}

class ProbeOfVideo : public testing::Test {
protected:
    void start() {
        h.link("in", format, 16);
        ASSERT_TRUE(h.configure() && h.start());
    }
    void feed(std::uint64_t index, TaiTime origin = {}) {
        std::vector<std::byte> bytes(format.bytes());
        render_bars(Picture(format, bytes.data()));
        if (index != 0) write_burnt_index(Picture(format, bytes.data()), index);
        h.feed("in", bytes, origin);
    }
    [[nodiscard]] const ProbeStats& stats() { return dynamic_cast<Probe&>(h.actor()).stats(); }
    VideoFormat format = *parse_video_format("128x32 YCbCr-4:2:2 10 @60");
    ActorHarness h{std::make_unique<Probe>()};
};

TEST_F(ProbeOfVideo, goes_by_the_burnt_in_index) {
    start();
    for (const std::uint64_t index : {50U, 51U, 51U, 54U, 53U}) {
        feed(index);
        h.tick();
    }
    EXPECT_EQ(stats().index, IndexKind::burnt);
    EXPECT_EQ(stats().blocks, 5U);
    EXPECT_EQ(stats().order.repeats(), 1U);
    EXPECT_EQ(stats().order.gaps(), 1U);
    EXPECT_EQ(h.counter("blocks"), 5U);
    EXPECT_EQ(h.counter("repeats"), 1U);
    EXPECT_EQ(h.counter("missing"), 2U);
    EXPECT_EQ(h.counter("backward"), 1U);
}

TEST_F(ProbeOfVideo, counts_frames_whose_index_it_cannot_read) {
    start();
    feed(50);
    h.tick();
    feed(0);
    h.tick();
    feed(52);
    h.tick();
    EXPECT_EQ(stats().unreadable, 1U);
    EXPECT_EQ(h.counter("missing"), 1U);  // The frame that could not be read.
}

TEST_F(ProbeOfVideo, goes_by_ticks_where_nothing_is_burnt_in) {
    format = *parse_video_format("126x32 YCbCr-4:2:2 10 @20");  // 3 ticks a frame.
    start();
    for (const std::uint64_t index : {300U, 303U, 306U, 315U}) {
        h.jump_to(index);
        feed(0);
        h.tick();
    }
    EXPECT_EQ(stats().index, IndexKind::tick);
    EXPECT_EQ(stats().order.repeats(), 0U);
    EXPECT_EQ(h.counter("missing"), 2U);
}

TEST(ProbeOfSound, goes_by_the_media_clock_where_blocks_are_shorter_than_a_tick) {
    ActorHarness h{std::make_unique<Probe>()};
    const AudioFormat format = *parse_audio_format("48000 2ch s24in32 block=48");
    h.link("in", format, 16);
    ASSERT_TRUE(h.configure() && h.start());
    const std::vector<std::byte> silence(format.bytes());
    for (const std::uint64_t block : {7000U, 7001U, 7002U, 7005U, 7005U, 7004U})
        h.feed("in", silence, time_of_tick(block * 48, {48000, 1}));
    h.tick();  // all within one
    EXPECT_EQ(h.counter("blocks"), 6U);
    EXPECT_EQ(h.counter("missing"), 2U);
    EXPECT_EQ(h.counter("repeats"), 1U);
    EXPECT_EQ(h.counter("backward"), 1U);
}

TEST_F(ProbeOfVideo, sees_every_block_once_when_several_wait) {
    start();
    for (const std::uint64_t index : {50U, 51U, 52U}) feed(index);
    h.tick();
    EXPECT_EQ(stats().blocks, 3U);
    EXPECT_EQ(stats().order.gaps(), 0U);
}

TEST_F(ProbeOfVideo, a_turn_without_a_newer_frame_is_a_repeat_when_it_runs_on_ticks) {
    h.trigger(Trigger::tick);
    start();
    feed(50);
    h.tick(3);
    EXPECT_EQ(stats().same, 2U);
    EXPECT_EQ(h.counter("repeats"), 2U);
    EXPECT_NE(stats().json("p").find("\"repeats\":2"), std::string::npos);
}

TEST_F(ProbeOfVideo, measures_latency_from_origin_and_from_time) {
    start();
    const Tick tick = h.next_tick();
    feed(50, tick.time + -5'000'000);
    h.tick();
    const Nanoseconds difference = stats().from_origin.min() - stats().from_time.min();
    EXPECT_EQ(difference, 5'000'000);
    EXPECT_GE(stats().from_time.min(), 0);
    EXPECT_EQ(stats().from_time.count(), 1U);
    EXPECT_EQ(stats().jitter.count(), 0U);
}

TEST(ProbeStats, jitter_is_how_uneven_arrivals_are_against_their_ticks) {
    ProbeStats s;
    s.arrive({1000}, {0}, {0});
    s.arrive({2000}, {1000}, {0});
    s.arrive({3300}, {2000}, {0});
    s.arrive({4000}, {3000}, {0});
    EXPECT_EQ(s.jitter.count(), 3U);
    EXPECT_EQ(s.jitter.min(), 0);
    EXPECT_EQ(s.jitter.max(), 300);
    EXPECT_EQ(s.from_time.max(), 1300);
}

TEST_F(ProbeOfVideo, writes_one_json_object_at_the_end) {
    const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                       ("streamlib-probe-" + std::to_string(::getpid()) + ".json");
    ASSERT_TRUE(h.set("path", file.string()));
    start();
    feed(50);
    h.tick();
    h.end("in");
    h.tick();
    ASSERT_TRUE(h.finished());
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::filesystem::remove(file);
    EXPECT_EQ(text.rfind("{\"actor\":\"actor\",\"blocks\":1,\"repeats\":0,\"gaps\":0,", 0), 0U)
        << text;
    EXPECT_NE(text.find("\"index\":\"burnt\""), std::string::npos);
    EXPECT_NE(text.find("\"latency_origin_ns\":{\"min\":"), std::string::npos);
    EXPECT_EQ(text.substr(text.size() - 3), "}}\n");
}

TEST_F(ProbeOfVideo, says_where_it_cannot_write) {
    ASSERT_TRUE(h.set("path", "/nonexistent/folder/x.json"));
    start();
    h.stop();
    ASSERT_EQ(h.log_lines().size(), 1U);
    EXPECT_EQ(h.log_lines()[0], "path: cannot write /nonexistent/folder/x.json");
}

TEST_F(ProbeOfVideo, prints_a_line_without_a_path) {
    start();
    feed(50);
    h.tick();
    testing::internal::CaptureStdout();
    h.stop();
    const std::string text = testing::internal::GetCapturedStdout();
    EXPECT_EQ(text.rfind("actor: 1 blocks, 0 repeats, 0 gaps (0 missing)", 0), 0U) << text;
}

TEST(Probe, measures_sound_and_data_as_well) {
    ActorHarness h(std::make_unique<Probe>(), {1000, 1});
    h.link("in", *parse_audio_format("48k 2ch s16 block=48"));
    ASSERT_TRUE(h.configure() && h.start());
    const std::vector<std::byte> block(192);
    for (int i = 0; i < 5; ++i) {
        h.feed("in", block);
        h.tick();
    }
    EXPECT_EQ(h.counter("blocks"), 5U);
    EXPECT_EQ(h.counter("missing"), 0U);
    h.jump_to(h.next_tick().index + 2);
    h.feed("in", block);
    h.tick();
    EXPECT_EQ(h.counter("missing"), 2U);
}

TEST(Null, takes_anything) {
    for (const MediaFormat& format :
         {MediaFormat(*parse_video_format("64x64 RGB 8 packed")),
          MediaFormat(*parse_audio_format("48k")), MediaFormat(data_format("text/plain", 64))}) {
        ActorHarness h(std::make_unique<Null>());
        h.link("in", format);
        ASSERT_TRUE(h.configure() && h.start());
        h.feed("in", std::vector<std::byte>(64));
        h.feed("in", std::vector<std::byte>(10));
        h.tick();
        EXPECT_EQ(h.counter("blocks"), 2U);
        EXPECT_EQ(h.counter("bytes"), 74U);
        h.end("in");
        h.tick();
        EXPECT_TRUE(h.finished());
    }
}

}  // namespace
}  // namespace streamlib::actors
