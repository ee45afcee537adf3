// SPDX-License-Identifier: Apache-2.0
// Actors that make others: what they are told, and what is left when those are gone.
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

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class Children : public testing::Test {
protected:
    Children()
        : folder_(std::filesystem::temp_directory_path() /
                  ("streamlib-children-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~Children() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }

    /// A boss with those keys, beside what else the text has.
    NodeRun run(const std::string& keys, const std::string& more = {}) {
        std::ofstream(folder_ / "graph.toml")
            << (more.starts_with("links") ? "" : "links = []\n") << more
            << "\n[clock]\nrate = \"100\"\n[actors.boss]\nclass = \"Boss\"\ndiary = \""
            << path("diary") << "\"\n"
            << keys;
        return NodeRun({path("graph.toml")});
    }
    [[nodiscard]] std::vector<std::string> diary() const {
        std::vector<std::string> lines;
        std::ifstream file(folder_ / "diary");
        for (std::string line; std::getline(file, line);) lines.push_back(line);
        return lines;
    }
    /// The nth line of the diary that begins so, waited for; empty: it did not come.
    [[nodiscard]] std::string told(const std::string& beginning, std::size_t nth = 1) const {
        std::string found;
        eventually([&] {
            std::size_t count = 0;
            for (const std::string& line : diary()) {
                if (!line.starts_with(beginning) || ++count != nth) continue;
                found = line;
                return true;
            }
            return false;
        });
        return found;
    }
    static void end(NodeRun& run, int code) {
        run.signal(SIGTERM);
        EXPECT_EQ(run.finish(), code);
        EXPECT_THAT(run.wait_for_silence(), IsEmpty());
        EXPECT_THAT(shm_names_of(run.pid()), IsEmpty());
    }
    std::filesystem::path folder_;
};

TEST_F(Children, is_made_works_and_is_told_of_when_it_ends_as_it_should) {
    NodeRun node = run("begin = \"spawn w1 Ticker blocks=5\"\n");
    EXPECT_EQ(told("boss ready"), "boss ready w1 1");
    EXPECT_EQ(told("boss down"), "boss down w1 1 normal 0 child over: ");
    EXPECT_NE(node.wait_for("event spawned w1 Ticker, by boss"), "");
    end(node, 0);
}

TEST_F(Children, one_that_fails_unsupervised_stays_so_its_parent_is_told_and_its_name_is_free) {
    NodeRun node = run("begin = \"spawn w1 Ticker\"\nat_down = \"spawn w1 Ticker\"\n");
    ASSERT_EQ(told("boss ready"), "boss ready w1 1");
    for (std::size_t life = 1; life <= 5; ++life) {
        const pid_t pid = node.wait_for_process("w1").pid;
        ASSERT_EQ(::kill(pid, SIGKILL), 0);
        EXPECT_EQ(told("boss down", life),
                  "boss down w1 1 signalled 9 child over: signal 9 (SIGKILL)");
        EXPECT_EQ(told("boss ready", life + 1), "boss ready w1 1") << "another child of that name";
        EXPECT_NE(node.wait_for_process("w1", pid).pid, pid);
    }
    EXPECT_THAT(diary(), Not(Contains(HasSubstr("refused"))));
    end(node, 0);
}

TEST_F(Children, an_exception_is_told_with_its_text) {
    NodeRun node = run("begin = \"spawn w1 Ticker fails=process\"\n");
    EXPECT_THAT(told("boss down"), StartsWith("boss down w1 1 exception 1 child over: exit 1"));
    EXPECT_THAT(told("boss down"), HasSubstr("told to fail in process"));
    EXPECT_NE(node.wait_for("actor w1 failed"), "");
    end(node, 1);
}

TEST_F(Children, a_supervised_one_comes_back_and_its_parent_is_told_both) {
    NodeRun node = run("begin = \"spawn w1 Ticker supervisor=pool\"\n",
                       "[supervisors.pool]\nbackoff = \"0s\"\n");
    ASSERT_EQ(told("boss ready"), "boss ready w1 1");
    ASSERT_EQ(::kill(node.process("w1").pid, SIGKILL), 0);
    EXPECT_THAT(told("boss down"), StartsWith("boss down w1 1 signalled 9 back child: "));
    EXPECT_EQ(told("boss ready", 2), "boss ready w1 2");
    end(node, 0);
}

TEST_F(Children, a_strategy_of_its_own_is_spent_and_costs_nobody_else) {
    NodeRun node = run("begin = \"spawn w1 Ticker fails=process retries=3\"\n",
                       "[supervisors.node]\nintensity = 0\n");
    for (std::size_t life = 1; life <= 3; ++life)
        EXPECT_THAT(told("boss down w1 " + std::to_string(life)), HasSubstr(" back child: "));
    EXPECT_THAT(told("boss down w1 4"), HasSubstr("exception 1 child over: "));
    EXPECT_NE(node.wait_for("event gave-up w1"), "");
    EXPECT_THAT(node.lines("event alarm"), IsEmpty());
    EXPECT_NE(node.process("boss").pid, 0);
    end(node, 1);
}

TEST_F(Children, they_die_with_their_parent_the_deepest_first_and_it_makes_them_again) {
    NodeRun node = run("restart = \"permanent\"\nbegin = \"spawn w1 Boss diary=" + path("diary") +
                       " begin=spawn_w2_Ticker\"\n");
    ASSERT_EQ(told("w1 ready w2"), "w1 ready w2 1");
    const pid_t w1 = node.process("w1").pid, w2 = node.process("w2").pid;
    ASSERT_EQ(::kill(node.process("boss").pid, SIGKILL), 0);
    EXPECT_EQ(told("boss start", 2), "boss start 2");
    EXPECT_EQ(told("w1 ready w2", 2), "w1 ready w2 1");
    EXPECT_NE(node.process("w1").pid, w1);
    EXPECT_NE(node.process("w2").pid, w2);
    EXPECT_THAT(diary(), Not(Contains(HasSubstr("refused")))) << "the names were waited for";
    ASSERT_NE(node.wait_for("actor w1 stopping"), "");
    EXPECT_THAT(node.lines("actor w2 stopped"), SizeIs(1)) << "w1 was told when w2 was gone";
    end(node, 0);
}

TEST_F(Children, a_link_takes_the_other_along_and_its_supervisor_decides) {
    NodeRun node = run("restart = \"transient\"\nbegin = \"link other; monitor nobody\"\n",
                       "[supervisors.node]\nintensity = 1\nbackoff = \"0s\"\n[actors.other]\nclass "
                       "= \"Ticker\"\n");
    ASSERT_NE(told("boss down nobody"), "") << "asked after the link, so that one stands";
    ASSERT_EQ(::kill(node.process("other").pid, SIGSEGV), 0);
    EXPECT_THAT(node.wait_for("actor boss restarting"),
                HasSubstr("signal 9 (SIGKILL): linked other died: signal 11 (SIGSEGV)"));
    EXPECT_NE(node.wait_for("event gave-up node"), "") << "other is down: each life of it ends";
    EXPECT_THAT(node.lines("actor boss failed").front(), HasSubstr("linked other died: noproc"));
    end(node, 1);
}

TEST_F(Children, a_link_has_two_ends) {
    NodeRun node =
        run("begin = \"link other; monitor nobody\"\n", "[actors.other]\nclass = \"Ticker\"\n");
    ASSERT_NE(told("boss down nobody"), "") << "asked after the link, so that one stands";
    ASSERT_EQ(::kill(node.process("boss").pid, SIGKILL), 0);
    EXPECT_THAT(node.wait_for("actor other failed"), HasSubstr("linked boss died: signal 9"));
    EXPECT_EQ(node.finish(), 1) << "nobody is left";
}

TEST_F(Children, who_traps_exits_is_told_and_lives) {
    NodeRun node = run("begin = \"trap; link other; link nobody; monitor nobody\"\n",
                       "[actors.other]\nclass = \"Ticker\"\n");
    EXPECT_EQ(told("boss exit nobody"), "boss exit nobody 0 noproc 0 over: there is no such actor");
    EXPECT_EQ(told("boss down nobody"), "boss down nobody 0 noproc 0 over: there is no such actor");
    ASSERT_EQ(::kill(node.process("other").pid, SIGKILL), 0);
    EXPECT_EQ(told("boss exit other"), "boss exit other 1 signalled 9: signal 9 (SIGKILL)");
    EXPECT_NE(node.process("boss").pid, 0);
    end(node, 1);
}

TEST_F(Children, a_normal_end_of_a_linked_one_does_nothing) {
    NodeRun node = run("begin = \"monitor other; link other\"\n",
                       "[actors.other]\nclass = \"Ticker\"\nblocks = 50\n");
    EXPECT_EQ(told("boss down other"), "boss down other 1 normal 0: ");
    EXPECT_NE(node.process("boss").pid, 0);
    end(node, 0);
}

TEST_F(Children, a_parent_in_the_graph_is_told_of_its_children_there) {
    NodeRun node = run("", "[actors.kid]\nclass = \"Ticker\"\nparent = \"boss\"\n");
    ASSERT_NE(node.wait_for("running"), "");
    ASSERT_EQ(::kill(node.process("kid").pid, SIGKILL), 0);
    EXPECT_EQ(told("boss down kid"), "boss down kid 1 signalled 9 child: signal 9 (SIGKILL)");
    end(node, 1);
}

TEST_F(Children, a_pool_of_one_class_takes_five_and_no_other) {
    std::string commands;
    for (int n = 1; n <= 5; ++n)
        commands += "spawn w" + std::to_string(n) + " Ticker supervisor=pool;";
    NodeRun node = run("begin = \"" + commands + "spawn x Boss supervisor=pool\"\n",
                       "[supervisors.pool]\nstrategy = \"simple_one_for_one\"\nbackoff = \"0s\"\n");
    for (int n = 1; n <= 5; ++n) EXPECT_NE(told("boss ready w" + std::to_string(n)), "");
    EXPECT_EQ(told("boss refused"),
              "boss refused x the children of supervisor pool (simple_one_for_one) are of class "
              "Ticker, not Boss; take another supervisor");
    ASSERT_EQ(::kill(node.process("w3").pid, SIGKILL), 0);
    EXPECT_EQ(told("boss ready w3", 2), "boss ready w3 2");
    EXPECT_THAT(diary(), Not(Contains(HasSubstr("down w4"))));
    end(node, 0);
}

TEST_F(Children, what_cannot_be_is_refused_with_what_to_do) {
    NodeRun node = run(
        "begin = \"spawn a Tickr; spawn b Ticker blcks=1; spawn boss Ticker; spawn c Sink; spawn d "
        "Ticker supervisor=pol; spawn e Sink link=boss>>e; stop kid; spawn f Ticker blocks=-1\"\n",
        "[actors.kid]\nclass = \"Ticker\"\n");
    EXPECT_THAT(told("boss refused a"),
                HasSubstr("unknown class \"Tickr\"; did you mean \"Ticker\""));
    EXPECT_THAT(told("boss refused b "), HasSubstr("no property \"blcks\""));
    EXPECT_THAT(told("boss refused boss"), HasSubstr("the name is taken"));
    EXPECT_THAT(told("boss refused c"), HasSubstr("nothing is linked into its input in"));
    EXPECT_THAT(told("boss refused d"), HasSubstr("no supervisor \"pol\""));
    EXPECT_THAT(told("boss refused e"), HasSubstr("boss has no outputs"));
    EXPECT_THAT(told("boss refused kid"), HasSubstr("it is no child of boss"));
    EXPECT_THAT(told("boss refused f"), HasSubstr("-1 is below 0"));
    end(node, 0);
}

TEST_F(Children, stop_is_in_order_and_told) {
    NodeRun node = run("begin = \"spawn w1 Ticker restart=permanent\"\nlater = \"stop w1\"\n");
    EXPECT_EQ(told("boss down"), "boss down w1 1 shutdown 0 child over: ");
    end(node, 0);
}

TEST_F(Children, what_is_asked_in_configure_is_done_once_the_node_runs) {
    NodeRun node = run("early = \"spawn w1 Ticker\"\n");
    EXPECT_EQ(told("boss ready"), "boss ready w1 1");
    end(node, 0);
}

TEST_F(Children, one_reads_another_s_ring_and_the_next_one_reads_its) {
    NodeRun node =
        run("begin = \"spawn relay Relay link=camera>>relay.in\"\nlater = \"spawn sink Sink path=" +
                path("seen") + " link=relay.out>>sink.in\"\n",
            "[actors.camera]\nclass = \"Ticker\"\n");
    EXPECT_EQ(told("boss ready sink"), "boss ready sink 1");
    ASSERT_EQ(::kill(node.process("relay").pid, SIGKILL), 0);
    EXPECT_THAT(told("boss down relay"), HasSubstr("child over"));
    end(node, 1);
    std::uint64_t seen = 0;
    std::ifstream(path("seen")) >> seen;
    EXPECT_GT(seen, 0U);
}

TEST_F(Children, a_reader_asked_for_with_its_source_waits_for_it) {
    // Ten of them, so that on any machine some are asked for before their source has begun.
    std::string begin;
    for (char name = 'a'; name < 'k'; ++name)
        begin += std::string("; spawn ") + name + " Ticker; spawn r" + name + " Sink link=" + name +
                 ".out>>r" + name + ".in";
    NodeRun node = run("begin = \"" + begin.substr(2) + "\"\n");
    for (char name = 'a'; name < 'k'; ++name)
        EXPECT_EQ(told(std::string("boss ready r") + name),
                  std::string("boss ready r") + name + " 1");
    EXPECT_THAT(diary(), Not(Contains(HasSubstr("refused"))));
    end(node, 0);
}

TEST_F(Children, a_reader_whose_source_never_begins_is_refused_and_one_that_waits_can_be_stopped) {
    NodeRun node = run(
        "begin = \"spawn bad Ticker fails=configure; spawn r Sink link=bad.out>>r.in; spawn slow "
        "Ticker waits=" +
        path("go") + "; spawn s Sink link=slow.out>>s.in; stop s\"\n");
    EXPECT_THAT(told("boss refused r"), HasSubstr("bad"));
    EXPECT_EQ(told("boss refused s"), "boss refused s it was stopped before it was made");
    std::ofstream(path("go")) << "now";
    EXPECT_EQ(told("boss ready slow"), "boss ready slow 1");
    end(node, 1);
}

TEST_F(Children, spare_readers_are_given_back) {
    // Two at a time; a third is refused, and there is room again when one has gone.
    NodeRun node =
        run("begin = \"spawn a Sink link=camera>>a; spawn b Sink link=camera>>b; spawn c Sink "
            "link=camera>>c\"\nlater = \"stop a\"\nat_down = \"spawn d Sink link=camera>>d\"\n",
            "[actors.camera]\nclass = \"Ticker\"\n");
    EXPECT_EQ(told("boss refused c"),
              "boss refused c all 2 spare readers of camera.out are taken; write a larger "
              "spare_readers at camera");
    EXPECT_EQ(told("boss ready d"), "boss ready d 1");
    end(node, 0);
}

TEST_F(Children, sixty_lives_leave_nothing_behind) {
    NodeRun node =
        run("begin = \"spawn w1 Ticker blocks=1\"\nat_down = \"spawn w1 Ticker blocks=1\"\n");
    ASSERT_NE(node.wait_for("running"), "");
    const auto descriptors = [&] {
        const auto fds =
            std::filesystem::directory_iterator("/proc/" + std::to_string(node.pid()) + "/fd");
        return std::distance(begin(fds), std::filesystem::directory_iterator{});
    };
    // From the eighteenth on numbers are used again.
    ASSERT_NE(told("boss down w1", 30), "") << testing::PrintToString(diary());
    const auto before = descriptors();
    ASSERT_NE(told("boss down w1", 60), "");
    EXPECT_LE(descriptors(), before + 8);
    EXPECT_THAT(diary(), Not(Contains(HasSubstr("refused"))));
    end(node, 0);
}

}  // namespace
}  // namespace streamlib::test
