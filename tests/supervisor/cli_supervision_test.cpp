// SPDX-License-Identifier: Apache-2.0
// What an operator sees and does of supervision: restart, events, tree, crash; with real nodes.
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "supervisor/cli/http_client.hpp"
#include "supervisor/control/api_json.hpp"
#include "supervisor/control/supervision_json.hpp"
#include "tests/supervisor/cli_run.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using namespace streamlib::supervision::test;
using testing::HasSubstr;
using testing::Not;

namespace {

class Supervised : public Cli {
protected:
    pid_t control_pid() {
        const auto answer =
            http_call((folder_ / "run/local").string(), "control.sock", "GET", "/v1/node", second);
        return answer ? read_node(answer->body).value().control_pid : 0;
    }
    /// With what `ps` does not show.
    ActorRow all_of(const std::string& actor) {
        const auto answer = http_call((folder_ / "run/local").string(), "control.sock", "GET",
                                      "/v1/actors/" + actor, second);
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? read_actor(answer->body).value() : ActorRow{};
    }
    HttpAnswer post(const std::string& target) {
        const auto answer = http_call((folder_ / "run/local").string(), "control.sock", "POST",
                                      target, 20 * second);
        EXPECT_TRUE(answer) << answer.error().text;
        return answer.value_or(HttpAnswer{});
    }
};

TEST_F(Supervised, a_restart_returns_when_the_next_incarnation_runs_and_its_reader_goes_on) {
    start_node();
    const ActorRow before = ps("chatter");
    const ActorRow reader = ps("listener");
    ASSERT_EQ(call({"restart", "chatter"}), 0) << error_;
    EXPECT_EQ(out_ + error_, "");
    const ActorRow after = ps("chatter");
    EXPECT_EQ(after.state, "RUNNING");
    EXPECT_EQ(after.incarnation, 2U);
    EXPECT_NE(after.pid, before.pid);
    EXPECT_EQ(::kill(before.pid, 0), -1);
    EXPECT_TRUE(eventually([&] { return ps("chatter").ticks > after.ticks + 3; }));
    // It was stopped in order; yet its stream has not ended, since somebody goes on with it.
    const ActorRow still = ps("listener");
    EXPECT_EQ(still.state, "RUNNING");
    EXPECT_EQ(still.pid, reader.pid);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(Supervised, what_was_stopped_or_has_failed_is_brought_back_by_a_restart) {
    start_node();
    ASSERT_EQ(call({"stop", "listener"}), 0) << error_;
    EXPECT_EQ(call({"restart", "listener"}), 0) << error_;
    EXPECT_EQ(ps("listener").state, "RUNNING");
    EXPECT_EQ(ps("listener").incarnation, 2U);
    ASSERT_EQ(call({"kill", "listener"}), 0) << error_;
    ASSERT_EQ(call({"wait", "listener", "--state", "FAILED"}), 0) << error_;
    EXPECT_EQ(call({"restart", "listener"}), 0) << error_;
    EXPECT_EQ(ps("listener").incarnation, 3U);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(Supervised, a_reader_that_is_back_before_its_source_does_not_take_the_old_end_for_its_own) {
    start("Chatter name=other >> Listener name=stays; Chatter configure_ms=400 >> Listener");
    ASSERT_EQ(call({"stop", "chatter"}), 0) << error_;
    ASSERT_EQ(call({"wait", "listener", "--state", "STOPPED"}), 0)
        << error_;  // the end of its stream
    const std::uint64_t had = all_of("listener").frames_in;
    auto source = begin({"restart", "chatter"});
    ASSERT_TRUE(eventually([&] { return ps("chatter").state == "STARTING"; }));
    ASSERT_EQ(call({"restart", "listener"}), 0) << error_;
    EXPECT_EQ(source->wait(), 0) << source->error();
    EXPECT_TRUE(eventually([&] { return all_of("listener").frames_in > had + 3; }));
    EXPECT_EQ(ps("listener").incarnation, 2U);
    EXPECT_EQ(ps("listener").state, "RUNNING");
}

TEST_F(Supervised, a_restart_that_fails_says_why) {
    const auto file = folder_ / "needed";
    std::ofstream(file) << "x";
    start("Chatter needs=" + file.string() + " >> Listener");
    std::filesystem::remove(file);
    EXPECT_EQ(call({"restart", "chatter"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor chatter: incarnation 2 is FAILED"));
    EXPECT_THAT(error_, HasSubstr("without " + file.string()));
    EXPECT_EQ(lines_of(error_).size(), 1U);
    std::ofstream(file) << "x";
    EXPECT_EQ(call({"restart", "chatter"}), 0) << error_;
    EXPECT_EQ(call({"restart", "nobody"}), 1);
    EXPECT_THAT(error_, HasSubstr("no actor \"nobody\""));
}

TEST_F(Supervised, several_who_restart_one_actor_at_once_make_one_new_incarnation) {
    start("Chatter start_ms=300 >> Listener");
    std::vector<std::future<HttpAnswer>> answers;
    for (int n = 0; n < 4; ++n)
        answers.push_back(std::async(std::launch::async, [this] {
            return post("/v1/actors/chatter/restart?incarnation=1");
        }));
    for (auto& answer : answers) {
        const HttpAnswer said = answer.get();
        EXPECT_EQ(said.status, 200U) << said.body;
        EXPECT_EQ(read_done(said.body).value().incarnation, 2U);
    }
    // While it starts it is new: a restart waits for that one.
    ASSERT_TRUE(eventually([&] { return ps("chatter").state == "STARTING"; }));
    EXPECT_EQ(call({"restart", "chatter"}), 0) << error_;
    EXPECT_EQ(ps("chatter").incarnation, 2U);
    EXPECT_EQ(ps("chatter").state, "RUNNING");
}

TEST_F(Supervised, two_command_lines_restart_one_actor_and_both_are_told_that_it_is_done) {
    start_node();
    auto one = begin({"restart", "chatter"});
    auto other = begin({"restart", "chatter"});
    EXPECT_EQ(one->wait(), 0) << one->error();
    EXPECT_EQ(other->wait(), 0) << other->error();
    // Whoever came after the first was done has asked for another one.
    EXPECT_GE(ps("chatter").incarnation, 2U);
    EXPECT_LE(ps("chatter").incarnation, 3U);
}

TEST_F(Supervised, a_node_that_stops_restarts_nobody) {
    start_node();
    const pid_t listener = ps("listener").pid;
    ASSERT_EQ(::kill(listener, SIGSTOP), 0);  // so that the stop takes its time
    EXPECT_EQ(call({"stop", "--timeout", "10ms"}), 1);
    EXPECT_EQ(call({"restart", "chatter"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor chatter: the node is stopping"));
    ASSERT_EQ(::kill(listener, SIGCONT), 0);
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(Supervised, a_child_without_its_parent_is_not_restarted) {
    const auto graph = folder_ / "graph.toml";
    std::ofstream(graph) << "links = [\"chatter >> listener\", \"chatter >> low\"]\n"
                            "[actors.chatter]\nclass = \"Chatter\"\n"
                            "[actors.listener]\nclass = \"Listener\"\n"
                            "[actors.top]\nclass = \"Chatter\"\n"
                            "[actors.low]\nclass = \"Listener\"\nparent = \"top\"\n";
    start(graph.string());
    ASSERT_EQ(call({"wait", "low"}), 0) << error_;
    ASSERT_EQ(call({"stop", "top"}), 0) << error_;
    EXPECT_EQ(call({"restart", "low"}), 1);
    EXPECT_THAT(error_, HasSubstr("its parent top is not running"));
    EXPECT_EQ(call({"restart", "top"}), 0) << error_;
    EXPECT_EQ(call({"wait", "low"}), 0) << error_;
}

TEST_F(Supervised, what_waits_for_its_restart_can_be_stopped) {
    const auto file = folder_ / "needed", graph = folder_ / "graph.toml";
    std::ofstream(file) << "x";
    std::ofstream(graph) << "links = [\"chatter >> listener\", \"weak >> far\"]\n"
                            "[actors.chatter]\nclass = \"Chatter\"\n"
                            "[actors.listener]\nclass = \"Listener\"\n"
                            "[actors.weak]\nclass = \"Chatter\"\nrestart = \"permanent\"\n"
                            "needs = \"" +
                                file.string() +
                                "\"\n"
                                "[actors.far]\nclass = \"Listener\"\n"
                                "[supervisors.node]\nintensity = 1000\n";
    start(graph.string());
    ASSERT_EQ(call({"wait", "weak"}), 0) << error_;
    std::filesystem::remove(file);
    ASSERT_EQ(call({"kill", "weak"}), 0) << error_;
    ASSERT_TRUE(eventually([&] { return ps("weak").incarnation > 2; }));
    EXPECT_EQ(call({"stop", "weak"}), 0) << error_;
    const ActorRow row = ps("weak");
    EXPECT_EQ(row.state, "STOPPED");
    EXPECT_THAT(row.exit.value_or(""), HasSubstr("without " + file.string()));
    EXPECT_EQ(ps("listener").state, "RUNNING");
}

TEST_F(Supervised, a_stop_during_a_restart_wins) {
    start_node();
    const pid_t pid = ps("listener").pid;
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    auto restart = begin({"restart", "listener"});
    ASSERT_TRUE(eventually([&] { return ps("listener").state == "STOPPING"; }));
    EXPECT_EQ(post("/v1/actors/listener/stop").status, 200U);
    EXPECT_EQ(post("/v1/actors/listener/stop").status, 409U);  // that is under way now
    ASSERT_EQ(::kill(pid, SIGCONT), 0);
    EXPECT_EQ(restart->wait(), 1);
    EXPECT_THAT(restart->error(), HasSubstr("actor listener: incarnation 2 is STOPPED"));
    EXPECT_EQ(ps("listener").incarnation, 1U);
}

TEST_F(Supervised, a_restart_during_a_stop_wins_and_the_stream_does_not_end) {
    start_node();
    const pid_t pid = ps("chatter").pid, reader = ps("listener").pid;
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    EXPECT_EQ(post("/v1/actors/chatter/stop").status, 200U);
    EXPECT_EQ(ps("chatter").state, "STOPPING");
    EXPECT_EQ(post("/v1/actors/chatter/restart").status, 200U);
    ASSERT_EQ(::kill(pid, SIGCONT), 0);
    EXPECT_TRUE(eventually([&] {
        const ActorRow row = ps("chatter");
        return row.incarnation == 2 && row.state == "RUNNING";
    }));
    const std::uint64_t taken = ps("listener").frames_in;
    EXPECT_TRUE(eventually([&] { return ps("listener").ticks > taken + 3; }));
    EXPECT_EQ(ps("listener").pid, reader);
}

TEST_F(Supervised, a_sibling_that_is_restarted_along_does_not_end_its_stream) {
    const auto graph = folder_ / "graph.toml";
    std::ofstream(graph) << "links = [\"chatter >> listener\", \"other >> far\"]\n"
                            "[actors.chatter]\nclass = \"Chatter\"\nsupervisor = \"media\"\n"
                            "[actors.other]\nclass = \"Chatter\"\nsupervisor = \"media\"\n"
                            "[actors.listener]\nclass = \"Listener\"\n"
                            "[actors.far]\nclass = \"Listener\"\n"
                            "[supervisors.media]\nstrategy = \"one_for_all\"\n";
    start(graph.string());
    const pid_t reader = ps("listener").pid;
    ASSERT_EQ(call({"kill", "other"}), 0) << error_;
    EXPECT_TRUE(eventually([&] {
        const ActorRow row = ps("chatter");
        return row.incarnation == 2 && row.state == "RUNNING" && row.ticks > 3;
    }));
    EXPECT_EQ(ps("chatter").exit, "exit 0");  // stopped in order
    EXPECT_EQ(ps("listener").state, "RUNNING");
    EXPECT_EQ(ps("listener").pid, reader);
}

TEST_F(Supervised, a_replacement_has_other_properties_and_its_reader_goes_on) {
    start("Chatter restart=permanent standby=1 >> Listener");
    const ActorRow before = ps("chatter");
    const pid_t reader = ps("listener").pid;
    ASSERT_EQ(call({"replace", "chatter", "--set", "word=a=b c", "--set", "blocks=1000000"}), 0)
        << error_;
    EXPECT_EQ(out_ + error_, "");
    const ActorRow after = ps("chatter");
    EXPECT_EQ(after.state, "RUNNING");
    EXPECT_EQ(after.incarnation, 2U);
    EXPECT_EQ(all_of("chatter").tier, "standby");  // it was there before the other one was gone
    EXPECT_NE(after.pid, before.pid);
    EXPECT_EQ(::kill(before.pid, 0), -1);
    EXPECT_EQ(after.exit, "exit 0");
    EXPECT_TRUE(eventually([&] {
        return call({"logs", "chatter", "-n", "3"}) == 0 && out_.find("a=b c") != std::string::npos;
    }));
    // Supervised as before; and whoever comes next has the new properties, out of a standby of its own or not.
    ASSERT_TRUE(eventually([&] { return ps("chatter").ticks > after.ticks + 12; }));
    for (std::uint64_t incarnation = 3; incarnation < 5; ++incarnation) {
        ASSERT_EQ(call({"kill", "chatter"}), 0) << error_;
        ASSERT_TRUE(eventually([&] {
            const ActorRow row = ps("chatter");
            return row.incarnation == incarnation && row.state == "RUNNING";
        }));
        const std::uint64_t ticks = ps("chatter").ticks;
        ASSERT_TRUE(eventually([&] { return ps("chatter").ticks > ticks + 12; }));
        EXPECT_EQ(call({"logs", "chatter", "-n", "2"}), 0) << error_;
        EXPECT_THAT(out_, HasSubstr("a=b c"));
    }
    EXPECT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("replace chatter: incarnation 2 is warm"));
    const ActorRow still = all_of("listener");
    EXPECT_EQ(still.state, "RUNNING");
    EXPECT_EQ(still.pid, reader);
    EXPECT_GT(still.frames_in, 36U);
    EXPECT_EQ(still.missed, 0U);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(Supervised, a_replacement_that_fails_has_changed_nothing) {
    start_node();  // nobody supervises it
    const pid_t pid = ps("chatter").pid;
    const auto refused = [&](const std::string& set, const char* text) {
        EXPECT_EQ(call({"replace", "chatter", "--set", set}), 1) << set;
        EXPECT_THAT(error_, HasSubstr("actor chatter: nothing has changed: ")) << set;
        EXPECT_THAT(error_, HasSubstr(text));
        EXPECT_EQ(lines_of(error_).size(), 1U) << error_;
        const ActorRow row = ps("chatter");
        EXPECT_EQ(row.pid, pid) << set;
        EXPECT_EQ(row.incarnation, 1U);
        EXPECT_EQ(row.state, "RUNNING");
    };
    refused("blocks=many", "blocks");
    refused("volume=11", "no property 'volume'");
    refused("crashes=true", "the new process died: signal 11 (SIGSEGV)");
    refused("bytes=128", "output 'out' would change its format");
    EXPECT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("replace chatter: nothing has changed: no property 'volume'"));
    EXPECT_EQ(call({"replace", "chatter", "--set", "word"}), 2);
    EXPECT_EQ(call({"replace", "nobody"}), 1);
    // It can be replaced all the same, and was not given any of that.
    EXPECT_EQ(call({"replace", "chatter"}), 0) << error_;
    EXPECT_EQ(ps("chatter").incarnation, 2U);
    EXPECT_EQ(call({"replace", "listener"}), 0) << error_;
    EXPECT_EQ(ps("listener").incarnation, 2U);
    ASSERT_EQ(call({"stop", "listener"}), 0) << error_;
    EXPECT_EQ(call({"replace", "listener"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor listener: is not running"));
}

TEST_F(Supervised, a_replacement_that_fails_in_start_has_changed_nothing) {
    start_node();
    const pid_t pid = ps("chatter").pid;
    EXPECT_EQ(call({"replace", "chatter", "--set", "broken=true", "--set", "word=new"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor chatter: nothing has changed: told to fail"));
    const ActorRow row = ps("chatter");
    EXPECT_EQ(row.pid, pid);
    EXPECT_EQ(row.incarnation, 1U);
    EXPECT_EQ(row.state, "RUNNING");
    EXPECT_TRUE(eventually([&] { return ps("chatter").ticks > row.ticks + 3; }));
}

TEST_F(Supervised, a_replacement_that_starts_alone_and_fails_gives_way_to_what_was_there) {
    start("Chatter alone=true >> Listener");
    EXPECT_EQ(call({"replace", "chatter", "--set", "broken=true", "--set", "word=new"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor chatter: incarnation 2 "));
    ASSERT_TRUE(eventually([&] {
        const ActorRow row = ps("chatter");
        return row.incarnation == 3 && row.state == "RUNNING" && row.ticks > 3;
    }));
    EXPECT_EQ(call({"logs", "chatter", "-n", "2"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("count"));
    EXPECT_EQ(ps("listener").state, "RUNNING");
    EXPECT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("replace chatter: incarnation 2 failed: "));
}

TEST_F(Supervised, a_replacement_whose_start_is_long_loses_no_tick) {
    start(
        "rate=5 Chatter >> Listener");  // a tick lasts longer than any cut, its start three of them
    ASSERT_TRUE(eventually([&] { return all_of("listener").frames_in > 2; }));
    ASSERT_EQ(call({"replace", "chatter", "--set", "start_ms=600"}), 0) << error_;
    EXPECT_EQ(ps("chatter").incarnation, 2U);
    const std::uint64_t had = all_of("listener").frames_in;
    ASSERT_TRUE(eventually([&] { return all_of("listener").frames_in > had + 2; }));
    EXPECT_EQ(call({"logs", "listener"}), 0) << error_;
    EXPECT_THAT(out_, Not(HasSubstr("lost ")));
    // One that starts alone loses them: they would have been seen.
    ASSERT_EQ(call({"replace", "chatter", "--set", "alone=true"}), 0) << error_;
    EXPECT_TRUE(eventually([&] {
        return call({"logs", "listener"}) == 0 && out_.find("lost ") != std::string::npos;
    }));
}

TEST_F(Supervised, of_two_who_replace_one_actor_at_once_the_second_is_refused) {
    start_node();
    const pid_t pid = ps("chatter").pid;
    auto first = begin({"replace", "chatter", "--set", "configure_ms=1500"});
    ASSERT_TRUE(eventually([&] {
        return call({"events"}) == 0 && out_.find("replacement of incarnation 1") != out_.npos;
    }));
    EXPECT_EQ(post("/v1/actors/chatter/replace?set=word%3Dx").status, 409U);
    EXPECT_EQ(call({"replace", "chatter", "--set", "word=x"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor chatter: it is being replaced already"));
    EXPECT_EQ(ps("chatter").pid, pid);  // it works on meanwhile
    EXPECT_EQ(first->wait(), 0) << first->error();
    EXPECT_EQ(ps("chatter").incarnation, 2U);
    EXPECT_EQ(call({"logs", "chatter", "-n", "2"}), 0) << error_;
    EXPECT_THAT(out_, Not(HasSubstr("x\n")));
    // A node that stops ends one that is under way.
    auto last = begin({"replace", "chatter", "--set", "configure_ms=9000"});
    ASSERT_TRUE(eventually([&] {
        return call({"events"}) == 0 && out_.find("replacement of incarnation 2") != out_.npos;
    }));
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(last->wait(), 1);
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(Supervised, events_tell_what_happened_to_actors_services_and_the_node) {
    start("Chatter restart=permanent >> Listener");
    EXPECT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("info    started local: 2 actors"));
    auto follow = begin({"events", "-f", "--json"});
    ASSERT_EQ(call({"kill", "chatter"}), 0) << error_;
    ASSERT_TRUE(eventually([&] { return ps("chatter").incarnation == 2; }));
    ASSERT_EQ(call({"wait", "chatter"}), 0) << error_;
    ASSERT_EQ(call({"kill", "listener"}), 0) << error_;
    ASSERT_EQ(call({"wait", "listener", "--state", "FAILED"}), 0) << error_;
    ASSERT_EQ(::kill(control_pid(), SIGKILL), 0);
    EXPECT_TRUE(eventually([&] {
        return call({"events"}) == 0 && out_.find("replaced") != std::string::npos;
    })) << out_;
    EXPECT_THAT(out_, HasSubstr("warning restarting chatter: incarnation 1: signal 9 (SIGKILL)"));
    EXPECT_THAT(out_, HasSubstr("info    restarted chatter: incarnation 2 by "));
    EXPECT_THAT(out_, HasSubstr("error   failed listener: incarnation 1: signal 9 (SIGKILL)"));
    EXPECT_THAT(out_, HasSubstr("warning replaced sl-control: signal 9 (SIGKILL)"));
    EXPECT_EQ(call({"events", "-n", "1"}), 0) << error_;
    EXPECT_EQ(lines_of(out_).size(), 1U);
    const std::string followed = R"("kind":"restarted","subject":"chatter","text":")";
    EXPECT_TRUE(eventually([&] { return follow->out().find(followed) != std::string::npos; }));
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 1);  // the listener had failed
    EXPECT_EQ(follow->wait(), 0) << follow->error();
}

/// From now on the process runs one instruction that jumps to itself.
bool send_into_endless_loop(pid_t pid) {
    if (::ptrace(PTRACE_ATTACH, pid, nullptr, nullptr) != 0) return false;
    user_regs_struct registers{};
    iovec all{&registers, sizeof registers};
    bool done = ::waitpid(pid, nullptr, __WALL) == pid &&
                ::ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) == 0;
#ifdef __x86_64__
    const auto at = registers.rip;
    constexpr long here = 0xfeeb, width = 0xffff;
#else
    const auto at = registers.pc;
    constexpr long here = 0x14000000, width = 0xffffffff;
#endif
    const long code = done ? ::ptrace(PTRACE_PEEKTEXT, pid, at, nullptr) : 0;
    done = done && ::ptrace(PTRACE_POKETEXT, pid, at, (code & ~width) | here) == 0;
    return ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr) == 0 && done;
}

TEST_F(Supervised, a_control_process_that_hangs_is_replaced) {
    start_node();
    const pid_t hung = control_pid();
    if (!send_into_endless_loop(hung)) GTEST_SKIP() << "ptrace is forbidden here";
    EXPECT_TRUE(eventually([&] {
        const pid_t now = control_pid();
        return now != 0 && now != hung;
    }));
    EXPECT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("hung sl-control: nothing was heard of it"));
    EXPECT_EQ(ps("chatter").incarnation, 1U);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(Supervised, a_restart_tells_when_its_first_block_was_out) {
    start("Chatter restart=permanent start_ms=50 >> Listener restart=permanent");
    for (std::uint64_t incarnation = 2; incarnation < 4; ++incarnation) {
        ASSERT_EQ(call({"kill", "chatter"}), 0) << error_;
        ASSERT_EQ(call({"kill", "listener"}), 0) << error_;
        const std::string first =
            "first-block chatter: incarnation " + std::to_string(incarnation) + " by ";
        ASSERT_TRUE(eventually([&] {
            return call({"events"}) == 0 && out_.find(first) != std::string::npos;
        })) << out_;
        // Never before it was READY, which took start() 50 ms.
        double after_spawn_ms = 0, after_death_ms = 0;
        const std::string told = out_.substr(out_.find(first) + first.size());
        ASSERT_EQ(std::sscanf(told.c_str(), "%*s %lf ms after its spawn, %lf ms after it was",
                              &after_spawn_ms, &after_death_ms),
                  2)
            << told;
        EXPECT_GE(after_spawn_ms, 50.0);
        EXPECT_GE(after_death_ms, after_spawn_ms);
        ASSERT_TRUE(eventually([&] { return ps("chatter").ticks > 12 * incarnation; }));
    }
    EXPECT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("restarted listener"));
    EXPECT_THAT(out_, Not(HasSubstr("first-block listener")));  // it has no outputs
}

TEST_F(Supervised, the_tree_shows_supervisors_and_what_is_left_of_their_intensity) {
    const auto graph = folder_ / "graph.toml";
    std::ofstream(graph) << "links = [\"chatter >> listener\"]\n"
                            "[actors.chatter]\nclass = \"Chatter\"\nsupervisor = \"media\"\n"
                            "[actors.listener]\nclass = \"Listener\"\n"
                            "[supervisors.media]\nstrategy = \"one_for_all\"\n"
                            "intensity = 1\nperiod = \"60s\"\n";
    start(graph.string());
    ASSERT_EQ(call({"tree"}), 0) << error_;
    EXPECT_THAT(out_, testing::ContainsRegex("├─ listener +Listener +RUNNING"));
    EXPECT_THAT(out_,
                testing::ContainsRegex("└─ node +one_for_one +RUNNING +10 of 10 left in 10s"));
    EXPECT_THAT(out_, testing::ContainsRegex("   └─ media +one_for_all +RUNNING +1 of 1 left in"));
    EXPECT_THAT(out_, testing::ContainsRegex("      └─ chatter +Chatter +RUNNING"));
    ASSERT_EQ(call({"kill", "chatter"}), 0) << error_;
    ASSERT_TRUE(eventually([&] { return ps("chatter").incarnation == 2; }));
    ASSERT_EQ(call({"wait", "chatter"}), 0) << error_;
    ASSERT_EQ(call({"tree", "--json"}), 0) << error_;
    EXPECT_EQ(lines_of(out_).size(), 4U);
    EXPECT_THAT(out_, HasSubstr(R"("name":"media","depth":1,"kind":"supervisor","parent":"node",)"
                                R"("strategy":"one_for_all","state":"RUNNING","intensity":1,)"
                                R"("intensity_left":0,"period_ms":60000})"));
    // One more than it has: the branch gives up, and the node's own supervisor has it start again.
    ASSERT_EQ(call({"kill", "chatter"}), 0) << error_;
    EXPECT_TRUE(eventually([&] {
        return call({"tree", "--json"}) == 0 &&
               out_.find(R"("name":"node","depth":0,"kind":"supervisor","parent":"",)"
                         R"("strategy":"one_for_one","state":"RUNNING","intensity":10,)"
                         R"("intensity_left":9)") != std::string::npos;
    })) << out_;
    EXPECT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("error   gave-up media: "));
}

TEST_F(Supervised, a_crash_is_told_with_what_the_actor_did_and_how_far_it_was) {
    start("Chatter restart=permanent >> Listener");
    EXPECT_EQ(call({"crash", "chatter"}), 0) << error_;
    EXPECT_EQ(out_, "actor chatter: no incarnation of it has died\n");
    ASSERT_TRUE(eventually([&] { return ps("chatter").ticks > 12; }));
    ASSERT_EQ(call({"kill", "chatter", "--signal", "SEGV"}), 0) << error_;
    ASSERT_TRUE(eventually([&] { return ps("chatter").incarnation == 2; }));
    ASSERT_EQ(call({"wait", "chatter"}), 0) << error_;
    ASSERT_TRUE(eventually([&] { return ps("chatter").ticks > 30; }));
    ASSERT_EQ(call({"crash", "chatter", "--json"}), 0) << error_;
    EXPECT_EQ(lines_of(out_).size(), 1U);
    const auto report = read_crash(out_).value();
    EXPECT_TRUE(report.died);
    EXPECT_EQ(report.incarnation, 1U);
    EXPECT_EQ(report.deaths, 1U);
    EXPECT_EQ(report.exit, "signal 11 (SIGSEGV)");
    EXPECT_GT(report.ticks, 12U);
    EXPECT_GT(report.last_tick_seq, 0U);
    ASSERT_EQ(report.lines.size(), 10U);
    EXPECT_EQ(report.lines.back().incarnation, 1U);
    EXPECT_EQ(report.lines.back().text, "count");
    EXPECT_THAT(report.what, HasSubstr("SIGSEGV"));
    EXPECT_FALSE(report.backtrace.empty());
    ASSERT_EQ(report.ports.size(), 1U);
    EXPECT_EQ(report.ports[0].port, "chatter.out");
    EXPECT_GE(report.ports[0].sequence + 1, report.ticks);
    EXPECT_EQ(report.ports[0].sequence, report.ports[0].newest);
    EXPECT_EQ(call({"crash", "chatter"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("actor chatter: incarnation 1 died of signal 11 (SIGSEGV)"));
    EXPECT_THAT(out_, HasSubstr("now RUNNING, incarnation 2, 1 restart\n"));
    ASSERT_EQ(call({"kill", "listener"}), 0) << error_;
    ASSERT_EQ(call({"wait", "listener", "--state", "FAILED"}), 0) << error_;
    EXPECT_EQ(call({"crash", "listener", "--json"}), 0) << error_;
    const auto reader = read_crash(out_).value();
    ASSERT_EQ(reader.ports.size(), 1U);
    EXPECT_EQ(reader.ports[0].direction, "input");
    EXPECT_GT(reader.ports[0].sequence, 12U);
    EXPECT_GE(reader.ports[0].newest, reader.ports[0].sequence);
}

}  // namespace
