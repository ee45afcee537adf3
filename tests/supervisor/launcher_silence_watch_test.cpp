// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/silence_watch.hpp"

#include <gtest/gtest.h>

namespace streamlib::supervision {
namespace {

constexpr Nanoseconds second = 1'000'000'000;

/// After how many looks, so far apart, it is silent; 0: not within a hundred.
int looks_until_silent(SilenceWatch& watch, MonotonicTime& now, Nanoseconds apart) {
    for (int look = 1; look <= 100; ++look) {
        now = now + apart;
        if (watch.look(now)) return look;
    }
    return 0;
}

TEST(SilenceWatch, one_that_spoke_and_speaks_no_more_is_silent_after_five_seconds) {
    SilenceWatch watch;
    MonotonicTime now{second};
    watch.heard();
    EXPECT_EQ(looks_until_silent(watch, now, second), 6);
}

TEST(SilenceWatch, one_that_speaks_now_and_then_is_not) {
    SilenceWatch watch;
    MonotonicTime now{second};
    for (int n = 0; n < 1000; ++n) {
        now = now + second;
        EXPECT_FALSE(watch.look(now)) << n;
        if (n % 4 == 0) watch.heard();
    }
}

TEST(SilenceWatch, one_that_begins_is_given_longer) {
    SilenceWatch watch;
    MonotonicTime now{second};
    EXPECT_EQ(looks_until_silent(watch, now, second), 21);
}

TEST(SilenceWatch, a_launcher_that_slept_and_looks_ten_times_at_once_has_looked_once) {
    SilenceWatch watch;
    MonotonicTime now{second};
    watch.heard();
    now = now + 60 * second;
    for (int n = 0; n < 10; ++n) EXPECT_FALSE(watch.look(now = now + 1'000'000)) << n;
    EXPECT_EQ(looks_until_silent(watch, now, second), 5);
}

}  // namespace
}  // namespace streamlib::supervision
