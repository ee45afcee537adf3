// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/audio_schedule.hpp"

#include <gtest/gtest.h>

#include <array>

namespace streamlib::st2110 {
namespace {

constexpr Nanoseconds ms = 1'000'000;

TEST(AudioSchedule, leaves_a_packet_once_its_block_and_the_margin_have_passed) {
    AudioSchedule schedule(48000, 48, 3 * ms);
    EXPECT_FALSE(schedule.delay());
    EXPECT_FALSE(schedule.fit(480, 10 * ms)) << "the first block only sets the delay";
    const Nanoseconds delay = schedule.due(480) - time_of_ticks(480, 48000);
    EXPECT_GE(delay, 13 * ms);
    EXPECT_LE(delay, 14 * ms + 21'000) << "at most a packet time and a sample more";
    EXPECT_EQ(schedule.due(528) - schedule.due(480), ms) << "evenly";
}

TEST(AudioSchedule, all_streams_of_a_rate_and_packet_time_leave_at_the_same_instants) {
    struct Stream {
        Ticks first;
        Nanoseconds lag;
    };
    for (const std::uint32_t rate : {44100U, 48000U, 96000U})
        for (const std::uint32_t packet : {6U, 48U, 192U})
            for (const Stream& stream : std::array<Stream, 4>{{{81'600'000'000'000, 0},
                                                               {81'600'000'000'441, 7 * ms},
                                                               {7, 1},
                                                               {-7, ms / 3}}}) {
                AudioSchedule schedule(rate, packet, 2 * ms);
                EXPECT_FALSE(schedule.fit(stream.first, stream.lag));
                const Ticks leaves = ticks_at(schedule.due(stream.first), rate);
                EXPECT_EQ(leaves % static_cast<Ticks>(packet), 0) << rate << " " << packet;
            }
}

TEST(AudioSchedule, grows_for_a_block_that_came_after_its_packets_were_due_and_only_then) {
    AudioSchedule schedule(48000, 6, ms);
    EXPECT_FALSE(schedule.fit(0, 10 * ms));
    const Ticks before = *schedule.delay();
    EXPECT_FALSE(schedule.fit(480, 11 * ms)) << "within the margin";
    EXPECT_EQ(schedule.delay(), before);
    EXPECT_TRUE(schedule.fit(960, 30 * ms));
    EXPECT_GE(schedule.due(960) - time_of_ticks(960, 48000), 31 * ms);
    EXPECT_FALSE(schedule.fit(1440, 31 * ms));
}

}  // namespace
}  // namespace streamlib::st2110
