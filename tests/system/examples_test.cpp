// SPDX-License-Identifier: Apache-2.0
// The examples, by the commands of their comments: each runs, its probes see blocks, and every frame that did not come
// is in somebody's count.
#include <gmock/gmock.h>

#include "tests/reserved_port.hpp"
#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

class Examples : public SystemTest {
protected:
    static void expect_counted(const std::string& figures, const Answer& answer, double most) {
        ASSERT_FALSE(figures.empty()) << answer.out << answer.error;
        const double blocks = json_number(figures, "blocks"),
                     missing = json_number(figures, "missing");
        EXPECT_GT(blocks, 10) << figures;
        EXPECT_LE(blocks, most) << figures;
        EXPECT_EQ(json_number(figures, "backward"), 0) << figures;
        const Totals totals = totals_of(answer.out);
        ASSERT_TRUE(totals.found) << answer.out;
        EXPECT_LE(missing, static_cast<double>(totals.losses())) << figures << answer.out;
    }
};

TEST_F(Examples, bars) {
    const Answer answer = run({"examples/bars.toml", "--for", "2s", "--set", "eye.path=eye.json",
                               "--set", "ear.path=ear.json"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    expect_counted(content(path("eye.json")), answer, 2.5 * 60);
    expect_counted(content(path("ear.json")), answer, 2500);
    EXPECT_THAT(content(path("eye.json")), HasSubstr(R"("index":"burnt")"));
}

TEST_F(Examples, a_class_from_a_plugin) {
    const Answer answer =
        run({"examples/custom_actor/mirror.toml", "--for", "2s", "--set", "eye.path=eye.json"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    expect_counted(content(path("eye.json")), answer, 2.5 * 60);
}

TEST_F(Examples, a_plugin_that_turns_nothing_leaves_the_index_readable) {
    const Answer answer =
        run({"examples/custom_actor/mirror.toml", "--for", "1s", "--set", "eye.path=eye.json",
             "--set", "mirror.enabled=false", "--set", "bars.index=true"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(json_number(content(path("eye.json")), "unreadable"), 0);
    EXPECT_THAT(content(path("eye.json")), HasSubstr(R"("index":"burnt")"));
}

TEST_F(Examples, picture_and_sound_over_the_network_and_back_in_step) {
    const ReservedPort first, second;
    const std::string video = first.on_loopback(), audio = second.on_loopback();
    const Answer answer = run({"examples/st2110_loop.toml", "--for", "4s", "--set",
                               "video_out.to=" + video, "--set", "video_in.from=" + video, "--set",
                               "audio_out.to=" + audio, "--set", "audio_in.from=" + audio, "--set",
                               "pattern.flash_every=30", "--set", "tone.beep_every=30"});
    // `compare` fails the run where sound and picture are a sample and a half apart.
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    EXPECT_THAT(answer.out, HasSubstr("pairs, sound after picture by")) << answer.out;
}

TEST_F(Examples, sending_to_somebody_who_receives) {
    const ReservedPort first, second;
    const std::string video = first.on_loopback(), audio = second.on_loopback();
    auto sender = start({"examples/st2110_send.toml", "--set", "video.to=" + video, "--set",
                         "audio.to=" + audio, "--set",
                         "pattern.format=640x360 YCbCr-4:2:2 10 pgroup @60000/1001"});
    wait_for("video", "RUNNING");
    const Answer answer =
        run({"examples/st2110_receive.toml", "--for", "3s", "--set", "video.from=" + video, "--set",
             "audio.from=" + audio, "--set", "video.format=640x360 YCbCr-4:2:2 10 @60000/1001",
             "--set", "eye.path=eye.json", "--set", "ear.path=ear.json"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    const std::string eye = content(path("eye.json")), ear = content(path("ear.json"));
    EXPECT_GT(json_number(eye, "blocks"), 10) << eye;
    EXPECT_EQ(json_number(eye, "backward"), 0) << eye;
    EXPECT_EQ(json_number(eye, "unreadable"), 0) << eye;
    EXPECT_GT(json_number(ear, "blocks"), 100) << ear;
}

TEST_F(Examples, a_graph_in_a_program_of_ones_own) {
    const Answer answer = call({"build/release/pipeline", "2"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    // Each probe's line begins with its name and the blocks it saw.
    for (const char* const eye : {"eye: ", "second_eye: "}) {
        double blocks = 0;
        for (const std::string& line : lines_of(answer.out)) {
            if (line.starts_with(eye)) blocks = std::atof(line.c_str() + std::string(eye).size());
        }
        EXPECT_GT(blocks, 2) << eye << " in\n" << answer.out;
    }
    EXPECT_TRUE(processes_of("pipeline").empty());
}

TEST_F(Examples, an_actor_that_makes_others_and_makes_them_again_when_they_crash) {
    const Answer answer = call({"build/release/spawning", "2"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_THAT(answer.out, HasSubstr("foreman: eye1 works")) << answer.error;
    EXPECT_THAT(answer.out, HasSubstr("foreman: eye2 works"));
    EXPECT_THAT(answer.out, HasSubstr("foreman: fool is down (signalled: signal 6 (SIGABRT)"));
    EXPECT_THAT(answer.out, HasSubstr("foreman: fool is done"));
    EXPECT_TRUE(processes_of("spawning").empty());
}

}  // namespace
}  // namespace streamlib::test
