// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "actors/file/file_timeline.hpp"
#include "actors/file/media_clock.hpp"
#include "actors/video/color_convert.hpp"
#include "actors/video/snapshot.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib::actors {
namespace {

Tick tick_at(std::uint64_t index, Rate rate) {
    Tick tick;
    tick.index = index;
    tick.rate = rate;
    tick.time = time_of_tick(index, rate);
    return tick;
}

Nanoseconds time_of_frame(std::int64_t n, Rate rate) {
    return (n * rate.den * 2'000'000'000 / rate.num + 1) / 2;
}

TEST(MediaClock, meets_one_frame_a_tick_at_equal_rates_however_both_round) {
    for (const Rate rate : {Rate{60000, 1001}, Rate{25, 1}, Rate{30000, 1001}}) {
        for (const Nanoseconds rounding : {-500'000, 0, 499'999}) {  // Matroska's milliseconds.
            MediaClock clock(0, 1.0);
            std::int64_t frame = 0;
            for (std::uint64_t index = 1'000'000; index < 1'001'000; ++index) {
                clock.follow(tick_at(index, rate));
                int due = 0;
                while (clock.is_due(time_of_frame(frame, rate) + (frame == 0 ? 0 : rounding)))
                    ++frame, ++due;
                ASSERT_EQ(due, 1) << index;
            }
        }
    }
}

TEST(MediaClock, makes_up_for_a_missed_tick) {
    MediaClock clock(0, 1.0);
    clock.follow(tick_at(100, {25, 1}));
    clock.follow(tick_at(102, {25, 1}));
    EXPECT_TRUE(clock.is_due(80'000'000));
    EXPECT_FALSE(clock.is_due(120'000'000));
}

TEST(MediaClock, gives_the_origin_of_the_media_not_of_the_tick) {
    MediaClock clock(0, 1.0);
    const Tick first = tick_at(600, {60, 1});
    clock.follow(first);
    EXPECT_EQ(clock.origin_of(41'708'333), first.time + 41'708'333);
    MediaClock twice(1'000'000'000, 2.0);
    twice.follow(first);
    EXPECT_EQ(twice.origin_of(1'500'000'000), first.time + 250'000'000);
}

TEST(MediaClock, goes_on_behind_the_end_when_it_loops) {
    MediaClock clock(0, 1.0);
    const Tick first = tick_at(600, {60, 1});
    clock.follow(first);
    clock.loop(400'000'000);
    clock.loop(400'000'000);
    EXPECT_EQ(clock.origin_of(0), first.time + 800'000'000);
}

TEST(MediaClock, is_not_moved_by_a_clock_that_was_stepped) {
    MediaClock clock(0, 1.0);
    clock.follow(tick_at(600, {60, 1}));
    Tick stepped = tick_at(60'000'000, {60, 1});
    stepped.generation = 1;
    clock.follow(stepped);
    EXPECT_TRUE(clock.is_due(16'666'667));
    EXPECT_FALSE(clock.is_due(33'333'333));
    EXPECT_NEAR(static_cast<double>(clock.origin_of(16'666'667) - stepped.time), 0, 2);
}

TEST(MediaClock, knows_how_many_blocks_fall_into_a_tick) {
    EXPECT_EQ(blocks_a_tick(40'000'000, {25, 1}, 1.0), 2U);
    EXPECT_EQ(blocks_a_tick(16'683'333, {60000, 1001}, 1.0), 2U);
    EXPECT_EQ(blocks_a_tick(100'000'000, {60, 1}, 1.0), 2U);
    EXPECT_EQ(blocks_a_tick(16'666'667, {25, 1}, 1.0), 4U);
    EXPECT_EQ(blocks_a_tick(40'000'000, {25, 1}, 4.0), 5U);
    EXPECT_EQ(blocks_a_tick(0, {25, 1}, 1.0), 2U);
}

TEST(FileTimeline, counts_from_the_first_block) {
    FileTimeline timeline;
    EXPECT_EQ(timeline.place(TaiTime{5'000'000'000}), 0);
    EXPECT_EQ(timeline.place(TaiTime{5'040'000'000}), 40'000'000);
    EXPECT_EQ(timeline.place(TaiTime{4'990'000'000}),
              -10'000'000);  // The other stream began a little earlier.
}

TEST(FileTimeline, goes_on_when_time_falls_back) {
    FileTimeline timeline;
    EXPECT_EQ(timeline.place(TaiTime{5'000'000'000}), 0);
    EXPECT_EQ(timeline.place(TaiTime{9'000'000'000}), 4'000'000'000);
    EXPECT_EQ(timeline.place(TaiTime{1'000'000'000}), 4'000'000'000);
    EXPECT_EQ(timeline.place(TaiTime{1'040'000'000}), 4'040'000'000);
}

TEST(FileName, gets_its_number_before_the_extension) {
    EXPECT_EQ(numbered_path("out.mkv", 0), "out.mkv");
    EXPECT_EQ(numbered_path("out.mkv", 1), "out.0001.mkv");
    EXPECT_EQ(numbered_path("/a.b/out", 12), "/a.b/out.0012");
    EXPECT_EQ(numbered_path("a/.hidden", 3), "a/.hidden.0003");
    EXPECT_EQ(numbered_path("x.y.mov", 12345), "x.y.12345.mov");
}

std::string over(const std::string& input, const std::string& text) {
    const auto format = format_over(*parse_video_format(input), text);
    return format ? to_string(*format) : "! " + format.error().text;
}

std::string same(const std::string& text) { return to_string(*parse_video_format(text)); }

TEST(FormatOver, keeps_what_is_not_named) {
    const std::string clip = "768x576 YCbCr-4:2:0 8 @10 BT601";
    EXPECT_EQ(over(clip, ""), same(clip));
    EXPECT_EQ(over(clip, "YCbCr-4:2:2 8"), same("768x576 YCbCr-4:2:2 8 @10 BT601"));
    EXPECT_EQ(over(clip, "10"), same("768x576 YCbCr-4:2:0 10 @10 BT601"));
    EXPECT_EQ(over(clip, "1280x720 BT709"), same("1280x720 YCbCr-4:2:0 8 @10 BT709"));
    EXPECT_EQ(over(clip, "YCbCr-4:2:2 10 pgroup"), same("768x576 YCbCr-4:2:2 10 @10 BT601 pgroup"));
}

TEST(FormatOver, takes_a_layout_that_is_not_named_for_planar) {
    EXPECT_EQ(over("1920x1080 YCbCr-4:2:2 10 @50 packed", "8"),
              same("1920x1080 YCbCr-4:2:2 8 @50"));
}

TEST(FormatOver, makes_rgb_full_range) {
    EXPECT_EQ(over("1920x1080 YCbCr-4:2:2 10 @50", "RGB 8 packed"),
              same("1920x1080 RGB 8 @50 packed FULL"));
    EXPECT_EQ(over("1920x1080 RGB 8 @50 FULL", "YCbCr-4:2:2 10"),
              same("1920x1080 YCbCr-4:2:2 10 @50"));
    EXPECT_EQ(over("1920x1080 YCbCr-4:2:2 10 @50", "RGB 8 NARROW").substr(0, 1), "!");
}

TEST(FormatOver, refuses_what_it_cannot_do) {
    EXPECT_NE(over("64x48 YCbCr-4:2:2 8 @25", "blue").find("\"blue\" is no word"),
              std::string::npos);
    EXPECT_NE(over("64x48 YCbCr-4:2:2 8 @25", "@50").find("changes no rate"), std::string::npos);
    EXPECT_NE(over("64x48 YCbCr-4:2:2 8 @25 interlaced", "progressive").find("deinterlace"),
              std::string::npos);
    EXPECT_EQ(over("64x48 YCbCr-4:2:2 8 @25", "65x48").substr(0, 1), "!");
}

TEST(SnapshotName, fills_in_number_and_index) {
    EXPECT_EQ(snapshot_path("a-{n}-{index}.png", 3, 99), "a-3-99.png");
    EXPECT_EQ(snapshot_path("newest.png", 3, 99), "newest.png");
}

TEST(SnapshotChoice, takes_one_or_every_so_many) {
    EXPECT_FALSE(wants_picture(4, 5, 0));
    EXPECT_TRUE(wants_picture(5, 5, 0));
    EXPECT_FALSE(wants_picture(10, 5, 0));
    EXPECT_TRUE(wants_picture(10, 5, 5));
    EXPECT_FALSE(wants_picture(11, 5, 5));
}

}  // namespace
}  // namespace streamlib::actors
