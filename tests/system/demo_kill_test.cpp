// SPDX-License-Identifier: Apache-2.0
// SIGKILL to each process of the demo in turn: it alone is FAILED, the others go on, and what the sink wrote stays. Under
// supervision it is back.
#include <gmock/gmock.h>
#include <signal.h>

#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

class DemoKill : public SystemTest, public testing::WithParamInterface<const char*> {};

TEST_P(DemoKill, costs_nothing_but_itself) {
    const std::vector<std::string> chain{"clip", "convert", "overlay", "out"};
    const std::string victim = GetParam();
    static_cast<void>(
        ffmpeg("-f lavfi -i testsrc2=s=320x180:r=25:d=3 -c:v mpeg4 -q:v 3 " + path("made.avi")));
    const auto node = start({"examples/clip.toml", "--set", "clip.path=made.avi", "--set",
                             "clip.loop=true", "--set", "out.path=out.mkv"});
    wait_for("out", "RUNNING");
    ASSERT_TRUE(wait_for_ticks("out", 15)) << node->so_far().out << node->so_far().error;
    std::vector<pid_t> pids;
    for (const std::string& actor : chain) pids.push_back(ps(actor).pid);

    ASSERT_EQ(::kill(ps(victim).pid, SIGKILL), 0);
    wait_for(victim, "FAILED");
    EXPECT_THAT(ps(victim).exit.value_or(""), HasSubstr("signal 9"));

    // What stands before the dead one works on at its own pace; what stands behind it waits, with the last frame.
    for (std::size_t i = 0; i < chain.size() && chain[i] != victim; ++i) {
        EXPECT_TRUE(wait_for_ticks(chain[i], ps(chain[i]).ticks + 10)) << chain[i];
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const supervision::ActorRow row = ps(chain[i]);
        if (chain[i] == victim) continue;
        EXPECT_EQ(row.state, "RUNNING") << chain[i];
        EXPECT_EQ(row.pid, pids[i]) << chain[i] << " is another process than before";
        EXPECT_EQ(row.restarts, 0U) << chain[i];
    }

    EXPECT_EQ(streamlib({"stop", "--node", node_}).status, 0);
    const Answer answer = node->wait(30 * second);
    EXPECT_EQ(answer.status, 1) << answer.out;
    EXPECT_EQ(lines_of(answer.error).size(), 1U) << answer.error;
    EXPECT_THAT(answer.error, HasSubstr(victim));
    EXPECT_THAT(answer.error, HasSubstr("signal 9"));
    const std::size_t frames =
        lines_of(ffprobe("-select_streams v:0 -show_entries packet=pts " + path("out.mkv"))).size();
    EXPECT_GT(frames, 0U);
    EXPECT_EQ(picture_hashes(path("out.mkv")).size(), frames);
}

INSTANTIATE_TEST_SUITE_P(Demo, DemoKill, testing::Values("clip", "convert", "overlay", "out"),
                         [](const auto& parameter) { return std::string(parameter.param); });

/// The same under supervision: whoever is killed is back, and the readers of it live on.
class SupervisedKill : public SystemTest {};

TEST_F(SupervisedKill, costs_a_restart_and_no_reader) {
    const auto node = start({"examples/supervised.toml", "--set", "eye.path=eye.json"});
    wait_for("eye", "RUNNING");
    ASSERT_TRUE(wait_for_ticks("eye", 15)) << node->so_far().out << node->so_far().error;
    const pid_t eye = ps("eye").pid, other_eye = ps("other_eye").pid;
    for (const char* victim : {"bars", "convert", "overlay"}) {
        const supervision::ActorRow before = ps(victim);
        ASSERT_EQ(::kill(before.pid, SIGKILL), 0);
        ASSERT_TRUE(wait_for_ticks(victim, before.ticks + 15)) << node->so_far().out;
        const supervision::ActorRow after = ps(victim);
        EXPECT_EQ(after.state, "RUNNING") << victim;
        EXPECT_NE(after.pid, before.pid) << victim;
        EXPECT_EQ(after.restarts, 1U) << victim;
        EXPECT_EQ(after.incarnation, 2U) << victim;
    }
    EXPECT_EQ(ps("eye").pid, eye);
    EXPECT_EQ(ps("other_eye").pid, other_eye);
    EXPECT_EQ(streamlib({"stop", "--node", node_}).status, 0);
    const Answer answer = node->wait(30 * second);
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    const std::string figures = content(path("eye.json"));
    EXPECT_GT(json_number(figures, "blocks"), 30) << figures;
    EXPECT_EQ(json_number(figures, "backward"), 0) << figures;
    EXPECT_EQ(json_number(figures, "unreadable"), 0) << figures;  // no torn picture
}

}  // namespace
}  // namespace streamlib::test
