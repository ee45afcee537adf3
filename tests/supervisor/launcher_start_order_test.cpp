// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/start_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace streamlib::supervision {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct Edge {
    std::uint32_t from, to;
    bool feedback = false;
};

GraphPlan plan_of(std::uint32_t actors, const std::vector<Edge>& edges) {
    GraphPlan plan;
    plan.actors.resize(actors);
    for (const Edge& edge : edges) {
        const auto index = static_cast<std::uint32_t>(plan.links.size());
        plan.links.push_back({.from = edge.from,
                              .output = 0,
                              .to = edge.to,
                              .input = 0,
                              .place = {},
                              .feedback = edge.feedback});
        plan.actors[edge.from].out_links.push_back(index);
        plan.actors[edge.to].in_links.push_back(index);
    }
    return plan;
}

TEST(ConfigureOrder, configures_producers_before_consumers) {
    const GraphPlan plan = plan_of(3, {{0, 1}, {1, 2}});
    ConfigureOrder order(plan);
    EXPECT_THAT(order.on_hello(2), IsEmpty());
    EXPECT_THAT(order.on_hello(0), ElementsAre(0));
    EXPECT_THAT(order.on_configured(0), IsEmpty());  // 1 has not said hello
    EXPECT_THAT(order.on_hello(1), ElementsAre(1));
    EXPECT_THAT(order.on_configured(1), ElementsAre(2));
    EXPECT_FALSE(order.done());
    EXPECT_THAT(order.on_configured(2), IsEmpty());
    EXPECT_TRUE(order.done());
}

TEST(ConfigureOrder, waits_for_every_input) {
    const GraphPlan plan = plan_of(3, {{0, 2}, {1, 2}});
    ConfigureOrder order(plan);
    EXPECT_THAT(order.on_hello(2), IsEmpty());
    EXPECT_THAT(order.on_hello(0), ElementsAre(0));
    EXPECT_THAT(order.on_hello(1), ElementsAre(1));
    EXPECT_THAT(order.on_configured(0), IsEmpty());
    EXPECT_THAT(order.on_configured(1), ElementsAre(2));
}

TEST(ConfigureOrder, does_not_wait_for_feedback) {
    const GraphPlan plan = plan_of(2, {{0, 1}, {1, 0, true}});
    ConfigureOrder order(plan);
    EXPECT_THAT(order.on_hello(1), IsEmpty());
    EXPECT_THAT(order.on_hello(0), ElementsAre(0));
    EXPECT_THAT(order.on_configured(0), ElementsAre(1));
    EXPECT_THAT(order.on_configured(1), IsEmpty());
    EXPECT_TRUE(order.done());
}

TEST(ConfigureOrder, gives_up_what_needs_a_failed_actor_and_goes_on_with_the_rest) {
    const GraphPlan plan = plan_of(5, {{0, 1}, {1, 2}, {3, 4}});
    ConfigureOrder order(plan);
    for (const std::uint32_t actor : {0U, 1U, 2U, 3U, 4U}) static_cast<void>(order.on_hello(actor));
    order.on_failed(0);
    EXPECT_FALSE(order.done());
    EXPECT_THAT(order.on_configured(3), ElementsAre(4));
    EXPECT_THAT(order.on_configured(4), IsEmpty());
    EXPECT_TRUE(order.done());
}

TEST(ConfigureOrder, counts_a_failure_once) {
    const GraphPlan plan = plan_of(3, {{0, 2}, {1, 2}});
    ConfigureOrder order(plan);
    order.on_failed(0);
    order.on_failed(1);
    order.on_failed(2);
    order.on_failed(0);
    EXPECT_TRUE(order.done());
}

TEST(ReadyOrder, starts_consumers_before_producers) {
    const GraphPlan plan = plan_of(3, {{0, 1}, {1, 2}});
    ReadyOrder order(plan);
    EXPECT_THAT(order.first(), ElementsAre(2));
    EXPECT_THAT(order.on_settled(2), ElementsAre(1));
    EXPECT_THAT(order.on_settled(1), ElementsAre(0));
    EXPECT_FALSE(order.done());
    EXPECT_THAT(order.on_settled(0), IsEmpty());
    EXPECT_TRUE(order.done());
}

TEST(ReadyOrder, waits_for_every_consumer) {
    const GraphPlan plan = plan_of(3, {{0, 1}, {0, 2}});
    ReadyOrder order(plan);
    EXPECT_THAT(order.first(), UnorderedElementsAre(1, 2));
    EXPECT_THAT(order.on_settled(1), IsEmpty());
    EXPECT_THAT(order.on_settled(2), ElementsAre(0));
}

TEST(ReadyOrder, takes_a_dead_consumer_as_settled_and_counts_it_once) {
    const GraphPlan plan = plan_of(2, {{0, 1}});
    ReadyOrder order(plan);
    EXPECT_THAT(order.on_settled(1), ElementsAre(0));
    EXPECT_THAT(order.on_settled(1), IsEmpty());
    EXPECT_FALSE(order.done());
}

TEST(ReadyOrder, does_not_start_a_producer_that_is_dead) {
    const GraphPlan plan = plan_of(2, {{0, 1}});
    ReadyOrder order(plan);
    EXPECT_THAT(order.on_settled(0), IsEmpty());
    EXPECT_THAT(order.on_settled(1), IsEmpty());
    EXPECT_TRUE(order.done());
}

TEST(ReadyOrder, ignores_feedback) {
    const GraphPlan plan = plan_of(2, {{0, 1}, {1, 0, true}});
    ReadyOrder order(plan);
    EXPECT_THAT(order.first(), ElementsAre(1));
    EXPECT_THAT(order.on_settled(1), ElementsAre(0));
}

}  // namespace
}  // namespace streamlib::supervision
