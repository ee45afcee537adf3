// SPDX-License-Identifier: Apache-2.0
// A graph that cannot run is refused whole, before anything starts: every finding at once, each with file and line.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Refusal : public SystemTest {
protected:
    /// What `run` and `check` of the same graph say, line by line; both must refuse it and run must start nothing.
    std::vector<std::string> findings(const std::string& graph) {
        const Answer ran = run({graph});
        EXPECT_EQ(ran.status, 1) << ran.out;
        EXPECT_THAT(ran.out, Not(HasSubstr("RUNNING")));
        EXPECT_TRUE(processes_of(node_).empty());
        const Answer checked = streamlib({"check", graph});
        EXPECT_EQ(checked.status, 1) << checked.out;
        EXPECT_EQ(checked.error, ran.error);
        return lines_of(ran.error);
    }
};

TEST_F(Refusal, names_every_fault_of_the_file_with_its_line) {
    write("bad.toml", R"(links = [
    "pattern >> sink.in",
    "second >> sink.in",
    "ghost >> probe",
    "tone >> overlay",
]
[actors.pattern]
class = "TestPattern"
[actors.second]
class = "TestPattern"
[actors.sink]
class = "Null"
[actors.probe]
class = "Probe"
evry = 3
[actors.tone]
class = "Tone"
level = 12.5
[actors.overlay]
class = "Overlay"
[actors.wrong]
class = "TestPatern"
[actors.clip]
class = "MediaFile"
path = "none.avi"
tigger = "tick"
)");
    const std::vector<std::string> found = findings("bad.toml");
    const std::string all = testing::PrintToString(found);
    using testing::Contains;
    // Two links into one input: the second is at fault, and the first is named.
    EXPECT_THAT(found, Contains(AllOf(StartsWith("bad.toml:3:"), HasSubstr("sink.in")))) << all;
    EXPECT_THAT(found, Contains(AllOf(StartsWith("bad.toml:4:"), HasSubstr("ghost"))));
    EXPECT_THAT(found, Contains(AllOf(StartsWith("bad.toml:5:"), HasSubstr("tone.audio"),
                                      HasSubstr("overlay.video"))));
    EXPECT_THAT(found, Contains(AllOf(StartsWith("bad.toml:15:"), HasSubstr("evry"),
                                      HasSubstr("\"every\""))));
    EXPECT_THAT(found,
                Contains(AllOf(StartsWith("bad.toml:18:"), HasSubstr("level"), HasSubstr("dBFS"))));
    EXPECT_THAT(found, Contains(AllOf(StartsWith("bad.toml:22:"), HasSubstr("TestPatern"),
                                      HasSubstr("\"TestPattern\""))));
    EXPECT_THAT(found, Contains(AllOf(StartsWith("bad.toml:25:"), HasSubstr("none.avi"))));
    EXPECT_THAT(found, Contains(AllOf(StartsWith("bad.toml:26:"), HasSubstr("tigger"),
                                      HasSubstr("\"trigger\""))));
    for (const std::string& line : found) EXPECT_THAT(line, StartsWith("bad.toml:"));
}

TEST_F(Refusal, of_formats_that_do_not_meet_names_both_ends_and_who_converts) {
    write("formats.toml", R"(links = ["bars >> mirror >> eye"]
[node]
plugins = ["build/release/libmirror.so"]
[actors.bars]
class = "TestPattern"
format = "640x360 YCbCr-4:2:2 10"
[actors.mirror]
class = "Mirror"
[actors.eye]
class = "Null"
)");
    const std::vector<std::string> found = findings("formats.toml");
    ASSERT_EQ(found.size(), 1U) << testing::PrintToString(found);
    EXPECT_THAT(found[0], AllOf(StartsWith("formats.toml:"), HasSubstr("mirror"),
                                HasSubstr("YCbCr-4:2:2 10"), HasSubstr("ColorConvert")));
}

TEST_F(Refusal, says_an_error_of_configure_once) {
    const Answer answer = run({"TestPattern format=\"bad\" >> Null"});
    EXPECT_EQ(answer.status, 1);
    EXPECT_EQ(lines_of(answer.error).size(), 1U) << answer.error;
    EXPECT_THAT(answer.error,
                AllOf(HasSubstr("test_pattern"), HasSubstr("\"bad\""), HasSubstr("1920x1080")));
}

TEST_F(Refusal, of_too_much_memory_says_how_much_is_there) {
    struct statvfs room {};
    ASSERT_EQ(::statvfs("/dev/shm", &room), 0);
    // Each of 3.4 GB.
    const std::uint64_t rings = room.f_bfree * room.f_frsize / 3'000'000'000 + 2;
    std::string
        links = "links = [",
        actors = "[actors.bars]\nclass = \"TestPattern\"\nformat = \"3840x2160 YCbCr-4:2:2 10\"\n";
    for (std::uint64_t i = 0; i < rings; ++i) {
        const std::string n = std::to_string(i);
        links += "\n    \"bars >> b" + n + " >> n" + n + "\",";
        actors += "[actors.b" + n + "]\nclass = \"Buffer\"\nblocks = 100\n[actors.n" + n +
                  "]\nclass = \"Null\"\n";
    }
    write("large.toml", links + "\n]\n" + actors);
    const std::vector<std::string> found = findings("large.toml");
    ASSERT_EQ(found.size(), 1U) << testing::PrintToString(found);
    EXPECT_THAT(found[0], AllOf(HasSubstr("needed"), HasSubstr("free"), HasSubstr("--shm-size")));
}

TEST_F(Refusal, of_a_ring_beyond_its_limit_names_the_ring) {
    write("ring.toml", R"(links = ["bars >> buffer >> sink"]
[actors.bars]
class = "TestPattern"
format = "3840x2160 YCbCr-4:2:2 10"
[actors.buffer]
class = "Buffer"
blocks = 4000
[actors.sink]
class = "Null"
)");
    const std::vector<std::string> found = findings("ring.toml");
    EXPECT_THAT(found,
                testing::Contains(AllOf(StartsWith("ring.toml:5:"), HasSubstr("buffer.out"))));
}

TEST_F(Refusal, is_no_surprise_after_check) {
    const Answer answer = streamlib({"check", "examples/bars.toml"});
    EXPECT_EQ(answer.status, 0) << answer.error;
    for (const char* const ring :
         {"bars.video", "overlay.video", "tone.audio", "gain.audio", "all rings"}) {
        EXPECT_THAT(answer.out, HasSubstr(ring));
    }
    // 5 slots of 1280 x 720, two samples a pixel of two bytes.
    std::size_t large = 0;
    for (const std::string& line : lines_of(answer.out)) {
        if (!line.starts_with("bars.video")) continue;
        const std::size_t at = line.find("18");
        large =
            at == std::string::npos ? 0 : static_cast<std::size_t>(std::atoll(line.c_str() + at));
    }
    EXPECT_GE(large, 5U * 1280 * 720 * 4);
    EXPECT_THAT(streamlib({"check", "none.toml"}).error,
                AllOf(StartsWith("none.toml: "), HasSubstr("no such file")));
}

class HostileMedia : public Refusal {
protected:
    /// One clear line that names the file, exit 1, and the launcher alive enough to say so.
    void expect_refused(const std::string& file) {
        SCOPED_TRACE(file);
        const Answer answer =
            run({"examples/clip.toml", "--set", "clip.path=" + file, "--set", "out.path=out.mkv"},
                30 * second);
        EXPECT_EQ(answer.status, 1) << answer.out;
        EXPECT_EQ(lines_of(answer.error).size(), 1U) << answer.error;
        EXPECT_THAT(answer.error, AllOf(HasSubstr("clip"), HasSubstr(file)));
        EXPECT_THAT(answer.error, Not(HasSubstr("signal")));
        EXPECT_THAT(answer.out, Not(HasSubstr("RUNNING")));
        EXPECT_FALSE(std::filesystem::exists(path("out.mkv")));
    }
};

TEST_F(HostileMedia, costs_one_probing_process_and_one_line) {
    static_cast<void>(
        ffmpeg("-f lavfi -i testsrc2=s=160x90:r=25:d=1 -c:v mpeg4 " + path("good.avi")));
    const std::string good = content(path("good.avi"));
    std::string noise(100'000, '\0');
    std::uint32_t state = 1;
    for (char& byte : noise)
        byte = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    write("noise.avi", noise);
    write("empty.avi", "");
    write("head.avi", good.substr(0, 300));
    write("text.avi", "links = [\"a >> b\"]\n");
    std::filesystem::create_directory(path("folder.avi"));
    ASSERT_EQ(::mkfifo(path("pipe.avi").c_str(), 0600),
              0);  // Opening it would wait for a writer that never comes.
    for (const char* const file :
         {"noise.avi", "empty.avi", "head.avi", "text.avi", "folder.avi", "pipe.avi"}) {
        expect_refused(file);
    }
}

TEST_F(HostileMedia, that_begins_well_plays_as_far_as_it_goes) {
    static_cast<void>(
        ffmpeg("-f lavfi -i testsrc2=s=160x90:r=25:d=1 -c:v mpeg4 -g 1 " + path("good.avi")));
    const std::string good = content(path("good.avi"));
    std::string holes = good;  // Damage behind the header, where pictures are.
    for (std::size_t at = holes.size() / 2; at + 64 < holes.size(); at += 997)
        holes.replace(at, 64, 64, '\xA5');
    write("cut.avi", good.substr(0, good.size() / 2));
    write("holes.avi", holes);
    for (const char* const file : {"cut.avi", "holes.avi"}) {
        SCOPED_TRACE(file);
        const std::string out = std::string(file) + ".mkv";
        const Answer answer = run({"examples/clip.toml", "--set", "clip.path=" + std::string(file),
                                   "--set", "out.path=" + out},
                                  30 * second);
        EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
        const std::size_t frames = picture_times(path(out)).size();
        EXPECT_GE(frames, 5U);
        EXPECT_LE(frames, 25U);
    }
}

}  // namespace
}  // namespace streamlib::test
