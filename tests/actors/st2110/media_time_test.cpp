// SPDX-License-Identifier: Apache-2.0
// The arithmetic is checked against integers of any size (Boost.Multiprecision), which the product does not use.
#include "actors/st2110/rtp/media_time.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "runtime/clock/tick_math.hpp"

using namespace streamlib;
using namespace streamlib::st2110;
using boost::multiprecision::cpp_int;

namespace {

cpp_int floored(const cpp_int& a, const cpp_int& b) {
    cpp_int quotient = a / b;
    if (quotient * b > a) --quotient;
    return quotient;
}

constexpr Rate rates[] = {{60000, 1001}, {30000, 1001}, {24000, 1001}, {50, 1},
                          {25, 1},       {60, 1},       {120000, 1001}};
constexpr std::uint32_t clocks[] = {90000, 44100, 48000, 96000};
constexpr TaiTime year_2026{1'780'000'037'123'456'789};

}  // namespace

TEST(MediaTime, frames_of_59_94_are_1501_and_1502_ticks_apart_in_turn) {
    const std::int64_t first = 106'700'000'000;
    for (std::int64_t i = first; i < first + 1000; ++i) {
        const Ticks step = ticks_of_frame(i + 1, {60000, 1001}, video_clock) -
                           ticks_of_frame(i, {60000, 1001}, video_clock);
        EXPECT_EQ(step, i % 2 == 0 ? 1501 : 1502);
        EXPECT_EQ(ticks_of_frame(i + 1, {30000, 1001}, video_clock) -
                      ticks_of_frame(i, {30000, 1001}, video_clock),
                  3003);
    }
    EXPECT_EQ(ticks_of_field(0, 1, {30000, 1001}, video_clock), 1501);  // 1501.5 truncated
    EXPECT_EQ(ticks_of_field(1, 1, {30000, 1001}, video_clock), 3003 + 1501);
    EXPECT_EQ(ticks_of_field(7, 1, {25, 1}, video_clock), 7 * 3600 + 1800);
}

TEST(MediaTime, agrees_with_integers_of_any_size) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20000; ++i) {
        const std::uint32_t clock = clocks[i % 4];
        const Rate rate = rates[i % 7];
        const TaiTime time{static_cast<std::int64_t>(random() >> (1 + random() % 40)) -
                           (i % 5 == 0 ? 4'000'000'000'000 : 0)};
        const cpp_int ticks = floored(cpp_int(time.ns) * clock, 1'000'000'000);
        EXPECT_EQ(cpp_int(ticks_at(time, clock)), ticks);
        const cpp_int wire = ((ticks % 0x1'0000'0000) + 0x1'0000'0000) % 0x1'0000'0000;
        EXPECT_EQ(cpp_int(rtp_of(time, clock)), wire);
        // The first nanosecond of the tick: this one, and not the one before it.
        const TaiTime begin = time_of_ticks(ticks_at(time, clock), clock);
        EXPECT_EQ(ticks_at(begin, clock), ticks_at(time, clock));
        EXPECT_LT(ticks_at(begin + -1, clock), ticks_at(time, clock));
        const auto index = static_cast<std::int64_t>(random() >> 24);
        const unsigned field = random() % 2;
        const cpp_int place =
            floored((cpp_int(index) * 2 + field) * rate.den * clock, cpp_int(2) * rate.num);
        EXPECT_EQ(cpp_int(ticks_of_field(index, field, rate, clock)), place);
    }
}

TEST(MediaTime, comes_back_over_the_wrap_to_the_time_nearest_by) {
    std::mt19937_64 random(2);
    for (int i = 0; i < 20000; ++i) {
        const std::uint32_t clock = clocks[i % 4];
        // Right around a wrap, every other time.
        Ticks ticks = ticks_at(year_2026, clock) + static_cast<Ticks>(random() % 0x2'0000'0000);
        if (i % 2 == 0) ticks = (ticks >> 32 << 32) + static_cast<Ticks>(random() % 2000) - 1000;
        const Ticks away = static_cast<Ticks>(random() % 0xffff'fffe) - 0x7fff'ffff;
        EXPECT_EQ(unwrap_rtp(rtp_of(ticks), ticks + away), ticks);
        const TaiTime origin = time_of_ticks(ticks, clock);
        const auto nearly =
            static_cast<Nanoseconds>(random() % 40'000'000'000'000) - 20'000'000'000'000;
        EXPECT_EQ(origin_of(rtp_of(ticks), clock, origin + nearly), origin);
    }
    EXPECT_EQ(unwrap_rtp(5, 0xffff'fff0), 0x1'0000'0005);
    EXPECT_EQ(unwrap_rtp(0xffff'fff0, 0x1'0000'0005), 0xffff'fff0);
    EXPECT_EQ(unwrap_rtp(0xffff'ffff, 0), -1);
}

TEST(MediaTime, finds_the_frame_of_a_timestamp_and_its_exact_time) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 20000; ++i) {
        const Rate rate = rates[i % 7];
        const std::uint64_t index = tick_index_at(year_2026, rate) + random() % 100'000'000;
        const auto signed_index = static_cast<std::int64_t>(index);
        const Ticks begin = ticks_of_frame(signed_index, rate, video_clock);
        const Ticks off = static_cast<Ticks>(random() % 700) - 350;
        const FramePlace place = frame_near(begin + off, rate, video_clock);
        EXPECT_EQ(place.index, signed_index);
        EXPECT_EQ(place.offset, off);
        const TaiTime exact = time_of_tick(index, rate);
        for (const Ticks rounding : {-1, 0, 1})
            EXPECT_EQ(frame_origin(rtp_of(begin + rounding), rate, exact + 5'000'000), exact);
        EXPECT_EQ(frame_origin(rtp_of(begin + 300), rate, exact),
                  time_of_ticks(begin + 300, video_clock));
    }
    EXPECT_EQ(frame_origin(90, {0, 1}, TaiTime{0}), TaiTime{1'000'000});
}
