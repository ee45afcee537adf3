// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/graph_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace streamlib {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Edges = std::vector<Edge>;

TEST(GraphOrder, puts_producers_first_and_keeps_the_order_of_the_text) {
    EXPECT_THAT(order_of(0, {}).order, IsEmpty());
    EXPECT_THAT(order_of(3, {}).order, ElementsAre(0, 1, 2));
    EXPECT_THAT(order_of(4, Edges{{3, 0}, {0, 1}}).order, ElementsAre(2, 3, 0, 1));
    EXPECT_THAT(order_of(4, Edges{{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 3}, {0, 1}}).order,
                ElementsAre(0, 1, 2, 3));
}

TEST(GraphOrder, cuts_a_loop_at_the_edge_that_leads_back) {
    const auto fed =
        order_of(4, Edges{{2, 1}, {1, 0}, {0, 2}, {3, 1}});  // 3 feeds the loop 1 → 0 → 2 → 1
    EXPECT_THAT(fed.order, ElementsAre(3, 1, 0, 2));
    EXPECT_THAT(fed.feedback, ElementsAre(true, false, false, false));
    const auto alone = order_of(2, Edges{{0, 1}, {1, 0}});
    EXPECT_THAT(alone.order, ElementsAre(0, 1));
    EXPECT_THAT(alone.feedback, ElementsAre(false, true));
    const auto self = order_of(1, Edges{{0, 0}});
    EXPECT_THAT(self.order, ElementsAre(0));
    EXPECT_THAT(self.feedback, ElementsAre(true));
}

TEST(GraphOrder, finds_loops) {
    EXPECT_THAT(loops_of(3, Edges{{0, 1}, {1, 2}, {0, 2}}), IsEmpty());
    EXPECT_THAT(loops_of(3, Edges{{0, 1}, {1, 2}, {2, 1}}), ElementsAre(ElementsAre(1, 2)));
    EXPECT_THAT(loops_of(1, Edges{{0, 0}}), ElementsAre(ElementsAre(0)));
    EXPECT_EQ(loops_of(40,
                       [] {
                           Edges all;
                           for (std::uint32_t i = 0; i < 40; ++i) all.emplace_back(i, i);
                           return all;
                       }())
                  .size(),
              8U);
}

TEST(GraphOrder, holds_for_random_graphs) {
    std::mt19937 random(7);  // NOLINT: the same graphs every time
    for (int round = 0; round < 2000; ++round) {
        const std::uint32_t nodes = 1 + static_cast<std::uint32_t>(random() % 12);
        Edges edges(random() % 25);
        for (auto& edge : edges) edge = {random() % nodes, random() % nodes};
        const auto result = order_of(nodes, edges);
        ASSERT_EQ(result.order.size(), nodes);
        std::vector<std::size_t> position(nodes, nodes);
        for (std::size_t i = 0; i < nodes; ++i) position[result.order[i]] = i;
        bool any_feedback = false;
        for (std::size_t e = 0; e < edges.size(); ++e) {
            ASSERT_LT(position[edges[e].first], nodes) << "every node once";
            any_feedback = any_feedback || result.feedback[e];
            if (!result.feedback[e]) {
                ASSERT_LT(position[edges[e].first], position[edges[e].second]);
            }
        }
        ASSERT_EQ(any_feedback, !loops_of(nodes, edges).empty());
    }
}

TEST(GraphOrder, takes_a_chain_of_any_length) {
    constexpr std::uint32_t nodes = 200'000;
    Edges edges;
    for (std::uint32_t i = 0; i + 1 < nodes; ++i) edges.emplace_back(i, i + 1);
    EXPECT_EQ(order_of(nodes, edges).order.back(), nodes - 1);
}

}  // namespace
}  // namespace streamlib
