// SPDX-License-Identifier: Apache-2.0
// The command line from outside: what a script sees of it, with real nodes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "supervisor/cli/http_client.hpp"
#include "supervisor/control/api_json.hpp"
#include "tests/supervisor/cli_run.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using namespace streamlib::supervision::test;
using testing::HasSubstr;
using testing::Not;

namespace {

TEST_F(Cli, a_node_can_be_seen_and_stopped) {
    start_node();
    const ActorRow row = ps("chatter");
    EXPECT_EQ(row.state, "RUNNING");
    EXPECT_EQ(row.dispatcher, "process");
    EXPECT_EQ(row.incarnation, 1U);
    EXPECT_FALSE(row.exit);
    EXPECT_EQ(::kill(row.pid, 0), 0);
    EXPECT_EQ(call({"ps"}), 0);
    EXPECT_THAT(out_, HasSubstr("URI"));
    EXPECT_THAT(out_, Not(HasSubstr("\x1B")));
    EXPECT_EQ(call({"tree"}), 0);
    EXPECT_THAT(out_, HasSubstr("├─ chatter"));
    EXPECT_THAT(out_, HasSubstr("└─ listener"));
    EXPECT_EQ(call({"tree", "--json"}), 0);
    EXPECT_EQ(lines_of(out_).size(), 2U);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
    EXPECT_THAT(node_->out(), HasSubstr("RUNNING  chatter"));
    EXPECT_THAT(node_->out(), HasSubstr("stopped after"));
    EXPECT_EQ(node_->error(), "");
}

TEST_F(Cli, without_a_node_every_verb_says_where_it_looked_and_how_to_start_one) {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"ps"},
                                               {"tree"},
                                               {"logs"},
                                               {"events"},
                                               {"crash", "x"},
                                               {"counters"},
                                               {"sdp"},
                                               {"stop"},
                                               {"restart", "x"},
                                               {"kill", "x"},
                                               {"wait", "x", "--timeout", "10ms"}}) {
        EXPECT_EQ(call(words), 1) << words[0];
        EXPECT_EQ(lines_of(error_).size(), 1U) << words[0];
        EXPECT_THAT(error_, HasSubstr((folder_ / "run/local").string())) << words[0];
        EXPECT_THAT(error_, HasSubstr("streamlib run")) << words[0];
        EXPECT_EQ(out_, "");
    }
    EXPECT_EQ(call({"ps", "--node", "../x"}), 1);
    EXPECT_EQ(lines_of(error_).size(), 1U);
}

TEST_F(Cli, an_actor_is_named_by_instance_or_uri) {
    start_node();
    const std::string uri = ps("chatter").uri;
    EXPECT_EQ(call({"logs", uri, "-n", "1"}), 0) << error_;
    EXPECT_EQ(call({"logs", "actor://elsewhere/Chatter/chatter"}), 1);
    EXPECT_THAT(error_, HasSubstr(uri));
    EXPECT_EQ(call({"stop", "chater"}), 1);
    EXPECT_THAT(error_, HasSubstr("did you mean \"chatter\"?"));
    EXPECT_EQ(lines_of(error_).size(), 1U);
    EXPECT_EQ(call({"wait", "nobody", "--timeout", "10ms"}), 1);
    EXPECT_THAT(error_, HasSubstr("no actor \"nobody\""));
}

TEST_F(Cli, one_actor_can_be_stopped) {
    start_node();
    const pid_t pid = ps("listener").pid;
    EXPECT_EQ(call({"stop", "listener"}), 0) << error_;
    const ActorRow row = ps("listener");
    EXPECT_EQ(row.state, "STOPPED");
    EXPECT_EQ(row.pid, 0);
    EXPECT_EQ(row.exit, "exit 0");
    EXPECT_EQ(::kill(pid, 0), -1);
    EXPECT_EQ(ps("chatter").state, "RUNNING");
    EXPECT_EQ(call({"stop", "listener"}), 1);
    EXPECT_EQ(call({"logs", "listener"}), 0);
    EXPECT_THAT(out_, HasSubstr("\\x1B[31m"));
}

TEST_F(Cli, a_killed_actor_is_failed_and_its_last_lines_can_be_read) {
    start_node();
    // It has to have worked once: READY comes before the first tick.
    while (call({"logs", "chatter"}) == 0 && out_.find("count") == std::string::npos)
        ::usleep(1000);
    ASSERT_EQ(call({"kill", "chatter"}), 0) << error_;
    EXPECT_EQ(call({"wait", "chatter", "--state", "FAILED"}), 0) << error_;
    const ActorRow row = ps("chatter");
    EXPECT_EQ(row.state, "FAILED");
    EXPECT_THAT(row.exit.value_or(""), HasSubstr("SIGKILL"));
    EXPECT_EQ(ps("listener").state, "RUNNING");
    EXPECT_EQ(call({"logs", "chatter", "--json"}), 0) << error_;
    ASSERT_FALSE(lines_of(out_).empty());
    EXPECT_THAT(lines_of(out_).front(), HasSubstr(R"("actor":"chatter","number":)"));
    EXPECT_THAT(out_, HasSubstr(R"("text":"count")"));
    EXPECT_EQ(call({"wait", "chatter", "--state", "RUNNING", "--timeout", "20ms"}), 1);
    EXPECT_THAT(error_, HasSubstr("is FAILED"));
    EXPECT_THAT(node_->error(), HasSubstr("actor chatter (Chatter) FAILED: "));
}

TEST_F(Cli, what_was_counted_is_seen_in_one_place_also_of_the_dead) {
    start_node();
    const auto counted = [this](const std::string& actor, const std::string& counter) {
        EXPECT_EQ(call({"counters", actor, "--json"}), 0) << error_;
        for (const std::string& line : lines_of(out_)) {
            const auto rows = read_counters("{\"counters\":[" + line + "]}");
            if (rows && rows->size() == 1 && rows->at(0).port + "." + rows->at(0).name == counter)
                return rows->at(0).value;
        }
        ADD_FAILURE() << "no " << counter << " in\n" << out_;
        return std::uint64_t{0};
    };
    ASSERT_TRUE(eventually([&] { return counted("listener", "in.read") >= 3; }));
    ASSERT_EQ(call({"kill", "chatter"}), 0) << error_;
    ASSERT_EQ(call({"wait", "chatter", "--state", "FAILED"}), 0) << error_;
    EXPECT_GE(counted("chatter", "out.published"), 3U);
    EXPECT_EQ(counted("chatter", "out.no_free_slot"), 0U);
    EXPECT_GE(counted("listener", ".seen"), 3U);
    ASSERT_EQ(call({"counters"}), 0) << error_;
    EXPECT_THAT(out_, testing::ContainsRegex("ACTOR +COUNTER +VALUE\nchatter +ticks +[0-9]+\n"));
    EXPECT_THAT(out_, testing::ContainsRegex("\nlistener +in.read +[0-9]+\n"));
    EXPECT_EQ(call({"counters", "chater"}), 1);
    EXPECT_THAT(error_, HasSubstr("did you mean \"chatter\"?"));
    EXPECT_EQ(lines_of(error_).size(), 1U);
}

TEST_F(Cli, session_descriptions_are_printed_or_written_to_files) {
    start_node();
    EXPECT_EQ(call({"sdp"}), 1);
    EXPECT_THAT(error_, HasSubstr("no actor of node local describes a session"));
    EXPECT_EQ(call({"sdp", "listener"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor listener: describes no session (class Listener"));
    EXPECT_EQ(lines_of(error_).size(), 1U);
    // As a sender would.
    fs::create_directory(folder_ / "run/local/sdp");
    const std::string of_chatter = "v=0\r\ns=chatter\r\n", of_listener = "v=0\r\ns=listener\r\n";
    std::ofstream(folder_ / "run/local/sdp/chatter.sdp") << of_chatter;
    std::ofstream(folder_ / "run/local/sdp/listener.sdp") << of_listener;
    EXPECT_EQ(call({"sdp", "chatter"}), 0) << error_;
    EXPECT_EQ(out_, of_chatter);
    EXPECT_EQ(call({"sdp"}), 0) << error_;
    EXPECT_EQ(out_, of_chatter + of_listener);
    const fs::path to = folder_ / "of today/sdp";
    EXPECT_EQ(call({"sdp", "--to", to.string()}), 0) << error_;
    EXPECT_EQ(out_, (to / "chatter.sdp").string() + "\n" + (to / "listener.sdp").string() + "\n");
    EXPECT_EQ(content(to / "chatter.sdp"), of_chatter);
    EXPECT_EQ(content(to / "listener.sdp"), of_listener);
    EXPECT_EQ(std::distance(fs::directory_iterator(to), fs::directory_iterator()), 2);
    EXPECT_EQ(call({"sdp", "chatter", "--json"}), 0) << error_;
    EXPECT_EQ(out_, R"({"actor":"chatter","file":null,"text":"v=0\r\ns=chatter\r\n"})"
                    "\n");
    // One that cannot be read does not keep the others back.
    fs::resize_file(folder_ / "run/local/sdp/chatter.sdp", 100'000);
    EXPECT_EQ(call({"sdp"}), 1);
    EXPECT_EQ(out_, of_listener);
    EXPECT_THAT(error_, HasSubstr("longer than 65536 bytes"));
    EXPECT_EQ(call({"sdp", "listener", "--to", "/proc/none"}), 1);
    EXPECT_EQ(lines_of(error_).size(), 1U);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
    EXPECT_FALSE(fs::exists(folder_ / "run/local"));
}

TEST_F(Cli, a_log_is_followed_until_the_node_ends) {
    start_node();
    Started follow(folder_, {"logs", "-f", "-n", "1"});
    for (const MonotonicTime give_up = MonotonicTime::now() + 30 * second;
         MonotonicTime::now() < give_up && lines_of(follow.out()).size() < 10;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_GE(lines_of(follow.out()).size(), 10U);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(follow.wait(), 0) << follow.error();
}

TEST_F(Cli, a_launcher_that_is_killed_leaves_clear_words) {
    start_node();
    Started follow(folder_, {"logs", "-f"});
    for (const MonotonicTime give_up = MonotonicTime::now() + 30 * second;
         MonotonicTime::now() < give_up && follow.out().empty();) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ASSERT_EQ(::kill(node_->pid(), SIGKILL), 0);
    EXPECT_EQ(follow.wait(), 0) << follow.error();  // The end of the log, no failure.
    EXPECT_EQ(call({"wait", "chatter", "--state", "FAILED", "--timeout", "1s"}), 1);
    EXPECT_EQ(lines_of(error_).size(), 1U);
    EXPECT_EQ(call({"ps"}), 1);
    EXPECT_EQ(lines_of(error_).size(), 1U);
    EXPECT_TRUE(fs::exists(folder_ / "run/local"));
    EXPECT_EQ(call({"gc"}), 0) << error_;
    EXPECT_FALSE(fs::exists(folder_ / "run/local"));
}

TEST_F(Cli, a_killed_control_process_is_back_and_no_actor_noticed) {
    start_node();
    const ActorRow before = ps("listener");
    const auto control_pid = [this] {
        const auto answer =
            http_call((folder_ / "run/local").string(), "control.sock", "GET", "/v1/node", second);
        return answer ? read_node(answer->body).value().control_pid : 0;
    };
    const pid_t killed = control_pid();
    ASSERT_GT(killed, 0);
    ASSERT_EQ(::kill(killed, SIGKILL), 0);
    const ActorRow after = ps("listener");
    EXPECT_NE(control_pid(), killed);
    EXPECT_EQ(after.pid, before.pid);
    EXPECT_EQ(after.state, "RUNNING");
    EXPECT_EQ(after.incarnation, 1U);
    EXPECT_TRUE(eventually([&] { return ps("listener").ticks > before.ticks; }));
    EXPECT_EQ(call({"logs", "listener"}), 0) << error_;  // Its page came along, too.
}

TEST_F(Cli, run_ends_with_its_sources_or_its_time) {
    EXPECT_EQ(call({"run", "Chatter blocks=5 >> Listener"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("ended after"));
    EXPECT_EQ(error_, "");
    EXPECT_EQ(call({"run", "Chatter >> Listener", "--for", "200ms"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("done after"));
    EXPECT_EQ(call({"run", "Chatter blocks=1 >> Listener", "-q"}), 0) << error_;
    EXPECT_EQ(out_, "");
}

TEST_F(Cli, an_actor_that_cannot_start_is_one) {
    EXPECT_EQ(call({"run", "Chatter broken=true >> Listener", "--for", "300ms"}), 1);
    EXPECT_THAT(error_, HasSubstr("told to fail"));
}

TEST_F(Cli, nodes_of_two_names_do_not_meet) {
    start_node({"--node", "local"});
    Started other(folder_, {"run", "Chatter >> Listener", "--node", "other"});
    EXPECT_EQ(call({"wait", "chatter", "--node", "other", "--timeout", "30s"}), 0) << error_;
    EXPECT_EQ(call({"stop", "--node", "other"}), 0) << error_;
    EXPECT_EQ(other.wait(), 0);
    EXPECT_EQ(ps("chatter").state, "RUNNING");
    EXPECT_EQ(call({"run", "Chatter >> Listener", "--node", "local"}), 1);
    EXPECT_THAT(error_, HasSubstr("running already"));
}

TEST_F(Cli, check_finds_everything_at_once_and_prices_the_rings) {
    const fs::path graph = folder_ / "graph.toml";
    std::ofstream(graph) << "links = [\"a >> b\"]\n[actors.a]\nclass = \"Chatter\"\nblocks = "
                            "-1\nfile = \"/nothing/here\"\n"
                            "[actors.b]\nclass = \"Lisener\"\n";
    EXPECT_EQ(call({"check", graph.string()}), 1);
    EXPECT_THAT(error_, HasSubstr(graph.string() + ":4: actors.a.blocks"));
    EXPECT_THAT(error_, HasSubstr("/nothing/here"));
    EXPECT_THAT(error_, HasSubstr("Listener"));
    EXPECT_EQ(call({"check", graph.string(), "--json"}), 1);
    EXPECT_THAT(out_, HasSubstr(R"({"kind":"finding","file":")"));
    EXPECT_THAT(out_, HasSubstr(R"("line":4)"));
    EXPECT_EQ(call({"run", graph.string()}), 1);
    EXPECT_THAT(error_, HasSubstr(":4:"));
    EXPECT_EQ(call({"check", "Chatter >> Listener"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("chatter.out"));
    EXPECT_THAT(out_, HasSubstr("all rings"));
    EXPECT_EQ(call({"check", "Chatter >> Listener", "--json"}), 0) << error_;
    EXPECT_THAT(out_, testing::StartsWith(R"({"kind":"ring","output":"chatter.out")"));
    EXPECT_THAT(out_, HasSubstr(R"("readers":1)"));
    EXPECT_EQ(call({"check", "Chatter >> Listener", "--set", "chatter.blocks=x"}), 1);
    EXPECT_EQ(call({"check", (folder_ / "none.toml").string()}), 1);
    EXPECT_EQ(lines_of(error_).size(), 1U) << error_;
}

TEST_F(Cli, inspect_documents_every_class) {
    EXPECT_EQ(call({"inspect"}), 0);
    EXPECT_THAT(out_, HasSubstr("Chatter   Counts, and says so"));
    EXPECT_EQ(call({"inspect", "Chatter"}), 0);
    EXPECT_THAT(out_, testing::ContainsRegex(
                          "blocks +integer +0 +blocks +0 … 1000000000 +Ends after so many"));
    EXPECT_EQ(call({"inspect", "Chatter", "--json"}), 0);
    EXPECT_THAT(out_, HasSubstr(R"("name":"Chatter")"));
    EXPECT_EQ(call({"inspect", "Chater"}), 1);
    EXPECT_THAT(error_, HasSubstr("did you mean \"Chatter\"?"));
}

TEST_F(Cli, wrong_usage_is_two) {
    EXPECT_EQ(call({}), 2);
    EXPECT_EQ(call({"top"}), 2);
    EXPECT_EQ(call({"run", "a.toml", "--http", "127.0.0.1:80"}), 2);
    EXPECT_EQ(lines_of(error_).size(), 1U);
    EXPECT_EQ(call({"--version"}), 0);
}

}  // namespace
