// SPDX-License-Identifier: Apache-2.0
#include "actors/video/timecode.hpp"

#include <gtest/gtest.h>

#include <string>

namespace streamlib::actors {
namespace {

constexpr Rate ntsc30{30000, 1001};
constexpr Rate ntsc60{60000, 1001};
constexpr Rate pal{25, 1};

std::string text(std::uint64_t frame, Rate rate, bool drop) {
    return std::string(to_text(timecode_of_frame(frame, rate, drop), rate).view());
}

TEST(Timecode, counts_without_drop_frame) {
    EXPECT_EQ(text(0, pal, false), "00:00:00:00");
    EXPECT_EQ(text(24, pal, true), "00:00:00:24");  // 25 Hz has no drop-frame.
    EXPECT_EQ(text(25 * 3661 + 7, pal, false), "01:01:01:07");
    EXPECT_EQ(text(30 * 60, ntsc30, false), "00:01:00:00");
    EXPECT_EQ(text(59, {60, 1}, false), "00:00:00:59");
    EXPECT_EQ(text(119, {120, 1}, false), "00:00:00:119");
}

TEST(Timecode, skips_two_numbers_a_minute_but_not_each_tenth_at_29_97) {
    EXPECT_EQ(text(1799, ntsc30, true), "00:00:59;29");
    EXPECT_EQ(text(1800, ntsc30, true), "00:01:00;02");
    EXPECT_EQ(text(3597, ntsc30, true), "00:01:59;29");
    EXPECT_EQ(text(3598, ntsc30, true), "00:02:00;02");
    EXPECT_EQ(text(17981, ntsc30, true), "00:09:59;29");
    EXPECT_EQ(text(17982, ntsc30, true), "00:10:00;00");
    EXPECT_EQ(text(107892, ntsc30, true), "01:00:00;00");
    EXPECT_EQ(text(2589407, ntsc30, true), "23:59:59;29");
    EXPECT_EQ(text(2589408, ntsc30, true), "00:00:00;00");
}

TEST(Timecode, skips_four_at_59_94) {
    EXPECT_EQ(text(3599, ntsc60, true), "00:00:59;59");
    EXPECT_EQ(text(3600, ntsc60, true), "00:01:00;04");
    EXPECT_EQ(text(35964, ntsc60, true), "00:10:00;00");
    EXPECT_EQ(text(215784, ntsc60, true), "01:00:00;00");
}

TEST(Timecode, a_whole_day_counts_up_by_one_and_comes_back) {
    for (const Rate rate : {ntsc30, ntsc60, pal}) {
        const std::uint64_t nominal = nominal_rate(rate);
        Timecode before = timecode_of_frame(0, rate, true);
        const std::uint64_t day =
            rate == pal ? 25ULL * 86400 : nominal * 86400 - nominal / 15 * 1296;
        for (std::uint64_t i = 0; i < day; ++i) {
            const Timecode t = timecode_of_frame(i, rate, true);
            ASSERT_EQ(frame_of_timecode(t, rate), i);
            const bool dropped = t.drop_frame && t.seconds == 0 && t.minutes % 10 != 0;
            ASSERT_FALSE(dropped && t.frames < nominal / 15);
            ASSERT_TRUE(i == 0 || t != before);
            before = t;
        }
        EXPECT_EQ(timecode_of_frame(day, rate, true), timecode_of_frame(0, rate, true));
    }
}

TEST(Timecode, drop_frame_keeps_to_the_clock) {
    // After a day of real time, 24 h of drop-frame timecode are 86.4 ms off.
    const double real = 2589408 * 1001.0 / 30000;
    EXPECT_NEAR(real, 86400, 0.09);
}

TEST(FrameOfDay, counts_from_midnight_of_the_chosen_clock) {
    constexpr std::int64_t second = 1'000'000'000;
    EXPECT_EQ(frame_of_day({0}, pal, 0), 0U);
    EXPECT_EQ(frame_of_day({37 * second}, pal, 37), 0U);
    EXPECT_EQ(frame_of_day({36 * second}, pal, 37), 86399U * 25);
    EXPECT_EQ(frame_of_day({1001 * second / 60000 + 1}, ntsc60, 0), 1U);
    EXPECT_EQ(frame_of_day({1001 * second / 60000}, ntsc60, 0), 0U);
    EXPECT_EQ(frame_of_day({86400 * second * 20000 + 3600 * second}, pal, -3600), 7200U * 25);
    EXPECT_EQ(frame_of_day({86400 * second - 1}, {1'000'000, 1}, 0), 86'399'999'999U);
}

}  // namespace
}  // namespace streamlib::actors
