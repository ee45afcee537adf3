// SPDX-License-Identifier: Apache-2.0
// A process that was killed and does not die: its actor goes on without it, and nothing is shared with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <list>

#include "supervisor/cli/http_client.hpp"
#include "supervisor/control/api_json.hpp"
#include "tests/supervisor/cli_run.hpp"
#include "tests/supervisor/held_process.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using namespace streamlib::supervision::test;
using streamlib::test::HeldProcess;
using testing::HasSubstr;

namespace {

class UndeadProcess : public Cli {
protected:
    void TearDown() override {
        held_.clear();
        Cli::TearDown();
    }
    [[nodiscard]] std::string get(const std::string& target) const {
        const auto answer =
            http_call((folder_ / "run/local").string(), "control.sock", "GET", target, 5 * second);
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? answer->body : std::string();
    }
    ActorRow all_of(const std::string& actor) {
        return read_actor(get("/v1/actors/" + actor)).value();
    }
    RingRow ring_of(const std::string& output) {
        const auto rings = read_rings(get("/v1/rings"));
        for (const RingRow& ring : rings.value())
            if (ring.output == output) return ring;
        return {};
    }
    /// Of the launcher: descriptors, once those of twins and spares have come and gone.
    [[nodiscard]] std::size_t descriptors() const {
        const fs::path folder = "/proc/" + std::to_string(node_->pid()) + "/fd";
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
    }
    /// Kills the actor's process, which stays. Returns it; 0: this may not be tried here.
    pid_t kill_in_vain(const std::string& actor) {
        const pid_t pid = ps(actor).pid;
        held_.emplace_back(pid);
        if (held_.back().error() == EPERM) {
            held_.clear();
            return 0;
        }
        EXPECT_TRUE(held_.back().holds()) << held_.back().error();
        EXPECT_EQ(call({"kill", actor}), 0) << error_;
        return pid;
    }
    static bool is_there(pid_t pid) { return ::kill(pid, 0) == 0; }
    bool runs_as(const std::string& actor, std::uint64_t incarnation) {
        return eventually([&] {
            const ActorRow row = ps(actor);
            return row.incarnation == incarnation && row.state == "RUNNING";
        });
    }
    std::list<HeldProcess> held_;
};

#define HOLD_OR_SKIP(pid, actor)                                                                   \
    const pid_t pid = kill_in_vain(actor);                                                         \
    if (pid == 0)                                                                                  \
    GTEST_SKIP() << "ptrace is not permitted here, so nothing can be made "                        \
                    "unkillable"

TEST_F(UndeadProcess, a_source_comes_back_on_a_ring_of_its_own_and_its_reader_goes_on) {
    start("Chatter restart=permanent >> Listener");
    const pid_t reader = ps("listener").pid;
    ASSERT_TRUE(eventually([&] { return ps("chatter").ticks > 12; }));
    EXPECT_EQ(ring_of("chatter.out").generation, 1U);
    HOLD_OR_SKIP(old, "chatter");
    ASSERT_TRUE(runs_as("chatter", 2));
    EXPECT_TRUE(is_there(old));
    EXPECT_NE(ps("chatter").pid, old);
    EXPECT_EQ(ring_of("chatter.out").generation, 2U);
    EXPECT_THAT(ps("chatter").exit.value_or(""), HasSubstr("does not die: held by a debugger"));
    const std::uint64_t had = all_of("listener").frames_in;
    EXPECT_TRUE(eventually([&] { return all_of("listener").frames_in > had + 10; }));
    EXPECT_EQ(all_of("listener").missed, 0U);
    EXPECT_EQ(ps("listener").pid, reader);
    EXPECT_EQ(ps("listener").incarnation, 1U);
    ASSERT_EQ(call({"events"}), 0) << error_;
    EXPECT_THAT(out_, HasSubstr("alarm local: chatter: process " + std::to_string(old) +
                                " of incarnation 1 was killed and does not die"));
    // It is reaped when it goes, and the node is as if it had never been.
    held_.clear();
    EXPECT_TRUE(eventually([&] { return !is_there(old); }));
    EXPECT_TRUE(eventually(
        [&] { return call({"events"}) == 0 && out_.find("died chatter: process") != out_.npos; }));
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(UndeadProcess, readers_get_other_cells_and_where_none_is_left_the_ring_is_another) {
    start("Chatter spare_readers=1 >> Listener restart=permanent");
    const pid_t source = ps("chatter").pid;
    ASSERT_TRUE(eventually([&] { return all_of("listener").frames_in > 12; }));
    const std::size_t before = descriptors();
    const RingRow first = ring_of("chatter.out");
    ASSERT_EQ(first.readers.size(), 1U);
    HOLD_OR_SKIP(one, "listener");
    ASSERT_TRUE(runs_as("listener", 2));
    const RingRow moved = ring_of("chatter.out");
    EXPECT_EQ(moved.generation, first.generation);
    EXPECT_NE(moved.readers.at(0).cell, first.readers.at(0).cell);
    std::uint64_t had = all_of("listener").frames_in;
    ASSERT_TRUE(eventually([&] { return all_of("listener").frames_in > had + 12; }));
    HOLD_OR_SKIP(other, "listener");
    ASSERT_TRUE(runs_as("listener", 3));
    EXPECT_EQ(ring_of("chatter.out").generation, first.generation + 1);
    had = all_of("listener").frames_in;
    ASSERT_TRUE(eventually([&] { return all_of("listener").frames_in > had + 12; }));
    EXPECT_TRUE(is_there(one) && is_there(other));
    held_.clear();
    EXPECT_TRUE(eventually([&] { return !is_there(one) && !is_there(other); }));
    EXPECT_TRUE(eventually([&] { return descriptors() == before; })) << descriptors() << before;
    // The source noticed nothing.
    EXPECT_EQ(ps("chatter").pid, source);
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
}

TEST_F(UndeadProcess, cells_are_used_again_when_their_process_has_died) {
    start("Chatter spare_readers=1 >> Listener restart=permanent");
    const std::uint32_t generation = ring_of("chatter.out").generation;
    for (std::uint64_t incarnation = 2; incarnation < 4; ++incarnation) {
        const std::uint64_t had = all_of("listener").frames_in;
        ASSERT_TRUE(eventually([&] { return all_of("listener").frames_in > had + 12; }));
        HOLD_OR_SKIP(old, "listener");
        ASSERT_TRUE(runs_as("listener", incarnation));
        held_.clear();
        ASSERT_TRUE(eventually([&] { return !is_there(old); }));
    }
    EXPECT_EQ(ring_of("chatter.out").generation, generation);
}

TEST_F(UndeadProcess, whom_nobody_supervises_stays_failed_until_a_person_restarts_it) {
    start_node();
    HOLD_OR_SKIP(old, "chatter");
    ASSERT_EQ(call({"wait", "chatter", "--state", "FAILED"}), 0) << error_;
    EXPECT_TRUE(is_there(old));
    EXPECT_EQ(call({"restart", "chatter"}), 0) << error_;
    EXPECT_EQ(ps("chatter").incarnation, 2U);
    const std::uint64_t had = all_of("listener").frames_in;
    EXPECT_TRUE(eventually([&] { return all_of("listener").frames_in > had + 3; }));
    EXPECT_TRUE(is_there(old));
}

TEST_F(UndeadProcess, does_not_keep_the_node_from_its_end) {
    start("Chatter restart=permanent standby=1 >> Listener");
    HOLD_OR_SKIP(old, "chatter");
    ASSERT_TRUE(runs_as("chatter", 2));
    // Another is held, and will only be killed by the stop itself.
    held_.emplace_back(ps("listener").pid);
    ASSERT_TRUE(held_.back().holds());
    ::kill(node_->pid(), SIGINT);
    ASSERT_TRUE(eventually(
        [&] { return call({"events"}) == 0 && out_.find("stopping local") != out_.npos; }));
    ::kill(node_->pid(), SIGINT);  // not to wait for the deadline
    EXPECT_EQ(node_->wait(), 1) << node_->error();
    EXPECT_TRUE(is_there(old));
    EXPECT_THAT(node_->error(), HasSubstr("is left behind: it does not die"));
    held_.clear();
    EXPECT_TRUE(eventually([&] { return !is_there(old); }));
}

TEST_F(UndeadProcess, a_standby_does_not_keep_the_node_from_its_end) {
    start("Chatter restart=permanent standby=1 >> Listener");
    ASSERT_TRUE(eventually(
        [&] { return call({"events"}) == 0 && out_.find("standby chatter: warm") != out_.npos; }));
    const std::string mark = "warm, process ";
    const pid_t standby = std::atoi(out_.c_str() + out_.find(mark) + mark.size());
    held_.emplace_back(standby);
    if (held_.back().error() == EPERM) GTEST_SKIP() << "ptrace is not permitted here";
    ASSERT_TRUE(held_.back().holds());
    EXPECT_EQ(call({"stop"}), 0) << error_;
    EXPECT_EQ(node_->wait(), 0) << node_->error();
    EXPECT_TRUE(is_there(standby));
    held_.clear();
    EXPECT_TRUE(eventually([&] { return !is_there(standby); }));
}

}  // namespace
