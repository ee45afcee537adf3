// SPDX-License-Identifier: Apache-2.0
// Three levels of supervisors below the node's own, with processes: what is spent below goes up, stops in order what hangs
// there, and what stands beside it never notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// node ─ outer (rest_for_one: o, middle, p) ─ middle (one_for_all: m, inner) ─ inner (one_for_one: i, j); beside: x, y.
std::string graph_text(int intensity) {
    std::string text =
        "links = [\"i >> j\", \"m >> o\", \"x >> p\", \"x >> y\"]\n[clock]\nrate = \"100\"\n";
    const auto actor = [&](const char* name, const char* kind, const char* supervisor) {
        text += "[actors." + std::string(name) + "]\nclass = \"" + kind + "\"\n";
        if (*supervisor != 0) text += "supervisor = \"" + std::string(supervisor) + "\"\n";
    };
    const auto supervisor = [&](const char* name, const char* strategy, const char* parent) {
        text +=
            "[supervisors." + std::string(name) + "]\nstrategy = \"" + strategy +
            "\"\nperiod = \"600s\"\nbackoff = \"0s\"\nintensity = " + std::to_string(intensity) +
            "\n";
        if (*parent != 0) text += "parent = \"" + std::string(parent) + "\"\n";
    };
    actor("o", "Sink", "outer");
    actor("m", "Ticker", "middle");
    actor("i", "Ticker", "inner");
    actor("j", "Sink", "inner");
    actor("p", "Sink", "outer");
    actor("x", "Ticker", "");
    actor("y", "Sink", "");
    supervisor("outer", "rest_for_one", "");
    supervisor("middle", "one_for_all", "outer");
    supervisor("inner", "one_for_one", "middle");
    return text + "[supervisors.node]\nintensity = 0\n";
}

class Escalation : public testing::Test {
protected:
    Escalation()
        : folder_(std::filesystem::temp_directory_path() /
                  ("streamlib-escalation-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~Escalation() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string graph_file(int intensity) const {
        std::ofstream(folder_ / "graph.toml") << graph_text(intensity);
        return (folder_ / "graph.toml").string();
    }
    std::filesystem::path folder_;
};

/// Who is there of the branch.
std::vector<std::string> branch_of(const NodeRun& run) {
    std::vector<std::string> names;
    for (const ProcessFacts& facts : run.processes()) {
        if (facts.comm.size() == 1 && std::string("omijp").find(facts.comm) != std::string::npos)
            names.push_back(facts.comm);
    }
    std::sort(names.begin(), names.end());
    return names;
}

void expect_end_of_the_branch(NodeRun& run, pid_t x, pid_t y) {
    EXPECT_THAT(run.wait_for("event alarm"), HasSubstr("outer"));
    EXPECT_TRUE(eventually([&] { return branch_of(run).empty(); }));
    EXPECT_EQ(run.process("x").pid, x);
    EXPECT_EQ(run.process("y").pid, y);
    EXPECT_THAT(run.lines("event restarted x"), IsEmpty());
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 1);
    for (const char* name : {"o", "m", "i", "j", "p"})
        EXPECT_FALSE(run.lines("actor " + std::string(name) + " failed").empty()) << name;
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST_F(Escalation, with_nothing_to_spend_one_death_goes_all_the_way_up_in_order) {
    NodeRun run({graph_file(0)});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t x = run.process("x").pid, y = run.process("y").pid;
    ASSERT_EQ(::kill(run.process("i").pid, SIGKILL), 0);
    EXPECT_NE(run.wait_for("event gave-up inner"), "");
    EXPECT_NE(run.wait_for("event gave-up middle"), "");
    EXPECT_NE(run.wait_for("event gave-up outer"), "");
    expect_end_of_the_branch(run, x, y);
    EXPECT_THAT(run.lines("event restarted"), IsEmpty());
}

TEST_F(Escalation, each_level_gives_the_one_below_as_many_lives_as_it_has) {
    // One restart each: a supervisor gives up with the second death below it, so three levels take 2 · 2 · 2 of them.
    NodeRun run({graph_file(1)});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t x = run.process("x").pid, y = run.process("y").pid;
    for (int death = 1; death <= 8; ++death) {
        const pid_t before = run.wait_for_process("i").pid;
        ASSERT_EQ(::kill(before, SIGKILL), 0);
        if (death == 8) break;
        ASSERT_NE(run.wait_for("actor i running"), "") << "death " << death;
        EXPECT_TRUE(eventually([&] { return branch_of(run).size() == 5; })) << "death " << death;
        EXPECT_THAT(run.lines("event gave-up inner"), SizeIs(death / 2)) << "death " << death;
        EXPECT_THAT(run.lines("event gave-up middle"), SizeIs(death / 4)) << "death " << death;
        EXPECT_THAT(run.lines("event gave-up outer"), IsEmpty()) << "death " << death;
    }
    EXPECT_NE(run.wait_for("event gave-up outer"), "");
    expect_end_of_the_branch(run, x, y);
    EXPECT_THAT(run.lines("event gave-up inner"), SizeIs(4));
    EXPECT_THAT(run.lines("event gave-up middle"), SizeIs(2));
}

}  // namespace
}  // namespace streamlib::test
