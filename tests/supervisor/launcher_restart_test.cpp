// SPDX-License-Identifier: Apache-2.0
// What is supervised comes back on the same ring, and its neighbours notice no more than an event.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "ipc/actor_page.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/segment.hpp"
#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// What a Sink wrote in stop(): blocks seen, the last one's content, blocks missed.
struct Seen {
    std::uint64_t blocks = 0, last = 0, missed = 0;
};

Seen read_seen(const std::filesystem::path& path) {
    Seen seen;
    std::ifstream(path) >> seen.blocks >> seen.last >> seen.missed;
    return seen;
}

/// Ticks that the actor has worked off, all incarnations together: from the page that its launcher keeps.
std::uint64_t ticks_of(const NodeRun& run, const std::string& actor) {
    const std::string page = "/memfd:streamlib page " + actor + " (deleted)";
    std::error_code ignored;
    const auto files = std::filesystem::path("/proc") / std::to_string(run.pid()) / "fd";
    for (const auto& file : std::filesystem::directory_iterator(files, ignored)) {
        if (std::filesystem::read_symlink(file.path(), ignored) != page) continue;
        const UniqueFd fd(::open(file.path().c_str(), O_RDONLY | O_CLOEXEC));
        const auto mapped =
            ipc::MappedSegment::map(fd.get(), ipc::Access::read_only, ipc::actor_page_layout_hash);
        if (mapped)
            return reinterpret_cast<const ipc::ActorPage*>(mapped->payload())
                ->ticks.load(std::memory_order_relaxed);
    }
    return 0;
}

/// Whoever dies after it comes back at once.
bool runs_well(const NodeRun& run, const std::string& actor) {
    constexpr std::uint64_t healthy_ticks = 10;
    const std::uint64_t before = ticks_of(run, actor);
    return eventually([&] { return ticks_of(run, actor) >= before + healthy_ticks; });
}

class Restart : public testing::Test {
protected:
    Restart()
        : folder_(std::filesystem::temp_directory_path() /
                  ("streamlib-restart-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~Restart() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string graph_file(const std::string& text) const {
        std::ofstream(folder_ / "graph.toml") << text;
        return (folder_ / "graph.toml").string();
    }
    std::filesystem::path folder_;
};

TEST_F(Restart, brings_a_killed_actor_back_on_the_same_ring_and_its_reader_goes_on) {
    const auto seen_path = folder_ / "seen";
    NodeRun run({"rate=100 Ticker >> Relay restart=permanent >> Sink path=" + seen_path.string()});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t sink = run.process("sink").pid, ticker = run.process("ticker").pid;
    for (int round = 0; round < 5; ++round) {
        const pid_t before = run.wait_for_process("relay").pid;
        ASSERT_EQ(::kill(before, SIGKILL), 0);
        ASSERT_NE(run.wait_for("actor relay restarting"), "");
        ASSERT_NE(run.wait_for("event restarted relay"), "");
        EXPECT_NE(run.wait_for_process("relay", before).pid, 0);
        ASSERT_TRUE(runs_well(run, "relay"));
    }
    EXPECT_EQ(run.process("sink").pid, sink);
    EXPECT_EQ(run.process("ticker").pid, ticker);
    EXPECT_THAT(run.lines("event restarted relay"), SizeIs(5));
    EXPECT_THAT(run.lines("event restarted relay").at(0), HasSubstr("signal 9 (SIGKILL)"));
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
    const Seen seen = read_seen(seen_path);
    EXPECT_GT(seen.blocks, 20U);
    EXPECT_EQ(seen.missed, 0U);  // the ring's sequence went on: nothing is missing between
}

TEST_F(Restart, leaves_what_nobody_supervises_failed) {
    NodeRun run({"rate=100 Ticker >> Relay >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    ::kill(run.process("relay").pid, SIGKILL);
    EXPECT_THAT(run.wait_for("actor relay failed"), HasSubstr("signal 9"));
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("actor relay restarting"), IsEmpty());
}

TEST_F(Restart, of_a_reader_has_it_read_on_to_the_end_of_the_stream) {
    NodeRun run({"rate=100 Ticker blocks=100 >> Sink restart=transient path=" +
                 (folder_ / "seen").string()});
    ASSERT_NE(run.wait_for("running"), "");
    ASSERT_TRUE(runs_well(run, "sink"));
    const pid_t before = run.wait_for_process("sink").pid;
    ::kill(before, SIGKILL);
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.lines("event restarted sink"), SizeIs(1));
    const Seen seen = read_seen(folder_ / "seen");
    EXPECT_EQ(seen.last, 100U);
}

TEST_F(Restart, of_a_reader_that_dies_while_it_drains_has_it_drain_to_the_end) {
    const std::string go = (folder_ / "go").string();
    NodeRun run({"rate=100 Ticker blocks=20 >> Sink restart=transient hang_after=60s waits=" + go +
                 " path=" + (folder_ / "seen").string()});
    ASSERT_NE(run.wait_for("running"), "");
    ASSERT_NE(run.wait_for("actor ticker stopped"), "");  // all sources are done
    ::kill(run.process("sink").pid, SIGKILL);
    ASSERT_NE(run.wait_for("event restarted sink"), "");
    std::ofstream(go) << "x";
    EXPECT_EQ(run.finish(), 0);
    EXPECT_EQ(read_seen(folder_ / "seen").last, 20U);
}

TEST_F(Restart, of_a_reader_that_keeps_dying_while_it_drains_ends_as_its_intensity_says) {
    NodeRun run(
        {graph_file("links = [\"ticker >> sink\"]\n[clock]\nrate = \"100\"\n"
                    "[actors.ticker]\nclass = \"Ticker\"\nblocks = 20\n"
                    "[actors.sink]\nclass = \"Sink\"\nrestart = \"transient\"\n"
                    "hang_after = \"60s\"\nwaits = \"" +
                    (folder_ / "never").string() +
                    "\"\n[supervisors.node]\nintensity = 1\nperiod = \"60s\"\n")});
    ASSERT_NE(run.wait_for("actor ticker stopped"), "");
    const pid_t first = run.wait_for_process("sink").pid;
    ::kill(first, SIGKILL);
    ASSERT_NE(run.wait_for("event restarted sink"), "");
    ::kill(run.wait_for_process("sink", first).pid, SIGKILL);
    EXPECT_NE(run.wait_for("event gave-up node"), "");
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
}

TEST_F(Restart, of_one_for_all_takes_the_siblings_along_and_gives_up_in_an_orderly_way) {
    NodeRun run({graph_file(R"(links = ["a >> b", "c >> d"]
[clock]
rate = "100"
[actors.a]
class = "Ticker"
supervisor = "pair"
[actors.b]
class = "Sink"
supervisor = "pair"
[actors.c]
class = "Ticker"
[actors.d]
class = "Sink"
[supervisors.pair]
strategy = "one_for_all"
intensity = 2
period = "60s"
[supervisors.node]
intensity = 0
)")});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t d = run.process("d").pid;
    for (int round = 0; round < 2; ++round) {
        const pid_t a = run.wait_for_process("a").pid, b = run.wait_for_process("b").pid;
        ASSERT_EQ(::kill(a, SIGKILL), 0);
        EXPECT_NE(run.wait_for_process("a", a).pid, 0);
        EXPECT_NE(run.wait_for_process("b", b).pid, 0);
        ASSERT_NE(run.wait_for("actor b running"), "");
    }
    ::kill(run.wait_for_process("a").pid, SIGKILL);
    EXPECT_NE(run.wait_for("event gave-up pair"), "");
    EXPECT_NE(run.wait_for("event alarm"), "");
    EXPECT_TRUE(eventually([&] { return run.process("b").pid == 0; }));
    EXPECT_EQ(run.process("d").pid, d);
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 1);
}

TEST_F(Restart, stops_the_children_of_a_dead_parent_and_has_them_back_with_it) {
    NodeRun run({graph_file(R"(links = ["a >> b", "c >> d"]
[clock]
rate = "100"
[actors.a]
class = "Ticker"
restart = "permanent"
[actors.b]
class = "Sink"
[actors.c]
class = "Ticker"
parent = "a"
[actors.d]
class = "Sink"
)")});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t a = run.process("a").pid, c = run.process("c").pid;
    ::kill(a, SIGKILL);
    EXPECT_NE(run.wait_for_process("a", a).pid, 0);
    EXPECT_NE(run.wait_for_process("c", c).pid, 0);
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

TEST_F(Restart, keeps_its_promise_while_zygotes_die_too) {
    NodeRun run({"rate=100 Ticker restart=permanent >> Sink restart=permanent"});
    ASSERT_NE(run.wait_for("running"), "");
    for (int round = 0; round < 5; ++round) {
        const pid_t ticker = run.wait_for_process("ticker").pid;
        const pid_t zygote = run.wait_for_process("sl-zygote").pid;
        ::kill(zygote, SIGKILL);
        ::kill(ticker, SIGKILL);
        ASSERT_NE(run.wait_for_process("ticker", ticker).pid, 0);
        ASSERT_NE(run.wait_for("event restarted ticker"), "");
        ASSERT_TRUE(runs_well(run, "ticker"));
    }
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

TEST_F(Restart, takes_a_standby_where_there_is_one_and_makes_the_next) {
    const auto seen_path = folder_ / "seen";
    NodeRun run({"rate=100 Ticker >> Relay restart=permanent standby=1 >> Sink path=" +
                 seen_path.string()});
    ASSERT_NE(run.wait_for("running"), "");
    for (int round = 0; round < 3; ++round) {
        ASSERT_NE(run.wait_for("event standby relay warm"), "");
        ASSERT_TRUE(runs_well(run, "relay"));
        const pid_t before = run.active("relay");
        ASSERT_EQ(::kill(before, SIGKILL), 0);
        EXPECT_THAT(run.wait_for("event restarted relay"), HasSubstr("by standby"));
    }
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.wait_for_silence(), IsEmpty());
    EXPECT_EQ(read_seen(seen_path).missed, 0U);
}

TEST_F(Restart, kills_who_hangs_and_says_where) {
    NodeRun run({"rate=100 Ticker fails=hang hang_after=300ms restart=permanent >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    EXPECT_THAT(run.wait_for("event hung ticker"), HasSubstr("process()"));
    EXPECT_THAT(run.wait_for("event restarted ticker"), HasSubstr("hung: "));
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

TEST_F(Restart, replaces_a_clock_that_stands_still) {
    NodeRun run({"rate=100 Ticker restart=permanent >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t clock = run.process("sl-clock").pid;
    ASSERT_EQ(::kill(clock, SIGSTOP), 0);
    EXPECT_NE(run.wait_for("event hung sl-clock"), "");
    EXPECT_NE(run.wait_for_process("sl-clock", clock).pid, 0);
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.lines("actor ticker restarting"), IsEmpty());
}

TEST_F(Restart, replaces_services_that_are_stopped) {
    NodeRun run({"rate=100 Ticker restart=permanent >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    for (const std::string service : {"sl-zygote", "sl-control"}) {
        const pid_t before = run.process(service).pid;
        if (before == 0) continue;  // a node without it
        ASSERT_EQ(::kill(before, SIGSTOP), 0);
        EXPECT_THAT(run.wait_for("event hung " + service), HasSubstr("it was stopped"));
        EXPECT_NE(run.wait_for_process(service, before).pid, 0);
    }
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.lines("actor ticker restarting"), IsEmpty());
}

TEST_F(Restart, does_not_take_who_was_stopped_for_hung) {
    NodeRun run({"rate=100 Ticker restart=permanent hang_after=200ms >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t ticker = run.process("ticker").pid;
    ::kill(ticker, SIGSTOP);
    pause_ms(700);  // what must not happen would have, three times over
    ::kill(ticker, SIGCONT);
    EXPECT_EQ(run.process("ticker").pid, ticker);
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
    EXPECT_THAT(run.lines("event hung"), IsEmpty());
}

TEST_F(Restart, stops_in_order_whatever_is_being_restarted_at_that_moment) {
    std::mt19937 random(7);
    for (int round = 0; round < 10; ++round) {
        NodeRun run({"rate=100 Ticker restart=permanent >> Relay restart=permanent >> Sink"});
        ASSERT_NE(run.wait_for("running"), "");
        ::kill(run.process("relay").pid, SIGKILL);
        pause_ms(static_cast<int>(random() % 4));
        run.signal(SIGTERM);
        const int status = run.finish();
        EXPECT_TRUE(status == 0 || status == 1) << status;
        EXPECT_THAT(run.wait_for_silence(), IsEmpty());
    }
}

}  // namespace
}  // namespace streamlib::test
