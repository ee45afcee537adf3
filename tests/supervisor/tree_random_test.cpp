// SPDX-License-Identifier: Apache-2.0
// A million random events against the rules of tree_simulation.hpp, and lies that the rules have to find.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/supervisor/tree_simulation.hpp"

namespace streamlib::supervision {
namespace {

using tree_simulation::Fault;
using tree_simulation::Simulation;

/// The first violation, or nothing.
std::string first_violation(std::uint64_t seed, Fault fault, int events) {
    Simulation simulation(seed, fault);
    simulation.run(events);
    return simulation.violations().empty() ? "" : simulation.violations().front();
}

TEST(TreeRandom, no_rule_is_broken_in_a_million_events) {
    const char* wanted = std::getenv("STREAMLIB_TREE_EVENTS");
    const std::uint64_t most = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 1'000'000;
    std::uint64_t events = 0, starts = 0, escalations = 0, nodes = 0;
    for (std::uint64_t seed = 1; events < most; ++seed, ++nodes) {
        Simulation simulation(seed, Fault::none);
        simulation.run(static_cast<int>(50 + seed % 7 * 100));
        ASSERT_TRUE(simulation.violations().empty())
            << "seed " << seed << ": " << simulation.violations().front();
        events += simulation.events();
        starts += simulation.starts();
        escalations += simulation.escalations();
    }
    RecordProperty("nodes", std::to_string(nodes));
    RecordProperty("starts", std::to_string(starts));
    RecordProperty("escalations", std::to_string(escalations));
    EXPECT_GT(starts, events / 20) << "nothing happens";
    EXPECT_GT(escalations, nodes / 10) << "nothing escalates";
}

TEST(TreeRandom, the_same_seed_is_the_same_run) {
    const auto run = [] {
        Simulation simulation(5, Fault::none);
        simulation.run(500);
        return std::pair(simulation.events(), simulation.starts());
    };
    EXPECT_EQ(run(), run());
}

/// How many of a hundred nodes are found out, and that the rule which was broken is the one that is named.
void expect_found(Fault fault, const std::string& rule) {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const std::string text = first_violation(seed, fault, 500);
        if (text.find(rule) != std::string::npos) ++found;
    }
    EXPECT_GE(found, 10) << rule;
}

TEST(TreeRandom, the_rules_find_two_incarnations) {
    expect_found(Fault::exit_before_gone, "two incarnations");
}

TEST(TreeRandom, the_rules_find_a_child_below_a_parent_that_does_not_run) {
    expect_found(Fault::ready_at_spawn, "a start below a parent that does not run");
}

TEST(TreeRandom, the_rules_find_one_restart_too_many) {
    expect_found(Fault::generous, "more restarts than the intensity");
}

TEST(TreeRandom, the_rules_find_a_start_of_what_a_person_stopped) {
    expect_found(Fault::deaf_to_stop, "coming back against all");
}

TEST(TreeRandom, the_rules_find_a_start_after_the_end) {
    expect_found(Fault::deaf_to_end, "a start after the end");
}

}  // namespace
}  // namespace streamlib::supervision
