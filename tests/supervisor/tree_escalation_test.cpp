// SPDX-License-Identifier: Apache-2.0
// Intensity, escalation through the tree, what the node does at the top; backoff; decide.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor/tree/restart_budget.hpp"
#include "supervisor/tree/restart_delay.hpp"
#include "tests/supervisor/tree_fixtures.hpp"

namespace streamlib::supervision {
namespace {

using namespace tree_fixtures;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using enum RestartType;
using enum Strategy;

MonotonicTime at(Nanoseconds ns) { return {ns}; }

TEST(RestartBudget, allows_so_many_in_any_period) {
    RestartBudget budget(2, 10 * second);
    EXPECT_TRUE(budget.charge(at(0)));
    EXPECT_TRUE(budget.charge(at(4 * second)));
    EXPECT_FALSE(budget.charge(at(9 * second)));
    EXPECT_FALSE(budget.charge(at(10 * second))) << "as OTP: both ends belong to the window";
    EXPECT_EQ(budget.left(at(10 * second)), 0U);
    EXPECT_EQ(budget.left(at(10 * second + 1)), 1U);
    EXPECT_TRUE(budget.charge(at(10 * second + 1))) << "what was refused does not count";
    EXPECT_FALSE(budget.charge(at(14 * second)));
    EXPECT_TRUE(budget.charge(at(14 * second + 1)));
    budget.clear();
    EXPECT_EQ(budget.left(at(14 * second + 1)), 2U);
    EXPECT_FALSE(RestartBudget(0, second).charge(at(0))) << "0: never";
}

TEST(RestartDelay, doubles_from_min_to_cap) {
    const Backoff backoff{10 * ms, 5 * second};
    EXPECT_EQ(longest_delay(backoff, 0), 0) << "after a healthy run";
    EXPECT_EQ(longest_delay(backoff, 1), 10 * ms);
    EXPECT_EQ(longest_delay(backoff, 2), 20 * ms);
    EXPECT_EQ(longest_delay(backoff, 9), 2560 * ms);
    EXPECT_EQ(longest_delay(backoff, 10), 5 * second);
    EXPECT_EQ(longest_delay(backoff, 4'000'000'000U), 5 * second) << "at once, too";
    EXPECT_EQ(longest_delay({0, 0}, 5), 0);
    EXPECT_EQ(longest_delay({second, second}, 5), second);
    EXPECT_EQ(longest_delay({1, INT64_MAX}, 1000), INT64_MAX) << "no overflow";
}

TEST(RestartDelay, is_drawn_evenly_from_nothing_to_that) {
    const Backoff backoff{10 * ms, 5 * second};
    EXPECT_EQ(restart_delay(backoff, 3, 0.0), 0);
    EXPECT_EQ(restart_delay(backoff, 3, 0.5), 20 * ms);
    EXPECT_EQ(restart_delay(backoff, 3, 1.0), 40 * ms);
    EXPECT_EQ(restart_delay(backoff, 3, 7.0), 40 * ms) << "a bad generator does no harm";
    EXPECT_EQ(restart_delay(backoff, 0, 1.0), 0);
}

TEST(TreeBackoff, the_first_restart_after_a_healthy_run_is_immediate_the_next_ones_wait) {
    RunningTree tree({actor("a", 0)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("start a"));
    EXPECT_THAT(tree.crash_early("a"), IsEmpty());
    EXPECT_EQ(tree.core().next_due(), tree.now + 10 * ms);
    EXPECT_THAT(tree.after(10 * ms - 1), IsEmpty());
    EXPECT_THAT(tree.after(1), ElementsAre("start a"));
    tree.ready("a");
    EXPECT_THAT(tree.crash_early("a"), IsEmpty());
    EXPECT_EQ(tree.core().next_due(), tree.now + 20 * ms);
    tree.after(20 * ms);
    tree.ready("a");
    EXPECT_THAT(tree.crash("a"), ElementsAre("start a")) << "a healthy run resets it";
    tree.jitter = 0.25;
    tree.crash_early("a");
    EXPECT_EQ(tree.core().next_due(), tree.now + 10 * ms / 4);
}

TEST(TreeBackoff, a_first_run_that_was_not_healthy_waits_as_well) {
    Tree tree({actor("a", 0)});
    tree.start();
    EXPECT_THAT(tree.crash_early("a"), IsEmpty());
    EXPECT_EQ(tree.core().next_due(), tree.now + 10 * ms);
}

TEST(TreeBackoff, one_that_waits_holds_nobody_up) {
    RunningTree tree({actor("a", 0), actor("b", 0)});
    EXPECT_THAT(tree.crash_early("a"), IsEmpty());
    EXPECT_THAT(tree.crash("b"), ElementsAre("start b"));
}

PlannedSupervisor with_intensity(PlannedSupervisor planned, std::uint32_t intensity) {
    planned.intensity = intensity;
    return planned;
}

TEST(TreeEscalation, at_the_top_leave_keeps_the_branch_down_and_the_rest_up) {
    RunningTree tree({actor("a", 0), actor("b", 0)}, {with_intensity(root(), 1)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("start a"));
    tree.ready("a");
    EXPECT_THAT(tree.crash("a"),
                ElementsAre("node gave up: 1 restarts within 10s are spent; the last: a: signal 11 "
                            "(SIGSEGV)",
                            "alarm: a stays FAILED: 1 restarts within 10s are spent; the last: a: "
                            "signal 11 (SIGSEGV)",
                            "failed a"));
    EXPECT_THAT(tree.after(20 * second), IsEmpty());
    EXPECT_THAT(tree.crash("b"), ElementsAre("start b")) << "the window has passed";
    EXPECT_THAT(tree.restart("a"), ElementsAre("start a")) << "a person brings it back";
}

TEST(TreeEscalation, at_the_top_exit_ends_the_node) {
    RunningTree tree({actor("a", 0), actor("b", 0)}, {with_intensity(root(), 0)}, GiveUp::exit);
    const auto orders = tree.crash("a");
    ASSERT_EQ(orders.size(), 4U);
    EXPECT_THAT(orders[0], StartsWith("node gave up: 0 restarts"));
    EXPECT_THAT(orders[1], StartsWith("alarm: a stays FAILED"));
    EXPECT_EQ(orders[2], "exit 1");
    EXPECT_EQ(orders[3], "failed a");
    EXPECT_THAT(tree.crash("b"), ElementsAre("failed b")) << "nothing is started any more";
    EXPECT_THAT(tree.restart("b"), IsEmpty());
}

TEST(TreeEscalation, a_supervisor_that_gives_up_fails_as_a_permanent_child_does) {
    RunningTree tree({actor("a", 0), actor("b", 1), actor("c", 1)},
                     {root(), with_intensity(supervisor("media"), 1)});
    EXPECT_THAT(tree.crash("b"), ElementsAre("start b"));
    tree.ready("b");
    EXPECT_THAT(tree.crash("b"), ElementsAre(StartsWith("media gave up: 1 restarts"), "stop c"));
    EXPECT_TRUE(tree.will_start("b")) << "not decided yet";
    EXPECT_THAT(tree.exits("c", stopped()), IsEmpty());
    EXPECT_EQ(tree.core().state_of(1), SupervisorState::waiting) << "its run was not healthy";
    EXPECT_EQ(tree.intensity_left(0), 9U);
    EXPECT_THAT(tree.after(10 * ms), ElementsAre("start b")) << "in order, gated on READY";
    EXPECT_THAT(tree.ready("b"), ElementsAre("start c"));
    tree.ready("c");
    EXPECT_EQ(tree.core().state_of(1), SupervisorState::running);
    EXPECT_EQ(tree.intensity_left(1), 1U) << "a new life";
}

TEST(TreeEscalation, a_person_does_not_wait_until_a_branch_has_backed_off) {
    RunningTree tree({actor("b", 1)}, {root(), with_intensity(supervisor("media"), 0)});
    EXPECT_THAT(tree.crash("b"), ElementsAre(StartsWith("media gave up")));
    EXPECT_EQ(tree.core().state_of(1), SupervisorState::waiting);
    EXPECT_THAT(tree.restart("b"), ElementsAre("start b"));
}

TEST(TreeEscalation, a_supervisor_that_lived_longer_than_its_period_is_restarted_at_once) {
    RunningTree tree({actor("b", 1)}, {root(), with_intensity(supervisor("media"), 0)});
    tree.after(11 * second);
    EXPECT_THAT(tree.crash("b"), ElementsAre(StartsWith("media gave up"), "start b"));
}

TEST(TreeEscalation, goes_up_through_three_levels_and_stops_each_in_reverse) {
    const auto once = [](PlannedSupervisor planned) { return with_intensity(planned, 0); };
    RunningTree tree({actor("a", 0), actor("b", 1), actor("c", 2), actor("d", 2), actor("e", 1)},
                     {once(root()), once(supervisor("outer", one_for_one)),
                      once(supervisor("inner", one_for_one, 1))});
    // outer: b, e, inner; inner: c, d
    EXPECT_THAT(tree.crash("c"), ElementsAre(StartsWith("inner gave up"), "stop d"));
    EXPECT_THAT(tree.exits("d", stopped()), ElementsAre(StartsWith("outer gave up"), "stop e"));
    EXPECT_THAT(tree.exits("e", stopped()), ElementsAre("stop b"));
    EXPECT_THAT(
        tree.exits("b", stopped()),
        ElementsAre(StartsWith("node gave up"), StartsWith("alarm: supervisor outer stays FAILED"),
                    "failed b", "failed c", "failed d", "failed e"));
    EXPECT_EQ(tree.core().state_of(1), SupervisorState::failed);
    EXPECT_THAT(tree.after(100 * second), IsEmpty());
    EXPECT_THAT(tree.restart("d"), ElementsAre("start b")) << "the whole branch, in order";
    EXPECT_THAT(tree.ready("b"), ElementsAre("start e"));
    EXPECT_THAT(tree.ready("e"), ElementsAre("start c"));
    EXPECT_THAT(tree.ready("c"), ElementsAre("start d"));
}

TEST(TreeEscalation, restarts_multiply_through_the_levels) {
    RunningTree tree({actor("a", 1)},
                     {with_intensity(root(), 2), with_intensity(supervisor("media"), 3)});
    int starts = 0;
    bool failed = false;
    for (int crashes = 0; crashes < 100 && !failed; ++crashes) {
        tree.crash("a");
        while (!failed && tree.core().next_due() < MonotonicTime{INT64_MAX}) tree.after(ms);
        failed = tree.core().state_of(1) == SupervisorState::failed;
        starts += failed ? 0 : 1;
        tree.ready("a");
    }
    EXPECT_TRUE(failed);
    EXPECT_EQ(starts, 3 * 3 + 2)
        << "three lives of media with three restarts each, and two of media";
}

TEST(TreeEscalation, a_supervisor_in_a_group_takes_its_siblings_along) {
    RunningTree tree({actor("a", 0), actor("b", 1)},
                     {root(one_for_all), with_intensity(supervisor("media"), 0)});
    tree.after(11 * second);
    EXPECT_THAT(tree.crash_and_obey("b"),
                ElementsAre(StartsWith("media gave up"), "stop a", "start a", "start b"));
    EXPECT_THAT(tree.crash_and_obey("a"), ElementsAre("stop b", "start a", "start b"))
        << "and the other way round";
}

TEST(TreeEscalation, what_is_above_stops_a_supervisor_that_is_giving_up) {
    RunningTree tree({actor("a", 0), actor("b", 1), actor("c", 1)},
                     {root(one_for_all), with_intensity(supervisor("media"), 0)});
    EXPECT_THAT(tree.crash("b"), ElementsAre(StartsWith("media gave up"), "stop c"));
    EXPECT_THAT(tree.crash("a"), IsEmpty()) << "the group goes down as well";
    EXPECT_THAT(tree.exits("c", stopped()), ElementsAre("start a"));
    EXPECT_EQ(tree.intensity_left(0), 9U) << "one failure, not two";
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
    EXPECT_THAT(tree.ready("b"), ElementsAre("start c"));
}

TEST(TreeEscalation, a_branch_that_is_to_be_stopped_neither_restarts_nor_counts) {
    // first (x, y) stands before a and b, which go down before it
    RunningTree tree({actor("x", 1), actor("y", 1), actor("a", 0), actor("b", 0)},
                     {root(one_for_all), with_intensity(supervisor("first", one_for_all), 1)});
    EXPECT_THAT(tree.crash("a"), ElementsAre("stop b"));
    EXPECT_THAT(tree.crash("x"), IsEmpty()) << "its turn will come";
    EXPECT_EQ(tree.intensity_left(1), 1U);
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("stop y"));
    EXPECT_THAT(tree.exits("y", stopped()), ElementsAre("start x"));
    EXPECT_THAT(tree.ready("x"), ElementsAre("start y"));
    tree.obey({});
    EXPECT_THAT(tree.ready("y"), ElementsAre("start a"));
    EXPECT_THAT(tree.ready("a"), ElementsAre("start b"));
    tree.ready("b");
    EXPECT_EQ(tree.intensity_left(0), 9U);

    EXPECT_THAT(tree.crash("x"), ElementsAre("stop y"));
    EXPECT_THAT(tree.exits("y", stopped()), ElementsAre("start x"));
    EXPECT_THAT(tree.crash("a"), ElementsAre("stop b")) << "while first comes up";
    EXPECT_THAT(tree.ready("x"), IsEmpty()) << "nothing is started in a branch that goes down";
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("stop x"));
}

TEST(TreeEscalation, a_branch_that_gives_up_while_it_is_to_be_stopped_is_no_second_failure) {
    RunningTree tree({actor("x", 1), actor("y", 1), actor("a", 0), actor("b", 0)},
                     {root(one_for_all), with_intensity(supervisor("first"), 0)});
    EXPECT_THAT(tree.crash("x"), ElementsAre(StartsWith("first gave up"), "stop y"));
    EXPECT_THAT(tree.crash("a"), ElementsAre("stop b"));
    EXPECT_THAT(tree.exits("y", stopped()), IsEmpty());
    EXPECT_EQ(tree.intensity_left(0), 9U);
    EXPECT_THAT(tree.exits("b", stopped()), ElementsAre("start x"));
}

TEST(TreeDecide, rules_and_hook_overrule_the_restart_type) {
    auto own = root();
    own.decide = {*parse_exit_rule("exit 125", "stop"), *parse_exit_rule("exit 3", "ignore"),
                  *parse_exit_rule("hung", "escalate"), *parse_exit_rule("signal", "restart")};
    own.decide_hook = [](const ExitReport& exit) -> std::optional<ExitAction> {
        if (exit.code == 77) return ExitAction::stop;
        return {};
    };
    const auto exit_of = [](ExitCause cause, std::int32_t code) {
        return ExitReport{ExitClass::error, cause, code, true, "bad"};
    };
    struct Row {
        RestartType type;
        ExitReport exit;
        std::string first;
    };
    const std::vector<Row> rows{
        {permanent, exit_of(ExitCause::exited, 125), "failed a"},
        {permanent, exit_of(ExitCause::exited, 3), "stopped a"},
        {permanent, exit_of(ExitCause::hung, 9), "node gave up: told to by a: bad"},
        {temporary, exit_of(ExitCause::signalled, 6), "start a"},
        {permanent, exit_of(ExitCause::exited, 77), "failed a"},
        {permanent, exit_of(ExitCause::exited, 1), "start a"},
        {transient, ended_well(), "stopped a"},
        {permanent, {ExitClass::normal, ExitCause::ended, 0, true, ""}, "stopped a"},
    };
    for (const Row& row : rows) {
        RunningTree tree({actor("a", 0, row.type)}, {own});
        const auto orders = tree.exits("a", row.exit);
        ASSERT_FALSE(orders.empty());
        EXPECT_EQ(orders.front(), row.first);
    }
}

}  // namespace
}  // namespace streamlib::supervision
