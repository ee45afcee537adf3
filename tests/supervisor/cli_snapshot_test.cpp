// SPDX-License-Identifier: Apache-2.0
// State that outlives a run: asked for, written to files, and given to the next one; with real nodes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>

#include "ipc/snapshot_file.hpp"
#include "supervisor/cli/http_client.hpp"
#include "supervisor/control/supervision_json.hpp"
#include "tests/supervisor/cli_run.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using namespace streamlib::supervision::test;
using testing::HasSubstr;
using testing::Not;

namespace {

class Snapshots : public Cli {
protected:
    /// keeper and empty keep state; chatter and listener do not.
    fs::path graph(const std::string& more = {}) {
        const fs::path file = folder_ / "graph.toml";
        std::ofstream(file) << "links = [\"chatter >> listener\", \"keeper >> far\"]\n"
                               "[actors.chatter]\nclass = \"Chatter\"\n"
                               "[actors.listener]\nclass = \"Listener\"\n"
                               "[actors.far]\nclass = \"Listener\"\n"
                               "[actors.keeper]\nclass = \"Keeper\"\n"
                            << more;
        return file;
    }
    /// The count in a snapshot file; nothing if there is no whole one.
    static std::optional<std::uint64_t> count_in(const fs::path& path) {
        const auto file = ipc::read_snapshot_file(path.string());
        if (!file || file->snapshot.bytes.size() < 8) return std::nullopt;
        std::uint64_t count = 0;
        std::memcpy(&count, file->snapshot.bytes.data(), sizeof count);
        return count;
    }
    static void write(const fs::path& path, const std::string& class_name, std::uint32_t version,
                      std::uint64_t count) {
        const auto bytes = std::as_bytes(std::span(&count, 1));
        ASSERT_TRUE(ipc::write_snapshot_file(
            ipc::encode_snapshot_file({class_name, version, TaiTime{1'000'000'000}, bytes}),
            path.string()));
    }
    void ticks(const std::string& actor, std::uint64_t least) {
        ASSERT_TRUE(eventually([&] { return ps(actor).ticks >= least; }));
    }
    std::string log_of(const std::string& actor) {
        EXPECT_EQ(call({"logs", actor}), 0) << error_;
        return out_;
    }
    void stop_node() {
        EXPECT_EQ(call({"stop"}), 0) << error_;
        EXPECT_EQ(node_->wait(), 0) << node_->error();
    }
};

TEST_F(Snapshots, what_an_actor_keeps_is_asked_for_and_comes_back_in_the_next_run) {
    start(graph().string());
    ticks("keeper", 10);
    ASSERT_EQ(call({"snapshot", "keeper"}), 0) << error_;
    EXPECT_THAT(out_, testing::ContainsRegex("ACTOR +BYTES +VERSION +AGE +FILE\nkeeper +8 +2 +0"));
    const fs::path file = folder_ / "keeper.snapshot";
    ASSERT_EQ(call({"snapshot", "keeper", "--to", file.string(), "--json"}), 0) << error_;
    const auto row = read_snapshot(out_);
    ASSERT_TRUE(row) << out_;
    EXPECT_EQ(row->actor, "keeper");
    EXPECT_EQ(row->class_name, "Keeper");
    EXPECT_EQ(row->version, 2U);
    EXPECT_EQ(row->incarnation, 1U);
    EXPECT_GE(row->number, 2U);  // newer than the one before, each time
    EXPECT_THAT(out_, HasSubstr(R"("file":")" + file.string()));
    const auto kept = count_in(file);
    ASSERT_TRUE(kept);
    EXPECT_GE(*kept, 10U);
    stop_node();

    start(graph().string(), {"--restore", file.string()});
    ASSERT_EQ(call({"wait", "keeper"}), 0) << error_;
    EXPECT_THAT(log_of("keeper"),
                HasSubstr("goes on after " + std::to_string(*kept) + ", version 2, age "));
    EXPECT_THAT(node_->out(), HasSubstr("keeper has its state of " + file.string()));
    ASSERT_EQ(call({"snapshot", "keeper", "--to", file.string()}), 0) << error_;
    EXPECT_GE(count_in(file).value_or(0), *kept);
    // The same bytes over HTTP, for whoever has no command line.
    const auto answer = http_call((folder_ / "run/local").string(), "control.sock", "GET",
                                  "/v1/actors/keeper/snapshot", second);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(ipc::parse_snapshot_file(std::as_bytes(std::span(answer->body))));
    stop_node();
}

TEST_F(Snapshots, of_all_actors_go_into_a_folder_and_come_back_out_of_it) {
    const std::string more =
        "[actors.other]\nclass = \"Keeper\"\nbytes = 1048576\n"
        "[actors.empty]\nclass = \"Keeper\"\nempty = true\n";
    start(graph(more).string());
    const fs::path to = folder_ / "state/of today";
    ticks("other", 3);
    ASSERT_EQ(call({"snapshot", "--to", to.string(), "--json"}), 0) << error_;
    EXPECT_EQ(lines_of(out_).size(), 2U) << out_;
    EXPECT_TRUE(count_in(to / "keeper.snapshot"));
    EXPECT_TRUE(count_in(to / "other.snapshot"));
    EXPECT_EQ(std::distance(fs::directory_iterator(to), fs::directory_iterator()), 2);
    stop_node();

    std::ofstream(to / "notes.txt") << "not ours";
    write(to / "gone.snapshot", "Keeper", 1, 5);  // of an actor that the graph had once
    const std::uint64_t kept = count_in(to / "other.snapshot").value();
    start(graph(more).string(), {"--restore", to.string()});
    ASSERT_EQ(call({"wait", "other"}), 0) << error_;
    EXPECT_THAT(log_of("other"), HasSubstr("goes on after " + std::to_string(kept) + ","));
    EXPECT_THAT(node_->error(), HasSubstr("warning: restore: "));
    EXPECT_THAT(node_->error(), HasSubstr("gone.snapshot: not used, the graph has no actor"));
    EXPECT_EQ(lines_of(node_->error()).size(), 1U);
    stop_node();
}

TEST_F(Snapshots, who_cannot_give_one_is_told_clearly_and_in_time) {
    start(graph("[actors.empty]\nclass = \"Keeper\"\nempty = true\n").string());
    ASSERT_EQ(call({"wait", "empty"}), 0) << error_;
    EXPECT_EQ(call({"snapshot", "chatter"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor chatter keeps no state (class Chatter)"));
    EXPECT_EQ(call({"snapshot", "empty"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor empty has nothing to keep now"));
    EXPECT_EQ(call({"snapshot", "nobody"}), 1);
    EXPECT_THAT(error_, HasSubstr("no actor \"nobody\""));
    EXPECT_EQ(call({"snapshot", "keeper", "--to", (folder_ / "none/x").string()}), 1);
    EXPECT_THAT(error_, HasSubstr("none/x"));
    EXPECT_EQ(lines_of(error_).size(), 1U);

    ASSERT_EQ(call({"kill", "keeper", "--signal", "STOP"}), 0) << error_;
    EXPECT_EQ(call({"snapshot", "keeper", "--timeout", "300ms"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor keeper: no snapshot within 300ms: its process is stopped "
                                  "by a signal"));
    EXPECT_EQ(call({"snapshot", "--timeout", "300ms"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor keeper: no snapshot within "));
    EXPECT_EQ(lines_of(error_).size(), 1U);
    ASSERT_EQ(call({"kill", "keeper", "--signal", "CONT"}), 0) << error_;
    EXPECT_EQ(call({"snapshot", "keeper"}), 0) << error_;

    // One that dies while somebody waits for it.
    ASSERT_EQ(call({"kill", "keeper", "--signal", "STOP"}), 0) << error_;
    auto asks = begin({"snapshot", "keeper", "--timeout", "30s"});
    pid_t pid = ps("keeper").pid;
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    EXPECT_EQ(asks->wait(), 1);
    EXPECT_THAT(asks->error(), testing::ContainsRegex("actor keeper: is (FAILED|not running)"));
    EXPECT_EQ(call({"snapshot", "keeper"}), 1);
    EXPECT_THAT(error_, HasSubstr("actor keeper: is not running"));
}

TEST_F(Snapshots, a_restart_in_order_goes_on_from_the_last_turn) {
    start(graph().string());  // nobody asked for an interval
    ticks("keeper", 10);
    ASSERT_EQ(call({"restart", "keeper"}), 0) << error_;
    const std::string log = log_of("keeper");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(log, found, std::regex("goes on after ([0-9]+), version 2")));
    EXPECT_GE(std::stoull(found[1]), 10U);
    stop_node();
}

TEST_F(Snapshots, a_run_that_keeps_goes_on_where_the_last_one_ended) {
    const fs::path keep = folder_ / "kept";
    const auto words = std::vector<std::string>{"--keep", keep.string()};
    start(graph().string(), words);
    ticks("keeper", 10);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
    EXPECT_THAT(node_->out(), HasSubstr("kept the state of 1 actor in " + keep.string()));
    const std::uint64_t first = count_in(keep / "keeper.snapshot").value_or(0);
    EXPECT_GE(first, 10U);

    start(graph().string(), words);
    ticks("keeper", 5);
    EXPECT_THAT(log_of("keeper"), HasSubstr("goes on after " + std::to_string(first) + ","));
    ASSERT_EQ(::kill(node_->pid(), SIGINT), 0);  // the other orderly end
    EXPECT_EQ(node_->wait(), 0) << node_->error();
    const std::uint64_t second_run = count_in(keep / "keeper.snapshot").value_or(0);
    EXPECT_GE(second_run, first + 5);

    // What somebody names goes before what lies there.
    write(folder_ / "mine", "Keeper", 1, 1'000'000);
    start(graph().string(),
          {"--keep", keep.string(), "--restore", "keeper=" + (folder_ / "mine").string()});
    ASSERT_EQ(call({"wait", "keeper"}), 0) << error_;
    EXPECT_THAT(log_of("keeper"), HasSubstr("goes on after 1000000, version 1, age "));
    // Killed: what the run before has left is whole, and nothing else is there.
    ASSERT_EQ(::kill(node_->pid(), SIGKILL), 0);
    EXPECT_EQ(node_->wait(), -1);
    EXPECT_EQ(count_in(keep / "keeper.snapshot"), second_run);
}

TEST_F(Snapshots, a_file_that_cannot_be_used_stops_the_run_before_anything_starts) {
    const std::string file = graph().string();
    const fs::path good = folder_ / "keeper.snapshot", bad = folder_ / "bad";
    write(good, "Keeper", 2, 7);
    const auto refused = [&](const std::vector<std::string>& more, const std::string& text) {
        std::vector<std::string> words{"run", file};
        words.insert(words.end(), more.begin(), more.end());
        EXPECT_EQ(call(words), 1) << text;
        EXPECT_THAT(error_, HasSubstr(text));
        EXPECT_EQ(lines_of(error_).size(), 1U) << error_;
        EXPECT_EQ(out_, "");
    };
    const auto named = [&](const std::string& actor, const fs::path& path) {
        return std::vector<std::string>{"--restore", actor + "=" + path.string()};
    };
    const std::string bytes = content(good);
    std::ofstream(bad) << bytes.substr(0, bytes.size() - 1);
    refused(named("keeper", bad), bad.string() + ": snapshot file: it says 8 bytes and has 7");
    std::ofstream(bad) << bytes.substr(0, 20);
    refused(named("keeper", bad), "snapshot file: cut short, 20 bytes");
    std::ofstream(bad) << bytes.substr(0, bytes.size() - 1) << "x";
    refused(named("keeper", bad), "its checksum does not fit");
    std::ofstream(bad) << "a shopping list, and a long one: " << std::string(100, '.');
    refused(named("keeper", bad), "snapshot file: it is none");
    write(bad, "Keeper", 3, 7);
    refused(named("keeper", bad), "it is of version 3 of class Keeper, and this one reads up to 2");
    write(bad, "Chatter", 1, 7);
    refused(named("keeper", bad),
            "it is of class Chatter, and actor keeper of the graph is of "
            "class Keeper");
    refused(named("chatter", good), "actor chatter keeps no state (class Chatter)");
    refused(named("kepeer", good), "the graph has no actor \"kepeer\"; did you mean \"keeper\"?");
    refused({"--restore", (folder_ / "none.snapshot").string()},
            "none.snapshot: No such file or directory");
    fs::copy_file(good, folder_ / "kepper.snapshot");
    refused({"--restore", (folder_ / "kepper.snapshot").string()},
            "did you mean \"keeper\"?; write --restore ACTOR=");
    refused(named("keeper", folder_ / "none"), "No such file or directory");
    refused({"--restore", bad.string()}, "whose state is it? write --restore ACTOR=");
    fs::create_directory(folder_ / "empty");
    refused({"--restore", (folder_ / "empty").string()}, "no ACTOR.snapshot lies in that folder");
    refused(named("keeper", folder_ / "empty"), "is not a plain file");
    refused({"--restore", good.string(), "--restore", "keeper=" + good.string()}, "already");
    ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
    refused(named("keeper", folder_ / "pipe"), "is not a plain file");
    refused({"--keep", good.string()}, "keep " + good.string());
    // And a damaged one in the folder that keeps is not written over by a run that could not read it.
    fs::create_directory(folder_ / "kept");
    std::ofstream(folder_ / "kept/keeper.snapshot") << bytes.substr(0, 50);
    refused({"--keep", (folder_ / "kept").string()}, "keeper.snapshot: snapshot file: cut short");
    EXPECT_EQ(content(folder_ / "kept/keeper.snapshot"), bytes.substr(0, 50));
    EXPECT_FALSE(fs::exists(folder_ / "run/local"));
}

TEST_F(Snapshots, a_kill_while_saving_leaves_the_older_file_whole) {
    start(graph("bytes = 1048576\n").string());
    const fs::path file = folder_ / "keeper.snapshot";
    ticks("keeper", 3);
    ASSERT_EQ(call({"snapshot", "keeper", "--to", file.string()}), 0) << error_;
    std::uint64_t newest = count_in(file).value_or(0);
    ASSERT_GT(newest, 0U);
    const MonotonicTime began = MonotonicTime::now();
    ASSERT_EQ(call({"snapshot", "keeper", "--to", file.string()}), 0) << error_;
    const Nanoseconds whole = MonotonicTime::now() - began;
    int killed = 0;
    for (int n = 0; n < 24; ++n) {
        auto saves = begin({"snapshot", "keeper", "--to", file.string()});
        std::this_thread::sleep_for(std::chrono::nanoseconds(whole * n / 20));
        ::kill(saves->pid(), SIGKILL);
        killed += saves->wait() == -1 ? 1 : 0;
        const auto count = count_in(file);
        ASSERT_TRUE(count) << "after a kill at " << n << "/20 of a save";
        EXPECT_GE(*count, newest);
        newest = *count;
    }
    EXPECT_GT(killed, 0);
    // What they have left is in nobody's way.
    ASSERT_EQ(call({"snapshot", "keeper", "--to", file.string()}), 0) << error_;
    EXPECT_GT(count_in(file).value_or(0), newest - 1);
    EXPECT_FALSE(fs::exists(file.string() + ".new"));
}

}  // namespace
