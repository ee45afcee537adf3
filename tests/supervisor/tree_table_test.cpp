// SPDX-License-Identifier: Apache-2.0
// Restart type × exit reason × strategy, and what OTP's supervisor_SUITE asks beside it: siblings in a group, escalation,
// significant children. The launcher here obeys at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/supervisor/tree_fixtures.hpp"

namespace streamlib::supervision {
namespace {

using namespace tree_fixtures;
using testing::ElementsAre;
using testing::IsEmpty;
using enum RestartType;
using enum Strategy;

constexpr auto normal = ExitClass::normal, shutdown = ExitClass::shutdown, error = ExitClass::error;

struct Row {
    RestartType type;
    ExitClass exit;
    Strategy strategy;
    std::vector<std::string> orders;  ///< For b of a, b, c.
};

const std::vector<std::string> again{"start b"}, stops{"stopped b"}, fails{"failed b"},
    all{"stop c", "stop a", "start a", "start b", "start c"}, rest{"stop c", "start b", "start c"};

const std::vector<Row> table{
    {permanent, normal, one_for_one, again},
    {permanent, shutdown, one_for_one, again},
    {permanent, error, one_for_one, again},
    {transient, normal, one_for_one, stops},
    {transient, shutdown, one_for_one, stops},
    {transient, error, one_for_one, again},
    {temporary, normal, one_for_one, stops},
    {temporary, shutdown, one_for_one, stops},
    {temporary, error, one_for_one, fails},

    {permanent, normal, one_for_all, all},
    {permanent, shutdown, one_for_all, all},
    {permanent, error, one_for_all, all},
    {transient, normal, one_for_all, stops},
    {transient, shutdown, one_for_all, stops},
    {transient, error, one_for_all, all},
    {temporary, normal, one_for_all, stops},
    {temporary, shutdown, one_for_all, stops},
    {temporary, error, one_for_all, fails},

    {permanent, normal, rest_for_one, rest},
    {permanent, shutdown, rest_for_one, rest},
    {permanent, error, rest_for_one, rest},
    {transient, normal, rest_for_one, stops},
    {transient, shutdown, rest_for_one, stops},
    {transient, error, rest_for_one, rest},
    {temporary, normal, rest_for_one, stops},
    {temporary, shutdown, rest_for_one, stops},
    {temporary, error, rest_for_one, fails},

    {permanent, normal, simple_one_for_one, again},
    {permanent, shutdown, simple_one_for_one, again},
    {permanent, error, simple_one_for_one, again},
    {transient, normal, simple_one_for_one, stops},
    {transient, shutdown, simple_one_for_one, stops},
    {transient, error, simple_one_for_one, again},
    {temporary, normal, simple_one_for_one, stops},
    {temporary, shutdown, simple_one_for_one, stops},
    {temporary, error, simple_one_for_one, fails},
};

ExitReport report(ExitClass kind) {
    const bool is_error = kind == error;
    return {kind, is_error ? ExitCause::signalled : ExitCause::exited, is_error ? 11 : 0, true, ""};
}

TEST(TreeTable, decides_by_restart_type_exit_reason_and_strategy) {
    ASSERT_EQ(table.size(), 3U * 3U * 4U);
    for (const Row& row : table) {
        SCOPED_TRACE(std::string(to_string(row.type)) + " × " +
                     std::to_string(static_cast<int>(row.exit)) + " × " +
                     std::string(to_string(row.strategy)));
        RunningTree tree({actor("a", 0), actor("b", 0, row.type), actor("c", 0)},
                         {root(row.strategy)});
        EXPECT_THAT(tree.obey(tree.report_exit("b", report(row.exit))),
                    testing::ElementsAreArray(row.orders));
        const bool restarted = row.orders == again || row.orders == all || row.orders == rest;
        EXPECT_EQ(tree.intensity_left(0), restarted ? 9U : 10U);
    }
}

TEST(TreeTable, what_ended_for_good_comes_back_with_its_siblings_unless_it_is_temporary) {
    RunningTree tree({actor("a", 0), actor("b", 0, transient), actor("c", 0, temporary),
                      actor("d", 0, temporary)},
                     {root(one_for_all)});
    EXPECT_THAT(tree.ends("b"), ElementsAre("stopped b"));
    EXPECT_THAT(tree.ends("c"), ElementsAre("stopped c"));
    EXPECT_THAT(tree.crash_and_obey("a"), ElementsAre("stop d", "start a", "stopped d", "start b"));
}

TEST(TreeTable, rest_for_one_leaves_those_before_alone) {
    RunningTree tree({actor("a", 0), actor("b", 0), actor("c", 0)}, {root(rest_for_one)});
    EXPECT_THAT(tree.crash_and_obey("c"), ElementsAre("start c"));
    EXPECT_THAT(tree.crash_and_obey("a"),
                ElementsAre("stop c", "stop b", "start a", "start b", "start c"));
}

TEST(TreeTable, simple_one_for_one_stops_its_children_in_parallel) {
    RunningTree tree({actor("a", 0), actor("b", 1), actor("c", 1), actor("d", 1)},
                     {root(), supervisor("pool", simple_one_for_one)});
    const auto orders = tree.stop_all();
    EXPECT_THAT(orders, testing::UnorderedElementsAre("stop b", "stop c", "stop d"))
        << "a waits until they are gone";
    EXPECT_THAT(tree.ends("c"), ElementsAre("stopped c"));
    EXPECT_THAT(tree.ends("b"), ElementsAre("stopped b"));
    EXPECT_THAT(tree.ends("d"), testing::UnorderedElementsAre("stopped d", "stop a"));
    EXPECT_THAT(tree.ends("a"), ElementsAre("stopped a"));
}

struct SignificantRow {
    AutoShutdown when;
    std::vector<std::string> ends;  ///< Who ends well, one after the other.
    std::vector<std::string> last;  ///< What the last end leads to.
};

TEST(TreeTable, a_supervisor_ends_with_its_significant_children) {
    const std::vector<SignificantRow> rows{
        {AutoShutdown::never, {"b"}, {"stopped b"}},
        {AutoShutdown::any_significant, {"d"}, {"stopped d"}},
        {AutoShutdown::any_significant,
         {"b"},
         {"stop d", "stopped b", "stop c", "stopped c", "stopped d"}},
        {AutoShutdown::all_significant, {"b"}, {"stopped b"}},
        {AutoShutdown::all_significant, {"b", "d"}, {"stopped d"}},
        {AutoShutdown::all_significant, {"b", "c"}, {"stop d", "stopped c", "stopped d"}},
    };
    for (const auto& row : rows) {
        auto media = supervisor("media");
        media.auto_shutdown = row.when;
        RunningTree tree({actor("a", 0), significant(actor("b", 1, transient)),
                          significant(actor("c", 1, temporary)), actor("d", 1, transient)},
                         {root(), media});
        std::vector<std::string> orders;
        for (const auto& name : row.ends) orders = tree.obey(tree.report_exit(name, ended_well()));
        EXPECT_EQ(orders, row.last);
        EXPECT_THAT(tree.crash("a"), ElementsAre("start a")) << "the rest goes on";
        EXPECT_EQ(tree.intensity_left(0), 9U) << "that was no failure";
    }
}

TEST(TreeTable, significant_children_count_only_when_they_end_by_themselves) {
    auto media = supervisor("media", one_for_all);
    media.auto_shutdown = AutoShutdown::any_significant;
    RunningTree tree({significant(actor("a", 1, transient)), actor("b", 1)}, {root(), media});
    EXPECT_THAT(tree.crash_and_obey("b"), ElementsAre("stop a", "start a", "start b"))
        << "its siblings took it along";
    EXPECT_THAT(tree.crash_and_obey("a"), ElementsAre("stop b", "start a", "start b"))
        << "it comes back";
    EXPECT_THAT(tree.stop("a"), ElementsAre("stop a"));
    EXPECT_THAT(tree.exits("a", stopped()), ElementsAre("stopped a")) << "a person stopped it";
    EXPECT_EQ(tree.core().state_of(1), SupervisorState::running);
}

TEST(TreeTable, the_node_ends_with_the_significant_children_of_its_own_supervisor) {
    auto own = root();
    own.auto_shutdown = AutoShutdown::all_significant;
    RunningTree tree({significant(actor("a", 0, transient)), actor("b", 0)}, {own});
    EXPECT_THAT(tree.obey(tree.report_exit("a", ended_well())),
                ElementsAre("stop b", "stopped a", "exit 0", "stopped b"));
}

}  // namespace
}  // namespace streamlib::supervision
