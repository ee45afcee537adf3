// SPDX-License-Identifier: Apache-2.0
// Foreign programs below actors of class Program: they come back, stop, and die with whoever holds them.
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

/// A number of seconds that no other process sleeps: its processes are known by that.
std::string own_seconds() {
    static int count = 0;
    return std::to_string(100'000 + ::getpid() % 1'000'000) + "." + std::to_string(++count);
}

/// Processes that have this word in their command line, zombies left out, and none that an actor is about to turn into one.
std::vector<pid_t> with_argument(const std::string& word) {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid <= 0) continue;
        std::ifstream file(entry.path() / "cmdline");
        const std::string line((std::istreambuf_iterator<char>(file)), {});
        if (line.starts_with("sleep") && line.find(word) != std::string::npos) found.push_back(pid);
    }
    return found;
}

bool gone(const std::string& word) {
    return eventually([&] { return with_argument(word).empty(); });
}

TEST(ForeignProgram, dies_with_its_actor_and_what_it_has_started_too) {
    const std::string seconds = own_seconds();
    NodeRun run(
        {"Program command=\"sh -c 'sleep " + seconds + " & sleep " + seconds + "; true'\""});
    ASSERT_NE(run.wait_for("running"), "");
    ASSERT_TRUE(eventually([&] { return with_argument(seconds).size() == 2; }));
    const pid_t actor = run.process("program").pid;
    for (const pid_t pid : with_argument(seconds)) EXPECT_EQ(::getpgid(pid), actor);
    ASSERT_EQ(::kill(actor, SIGKILL), 0);
    EXPECT_TRUE(gone(seconds));
    EXPECT_EQ(run.finish(), 1);
}

TEST(ForeignProgram, dies_with_its_launcher) {
    const std::string seconds = own_seconds();
    NodeRun run(
        {"Program command=\"sh -c 'sleep " + seconds + " & sleep " + seconds + "; true'\""});
    ASSERT_NE(run.wait_for("running"), "");
    ASSERT_TRUE(eventually([&] { return with_argument(seconds).size() == 2; }));
    run.kill_launcher();
    EXPECT_TRUE(gone(seconds));
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST(ForeignProgram, that_dies_comes_back_under_supervision_and_the_text_says_why) {
    const std::string seconds = own_seconds();
    NodeRun run({"rate=100 Program restart=permanent command=\"sleep " + seconds + "\""});
    ASSERT_NE(run.wait_for("running"), "");
    pid_t before = 0;
    for (int round = 0; round < 3; ++round) {
        std::vector<pid_t> now;
        ASSERT_TRUE(eventually([&] {
            now = with_argument(seconds);
            return now.size() == 1 && now.front() != before;
        }));
        before = now.front();
        ASSERT_EQ(::kill(before, SIGSEGV), 0);
        EXPECT_THAT(run.wait_for("event restarted program"),
                    HasSubstr("sleep ended with signal 11 (SIGSEGV)"));
    }
    ASSERT_TRUE(eventually([&] { return with_argument(seconds).size() == 1; }));
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
    EXPECT_TRUE(gone(seconds));
}

TEST(ForeignProgram, ends_the_run_with_its_own_end) {
    NodeRun good({"rate=100 Program command=\"sh -c 'exit 0'\" restart=transient"});
    EXPECT_EQ(good.finish(), 0);
    EXPECT_THAT(good.lines("actor program stopped"), SizeIs(1));
    NodeRun bad({"rate=100 Program command=\"sh -c 'echo no such device >&2; exit 5'\""});
    EXPECT_EQ(bad.finish(), 1);
    EXPECT_THAT(bad.lines("actor program failed").at(0),
                testing::EndsWith("exit 1: sh ended with exit status 5: no such device"));
}

TEST(ForeignProgram, is_stopped_in_order_and_killed_if_it_does_not_listen) {
    const std::string polite = own_seconds(), deaf = own_seconds();
    const auto note = std::filesystem::temp_directory_path() / ("sl-goodbye-" + polite);
    NodeRun run({"rate=100 Program name=polite command=\"sh -c 'trap \\\"echo bye > " +
                 note.string() + "; exit 0\\\" TERM; sleep " + polite + " & wait'\"; " +
                 "Program name=deaf stop_timeout=0.1 command=\"sh -c 'trap \\\"\\\" TERM; sleep " +
                 deaf + " & wait; sleep " + deaf + "'\""});
    ASSERT_NE(run.wait_for("running"), "") << testing::PrintToString(run.lines(""));
    ASSERT_TRUE(eventually(
        [&] { return with_argument(polite).size() == 1 && with_argument(deaf).size() == 1; }));
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
    EXPECT_TRUE(std::filesystem::exists(note));
    std::filesystem::remove(note);
    EXPECT_TRUE(gone(polite) && gone(deaf));
}

TEST(ForeignProgram, that_hangs_is_not_taken_for_a_hung_actor) {
    const std::string seconds = own_seconds();
    NodeRun run(
        {"rate=100 Program hang_after=200ms restart=permanent command=\"sleep " + seconds + "\""});
    ASSERT_NE(run.wait_for("running"), "");
    ASSERT_TRUE(eventually([&] { return with_argument(seconds).size() == 1; }));
    const pid_t program = with_argument(seconds).front();
    ::kill(program, SIGSTOP);
    pause_ms(700);  // what must not happen would have, three times over
    EXPECT_THAT(with_argument(seconds), testing::ElementsAre(program));
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);  // a stopped one does not hear SIGTERM: it is killed
    EXPECT_TRUE(gone(seconds));
    EXPECT_THAT(run.lines("event hung"), IsEmpty());
}

}  // namespace
}  // namespace streamlib::test
