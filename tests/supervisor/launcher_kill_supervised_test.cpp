// SPDX-License-Identifier: Apache-2.0
// The launcher dies while it supervises: while it starts, while what it supervises dies and comes back, while it stops. Nothing
// is left of the node then; neither is when a zygote's own helper process dies half-way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

using testing::IsEmpty;

/// Two supervisors, one in the other; enough intensity for whatever happens here.
std::string graph_text() {
    std::string text =
        "links = [\"a >> b.in\", \"b >> c\", \"d >> e.in\", \"e >> f\"]\n"
        "[clock]\nrate = \"100\"\n";
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
        const int kind = (*name - 'a') % 3;
        const char* const classes[] = {"Ticker", "Relay", "Sink"};
        text += "[actors." + std::string(name) + "]\nclass = \"" + classes[kind] +
                "\"\nsupervisor = \"" + (*name < 'd' ? "one" : "all") + "\"\n";
    }
    for (const char* more :
         {"node]\n", "one]\n", "all]\nstrategy = \"one_for_all\"\nparent = \"one\"\n"})
        text += "[supervisors." + std::string(more) +
                "intensity = 10000\nperiod = \"10s\"\nbackoff = \"1ms..5ms\"\n";
    return text;
}

/// Kills actors at random until it is told to end, or nothing is left.
class Killer {
public:
    Killer(const NodeRun& run, unsigned seed) : thread_([this, &run, seed] { work(run, seed); }) {}
    ~Killer() { end(); }
    Killer(const Killer&) = delete;
    Killer& operator=(const Killer&) = delete;
    void end() {
        goes_on_ = false;
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] int kills() const { return kills_; }

private:
    void work(const NodeRun& run, unsigned seed) {
        std::mt19937 random(seed);
        while (goes_on_) {
            std::vector<pid_t> actors;
            for (const ProcessFacts& facts : run.processes())
                if (facts.comm.size() == 1) actors.push_back(facts.pid);
            if (!actors.empty() && ::kill(actors[random() % actors.size()], SIGKILL) == 0) ++kills_;
            pause_ms(static_cast<int>(random() % 10));
        }
    }
    std::atomic<bool> goes_on_{true};
    std::atomic<int> kills_{0};
    std::thread thread_;
};

class LauncherKillSupervised : public testing::Test {
protected:
    LauncherKillSupervised()
        : folder_(std::filesystem::temp_directory_path() /
                  ("streamlib-kill-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
        std::ofstream(graph()) << graph_text();
    }
    ~LauncherKillSupervised() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string graph() const { return (folder_ / "graph.toml").string(); }
    std::filesystem::path folder_;
};

TEST_F(LauncherKillSupervised, leaves_nothing_at_start_up_in_restarts_and_while_it_stops) {
    const char* wanted = std::getenv("STREAMLIB_KILLS");
    const int rounds = wanted != nullptr ? std::atoi(wanted) : 21;
    std::mt19937 random(static_cast<unsigned>(rounds));
    std::chrono::steady_clock::duration longest{};
    int kills = 0;
    for (int round = 0; round < rounds; ++round) {
        NodeRun run({graph()});
        const pid_t launcher = run.pid();
        const int moment = round % 3;
        if (moment > 0) {
            ASSERT_NE(run.wait_for("running"), "") << "round " << round;
        }
        {
            Killer killer(run, static_cast<unsigned>(random()));
            pause_ms(static_cast<int>(random() % (moment == 2 ? 30 : 100)));
            if (moment == 2) {
                run.signal(SIGTERM);
                pause_ms(static_cast<int>(random() % 30));
            }
            run.kill_launcher();
            const auto killed = std::chrono::steady_clock::now();
            killer.end();
            kills += killer.kills();
            const auto left = run.wait_for_silence();
            longest = std::max(longest, std::chrono::steady_clock::now() - killed);
            for (const ProcessFacts& facts : left)
                ADD_FAILURE() << facts.comm << " is left, state " << facts.state << ", round "
                              << round;
            EXPECT_THAT(shm_names_of(launcher), IsEmpty()) << "round " << round;
            if (!left.empty()) return;
        }
    }
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
    std::printf(
        "%d launchers killed, and %d actors meanwhile; the last trace gone after at most %d ms\n",
        rounds, kills, static_cast<int>(ms));
    EXPECT_GT(kills, rounds);
    // As in launcher_kill_test: the long run has the machine to itself and holds it to the promised second.
    if (wanted != nullptr) {
        EXPECT_LT(ms, 1000);
    }
}

TEST_F(LauncherKillSupervised, stops_in_order_though_everybody_dies_meanwhile) {
    std::mt19937 random(3);
    for (int round = 0; round < 10; ++round) {
        NodeRun run({graph()});
        if (round % 2 == 0) {
            ASSERT_NE(run.wait_for("running"), "") << "round " << round;
        } else {
            pause_ms(static_cast<int>(random() % 60));
        }
        Killer killer(run, static_cast<unsigned>(random()));
        pause_ms(static_cast<int>(random() % 60));
        run.signal(SIGTERM);
        const int status = run.finish();
        // Killed instead of stopped: a failure. Where the signal came before anybody listened, it ended the launcher.
        EXPECT_TRUE(status == 0 || status == 1 || status == -SIGTERM) << status;
        killer.end();
        EXPECT_THAT(run.wait_for_silence(), IsEmpty()) << "round " << round;
        EXPECT_THAT(shm_names_of(run.pid()), IsEmpty());
    }
}

/// The process that forks a batch for the zygote: a child of the zygote, for a millisecond or so.
pid_t child_of(pid_t zygote, const NodeRun& run) {
    for (const ProcessFacts& facts : run.processes())
        if (facts.parent == zygote) return facts.pid;
    return 0;
}

TEST_F(LauncherKillSupervised, starts_everybody_though_the_process_that_forks_them_is_killed) {
    std::string text = "rate=100 ";
    for (int n = 0; n < 20; ++n) text += "Ticker >> Sink; ";
    int killed = 0;
    for (int round = 0; round < 12 && killed < 3; ++round) {
        NodeRun run({text.substr(0, text.size() - 2)});
        const pid_t zygote = run.wait_for_process("sl-zygote").pid;
        pid_t half_way = 0;
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
        while (half_way == 0 && std::chrono::steady_clock::now() < end)
            half_way = child_of(zygote, run);
        if (half_way != 0 && ::kill(half_way, SIGKILL) == 0) ++killed;
        ASSERT_NE(run.wait_for("running"), "") << "round " << round;
        EXPECT_THAT(run.lines("actor").size(), testing::Ge(40U));
        run.signal(SIGTERM);
        EXPECT_EQ(run.finish(), 0) << "round " << round;
    }
    EXPECT_GT(killed, 0) << "none was caught: nothing was tested";
}

TEST_F(LauncherKillSupervised, does_not_wait_without_end_for_a_zygote_that_does_not_answer) {
    NodeRun run({graph()});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t zygote = run.wait_for_process("sl-zygote").pid;
    ASSERT_EQ(::kill(zygote, SIGSTOP), 0);
    // Spares serve the first; the one after them needs the zygote.
    for (int round = 0; round < 3; ++round) {
        const pid_t before = run.wait_for_process("c").pid;
        ASSERT_EQ(::kill(before, SIGKILL), 0);
        ASSERT_NE(run.wait_for("event restarted c"), "") << "round " << round;
    }
    EXPECT_NE(run.wait_for_process("sl-zygote", zygote).pid, 0);
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

}  // namespace
}  // namespace streamlib::test
