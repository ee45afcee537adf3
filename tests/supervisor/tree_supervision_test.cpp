// SPDX-License-Identifier: Apache-2.0
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

TEST(Supervision, restarts_a_healthy_child_at_once_and_nobody_else) {
    Tree tree({actor("a", 0), actor("b", 0), actor("c", 0)});
    EXPECT_THAT(tree.start(), ElementsAre("start a", "start b", "start c"));
    tree.all_ready();
    EXPECT_THAT(tree.crash("b"), ElementsAre("start b"));
    EXPECT_THAT(tree.ready("b"), IsEmpty());
    EXPECT_EQ(tree.intensity_left(0), 9U);
}

TEST(Supervision, leaves_an_unsupervised_actor_as_it_ended) {
    Tree tree({actor("a"), actor("b")});
    static_cast<void>(tree.start());
    tree.all_ready();
    EXPECT_THAT(tree.crash("a"), ElementsAre("failed a"));
    EXPECT_THAT(tree.ends("b"), ElementsAre("stopped b"));
}

}  // namespace
}  // namespace streamlib::supervision
