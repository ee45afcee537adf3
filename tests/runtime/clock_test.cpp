// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "runtime/clock/software_clock.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib {
namespace {

constexpr Rate ntsc{60000, 1001};
constexpr TaiTime today{1'795'000'000'000'000'000};

TEST(TickMath, a_tick_begins_at_the_first_nanosecond_of_its_index) {
    for (const Rate rate :
         {ntsc, Rate{50, 1}, Rate{1000, 1}, Rate{24000, 1001}, Rate{48000, 1}, Rate{1, 3}}) {
        const std::uint64_t first = tick_index_at(today, rate);
        for (std::uint64_t i = first; i < first + 2000; ++i) {
            const TaiTime begin = time_of_tick(i, rate);
            ASSERT_EQ(tick_index_at(begin, rate), i);
            ASSERT_EQ(tick_index_at({begin.ns - 1}, rate), i - 1);
        }
    }
}

TEST(TickMath, ntsc_has_exactly_60000_ticks_in_1001_seconds) {
    const std::uint64_t first = tick_index_at(today, ntsc);
    EXPECT_EQ(time_of_tick(first + 60000, ntsc) - time_of_tick(first, ntsc), 1'001'000'000'000);
}

TEST(TickSchedule, publishes_each_index_once_when_on_time) {
    const ClockLine line{today, {1'000'000'000}};
    TickSchedule schedule(ntsc, line, {}, line.monotonic);
    std::uint64_t index = tick_index_at(today, ntsc);
    for (std::uint64_t seq = 1; seq <= 1000; ++seq) {
        EXPECT_FALSE(schedule.take({schedule.due().ns - 1}));
        const auto record = schedule.take(schedule.due());
        ASSERT_TRUE(record);
        EXPECT_EQ(record->seq, seq);
        EXPECT_EQ(record->index, ++index);
        EXPECT_EQ(record->time_ns, time_of_tick(index, ntsc).ns);
        EXPECT_EQ(record->skipped, 0u);
    }
}

TEST(TickSchedule, a_late_clock_publishes_the_newest_tick_and_counts_the_jump) {
    const ClockLine line{today, {1'000'000'000}};
    TickSchedule schedule({50, 1}, line, {}, line.monotonic);
    const auto first = schedule.take(schedule.due());
    const auto late = schedule.take(schedule.due() + 5 * 20'000'000 + 1);
    ASSERT_TRUE(first && late);
    EXPECT_EQ(late->seq, first->seq + 1);
    EXPECT_EQ(late->index, first->index + 6);
    EXPECT_EQ(late->skipped, 5u);
    EXPECT_EQ(schedule.take(schedule.due())->index, late->index + 1);
}

TEST(TickSchedule, a_new_clock_goes_on_behind_the_dead_one) {
    const ClockLine line{today, {1'000'000'000}};
    TickPage page;
    TickSchedule before({50, 1}, line, {}, line.monotonic);
    const auto last = before.take(before.due());
    publish_tick(page, *last);
    const TickReading reading = read_tick(page);
    // The wall clock was stepped by an hour meanwhile: the line must not notice.
    const ClockLine stepped{today + 3'600'000'000'000, {1'100'000'000}};
    const ClockLine again = continue_line(reading, stepped);
    TickSchedule after({50, 1}, again, reading, {1'100'000'000});
    const auto next = after.take(after.due() + 100'000'000);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->seq, last->seq + 1);
    EXPECT_GT(next->index, last->index);
    EXPECT_LT(next->index, last->index + 20);
}

TEST(TickPage, is_empty_before_the_first_tick) {
    TickPage page;
    EXPECT_EQ(read_tick(page).tick.seq, 0u);
}

TEST(TickPage, readers_never_see_a_torn_tick) {
    TickPage page;
    std::atomic<bool> stop{false};
    std::thread clock([&] {
        for (std::uint64_t seq = 1; !stop; ++seq) {
            TickRecord r;
            r.seq = r.index = r.generation = seq;
            r.time_ns = r.monotonic_ns = static_cast<std::int64_t>(seq);
            publish_tick(page, r);
        }
    });
    std::uint64_t last = 0;
    for (int i = 0; i < 200000; ++i) {
        const TickReading r = read_tick(page);
        ASSERT_EQ(r.tick.index, r.tick.seq);
        ASSERT_EQ(static_cast<std::uint64_t>(r.tick.time.ns), r.tick.seq);
        ASSERT_EQ(r.tick.generation, r.tick.seq);
        ASSERT_GE(r.tick.seq, last);
        last = r.tick.seq;
    }
    stop = true;
    clock.join();
}

TEST(TickReading, tells_the_time_between_ticks) {
    TickReading r;
    r.tick.time = {1'000'000};
    r.monotonic = {500};
    EXPECT_EQ(r.tai_at({700}).ns, 1'000'200);
}

TEST(SystemTai, is_ahead_of_utc_by_at_least_37_seconds) {
    timespec utc{};
    clock_gettime(CLOCK_REALTIME, &utc);
    const SystemTai tai = system_tai();
    EXPECT_GE(tai.line.tai.ns / 1'000'000'000, utc.tv_sec + 37);
}

}  // namespace
}  // namespace streamlib
