// SPDX-License-Identifier: Apache-2.0
// The demo, examples/clip.toml, on real files: every frame once, in order, with FFmpeg's own bytes.
// STREAMLIB_WHOLE_CLIP=1 plays all of the shared clip instead of its first 4 s.
#include <gmock/gmock.h>
#include <signal.h>

#include <cmath>

#include "actors/ffmpeg.hpp"
#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

namespace fs = std::filesystem;

const std::string scaled =
    std::string("scale=flags=") + actors::ffmpeg_scale_flags + ",format=yuv422p10le";

class Demo : public SystemTest {
protected:
    /// 3 s of moving shapes.
    std::string made_clip() {
        static_cast<void>(ffmpeg("-f lavfi -i testsrc2=s=320x180:r=25:d=3 -c:v mpeg4 -q:v 3 " +
                                 path("made.avi")));
        return path("made.avi");
    }

    /// The shared clip or its first 4 s; empty where this checkout has none beside it.
    std::string real_clip() {
        const std::string shared = STREAMLIB_SHARED_DIR "/media/vtest.avi";
        if (!fs::exists(shared)) return {};
        if (std::getenv("STREAMLIB_WHOLE_CLIP") != nullptr) return shared;
        static_cast<void>(ffmpeg("-i " + shared + " -c copy -t 4 " + path("real.avi")));
        return path("real.avi");
    }

    /// Runs to the end. A machine that was too busy for it counts blocks as missed; then, and only then, once more.
    Answer play(std::vector<std::string> words) {
        Answer answer;
        for (int attempt = 0; attempt < 2; ++attempt) {
            fs::remove(path("out.mkv"));
            answer = run(words, 240 * second);
            if (!totals_of(answer.out).found || totals_of(answer.out).missed == 0) break;
            std::printf("%llu blocks missed: the machine is overloaded\n",
                        static_cast<unsigned long long>(totals_of(answer.out).missed));
        }
        EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
        EXPECT_EQ(answer.error, "");
        EXPECT_TRUE(totals_of(answer.out).found) << answer.out;
        EXPECT_EQ(totals_of(answer.out).missed, 0U) << answer.out;
        return answer;
    }

    static void expect_times(const std::string& file, const std::string& source) {
        const std::vector<double> times = picture_times(file), wanted = picture_times(source);
        ASSERT_FALSE(wanted.empty());
        ASSERT_EQ(times.size(), wanted.size());
        // MKV counts milliseconds.
        for (std::size_t i = 0; i < times.size(); ++i)
            EXPECT_NEAR(times[i], wanted[i], 0.00101) << "frame " << i;
    }

    /// The graph of the demo but for the overlay: what comes out must be what FFmpeg makes of it.
    std::string graph_without_overlay() {
        std::string graph = content(path("examples/clip.toml"));
        const std::string hop = " >> overlay";
        graph.erase(graph.find(hop), hop.size());
        const std::size_t table = graph.find("[actors.overlay]");
        graph.erase(table, graph.find("[actors.out]") - table);
        return write("plain.toml", graph);
    }

    void expect_whole(const std::string& clip) {
        play({"examples/clip.toml", "--set", "clip.path=" + clip, "--set", "out.path=out.mkv"});
        expect_times(path("out.mkv"), clip);
    }

    void expect_same_bytes(const std::string& clip) {
        play({graph_without_overlay(), "--set", "clip.path=" + clip, "--set", "out.path=out.mkv"});
        const std::vector<std::string> wanted = picture_hashes(clip, scaled);
        ASSERT_FALSE(wanted.empty());
        EXPECT_EQ(picture_hashes(path("out.mkv")), wanted);
        expect_times(path("out.mkv"), clip);
    }
};

TEST_F(Demo, a_made_clip_comes_out_whole) { expect_whole(made_clip()); }

TEST_F(Demo, a_made_clip_has_the_bytes_of_ffmpeg_where_nothing_is_drawn) {
    expect_same_bytes(made_clip());
}

TEST_F(Demo, a_real_clip_comes_out_whole) {
    const std::string clip = real_clip();
    if (clip.empty()) GTEST_SKIP() << "no ../shared/media/vtest.avi beside this checkout";
    expect_whole(clip);
}

TEST_F(Demo, a_real_clip_has_the_bytes_of_ffmpeg_where_nothing_is_drawn) {
    const std::string clip = real_clip();
    if (clip.empty()) GTEST_SKIP() << "no ../shared/media/vtest.avi beside this checkout";
    expect_same_bytes(clip);
}

TEST_F(Demo, without_a_clip_plays_the_test_pattern_and_overwrites_nothing) {
    const std::vector<std::string> words{"examples/clip.toml",
                                         "--set",
                                         "clip.class=TestPattern",
                                         "--set",
                                         "clip.format=320x180 YCbCr-4:2:2 10 @25",
                                         "--set",
                                         "clip.count=20",
                                         "--set",
                                         "out.path=out.mkv"};
    play(words);
    EXPECT_EQ(picture_times(path("out.mkv")).size(), 20U);
    const std::string before = content(path("out.mkv"));
    const Answer again = run(words);
    EXPECT_EQ(again.status, 0) << again.error;
    EXPECT_TRUE(content(path("out.mkv")) == before) << "the file of the first run was touched";
    ASSERT_TRUE(fs::exists(path("out.0001.mkv")));
    EXPECT_EQ(picture_times(path("out.0001.mkv")).size() + totals_of(again.out).missed, 20U);
}

TEST_F(Demo, an_interrupt_finishes_the_file) {
    const auto node = start({"examples/clip.toml", "--set", "clip.path=" + made_clip(), "--set",
                             "clip.loop=true", "--set", "out.path=out.mkv"});
    wait_for("out", "RUNNING");
    ASSERT_TRUE(wait_for_ticks("out", 20)) << node->so_far().out;
    ASSERT_EQ(::kill(node->pid(), SIGINT), 0);
    const Answer answer = node->wait(30 * second);
    EXPECT_EQ(answer.status, 0) << answer.error;
    EXPECT_EQ(answer.error, "");
    // Only a file that was finished knows how long it is.
    const double length =
        std::atof(ffprobe("-show_entries format=duration " + path("out.mkv")).c_str());
    const std::vector<double> times = picture_times(path("out.mkv"));
    EXPECT_GE(times.size(), 20U);
    EXPECT_NEAR(length, static_cast<double>(times.size()) / 25, 0.041);
    EXPECT_EQ(picture_hashes(path("out.mkv")).size(), times.size());
    ASSERT_TRUE(totals_of(answer.out).found) << answer.out;
    if (totals_of(answer.out).missed > 0) return;
    // Sources stop first: what was on its way is in the file, each frame three times published before.
    EXPECT_EQ(times.size() * 3, totals_of(answer.out).published) << answer.out;
    for (std::size_t i = 1; i < times.size(); ++i)
        EXPECT_NEAR(times[i] - times[i - 1], 0.04, 0.00201) << "frame " << i;
}

}  // namespace
}  // namespace streamlib::test
