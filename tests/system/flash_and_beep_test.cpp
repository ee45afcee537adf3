// SPDX-License-Identifier: Apache-2.0
// Flash and beep of one instant, through branches of different length: they meet within 1 ms after AvSync, in the time
// at which they leave it and in the file that is made of them.
#include <gmock/gmock.h>

#include <bit>
#include <cmath>

#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

class FlashAndBeep : public SystemTest {
protected:
    /// The video branch waits 5 frames, the sound but for its tick; after 400 ms both are there.
    std::string graph(const std::string& behind) {
        return R"([clock]
rate = "25"
[clock.domains]
fine = "1000"
audio = "50"
[actors.bars]
class = "TestPattern"
format = "320x180 YCbCr-4:2:2 8"
flash_every = 25
count = 100
[actors.wait]
class = "Buffer"
delay = 5
[actors.tone]
class = "Tone"
domain = "audio"
beep_every = 25
beep_rate = "25"
count = 200
[actors.gain]
class = "Gain"
domain = "audio"
gain = -6.0
[actors.sync]
class = "AvSync"
domain = "fine"
delay = 400
depth = 16
)" + behind;
    }
    static constexpr const char* branches = R"(    "bars >> wait >> sync.in1",
    "tone >> gain >> sync.in2",
)";
};

/// When the pictures are white, in seconds of the file.
std::vector<double> flashes(const std::string& file) {
    std::vector<double> times;
    double time = -1;
    bool was_white = false;
    for (const std::string& line :
         lines_of(ffmpeg("-copyts -i " + file +
                         " -an -vf signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-"
                         " -fps_mode passthrough -f null -"))) {
        if (const auto at = line.find("pts_time:"); at != std::string::npos)
            time = std::atof(line.c_str() + at + 9);
        const auto at = line.find("YAVG=");
        if (at == std::string::npos) continue;
        const bool white = std::atof(line.c_str() + at + 5) > 180;
        if (white && !was_white) times.push_back(time);
        was_white = white;
    }
    return times;
}

/// When sound begins after at least 0.2 s of silence, to the sample.
std::vector<double> beeps(const std::string& file) {
    const double start = std::atof(
        ffprobe("-select_streams a:0 -show_entries packet=pts_time -read_intervals %+#1 " + file)
            .c_str());
    const std::string raw = ffmpeg("-i " + file + " -vn -ac 1 -ar 48000 -f s16le -");
    std::vector<double> times;
    // A file that begins within a beep has no onset there: see `silent` below.
    std::size_t silent = 9600;
    bool first = true;
    for (std::size_t n = 0; n * 2 + 1 < raw.size(); ++n) {
        const auto low = static_cast<unsigned char>(raw[n * 2]),
                   high = static_cast<unsigned char>(raw[n * 2 + 1]);
        const auto sample =
            std::bit_cast<std::int16_t>(static_cast<std::uint16_t>(low | high << 8U));
        if (std::abs(sample) < 30) {
            ++silent;
            continue;
        }
        if (silent >= 9600 && !(first && n == 0))
            times.push_back(start + static_cast<double>(n) / 48000);
        first = false;
        silent = 0;
    }
    return times;
}

TEST_F(FlashAndBeep, meet_in_the_file) {
    write("av.toml", "links = [\n" + std::string(branches) + R"(    "sync.out1 >> out.video",
    "sync.out2 >> out.audio",
]
)" + graph("[actors.out]\nclass = \"FileSink\"\npath = \"av.mkv\"\n"));
    const Answer answer = run({"av.toml"});
    ASSERT_EQ(answer.status, 0) << answer.out << answer.error;
    const std::vector<double> seen = flashes(path("av.mkv")), heard = beeps(path("av.mkv"));
    std::size_t met = 0;
    for (const double flash : seen) {
        double nearest = 1e9;
        for (const double beep : heard) {
            if (std::abs(beep - flash) < std::abs(nearest)) nearest = beep - flash;
        }
        std::printf("flash at %.3f s, beep %+.3f ms\n", flash, nearest * 1e3);
        if (std::abs(nearest) <= 0.001) ++met;
    }
    EXPECT_GE(seen.size(), 3U);
    // The first flash may be the first picture, and its beep may have begun before the sound.
    EXPECT_GE(met + 1, seen.size());
    EXPECT_GE(met, 3U);
}

TEST_F(FlashAndBeep, leave_the_sync_together) {
    write("eyes.toml",
          "links = [\n" + std::string(branches) + R"(    "sync.out1 >> eye",
    "sync.out2 >> ear",
]
)" +
              graph("[actors.eye]\nclass = \"Probe\"\npath = \"eye.json\"\n[actors.ear]\nclass = "
                    "\"Probe\"\npath = \"ear.json\"\n"));
    const Answer answer = run({"eyes.toml"});
    ASSERT_EQ(answer.status, 0) << answer.out << answer.error;
    for (const char* const name : {"eye.json", "ear.json"}) {
        const std::string figures = content(path(name));
        std::printf("%s", figures.c_str());
        EXPECT_GT(json_number(figures, "blocks"), 50) << figures;
        // `time` is when a block is due behind the sync: 400 ms after its capture, on either way.
        for (const char* const which : {"min", "max"}) {
            EXPECT_NEAR(json_number(figures, which, "latency_origin_ns") -
                            json_number(figures, which, "latency_time_ns"),
                        400e6, 1e6)
                << name << " " << which;
        }
        // It comes no earlier than that, give or take the tick at which it is due.
        EXPECT_GE(json_number(figures, "min", "latency_origin_ns"), 399e6) << name;
    }
}

}  // namespace
}  // namespace streamlib::test
