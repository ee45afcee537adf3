// SPDX-License-Identifier: Apache-2.0
// Actors that say garbage to the launcher: it costs them, and nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

TEST(Babble, of_many_actors_ends_them_and_nobody_else) {
    constexpr int many = 16;
    std::string graph = "rate=100 Ticker name=good >> Sink name=taker";
    for (int n = 0; n < many; ++n)
        graph += "; Babbler name=b" + std::to_string(n) + " seed=" + std::to_string(1000 * n);
    NodeRun run({graph});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t good = run.active("good"), taker = run.active("taker");
    ASSERT_TRUE(eventually([&] {
        for (int n = 0; n < many; ++n)
            if (run.process("b" + std::to_string(n)).pid != 0) return false;
        return true;
    })) << "somebody may say what he likes";
    EXPECT_EQ(run.process("good").pid, good);
    EXPECT_EQ(run.process("taker").pid, taker);
    run.signal(SIGINT);
    EXPECT_GE(run.finish(), 0) << "the launcher died of it";
    EXPECT_THAT(run.wait_for_silence(), testing::IsEmpty());
}

TEST(Babble, before_the_node_runs_is_a_finding) {
    for (int seed = 0; seed < 16; ++seed) {
        NodeRun run(
            {"rate=100 Babbler early=true seed=" + std::to_string(100 * seed), "--for-ms", "300"});
        EXPECT_GE(run.finish(), 0) << "the launcher died of seed " << seed;
        EXPECT_THAT(run.wait_for_silence(), testing::IsEmpty());
    }
}

}  // namespace
}  // namespace streamlib::test
