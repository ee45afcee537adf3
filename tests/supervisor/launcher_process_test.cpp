// SPDX-License-Identifier: Apache-2.0
// Whole runs of trivial actors: how they begin, end, fail and stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ipc/segment.hpp"
#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A file of this test's own.
class Scratch {
public:
    explicit Scratch(const std::string& name)
        : path_(std::filesystem::temp_directory_path() /
                ("sl-" + std::to_string(::getpid()) + "-" + name)) {}
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }
    void write(const std::string& text) const { std::ofstream(path_) << text; }

private:
    std::filesystem::path path_;
};

TEST(LauncherRun, ends_with_0_when_the_stream_has_ended_and_everything_drained) {
    const Scratch seen("seen");
    NodeRun run({"rate=200 Ticker blocks=20 >> Sink path=" + seen.path()});
    EXPECT_EQ(run.finish(), 0);
    std::uint64_t blocks = 0, last = 0, missed = 0;
    std::ifstream(seen.path()) >> blocks >> last >> missed;
    EXPECT_EQ(last, 20U);
    EXPECT_EQ(blocks + missed, 20U);
    EXPECT_THAT(run.lines("actor sink stopped"), testing::SizeIs(1));
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST(LauncherRun, a_format_that_changes_while_it_runs_makes_new_rings_all_the_way_down) {
    const Scratch verdict("verdict");
    NodeRun run(
        {"rate=100 Grower blocks=40 grow_every=10 >> Relay trigger=input depth=64 >> GrowthJudge "
         "path=" +
         verdict.path()});
    EXPECT_EQ(run.finish(), 0);
    std::uint64_t seen = 0, unordered = 0, torn = 0, changes = 0, missed = 0;
    std::ifstream(verdict.path()) >> seen >> unordered >> torn >> changes >> missed;
    EXPECT_EQ(seen + missed, 40U);
    EXPECT_GT(seen, 20U);
    EXPECT_EQ(unordered, 0U);
    EXPECT_EQ(torn, 0U);
    EXPECT_EQ(changes, 3U);
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST(LauncherRun, a_format_that_start_changes_is_carried_from_the_first_block_on) {
    const Scratch verdict("verdict");
    NodeRun run({"rate=100 Grower blocks=20 grow_every=100 in_start=true >> GrowthJudge path=" +
                 verdict.path()});
    EXPECT_EQ(run.finish(), 0);
    std::uint64_t seen = 0, unordered = 0, torn = 0;
    std::ifstream(verdict.path()) >> seen >> unordered >> torn;
    EXPECT_GT(seen, 0U);
    EXPECT_EQ(unordered, 0U);
    EXPECT_EQ(torn, 0U);
    EXPECT_THAT(run.lines("event format grower"), testing::SizeIs(1));
}

TEST(LauncherRun, counters_that_cannot_be_shown_are_named) {
    NodeRun run({"ManyCounters"});
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.lines("event warning"),
                testing::ElementsAre("event warning many_counters 34 counters are declared, and 32 "
                                     "can be shown; the actor alone sees c32, c33"));
}

TEST(LauncherRun, stops_in_order_when_its_time_is_up) {
    NodeRun run({"Ticker >> Relay >> Sink", "--for-ms", "200"});
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.lines("stopping 1"), testing::SizeIs(1));
    // Only the source was told; the others ended by themselves.
    EXPECT_THAT(run.lines("actor ticker stopping"), testing::SizeIs(1));
    EXPECT_THAT(run.lines("actor sink stopping"), IsEmpty());
    EXPECT_THAT(run.lines("actor"), testing::Contains(HasSubstr("sink stopped")));
}

TEST(LauncherRun, stops_in_order_at_an_interrupt) {
    NodeRun run({"Ticker >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    run.signal(SIGINT);
    EXPECT_EQ(run.finish(), 0);
}

TEST(LauncherRun, kills_at_the_second_interrupt) {
    NodeRun run({"Ticker >> Sink stuck=true", "--deadline-ms", "60000"});
    ASSERT_NE(run.wait_for("running"), "");
    run.signal(SIGINT);
    ASSERT_NE(run.wait_for("stopping"), "");
    run.signal(SIGINT);
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finished").at(0), testing::Not(HasSubstr("killed 0")));
}

TEST(LauncherRun, kills_what_has_not_stopped_at_the_deadline) {
    NodeRun run({"Ticker >> Sink stuck=true", "--deadline-ms", "400"});
    ASSERT_NE(run.wait_for("running"), "");
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("actor sink failed").at(0), HasSubstr("signal 9 (SIGKILL)"));
    EXPECT_THAT(run.lines("actor ticker stopped"), testing::SizeIs(1));
}

TEST(LauncherRun, refuses_a_graph_with_all_its_findings_before_anything_starts) {
    NodeRun run({"Ticker blocks=-1 >> Sunk"});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_GE(run.lines("finding").size(), 2U);
    EXPECT_THAT(run.lines("planned"), IsEmpty());
}

TEST(LauncherRun, refuses_a_graph_whose_actors_cannot_be_configured_and_names_each) {
    NodeRun run(
        {"Ticker name=a fails=configure >> Sink; Ticker name=b fails=crash >> Sink; "
         "Ticker name=c fails=exit >> Sink; Ticker name=d >> Sink"});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finding"),
                testing::UnorderedElementsAre(
                    HasSubstr("actors.a: told to fail in configure"),
                    HasSubstr("actors.b: died while it configured: signal 11 (SIGSEGV)"),
                    HasSubstr("actors.c: died while it configured: exit 7")));
    EXPECT_THAT(run.lines("running"), IsEmpty());
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST(LauncherRun, names_both_ends_of_a_link_whose_format_is_refused) {
    NodeRun run({"Ticker >> Sink fails=format"});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finding"),
                testing::ElementsAre(
                    HasSubstr("ticker.out carries text/plain up to 64 bytes, sink.in refuses it: "
                              "told to want another")));
}

TEST(LauncherRun, names_the_input_of_several_that_refuses) {
    NodeRun run({"Ticker name=a >> Choosy.first; Ticker name=b >> choosy.second"});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finding"),
                testing::ElementsAre(
                    HasSubstr("b.out carries text/plain up to 64 bytes, choosy.second refuses it: "
                              "it has to be better than that")));
}

TEST(LauncherRun, shows_an_actor_that_failed_in_start_with_its_text_and_goes_on) {
    NodeRun run(
        {"Ticker name=a fails=start >> Sink; Ticker name=b >> Sink name=good", "--for-ms", "200"});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("actor a failed").at(0), HasSubstr("exit 1: told to fail in start"));
    EXPECT_THAT(run.lines("running"), testing::SizeIs(1));
    EXPECT_THAT(run.lines("actor good stopped"), testing::SizeIs(1));
}

TEST(LauncherRun, shows_an_exception_of_process_with_its_text_and_goes_on) {
    NodeRun run({"Ticker name=a fails=process >> Sink; Ticker name=b >> Sink name=good"});
    EXPECT_THAT(run.wait_for("actor a failed"), HasSubstr("told to fail in process"));
    EXPECT_NE(run.process("good").pid, 0);
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("actor good stopped"), testing::SizeIs(1));
}

TEST(LauncherRun, leaves_the_others_alone_when_one_is_killed) {
    NodeRun run({"Ticker name=a >> Relay name=b >> Sink name=c; Ticker name=d >> Sink name=e"});
    ASSERT_NE(run.wait_for("running"), "");
    for (const char* victim : {"b", "e"}) {
        ASSERT_EQ(::kill(run.process(victim).pid, SIGKILL), 0);
        EXPECT_THAT(run.wait_for(std::string("actor ") + victim + " failed"),
                    HasSubstr("signal 9 (SIGKILL)"));
    }
    for (const char* other : {"a", "c", "d"}) EXPECT_NE(run.process(other).pid, 0) << other;
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("actor c stopped"), testing::SizeIs(1));  // told to: no end reaches it
}

TEST(LauncherRun, stops_children_deepest_first_when_their_parent_dies) {
    const Scratch graph("family.toml");
    graph.write(
        "links = [\"a >> sa\", \"b >> sb\"]\n"
        "[actors.top]\nclass = \"Relay\"\n[actors.a]\nclass = \"Ticker\"\nparent = \"top\"\n"
        "[actors.b]\nclass = \"Ticker\"\nparent = \"a\"\n"
        "[actors.sa]\nclass = \"Sink\"\n[actors.sb]\nclass = \"Sink\"\nparent = \"b\"\n");
    std::filesystem::rename(graph.path(), graph.path() + ".toml");
    NodeRun run({graph.path() + ".toml"});
    ASSERT_NE(run.wait_for("running"), "") << testing::PrintToString(run.lines(""));
    ASSERT_EQ(::kill(run.process("top").pid, SIGKILL), 0);
    ASSERT_NE(run.wait_for("actor top failed"), "");
    ASSERT_NE(run.wait_for("actor sb stopped"), "");
    ASSERT_NE(run.wait_for("actor b stopped"), "");
    ASSERT_NE(run.wait_for("actor a stopped"), "");
    EXPECT_EQ(run.finish(), 1);  // nobody is left: sa ended with a
    std::filesystem::remove(graph.path() + ".toml");
}

TEST(LauncherRun, makes_every_actor_its_own_child_with_a_name_and_a_group) {
    NodeRun run({"Ticker name=a_rather_long_instance >> Sink name=sink start=exec"});
    ASSERT_NE(run.wait_for("running"), "");
    for (const char* comm : {"a_rather_long_i", "sink", "sl-zygote", "sl-clock", "sl-control"}) {
        const ProcessFacts facts = run.wait_for_process(comm);
        EXPECT_EQ(facts.parent, run.pid()) << comm;
        EXPECT_EQ(facts.group, facts.pid) << comm;
    }
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

TEST(LauncherRun, gives_an_actor_no_descriptors_but_its_own) {
    NodeRun run({"Ticker name=a >> Sink name=b start=exec"});
    ASSERT_NE(run.wait_for("running"), "");
    for (const char* comm : {"a", "b"}) {
        std::size_t sockets = 0, pipes = 0;
        const std::string folder = "/proc/" + std::to_string(run.process(comm).pid) + "/fd";
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const std::string target = std::filesystem::read_symlink(entry.path()).string();
            const bool standard = entry.path().filename() == "1" || entry.path().filename() == "2";
            if (entry.path().filename() == "0") {
                EXPECT_EQ(target, "/dev/null");
            }
            if (target.starts_with("socket:") && !standard) ++sockets;
            if (target.starts_with("pipe:") && !standard) ++pipes;
        }
        EXPECT_EQ(sockets, 1U) << comm;  // its channel
        EXPECT_EQ(pipes, 1U) << comm;    // its lifeline
    }
}

TEST(LauncherRun, takes_what_an_actor_left_behind_along_with_it) {
    NodeRun run({"Ticker blocks=5 >> Sink name=parent forks=true"});
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST(LauncherRun, refuses_a_node_that_runs_already) {
    NodeRun first({"Ticker >> Sink"});
    ASSERT_NE(first.wait_for("running"), "");
    const std::string command = std::string(STREAMLIB_BINARY_DIR) +
                                "/tests/launcher_program 'Ticker >> Sink' --node " + first.name() +
                                " > /dev/null";
    EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
    EXPECT_NE(first.process("ticker").pid, 0);
}

TEST(LauncherRun, checks_up_to_configure_and_prints_the_bytes_by_ring) {
    NodeRun run({"Ticker bytes=100000 >> Relay >> Sink", "--check"});
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.lines("ring "), testing::SizeIs(2));
    EXPECT_THAT(run.lines("running"), IsEmpty());
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST(LauncherRun, refuses_what_does_not_fit_into_shared_memory_before_making_any) {
    const auto space = ipc::shared_memory_space();
    ASSERT_TRUE(space);
    std::string graph;
    // Each ring has at least 3 slots.
    for (std::uint64_t n = 0; n < space->free / 2'100'000'000 + 1; ++n)
        graph += "Ticker bytes=700000000 >> Sink; ";
    NodeRun run({graph.substr(0, graph.size() - 2)});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finding"), testing::ElementsAre(HasSubstr("shared memory")));
}

}  // namespace
}  // namespace streamlib::test
