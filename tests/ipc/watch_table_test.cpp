// SPDX-License-Identifier: Apache-2.0
#include "ipc/watch_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace streamlib::ipc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Watcher {
    std::unique_ptr<WatchTable> table = std::make_unique<WatchTable>();
    std::uint64_t seen = 0;
    std::vector<std::uint32_t> take() {
        std::vector<std::uint32_t> places;
        take_watches(*table, seen,
                     [&](std::uint32_t place, const WatchRecord&) { places.push_back(place); });
        return places;
    }
};

TEST(WatchTable, gives_what_has_changed_once) {
    Watcher watcher;
    EXPECT_THAT(watcher.take(), IsEmpty());
    tell_watch(*watcher.table, 0, {.deaths = 1});
    tell_watch(*watcher.table, 127, {.deaths = 1});
    EXPECT_FALSE(watch_is_taken(*watcher.table, 127));
    EXPECT_THAT(watcher.take(), ElementsAre(0, 127));
    EXPECT_TRUE(watch_is_taken(*watcher.table, 127));
    EXPECT_THAT(watcher.take(), IsEmpty());
}

TEST(WatchTable, what_happens_twice_before_a_look_is_one_record_with_the_last) {
    Watcher watcher;
    tell_watch(*watcher.table, 3, {.deaths = 1, .died = 1});
    tell_watch(*watcher.table, 3, {.up = 2, .deaths = 2, .died = 2});
    WatchRecord last;
    take_watches(*watcher.table, watcher.seen,
                 [&](std::uint32_t, const WatchRecord& record) { last = record; });
    EXPECT_EQ(last.deaths, 2U);
    EXPECT_EQ(last.died, 2U);
    EXPECT_THAT(watcher.take(), IsEmpty());
}

TEST(WatchTable, the_next_incarnation_is_told_nothing_old) {
    Watcher watcher;
    tell_watch(*watcher.table, 3, {.deaths = 1});
    clear_watches(*watcher.table);
    watcher.seen = 0;
    EXPECT_THAT(watcher.take(), IsEmpty());
    tell_watch(*watcher.table, 3, {.deaths = 1});
    EXPECT_THAT(watcher.take(), ElementsAre(3));
}

TEST(WatchTable, nothing_is_lost_beside_a_launcher_that_writes) {
    Watcher watcher;
    constexpr std::uint64_t ends = 20'000;
    std::thread launcher([&] {
        for (std::uint64_t n = 1; n <= ends; ++n)
            tell_watch(*watcher.table, static_cast<std::uint32_t>(n % 3),
                       {.up = n, .deaths = n, .died = n});
    });
    std::uint64_t last[3] = {0, 0, 0};
    while (last[ends % 3] != ends) {
        take_watches(*watcher.table, watcher.seen,
                     [&](std::uint32_t place, const WatchRecord& record) {
                         EXPECT_GE(record.deaths, last[place]);
                         EXPECT_EQ(record.deaths, record.died) << "half a record";
                         last[place] = record.deaths;
                     });
    }
    launcher.join();
    static_cast<void>(watcher.take());
    for (std::uint32_t place = 0; place < 3; ++place)
        EXPECT_TRUE(watch_is_taken(*watcher.table, place));
}

}  // namespace
}  // namespace streamlib::ipc
