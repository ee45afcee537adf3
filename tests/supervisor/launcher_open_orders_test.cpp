// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/open_orders.hpp"

#include <gtest/gtest.h>

namespace streamlib::supervision {
namespace {

using Answer = OpenOrders::Answer;

std::uint64_t sent(OpenOrders& orders, std::uint32_t child) {
    const auto order = orders.next(child);
    orders.begin(order, child);
    return order;
}

TEST(OpenOrders, takes_one_answer_to_an_order) {
    OpenOrders orders;
    const auto first = sent(orders, 7);
    EXPECT_NE(first, 0U);
    EXPECT_FALSE(orders.empty());
    EXPECT_EQ(orders.end(first, 7), Answer::wanted);
    EXPECT_TRUE(orders.empty());
    EXPECT_EQ(orders.end(first, 7), Answer::unasked);
}

TEST(OpenOrders, does_not_take_a_late_answer_for_the_next_incarnation) {
    OpenOrders orders;
    const auto before = sent(orders, 7);
    const auto now = sent(orders, 7);
    EXPECT_NE(before, now);
    EXPECT_EQ(orders.end(before, 7), Answer::late);
    EXPECT_FALSE(orders.empty());
    EXPECT_EQ(orders.end(now, 7), Answer::wanted);
}

TEST(OpenOrders, knows_a_late_answer_also_after_the_newest_was_answered) {
    OpenOrders orders;
    const auto before = sent(orders, 7);
    const auto now = sent(orders, 7);
    EXPECT_EQ(orders.end(now, 7), Answer::wanted);
    EXPECT_EQ(orders.end(before, 7), Answer::late);
}

TEST(OpenOrders, counts_from_the_moment_of_the_order_not_of_its_sending) {
    OpenOrders orders;
    const auto before = sent(orders, 7);
    const auto queued = orders.next(7);
    EXPECT_EQ(orders.end(before, 7), Answer::late);
    EXPECT_TRUE(orders.empty());
    orders.begin(queued, 7);
    EXPECT_EQ(orders.end(queued, 7), Answer::wanted);
}

TEST(OpenOrders, does_not_take_an_answer_of_another_child) {
    OpenOrders orders;
    const auto seven = sent(orders, 7);
    const auto eight = sent(orders, 8);
    EXPECT_EQ(orders.end(seven, 8), Answer::unasked);
    EXPECT_EQ(orders.end(eight, 8), Answer::wanted);
    EXPECT_EQ(orders.end(seven, 7), Answer::wanted);
}

TEST(OpenOrders, loses_only_what_is_still_wanted) {
    OpenOrders orders;
    static_cast<void>(sent(orders, 7));
    static_cast<void>(sent(orders, 9));
    static_cast<void>(sent(orders, 7));
    EXPECT_EQ(orders.lose_all(), (std::vector<std::uint32_t>{7, 9}));
    EXPECT_TRUE(orders.empty());
    // 9 has another zygote's process by now.
    const auto lost = sent(orders, 9);
    const auto next = sent(orders, 9);
    EXPECT_EQ(orders.end(next, 9), Answer::wanted);
    EXPECT_EQ(orders.lose_all(), std::vector<std::uint32_t>{});
    EXPECT_EQ(orders.end(lost, 9), Answer::unasked);
}

}  // namespace
}  // namespace streamlib::supervision
