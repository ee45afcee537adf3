// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/pending_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/graph/graph_order.hpp"

namespace streamlib {
namespace {

using testing::ElementsAreArray;
using Indices = std::vector<std::uint32_t>;

/// A plan from links, and parents as (child, parent).
GraphPlan plan_of(std::uint32_t actors, const std::vector<Edge>& links,
                  const std::vector<Edge>& parents = {}) {
    GraphPlan plan;
    plan.actors.resize(actors);
    const auto ordered = order_of(actors, links);
    plan.order = ordered.order;
    for (std::uint32_t i = 0; i < links.size(); ++i) {
        plan.links.push_back({links[i].first, 0, links[i].second, 0, {}, ordered.feedback[i]});
        plan.actors[links[i].first].out_links.push_back(i);
        plan.actors[links[i].second].in_links.push_back(i);
    }
    for (const auto& [child, parent] : parents) {
        plan.actors[child].parent = parent;
        plan.actors[parent].children.push_back(child);
    }
    return plan;
}

/// "rr.": r running, s starting, e ended, x stopped, f failed.
std::vector<WorkState> states_of(std::string_view text) {
    std::vector<WorkState> states;
    for (const char c : text) {
        states.push_back(c == 'r'   ? WorkState::running
                         : c == 's' ? WorkState::starting
                         : c == 'e' ? WorkState::ended
                         : c == 'x' ? WorkState::stopped
                                    : WorkState::failed);
    }
    return states;
}

const std::vector<Edge> chain{{0, 1}, {1, 2}};                     // 0 → 1 → 2
const std::vector<Edge> join{{0, 2}, {1, 2}};                      // 0, 1 → 2
const std::vector<Edge> fed_loop{{0, 1}, {1, 2}, {2, 1}, {2, 3}};  // 0 → 1 ⇄ 2 → 3
const std::vector<Edge> bare_loop{{0, 1}, {1, 0}};

struct Case {
    std::vector<Edge> links;
    const char* states;
    bool roots_done, all_done;
    Indices stuck, stop_stuck, stop_everything;
};

TEST(PendingWork, says_who_waits_in_vain_and_whom_to_stop_next) {
    const Case cases[] = {
        {chain, "rrr", false, false, {}, {}, {0}},
        {chain, "srr", false, false, {}, {}, {0}},
        {chain, "err", true, false, {}, {}, {}},  // drains, then ends by itself
        {chain, "eer", true, false, {}, {}, {}},
        {chain, "eee", true, true, {}, {}, {}},
        {chain, "frr", true, false, {1, 2}, {1}, {1}},  // first 1; 2 may still drain what 1 gave it
        {chain, "fxr", true, false, {2}, {2}, {2}},
        {chain, "xrr", true, false, {1, 2}, {1}, {1}},
        {chain, "rfr", false, false, {2}, {2}, {0}},  // roots first in an ordered stop
        {chain, "efr", true, false, {2}, {2}, {2}},
        {chain, "fff", true, true, {}, {}, {}},
        {join, "rfr", false, false, {}, {}, {0}},  // 0 still brings something
        {join,
         "efr",
         true,
         false,
         {2},
         {2},
         {2}},  // one ended, one died: no end will come of the second
        {join, "eer", true, false, {}, {}, {}},
        {join, "xxr", true, false, {2}, {2}, {2}},
        {fed_loop, "rrrr", false, false, {}, {}, {0}},
        {fed_loop, "errr", true, false, {1, 2, 3}, {1}, {1}},  // the loop would wait for itself
        {fed_loop, "exrr", true, false, {2, 3}, {2}, {2}},
        {fed_loop, "exxr", true, false, {3}, {3}, {3}},
        {fed_loop, "reer", false, false, {}, {}, {0}},
        {bare_loop, "rr", false, false, {}, {}, {0}},  // runs until somebody stops it
        {bare_loop, "xr", true, false, {1}, {1}, {1}},
        {{}, "rer", false, false, {}, {}, {0, 2}},
        {{}, "", true, true, {}, {}, {}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.states);
        const auto states = states_of(c.states);
        const auto plan = plan_of(static_cast<std::uint32_t>(states.size()), c.links);
        const auto work = pending_work(plan, states);
        EXPECT_EQ(work.roots_done, c.roots_done);
        EXPECT_EQ(work.all_done, c.all_done);
        EXPECT_THAT(work.stuck, ElementsAreArray(c.stuck));
        EXPECT_THAT(next_to_stop(plan, states, false), ElementsAreArray(c.stop_stuck));
        EXPECT_THAT(next_to_stop(plan, states, true), ElementsAreArray(c.stop_everything));
    }
}

TEST(PendingWork, stops_families_deepest_first) {
    // 0 has the children 1 and 2, 2 has 3; 4 stands alone.
    const auto plan = plan_of(5, {}, {{1, 0}, {2, 0}, {3, 2}});
    EXPECT_THAT(family_to_stop(plan, states_of("rrrrr"), 0), testing::ElementsAre(3, 1, 2, 0));
    EXPECT_THAT(family_to_stop(plan, states_of("frfrr"), 0), testing::ElementsAre(3, 1));
    EXPECT_THAT(family_to_stop(plan, states_of("rrrrr"), 4), testing::ElementsAre(4));
    EXPECT_THAT(next_to_stop(plan_of(4, chain, {{2, 0}, {3, 2}}), states_of("rrrr"), true),
                testing::ElementsAre(3))
        << "2 and 3 are children of the source, and 3 a source of its own";
    EXPECT_THAT(next_to_stop(plan_of(3, chain, {{2, 0}}), states_of("rrx"), true),
                testing::ElementsAre(0));
    EXPECT_THAT(pending_work(plan, states_of("frrrr")).orphaned, testing::ElementsAre(3, 1, 2));
    EXPECT_THAT(pending_work(plan, states_of("rrerr")).orphaned, testing::ElementsAre(3));
    EXPECT_THAT(pending_work(plan, states_of("rrrrf")).orphaned, testing::IsEmpty());
}

TEST(PendingWork, an_ordered_stop_always_comes_to_an_end) {
    const std::vector<std::vector<Edge>> graphs{
        chain, join, fed_loop, bare_loop, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 1}}};
    for (const auto& links : graphs) {
        const auto plan = plan_of(4, links, {{3, 0}});
        auto states = states_of("rrrr");
        std::size_t told = 0;
        for (auto next = next_to_stop(plan, states, true); !next.empty();
             next = next_to_stop(plan, states, true)) {
            for (const auto actor : next) states[actor] = WorkState::stopped;
            told += next.size();
        }
        EXPECT_TRUE(pending_work(plan, states).all_done);
        EXPECT_EQ(told, 4U) << "each once";
    }
}

}  // namespace
}  // namespace streamlib
