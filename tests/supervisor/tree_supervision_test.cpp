// SPDX-License-Identifier: Apache-2.0
// Families, what persons ask for, dynamic children, and everything that comes at a bad time.
#include "supervisor/tree/supervision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/supervisor/tree_fixtures.hpp"

namespace streamlib::supervision {
namespace {

using namespace tree_fixtures;
using testing::ElementsAre;
using testing::IsEmpty;
using enum RestartType;
using enum Strategy;

TEST(Supervision, restarts_a_healthy_child_at_once_and_nobody_else) {
    Tree tree({actor("a", 0), actor("b", 0), actor("c", 0)});
    EXPECT_THAT(tree.start(), ElementsAre("start a", "start b", "start c"));
    tree.all_ready();
    EXPECT_THAT(tree.crash("b"), ElementsAre("start b"));
    EXPECT_THAT(tree.ready("b"), IsEmpty());
    EXPECT_EQ(tree.intensity_left(0), 9U);
}

TEST(Supervision, leaves_an_unsupervised_actor_as_it_ended) {
    RunningTree tree({actor("a"), actor("b")});
    EXPECT_THAT(tree.crash("a"), ElementsAre("failed a"));
    EXPECT_THAT(tree.ends("b"), ElementsAre("stopped b"));
    EXPECT_THAT(tree.crash("a"), IsEmpty()) << "what is gone cannot go again";
}

TEST(Supervision, works_on_a_plan_without_any_supervision) {
    GraphPlan plan;
    plan.actors = {actor("a")};
    Supervision core(plan, [] { return 0.5; });
    EXPECT_EQ(core.start_all({}).size(), 1U);
    EXPECT_EQ(core.next_due(), MonotonicTime{INT64_MAX});
}

// --- families

TEST(Supervision, a_parents_death_stops_its_children_the_deepest_first) {
    // a > b > c, and d below a; only a is supervised
    RunningTree tree(
        {actor("a", 0), below(actor("b"), 0), below(actor("c"), 1), below(actor("d"), 0)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("start a", "stop c", "stop d"));
    EXPECT_THAT(tree.ready("a"), IsEmpty()) << "the old b, c and d are still there";
    EXPECT_THAT(tree.exits("d", stopped()), ElementsAre("start d"));
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("stop b")) << "c waits for b";
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("start b"));
    EXPECT_THAT(tree.ready("b"), ElementsAre("start c"));
    EXPECT_EQ(tree.intensity_left(0), 9U) << "children that were stopped cost nothing";
}

TEST(Supervision, children_of_a_parent_that_stays_dead_stay_dead_supervised_or_not) {
    RunningTree tree({actor("a"), below(actor("b"), 0), below(actor("c", 0), 0)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("stop b", "stop c", "failed a"));
    EXPECT_THAT(tree.crash("c"), ElementsAre("stopped c")) << "it was told to";
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("stopped b"));
    EXPECT_THAT(tree.after(100 * second), IsEmpty());
    EXPECT_EQ(tree.intensity_left(0), 10U);
    EXPECT_THAT(tree.restart("a"), ElementsAre("start a")) << "a person brings them back";
    EXPECT_THAT(tree.ready("a"), ElementsAre("start c", "start b"));
}

TEST(Supervision, a_child_that_dies_with_its_parent_is_no_failure) {
    RunningTree tree({actor("a", 0), below(actor("b", 0), 0)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("start a", "stop b"));
    EXPECT_THAT(tree.crash("b"), IsEmpty());
    EXPECT_TRUE(tree.will_start("b"));
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
    EXPECT_EQ(tree.intensity_left(0), 9U);
}

TEST(Supervision, a_child_that_died_just_before_its_parent_waits_for_it) {
    RunningTree tree({actor("a", 0), below(actor("b", 0), 0)});
    EXPECT_THAT(tree.crash_early("b"), IsEmpty()) << "backs off";
    EXPECT_THAT(tree.crash_early("a"), IsEmpty());
    EXPECT_THAT(tree.after(10 * ms), ElementsAre("start a")) << "b is due, but a is not READY";
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
}

TEST(Supervision, a_child_that_had_failed_comes_back_with_its_parent) {
    RunningTree tree({actor("a", 0), below(actor("b"), 0), below(actor("c"), 0)});
    EXPECT_THAT(tree.crash("b"), ElementsAre("failed b"));
    EXPECT_THAT(tree.stop("c"), ElementsAre("stop c"));
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("stopped c"));
    EXPECT_THAT(tree.crash("a"), ElementsAre("start a"));
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b")) << "c was stopped by a person";
}

TEST(Supervision, a_group_does_not_wait_for_a_child_whose_parent_comes_later) {
    // b stands before its parent a
    RunningTree tree({actor("x", 0), below(actor("b", 0), 2), actor("a", 0)}, {root(one_for_all)});
    EXPECT_THAT(tree.crash_and_obey("x"),
                ElementsAre("stop b", "stop a", "start x", "start a", "start b"));
}

// --- what persons ask for

TEST(Supervision, what_a_person_stopped_stays_so_until_a_person_restarts_it) {
    RunningTree tree({actor("a", 0), actor("b", 0)}, {root(one_for_all)});
    EXPECT_THAT(tree.stop("b"), ElementsAre("stop b"));
    EXPECT_THAT(tree.stop("b"), IsEmpty()) << "once is enough";
    EXPECT_THAT(tree.crash("b"), ElementsAre("stopped b")) << "restarting was disabled before";
    EXPECT_THAT(tree.crash_and_obey("a"), ElementsAre("start a"));
    EXPECT_THAT(tree.stop("b"), IsEmpty());
    EXPECT_THAT(tree.restart("b"), ElementsAre("start b"));
    EXPECT_EQ(tree.intensity_left(0), 9U) << "persons do not spend restarts";
}

TEST(Supervision, stopping_an_actor_stops_what_is_below_it_first) {
    RunningTree tree({actor("a", 0), below(actor("b", 0), 0)});
    EXPECT_THAT(tree.stop("a"), ElementsAre("stop b"));
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("stop a", "stopped b"));
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("stopped a"));
    EXPECT_THAT(tree.restart("b"), IsEmpty()) << "its parent is down";
    EXPECT_FALSE(tree.will_start("b"));
    EXPECT_THAT(tree.restart("a"), ElementsAre("start a"));
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
}

TEST(Supervision, a_person_restarts_children_with_their_parent_and_without_backoff) {
    RunningTree tree({actor("a", 0), below(actor("b"), 0)});
    EXPECT_THAT(tree.restart("a"), ElementsAre("stop b"));
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("stop a"));
    EXPECT_THAT(tree.crash_early("a"), ElementsAre("start a")) << "however it ended";
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
    EXPECT_EQ(tree.intensity_left(0), 10U);
}

TEST(Supervision, two_requests_to_restart_make_one_new_incarnation) {
    RunningTree tree({actor("a", 0)});
    EXPECT_THAT(tree.restart("a"), ElementsAre("stop a"));
    EXPECT_THAT(tree.restart("a"), IsEmpty());
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("start a"));
    EXPECT_THAT(tree.restart("a"), IsEmpty()) << "it is being started";
    EXPECT_THAT(tree.ready("a"), IsEmpty());
    EXPECT_THAT(tree.restart("a"), ElementsAre("stop a"));
}

TEST(Supervision, a_stop_during_a_restart_wins) {
    RunningTree tree({actor("a", 0)});
    EXPECT_THAT(tree.crash_early("a"), IsEmpty());
    EXPECT_TRUE(tree.will_start("a"));
    EXPECT_THAT(tree.stop("a"), ElementsAre("stopped a")) << "while it backs off";
    EXPECT_THAT(tree.after(second), IsEmpty());
    EXPECT_EQ(tree.core().next_due(), MonotonicTime{INT64_MAX});

    EXPECT_THAT(tree.restart("a"), ElementsAre("start a"));
    EXPECT_THAT(tree.stop("a"), ElementsAre("stop a")) << "while it starts";
    EXPECT_THAT(tree.ready("a"), IsEmpty()) << "READY crossed the stop";
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("stopped a"));

    EXPECT_THAT(tree.restart("a"), ElementsAre("start a"));
    tree.ready("a");
    EXPECT_THAT(tree.restart("a"), ElementsAre("stop a"));
    EXPECT_THAT(tree.stop("a"), IsEmpty()) << "while the old one stops";
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("stopped a"));
}

TEST(Supervision, a_restart_during_a_stop_wins) {
    RunningTree tree({actor("a", 0)});
    EXPECT_THAT(tree.stop("a"), ElementsAre("stop a"));
    EXPECT_THAT(tree.restart("a"), IsEmpty());
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("start a"));
}

TEST(Supervision, knows_while_one_stops_whether_it_comes_back) {
    RunningTree tree({actor("a", 0), actor("b", 1), actor("c", 1)},
                     {root(), supervisor("media", one_for_all)});
    EXPECT_TRUE(tree.core().comes_back(0));
    EXPECT_THAT(tree.stop("a"), ElementsAre("stop a"));
    EXPECT_FALSE(tree.core().comes_back(0));
    tree.restart("a");
    EXPECT_TRUE(tree.core().comes_back(0));
    EXPECT_THAT(tree.crash("b"), ElementsAre("stop c"));
    EXPECT_TRUE(tree.core().comes_back(2));
    tree.core().stand_down();
    EXPECT_TRUE(tree.core().has_ended());
    EXPECT_FALSE(tree.core().comes_back(2));
}

// --- groups, at a bad time

TEST(Supervision, a_group_goes_down_one_after_the_other_and_comes_up_gated_on_ready) {
    RunningTree tree({actor("a", 0), actor("b", 0), actor("c", 0)}, {root(one_for_all)});
    EXPECT_THAT(tree.crash("b"), ElementsAre("stop c"));
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("stop a"));
    EXPECT_EQ(tree.core().state_of(0), SupervisorState::stopping);
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("start a"));
    EXPECT_EQ(tree.core().state_of(0), SupervisorState::starting);
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
    EXPECT_THAT(tree.ready("b"), ElementsAre("start c"));
    EXPECT_THAT(tree.ready("c"), IsEmpty());
    EXPECT_EQ(tree.core().state_of(0), SupervisorState::running);
}

TEST(Supervision, a_death_while_the_group_goes_down_is_part_of_it) {
    RunningTree tree({actor("a", 0), actor("b", 0), actor("c", 0)}, {root(one_for_all)});
    EXPECT_THAT(tree.crash("b"), ElementsAre("stop c"));
    EXPECT_THAT(tree.crash("a"), IsEmpty()) << "it was about to be stopped";
    EXPECT_THAT(tree.crash("c"), ElementsAre("start a"));
    EXPECT_EQ(tree.intensity_left(0), 9U);
}

TEST(Supervision, a_death_before_the_rest_widens_it) {
    RunningTree tree({actor("a", 0), actor("b", 0), actor("c", 0)}, {root(rest_for_one)});
    EXPECT_THAT(tree.crash("b"), ElementsAre("stop c"));
    EXPECT_THAT(tree.crash("a"), IsEmpty()) << "c is still there";
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("start a"));
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
    EXPECT_EQ(tree.intensity_left(0), 8U) << "a was outside of the group";
}

TEST(Supervision, a_death_while_the_group_comes_up_begins_again) {
    RunningTree tree({actor("a", 0), actor("b", 0), actor("c", 0)}, {root(one_for_all)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("stop c"));
    tree.exits("c", stopped());
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("start a"));
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
    EXPECT_THAT(tree.crash_early("b"), ElementsAre("stop a"));
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("start a"));
    EXPECT_THAT(tree.ready("a"), IsEmpty()) << "b backs off";
    EXPECT_THAT(tree.after(10 * ms), ElementsAre("start b"));
    EXPECT_THAT(tree.ready("b"), ElementsAre("start c"));
    EXPECT_EQ(tree.intensity_left(0), 8U);
}

TEST(Supervision, a_stop_in_a_group_that_restarts_leaves_that_one_out) {
    RunningTree tree({actor("a", 0), actor("b", 0), actor("c", 0)}, {root(one_for_all)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("stop c"));
    EXPECT_THAT(tree.stop("b"), ElementsAre("stop b"));
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("stopped b"));
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("start a"));
    EXPECT_THAT(tree.ready("a"), ElementsAre("start c"));
}

// --- the end

TEST(Supervision, stops_the_whole_tree_in_reverse_and_starts_nothing_any_more) {
    RunningTree tree({actor("a", 0), actor("b", 1), actor("c", 1), actor("u")},
                     {root(), supervisor("media")});
    tree.crash_early("a");
    EXPECT_THAT(tree.stop_all(), ElementsAre("stop u", "stop c", "stopped a"));
    EXPECT_THAT(tree.crash("b"), ElementsAre("failed b")) << "no restart, and no stop any more";
    EXPECT_THAT(tree.restart("a"), IsEmpty());
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("stopped c"));
    EXPECT_THAT(tree.exits("u", stopped()), ElementsAre("stopped u"));
    EXPECT_THAT(tree.after(100 * second), IsEmpty());
    EXPECT_FALSE(tree.core().add_child(9, {}, tree.now));
}

TEST(Supervision, stands_down_when_the_launcher_stops_in_an_order_of_its_own) {
    RunningTree tree({actor("a", 0), actor("b", 0), actor("c", 0)}, {root(one_for_all)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("stop c"));
    tree.core().stand_down();
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("stopped a", "stopped c"));
    EXPECT_THAT(tree.crash("b"), ElementsAre("failed b"));
}

TEST(Supervision, orders_nothing_once_it_stood_down) {
    RunningTree tree({actor("a", 0), below(actor("b", 0), 0)});
    tree.core().stand_down();
    EXPECT_THAT(tree.crash("a"), ElementsAre("failed a")) << "the launcher stops b";
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("stopped b"));
}

TEST(Supervision, a_report_that_means_nothing_does_not_swallow_what_is_due) {
    RunningTree tree({actor("a", 0), actor("b")});
    EXPECT_THAT(tree.crash_early("a"), IsEmpty());
    tree.now = tree.now + second;
    EXPECT_THAT(tree.ready("b"), IsEmpty()) << "said already";
    EXPECT_FALSE(tree.core().add_child(7, {.supervisor = 9}, tree.now));
    EXPECT_LE(tree.core().next_due(), tree.now);
    EXPECT_THAT(tree.after(0), ElementsAre("start a"));
}

// --- dynamic children

DynamicChild dynamic(std::optional<std::uint32_t> supervisor,
                     std::optional<std::uint32_t> parent = {},
                     RestartType restart = RestartType::permanent) {
    return {supervisor, parent, restart, {}, false};
}

TEST(Supervision, dynamic_children_are_restarted_and_removed) {
    RunningTree tree({actor("a", 1)}, {root(), supervisor("pool", simple_one_for_one)});
    auto& core = tree.core();
    EXPECT_THAT(tree.texts(*core.add_child(7, dynamic(1, {}, transient), tree.now)),
                ElementsAre("start 7"));
    EXPECT_FALSE(core.add_child(7, dynamic(1), tree.now)) << "the number is taken";
    EXPECT_FALSE(core.add_child(8, dynamic(5), tree.now)) << "no such supervisor";
    tree.ready("7");
    EXPECT_THAT(tree.crash("7"), ElementsAre("start 7"));
    EXPECT_FALSE(core.remove_child(7)) << "it lives";
    EXPECT_THAT(tree.ends("7"), ElementsAre("stopped 7"));
    EXPECT_FALSE(core.remove_child(0)) << "the graph's own are there to stay";
    EXPECT_TRUE(core.remove_child(7));
    EXPECT_THAT(tree.restart("7"), IsEmpty());
    EXPECT_TRUE(core.add_child(7, dynamic({}), tree.now)) << "the number is free again";
    EXPECT_THAT(tree.crash("7"), ElementsAre("failed 7"));
}

TEST(Supervision, dynamic_children_go_with_their_parent_and_do_not_come_back) {
    RunningTree tree({actor("a", 0)});
    ASSERT_TRUE(tree.core().add_child(1, dynamic(0, 0), tree.now));
    ASSERT_TRUE(tree.core().add_child(2, dynamic({}, 1), tree.now));
    tree.ready("1");
    tree.ready("2");
    EXPECT_THAT(tree.crash("a"), ElementsAre("start a", "stop 2"));
    EXPECT_FALSE(tree.core().add_child(3, dynamic({}, 1), tree.now)) << "1 is about to stop";
    EXPECT_THAT(tree.exits("2", stopped()), ElementsAre("stop 1", "stopped 2"));
    EXPECT_THAT(tree.exits("1", stopped()), ElementsAre("stopped 1"));
    EXPECT_THAT(tree.ready("a"), IsEmpty()) << "a makes them again if it wants";
    EXPECT_TRUE(tree.core().remove_child(2));
    EXPECT_TRUE(tree.core().remove_child(1));
    EXPECT_THAT(tree.crash_and_obey("a"), ElementsAre("start a"));
}

TEST(Supervision, removing_a_child_keeps_the_order_of_the_others) {
    RunningTree tree({actor("a", 0)}, {root(rest_for_one)});
    for (const std::uint32_t child : {1U, 2U, 3U}) {
        ASSERT_TRUE(tree.core().add_child(child, dynamic(0, {}, transient), tree.now));
        tree.ready(std::to_string(child));
    }
    EXPECT_THAT(tree.ends("1"), ElementsAre("stopped 1"));
    EXPECT_TRUE(tree.core().remove_child(1));
    EXPECT_THAT(tree.crash_and_obey("2"), ElementsAre("stop 3", "start 2", "start 3"));
    EXPECT_THAT(tree.crash_and_obey("3"), ElementsAre("start 3"));
}

TEST(Supervision, a_dynamic_child_of_one_that_is_being_stopped_is_not_wanted_any_more) {
    RunningTree tree({actor("a", 0), actor("b", 0)}, {root(one_for_all)});
    ASSERT_TRUE(tree.core().add_child(7, dynamic({}, 0), tree.now));
    tree.ready("7");
    EXPECT_THAT(tree.crash("b"), ElementsAre("stop 7"));
    EXPECT_FALSE(tree.core().comes_back(7)) << "a comes back, and makes another if it wants";
    EXPECT_THAT(tree.exits("7", stopped()), ElementsAre("stop a", "stopped 7"));
}

PlannedSupervisor own(std::uint32_t retries) {
    PlannedSupervisor planned;
    planned.name = "w";
    planned.intensity = retries;
    planned.backoff = {0, 0};
    return planned;
}

TEST(Supervision, a_supervisor_of_one_child_alone_costs_nobody_else_anything) {
    GraphPlan plan = plan_of({actor("a", 0)}, {root()});
    plan.supervisors[0].intensity = 0;
    plan.on_give_up = GiveUp::exit;
    Supervision core(plan, [] { return 0.5; });
    const MonotonicTime now{1};
    ASSERT_EQ(core.start_all(now).size(), 1U);
    EXPECT_TRUE(core.on_ready(0, now).empty());
    plan.supervisors.push_back(own(2));
    core.add_supervisor(1, now);
    auto started = core.add_child(1, dynamic(1, 0, transient), now);
    ASSERT_TRUE(started);
    ASSERT_EQ(started->size(), 1U);
    for (int life = 1; life <= 2; ++life) {
        const Orders again = core.on_exit(1, crashed(), now);
        ASSERT_EQ(again.size(), 1U) << life;
        EXPECT_EQ(again[0].kind, Order::Kind::start);
    }
    const Orders spent = core.on_exit(1, crashed(), now);
    ASSERT_EQ(spent.size(), 2U) << "no alarm, no end of the node, and a is let be";
    EXPECT_EQ(spent[0].kind, Order::Kind::supervisor_gave_up);
    EXPECT_EQ(spent[1].kind, Order::Kind::stays_failed);
    EXPECT_EQ(spent[1].index, 1U);
    EXPECT_FALSE(core.remove_supervisor(1)) << "it has a child";
    EXPECT_FALSE(core.remove_supervisor(0)) << "the node's own";
    EXPECT_TRUE(core.remove_child(1));
    EXPECT_TRUE(core.remove_supervisor(1));
    plan.supervisors[1] = own(0);
    core.add_supervisor(1, now);
    EXPECT_TRUE(core.add_child(1, dynamic(1, 0, transient), now)) << "the number is used again";
}

}  // namespace
}  // namespace streamlib::supervision
