// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor/control/supervision_json.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using testing::HasSubstr;

namespace {

ActorRow actor(std::string name, std::string supervisor = {}, std::string parent = {}) {
    ActorRow row;
    row.name = std::move(name);
    row.parent = std::move(parent);
    row.supervisor = std::move(supervisor);
    return row;
}

SupervisorRow supervisor(std::string name, std::string parent = {}) {
    return {std::move(name), std::move(parent), "one_for_one", "RUNNING", 10, 10, 10'000};
}

/// "a 0, m 1!": names with their depth, supervisors with a mark.
std::string shape(const std::vector<ActorRow>& actors,
                  const std::vector<SupervisorRow>& supervisors) {
    std::string text;
    for (const TreeRow& each : tree_rows(actors, supervisors)) {
        text += (text.empty() ? "" : ", ") + each.name + " " + std::to_string(each.depth) +
                (each.actor ? "" : "!");
    }
    return text;
}

TEST(SupervisionTree, nests_supervisors_and_puts_actors_below_them) {
    const std::vector<SupervisorRow> supervisors{supervisor("node"), supervisor("media", "node"),
                                                 supervisor("inner", "media")};
    EXPECT_EQ(shape({actor("a", "media"), actor("free"), actor("b", "inner"), actor("c", "node")},
                    supervisors),
              "free 0, node 0!, c 1, media 1!, a 2, inner 2!, b 3");
}

TEST(SupervisionTree, leaves_out_supervisors_of_nobody) {
    const std::vector<SupervisorRow> supervisors{supervisor("node"), supervisor("media", "node")};
    EXPECT_EQ(shape({actor("a")}, supervisors), "a 0");
    EXPECT_EQ(shape({actor("a", "media")}, supervisors), "node 0!, media 1!, a 2");
}

TEST(SupervisionTree, puts_a_child_below_its_parent_where_both_have_one_supervisor) {
    const std::vector<SupervisorRow> supervisors{supervisor("node"), supervisor("media", "node")};
    EXPECT_EQ(shape({actor("top", "node"), actor("mine", "node", "top"), actor("kept", "", "top"),
                     actor("other", "media", "top")},
                    supervisors),
              "node 0!, top 1, mine 2, kept 2, media 1!, other 2");
}

TEST(SupervisionTree, loses_nobody_in_loops) {
    const std::vector<SupervisorRow> loop{supervisor("x", "y"), supervisor("y", "x")};
    EXPECT_EQ(shape({actor("a", "x")}, loop), "x 0!, a 1, y 1!");
}

TEST(Events, are_taken_apart) {
    const EventRow event = event_of({7, 5, "error", 1, "failed clip: exit 1: no such file: a"});
    EXPECT_EQ(event.number, 7U);
    EXPECT_EQ(event.kind, "failed");
    EXPECT_EQ(event.subject, "clip");
    EXPECT_EQ(event.text, "exit 1: no such file: a");
    EXPECT_EQ(event_of({0, 0, "info", 1, "replaced sl-zygote (ffmpeg): signal 9"}).subject,
              "sl-zygote (ffmpeg)");
    const EventRow plain = event_of({0, 0, "info", 1, "nothing of that form"});
    EXPECT_EQ(plain.kind, "");
    EXPECT_EQ(plain.text, "nothing of that form");
}

TEST(SupervisionJson, comes_back_as_it_went) {
    const auto rows = read_supervisors(supervisors_json({supervisor("media", "node")}));
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->at(0).parent, "node");
    EXPECT_EQ(rows->at(0).strategy, "one_for_one");
    EXPECT_EQ(rows->at(0).period_ms, 10'000U);
    const auto page = read_events(events_json({{{3, 4, "info", "k", "s", "bad \xFF"}}, 9, 2}));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->next, 9U);
    EXPECT_EQ(page->lost, 2U);
    EXPECT_EQ(page->events.at(0).text, "bad \xEF\xBF\xBD");
    EXPECT_EQ(event_line({3, 4, "info", "k", "s", "t"}),
              R"({"number":3,"time_ns":4,"level":"info","kind":"k","subject":"s","text":"t"})");
    CrashReport report;
    report.name = "clip";
    EXPECT_EQ(crash_json(report), R"({"name":"clip","died":false})");
    report.died = true;
    report.incarnation = 2;
    report.exit = "signal 11 (SIGSEGV)";
    report.lived_ms = 3;
    report.last_tick_index = 99;
    report.what = "SIGSEGV";
    report.doing = "process()";
    report.doing_us = 5;
    report.lines.push_back({1, 2, "info", 2, "line"});
    report.ports.push_back({"clip.out", "output", 7, 7, 99});
    report.backtrace = {"frame"};
    const auto back = read_crash(crash_json(report));
    ASSERT_TRUE(back);
    EXPECT_TRUE(back->died);
    EXPECT_EQ(back->exit, report.exit);
    EXPECT_EQ(back->what, "SIGSEGV");
    EXPECT_EQ(back->last_tick_index, 99U);
    EXPECT_EQ(back->lines.at(0).text, "line");
    EXPECT_EQ(back->ports.at(0).sequence, 7U);
    EXPECT_EQ(back->backtrace.at(0), "frame");
}

TEST(SupervisionJson, a_line_of_the_tree_says_all_of_its_node) {
    const std::vector<ActorRow> actors{actor("clip", "media")};
    const std::vector<SupervisorRow> supervisors{supervisor("media")};
    const auto rows = tree_rows(actors, supervisors);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(
        tree_line(rows[0], actors, supervisors),
        R"({"name":"media","depth":0,"kind":"supervisor","parent":"","strategy":"one_for_one",)"
        R"("state":"RUNNING","intensity":10,"intensity_left":10,"period_ms":10000})");
    EXPECT_THAT(tree_line(rows[1], actors, supervisors),
                HasSubstr(R"("name":"clip","depth":1,"kind":"actor","uri":"")"));
    EXPECT_THAT(tree_line(rows[1], actors, supervisors), HasSubstr(R"("supervisor":"media"})"));
    EXPECT_THAT(tree_json({}, actors, supervisors), HasSubstr(R"("children":[{"name":"media")"));
}

}  // namespace
