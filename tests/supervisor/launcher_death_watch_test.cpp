// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/death_watch.hpp"

#include <gtest/gtest.h>

namespace streamlib::supervision {
namespace {

constexpr Nanoseconds ms = 1'000'000;
constexpr MonotonicTime start{5'000'000 * ms};

/// Looks whenever one is due; when it said so first, at most a minute later. -1: never.
Nanoseconds said_after(DeathWatch& watch, ProcessState state) {
    for (MonotonicTime now = start; now < start + 60'000 * ms; now = now + 10 * ms)
        if (now >= watch.due() && watch.look(now, state)) return now - start;
    return -1;
}

TEST(DeathWatch, waits_for_nobody_who_was_not_killed) {
    DeathWatch watch;
    EXPECT_FALSE(watch.waits());
    EXPECT_EQ(watch.due().ns, INT64_MAX);
    EXPECT_EQ(said_after(watch, ProcessState::blocked), -1);
}

TEST(DeathWatch, says_after_a_second_that_the_kernel_holds_it) {
    for (const ProcessState state :
         {ProcessState::blocked, ProcessState::traced, ProcessState::stopped, ProcessState::gone}) {
        DeathWatch watch;
        watch.killed(start);
        EXPECT_TRUE(watch.waits());
        EXPECT_EQ(said_after(watch, state), 1000 * ms);
    }
}

TEST(DeathWatch, gives_one_that_waits_for_a_processor_more_time) {
    DeathWatch watch;
    watch.killed(start);
    EXPECT_EQ(said_after(watch, ProcessState::running), 10'000 * ms);
}

TEST(DeathWatch, counts_from_the_first_kill) {
    DeathWatch watch;
    watch.killed(start);
    watch.killed(start + 400 * ms);
    EXPECT_EQ(watch.since(start + 500 * ms), 500 * ms);
    EXPECT_EQ(said_after(watch, ProcessState::blocked), 1000 * ms);
}

TEST(DeathWatch, of_a_launcher_that_was_starved_looks_three_times_first) {
    DeathWatch watch;
    watch.killed(start);
    const MonotonicTime late = start + 5000 * ms;
    EXPECT_FALSE(watch.look(late, ProcessState::blocked));
    EXPECT_FALSE(watch.look(late + 10 * ms, ProcessState::blocked)) << "too soon for another look";
    EXPECT_FALSE(watch.look(watch.due(), ProcessState::blocked));
    EXPECT_TRUE(watch.look(watch.due(), ProcessState::blocked));
}

TEST(DeathWatch, says_it_again_where_nothing_could_be_done) {
    DeathWatch watch;
    watch.killed(start);
    ASSERT_EQ(said_after(watch, ProcessState::blocked), 1000 * ms);
    EXPECT_TRUE(watch.look(watch.due(), ProcessState::blocked));
}

}  // namespace
}  // namespace streamlib::supervision
