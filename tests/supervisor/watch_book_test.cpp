// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/watch_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace streamlib::supervision {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Told = WatchBook::Told;
constexpr auto child = ipc::watch_child;
constexpr auto monitor = ipc::watch_monitor;
constexpr auto link = ipc::watch_link;

bool nobody(std::uint32_t) { return false; }
bool everybody(std::uint32_t) { return true; }

TEST(WatchBook, tells_parents_and_monitors_of_each_end) {
    WatchBook book;
    book.add(1, 7, child);
    book.add(2, 7, monitor);
    for (const bool failed : {true, false, true})
        EXPECT_THAT(book.on_end(7, failed, nobody),
                    ElementsAre(Told{1, child, false}, Told{2, monitor, false}));
    EXPECT_THAT(book.on_end(8, true, nobody), IsEmpty());
    EXPECT_THAT(book.parents_of(7), ElementsAre(1));
}

TEST(WatchBook, is_told_once_whatever_it_is_told_as) {
    WatchBook book;
    book.add(1, 7, child);
    book.add(1, 7, monitor);
    EXPECT_THAT(book.on_end(7, true, nobody), ElementsAre(Told{1, child | monitor, false}));
    book.drop(1, 7, monitor);
    EXPECT_THAT(book.on_end(7, true, nobody), ElementsAre(Told{1, child, false}));
    book.drop(1, 7, child);
    EXPECT_EQ(book.relations(1, 7), 0);
    book.drop(1, 7, child);  // again: nothing
    EXPECT_THAT(book.on_end(7, true, nobody), IsEmpty());
}

TEST(WatchBook, a_failure_takes_the_linked_along_either_way) {
    WatchBook book;
    book.add(1, 2, link);
    WatchBook other = book;
    EXPECT_THAT(book.on_end(1, true, nobody), ElementsAre(Told{2, 0, true}));
    EXPECT_THAT(other.on_end(2, true, nobody), ElementsAre(Told{1, 0, true}));
}

TEST(WatchBook, a_link_is_over_at_the_first_end_of_either) {
    WatchBook book;
    book.add(1, 2, link);
    book.forget_watcher(1);  // its process is gone
    EXPECT_EQ(book.relations(2, 1), link);
    EXPECT_THAT(book.on_end(1, true, everybody), ElementsAre(Told{2, link, false}));
    EXPECT_THAT(book.on_end(1, true, nobody), IsEmpty());
    EXPECT_THAT(book.on_end(2, true, nobody), IsEmpty());
}

TEST(WatchBook, a_normal_end_of_a_linked_one_is_told_to_who_traps_exits_alone) {
    WatchBook book;
    book.add(1, 2, link);
    book.add(3, 2, link);
    EXPECT_THAT(book.on_end(2, false, [](std::uint32_t actor) { return actor == 3; }),
                ElementsAre(Told{3, link, false}));
}

TEST(WatchBook, who_is_linked_to_its_child_and_does_not_trap_dies_of_it) {
    WatchBook book;
    book.add(1, 2, child);
    book.add(1, 2, link);
    EXPECT_THAT(book.on_end(2, true, nobody), ElementsAre(Told{1, child, true}));
    book.add(1, 2, link);
    EXPECT_THAT(book.on_end(2, true, everybody), ElementsAre(Told{1, child | link, false}));
}

TEST(WatchBook, failures_go_along_a_chain_of_links_one_end_at_a_time) {
    WatchBook book;
    for (std::uint32_t n = 1; n < 5; ++n) book.add(n, n + 1, link);
    std::uint32_t dead = 1;
    for (int steps = 0; steps < 4; ++steps) {
        book.forget_watcher(dead);
        const auto told = book.on_end(dead, true, nobody);
        ASSERT_THAT(told, ElementsAre(Told{dead + 1, 0, true}));
        dead = told.front().watcher;
    }
    EXPECT_EQ(dead, 5U);
}

TEST(WatchBook, what_a_dead_one_wanted_to_know_is_forgotten) {
    WatchBook book;
    book.add(1, 2, monitor);
    book.add(1, 3, child);
    book.forget_watcher(1);
    EXPECT_THAT(book.on_end(2, true, nobody), IsEmpty());
    EXPECT_THAT(book.parents_of(3), IsEmpty());
}

TEST(WatchBook, unlink_takes_both_ends_away_and_a_free_name_all_of_them) {
    WatchBook book;
    book.add(1, 2, link);
    book.drop(2, 1, link);
    EXPECT_THAT(book.on_end(1, true, nobody), IsEmpty());
    book.add(1, 2, monitor);
    book.add(3, 2, child);
    book.forget_subject(2);
    EXPECT_THAT(book.on_end(2, true, nobody), IsEmpty());
}

}  // namespace
}  // namespace streamlib::supervision
