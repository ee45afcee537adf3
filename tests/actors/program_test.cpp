// SPDX-License-Identifier: Apache-2.0
#include "actors/program/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "actors/program/word_list.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> words(std::string_view text) {
    const auto split = split_command(text);
    EXPECT_TRUE(split) << split.error().text;
    return split.value_or(std::vector<std::string>{});
}

TEST(SplitCommand, parts_words_at_blanks_and_honours_quotes) {
    EXPECT_THAT(words(""), IsEmpty());
    EXPECT_THAT(words(" \t\n "), IsEmpty());
    EXPECT_THAT(words("  ptp4l -i   eth0\t-m "), ElementsAre("ptp4l", "-i", "eth0", "-m"));
    EXPECT_THAT(words("sh -c 'a \"b\" | c'"), ElementsAre("sh", "-c", "a \"b\" | c"));
    EXPECT_THAT(words(R"(a "b \"c\" \\ \n" d\ e)"), ElementsAre("a", R"(b "c" \ \n)", "d e"));
    EXPECT_THAT(words("x'y z'\"q\" '' \"\""), ElementsAre("xy zq", "", ""));
    EXPECT_THAT(words(R"('\' $HOME *)"), ElementsAre("\\", "$HOME", "*"));
}

TEST(SplitCommand, refuses_what_is_not_whole) {
    EXPECT_THAT(split_command("a 'b").error().text, HasSubstr("quote ' is not closed"));
    EXPECT_THAT(split_command("a \"b\\\"").error().text, HasSubstr("quote \" is not closed"));
    EXPECT_THAT(split_command("a \\").error().text, HasSubstr("takes no character"));
    EXPECT_FALSE(split_command(std::string_view("a\0b", 3)));
}

TEST(LineCutter, makes_lines_of_any_pieces_and_cuts_long_ones) {
    LineCutter cutter(4);
    std::vector<std::string> seen;
    const auto take = [&](std::string_view line, bool cut) {
        seen.push_back(std::string(line) + (cut ? "+" : ""));
    };
    for (const char* piece : {"ab", "c", "\n\n\r", "1234\n12345\rxy", "z"})
        cutter.feed(piece, take);
    EXPECT_THAT(seen, ElementsAre("abc", "1234", "1234+"));
    cutter.finish(take);
    cutter.finish(take);
    EXPECT_THAT(seen, ElementsAre("abc", "1234", "1234+", "xyz"));
}

/// A program under the harness, ticked by the test.
struct RunProgram {
    ActorHarness harness{std::make_unique<Program>()};
    explicit RunProgram(const std::string& command,
                        const std::vector<std::pair<std::string, std::string>>& properties = {}) {
        EXPECT_TRUE(harness.set("command", command));
        for (const auto& [name, value] : properties) EXPECT_TRUE(harness.set(name, value));
    }
    RunProgram& started() {
        const auto configured = harness.configure();
        EXPECT_TRUE(configured) << configured.error().text;
        const auto done = harness.start();
        EXPECT_TRUE(done) << done.error().text;
        return *this;
    }
    /// Ticks until it holds; false after half a minute.
    template <class Condition>
    bool tick_until(const Condition& holds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            harness.tick();
            ::poll(nullptr, 0, 1);
        }
        return true;
    }
    bool logged(const std::string& text) {
        const auto lines = harness.log_lines();
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }
    /// The text that it fails with; empty: it finished.
    std::string failure() {
        try {
            EXPECT_TRUE(tick_until([&] { return harness.finished(); }));
        } catch (const std::exception& error) {
            return error.what();
        }
        return {};
    }
};

TEST(Program, logs_what_it_writes_and_ends_with_it) {
    RunProgram run("sh -c 'echo from out; echo from error >&2; printf \"no end of line\"'");
    EXPECT_EQ(run.started().failure(), "");
    const auto lines = run.harness.log_lines();
    EXPECT_THAT(lines, Contains(HasSubstr("from out")));
    EXPECT_THAT(lines, Contains(HasSubstr("from error")));
    EXPECT_THAT(lines, Contains(HasSubstr("no end of line")));
    EXPECT_EQ(run.harness.counter("lines"), 3U);
    EXPECT_EQ(run.harness.counter("lost"), 0U);
}

TEST(Program, fails_with_its_status_and_its_last_word) {
    EXPECT_EQ(RunProgram("sh -c 'echo first >&2; echo the reason >&2; echo out; exit 3'")
                  .started()
                  .failure(),
              "sh ended with exit status 3: the reason");
    EXPECT_EQ(RunProgram("false").started().failure(),
              "false ended with exit status 1, without a word on stderr");
    EXPECT_EQ(RunProgram("sh -c 'kill -SEGV $$'").started().failure(),
              "sh ended with signal 11 (SIGSEGV), without a word on stderr");
    EXPECT_EQ(RunProgram("sh -c 'kill -9 $$'").started().failure(),
              "sh ended with signal 9 (SIGKILL), without a word on stderr");
}

TEST(Program, refuses_what_cannot_be_run_and_names_it) {
    RunProgram missing("/no/such/program");
    ASSERT_TRUE(missing.harness.configure());
    EXPECT_THAT(missing.harness.start().error().text,
                testing::AllOf(HasSubstr("/no/such/program"), HasSubstr("No such file")));
    RunProgram nowhere("true", {{"directory", "/no/such/folder"}});
    ASSERT_TRUE(nowhere.harness.configure());
    EXPECT_THAT(nowhere.harness.start().error().text, HasSubstr("/no/such/folder"));
    EXPECT_THAT(RunProgram("'open").harness.configure().error().text,
                HasSubstr("command: a quote"));
    EXPECT_THAT(RunProgram("''").harness.configure().error().text, HasSubstr("names no program"));
    EXPECT_THAT(RunProgram("true", {{"environment", "A=1 B"}}).harness.configure().error().text,
                HasSubstr("\"B\" is not NAME=VALUE"));
}

TEST(Program, runs_in_its_directory_with_its_environment_and_no_descriptor_of_ours) {
    ASSERT_EQ(::setenv("PROGRAM_TEST_A", "old", 1), 0);
    ASSERT_EQ(::setenv("PROGRAM_TEST_B", "kept", 1), 0);
    const int open_here = ::dup(STDOUT_FILENO);  // not close-on-exec
    RunProgram run(
        "sh -c 'pwd; echo \"$PROGRAM_TEST_A-$PROGRAM_TEST_B\"; cat; ls /proc/$$/fd | tr \"\\n\" .'",
        {{"directory", "/usr"}, {"environment", "PROGRAM_TEST_A='a b'"}});
    EXPECT_EQ(run.started().failure(), "");
    ::close(open_here);
    const auto lines = run.harness.log_lines();
    EXPECT_THAT(lines, Contains(testing::EndsWith("/usr")));
    EXPECT_THAT(lines, Contains(testing::EndsWith("a b-kept")));
    EXPECT_THAT(lines, Contains(testing::EndsWith("0.1.2.")));  // and cat came back: stdin is empty
}

TEST(Program, does_bounded_work_a_tick_and_counts_what_it_leaves_out) {
    RunProgram run(
        "sh -c 'i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; echo why >&2; exit "
        "4'");
    EXPECT_EQ(run.started().failure(), "sh ended with exit status 4: why");
    EXPECT_EQ(run.harness.counter("lines") + run.harness.counter("lost"), 2001U);
    EXPECT_GT(run.harness.counter("lines"), 0U);
}

TEST(Program, cuts_a_line_that_is_longer_than_the_log_takes) {
    RunProgram run("sh -c 'head -c 5000 /dev/zero | tr \"\\0\" x; echo; echo after'");
    EXPECT_EQ(run.started().failure(), "");
    EXPECT_EQ(run.harness.counter("cut"), 1U);
    EXPECT_TRUE(run.logged("after"));
}

TEST(Program, is_asked_to_stop_and_may_say_goodbye) {
    RunProgram run(
        "sh -c 'trap \"echo goodbye; exit 0\" INT; echo up; while :; do sleep 0.01; done'",
        {{"stop_signal", "INT"}, {"stop_timeout", "30"}});
    run.started();
    ASSERT_TRUE(run.tick_until([&] { return run.logged("up"); }));
    run.harness.stop();
    EXPECT_TRUE(run.logged("goodbye"));
    EXPECT_TRUE(run.logged("stopped: exit status 0"));
}

/// Of "child 123" in the log.
pid_t child_in(const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
        if (const auto at = line.find("child "); at != std::string::npos)
            return std::atoi(line.c_str() + at + 6);
    return 0;
}

bool is_gone(pid_t pid) {
    std::error_code ignored;
    return !std::filesystem::exists("/proc/" + std::to_string(pid) + "/cmdline", ignored) ||
           std::filesystem::file_size("/proc/" + std::to_string(pid) + "/exe", ignored) ==
               static_cast<std::uintmax_t>(-1);  // a zombie has none
}

TEST(Program, is_killed_when_it_does_not_stop_and_what_it_started_with_it) {
    RunProgram run(
        "sh -c 'trap \"\" TERM; (trap \"\" TERM; sleep 600) & echo child $!; while :; do sleep "
        "0.01; done'",
        {{"stop_timeout", "0.05"}});
    run.started();
    ASSERT_TRUE(run.tick_until([&] { return child_in(run.harness.log_lines()) != 0; }));
    run.harness.stop();
    EXPECT_TRUE(run.logged("did not stop at SIGTERM in time and is killed"));
    const pid_t child = child_in(run.harness.log_lines());
    for (int n = 0; n < 30'000 && !is_gone(child); ++n) ::poll(nullptr, 0, 1);
    EXPECT_TRUE(is_gone(child));
}

TEST(Program, runs_ffmpeg_where_there_is_one) {
    if (std::system("command -v ffmpeg > /dev/null 2>&1") != 0) GTEST_SKIP() << "no ffmpeg here";
    RunProgram run("ffmpeg -hide_banner -version");
    EXPECT_EQ(run.started().failure(), "");
    EXPECT_TRUE(run.logged("ffmpeg version"));
    EXPECT_THAT(RunProgram("ffmpeg -hide_banner -i /no/such.avi -f null -").started().failure(),
                testing::AllOf(HasSubstr("exit status 1"), HasSubstr("No such file")));
}

}  // namespace
}  // namespace streamlib::actors
