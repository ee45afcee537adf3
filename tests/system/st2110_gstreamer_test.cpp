// SPDX-License-Identifier: Apache-2.0
// ST 2110 with GStreamer, both ways: pictures to the bit at 50 and 59.94, sound to the sample.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/system/st2110_peers.hpp"

namespace streamlib::test {
namespace {

constexpr const char* send_video =
    "gst-launch-1.0 -e -q videotestsrc is-live=true pattern=ball ! {caps} ! tee name=t"
    " t. ! queue ! filesink location={raw}"
    " t. ! queue ! rtpvrawpay mtu=1400 ! udpsink host=127.0.0.1 port={port}";
constexpr const char* receive_video =
    "gst-launch-1.0 -q udpsrc address=127.0.0.1 port={port} buffer-size=4000000"
    " caps=application/x-rtp,media=video,encoding-name=RAW,clock-rate=90000,payload=96,"
    "sampling={sampling},depth=(string){depth},width=(string)384,height=(string)64"
    " ! rtpvrawdepay ! filesink buffer-mode=unbuffered location={raw}";
constexpr const char* send_sound =
    "gst-launch-1.0 -e -q audiotestsrc is-live=true wave=white-noise volume=0.5"
    " samplesperbuffer=480 ! {caps} ! tee name=t"
    " t. ! queue ! filesink location={raw}"
    " t. ! queue ! rtp{wire}pay min-ptime={ns} max-ptime={ns} pt=97"
    " ! udpsink host=127.0.0.1 port={port}";
constexpr const char* receive_sound =
    "gst-launch-1.0 -q udpsrc address=127.0.0.1 port={port} buffer-size=4000000"
    " caps=application/x-rtp,media=audio,encoding-name={wire},payload=97,clock-rate={rate},"
    "channels={channels} ! rtp{wire}depay ! filesink buffer-mode=unbuffered location={raw}";

constexpr std::size_t width = 384, height = 64;

struct Picture {
    const char *name, *gst, *sampling, *depth, *ours, *layout;
    std::size_t bytes;
    const char* rate;
};
std::ostream& operator<<(std::ostream& out, const Picture& p) { return out << p.name; }

class GstreamerVideo : public NetworkTest, public testing::WithParamInterface<Picture> {
protected:
    GstreamerVideo() : NetworkTest("gst-launch-1.0") {}
    static std::string format(const std::string& ours, const char* rate) {
        return "format = \"" + std::to_string(width) + "x" + std::to_string(height) + " " + ours +
               " @" + rate + "\"\n";
    }
    [[nodiscard]] std::string caps(const Picture& p, const std::string& more = "") const {
        const std::string rate = p.rate;
        return std::string("video/x-raw,format=") + p.gst + more +
               ",width=" + std::to_string(width) + ",height=" + std::to_string(height) +
               ",framerate=" + rate + (rate.find('/') == std::string::npos ? "/1" : "");
    }
    std::string received_from_it(const Picture& p, std::size_t count,
                                 const std::string& more = "") {
        return received(
            fill(send_video,
                 {{"caps", caps(p, more)}, {"raw", path("theirs")}, {"port", port_.text()}}),
            "class = \"VideoRtpReceive\"\nwindow = 1000\nfrom = \"" + port_.on_loopback() + "\"\n" +
                format(p.ours, p.rate),
            p.bytes * count);
    }
};

/// 4:2:0 of 8 bit as RFC 4175 has it on the wire: four of Y, from two rows, and one each of Cb and Cr.
std::string as_pgroups(const std::string& planar) {
    constexpr std::size_t pixels = width * height;
    std::string groups;
    for (std::size_t at = 0; at + pixels * 3 / 2 <= planar.size(); at += pixels * 3 / 2) {
        for (std::size_t y = 0; y < height; y += 2) {
            for (std::size_t x = 0; x < width; x += 2) {
                const std::size_t chroma = at + pixels + y / 2 * (width / 2) + x / 2;
                for (const std::size_t row : {y, y + 1}) {
                    groups += planar[at + row * width + x];
                    groups += planar[at + row * width + x + 1];
                }
                groups += planar[chroma];
                groups += planar[chroma + pixels / 4];
            }
        }
    }
    return groups;
}

/// The media clock's ticks from frame to frame, where none between is missing, are those of the frame rate: 1501 and 1502 in
/// turn at 60000/1001.
void expect_frame_times(const std::vector<std::int64_t>& origins, double hertz) {
    std::size_t next = 0;
    for (std::size_t n = 1; n < origins.size(); ++n) {
        const double ticks = static_cast<double>(origins[n] - origins[n - 1]) * 90000 / 1e9;
        const double frames = std::round(ticks * hertz / 90000);
        EXPECT_NEAR(ticks, frames * 90000 / hertz, 1.1) << n;
        next += frames == 1 ? 1 : 0;
    }
    EXPECT_GE(next, 4U) << "frames that follow on each other";
    // And over all of them nothing adds up.
    const double all = static_cast<double>(origins.back() - origins.front()) * hertz / 1e9;
    EXPECT_NEAR(all, std::round(all), 0.002);
}

TEST_P(GstreamerVideo, what_it_sends_arrives_to_the_bit_and_in_its_time) {
    const Picture& p = GetParam();
    const std::string got = received_from_it(p, 10);
    ASSERT_GE(got.size(), p.bytes);
    std::string theirs = content(path("theirs"));
    if (std::string(p.layout) == "planar") theirs = as_pgroups(theirs);
    EXPECT_EQ(same_pieces(got, theirs, p.bytes, p.bytes), got.size() / p.bytes);
    expect_frame_times(origins(), std::string(p.rate) == "50" ? 50 : 60000 / 1001.0);
}

TEST_P(GstreamerVideo, what_leaves_arrives_in_it_to_the_bit) {
    const Picture& p = GetParam();
    const std::string got = sent(
        "class = \"TestPattern\"\n" + format(p.ours + std::string(" ") + p.layout, p.rate),
        "class = \"VideoRtpSend\"\nto = \"" + port_.on_loopback() + "\"\n",
        [&] {
            return fill(receive_video, {{"port", port_.text()},
                                        {"sampling", p.sampling},
                                        {"depth", p.depth},
                                        {"raw", path("theirs")}});
        },
        "theirs", p.bytes * 12, p.rate);
    ASSERT_GE(got.size(), 2 * p.bytes);
    // It joins in the middle of a frame, and says nothing of what it misses: a busy machine may cost some.
    EXPECT_GE(same_pieces(got.substr(p.bytes), ours(), p.bytes, p.bytes), 7U)
        << got.size() / p.bytes << " pictures came";
}

constexpr std::size_t pixels = width * height;
INSTANTIATE_TEST_SUITE_P(
    , GstreamerVideo,
    testing::Values(Picture{"UYVY_59_94", "UYVY", "YCbCr-4:2:2", "8", "YCbCr-4:2:2 8", "pgroup",
                            pixels * 2, "60000/1001"},
                    Picture{"UYVP_59_94", "UYVP", "YCbCr-4:2:2", "10", "YCbCr-4:2:2 10", "pgroup",
                            pixels * 5 / 2, "60000/1001"},
                    Picture{"I420_59_94", "I420", "YCbCr-4:2:0", "8", "YCbCr-4:2:0 8", "planar",
                            pixels * 3 / 2, "60000/1001"},
                    Picture{"UYVP_50", "UYVP", "YCbCr-4:2:2", "10", "YCbCr-4:2:2 10", "pgroup",
                            pixels * 5 / 2, "50"},
                    Picture{"RGB_50", "RGB", "RGB", "8", "RGB 8 FULL", "pgroup", pixels * 3, "50"}),
    [](const auto& given) { return std::string(given.param.name); });

class GstreamerInterlaced : public GstreamerVideo {};

TEST_P(GstreamerInterlaced, its_rows_come_into_their_place) {
    // It numbers the rows of both fields through the frame (0, 2, 4… and 1, 3, 5…), which ST 2110-20 does not.
    const Picture& p = GetParam();
    const std::string got = received_from_it(p, 12, ",interlace-mode=interleaved");
    // The first frame may pass before it is seen how the rows are numbered.
    ASSERT_GE(got.size(), 8 * p.bytes);
    const std::string settled = got.substr(2 * p.bytes);
    EXPECT_EQ(same_pieces(settled, content(path("theirs")), p.bytes, p.bytes),
              settled.size() / p.bytes);
}

INSTANTIATE_TEST_SUITE_P(, GstreamerInterlaced,
                         testing::Values(Picture{"UYVP_29_97", "UYVP", "YCbCr-4:2:2", "10",
                                                 "YCbCr-4:2:2 10 interlaced", "pgroup",
                                                 pixels * 5 / 2, "30000/1001"}),
                         [](const auto& given) { return std::string(given.param.name); });

class GstreamerReadme : public NetworkTest {
protected:
    GstreamerReadme() : NetworkTest("gst-launch-1.0") {}
    /// The README's, with ports of our own, small pictures, and sinks that end after some of them.
    std::vector<std::string> lines() {
        return readme_lines("gst-launch-1.0", {{"5004", port_.text()},
                                               {"5006", sound_.text()},
                                               {"1920", "384"},
                                               {"1080", "64"},
                                               {"autovideosink", "fakesink num-buffers=10"},
                                               {"autoaudiosink", "fakesink num-buffers=100"}});
    }
    const ReservedPort sound_;
};

TEST_F(GstreamerReadme, its_lines_see_and_hear_the_example_that_sends) {
    auto node = start_sending_example(sound_);
    std::size_t run = 0;
    for (const std::string& line : lines()) {
        if (line.find("udpsrc") == std::string::npos) continue;
        const Answer answer = call({"/bin/bash", "-c", "exec " + line}, 20 * second);
        EXPECT_EQ(answer.status, 0) << line << answer.out << answer.error;
        ++run;
    }
    EXPECT_EQ(run, 2U);
    finish(*node);
}

TEST_F(GstreamerReadme, its_lines_reach_the_example_that_receives) {
    auto node = start_receiving_example(sound_);
    std::size_t run = 0;
    for (const std::string& line : lines()) {
        if (line.find("udpsink") == std::string::npos) continue;
        const Program peer(folder_, {"/bin/bash", "-c", "exec " + line});
        const char* eye = line.find("video") != std::string::npos ? "eye" : "ear";
        EXPECT_TRUE(wait_for_ticks(eye, 10)) << line;
        ++run;
    }
    EXPECT_EQ(run, 2U);
    expect_all_understood();
    finish(*node);
}

struct Wave {
    const char* name;
    bool deep;
    unsigned rate, channels, packet_us;
    const char* mask;  // of GStreamer's channel positions
};
std::ostream& operator<<(std::ostream& out, const Wave& w) { return out << w.name; }

class GstreamerSound : public NetworkTest, public testing::WithParamInterface<Wave> {
protected:
    GstreamerSound() : NetworkTest("gst-launch-1.0") {}
    static std::string format(const Wave& w) {
        return "format = \"" + std::to_string(w.rate) + " " + std::to_string(w.channels) + "ch " +
               (w.deep ? "s24in32" : "s16");
    }
    static std::string wire(const Wave& w) { return w.deep ? "L24" : "L16"; }
    static std::size_t frame(const Wave& w) { return (w.deep ? 3U : 2U) * w.channels; }
};

/// Sound as its depayloader gives it on: eight channels of which nobody tells the order are to it front, centre, LFE, side, rear,
/// which it puts into its own order, front, centre, LFE, rear, side.
std::string in_its_order(const std::string& wire, const Wave& w) {
    if (w.channels != 8) return wire;
    const std::size_t octets = w.deep ? 3 : 2;
    std::string turned;
    turned.reserve(wire.size());
    for (std::size_t at = 0; at + 8 * octets <= wire.size(); at += 8 * octets)
        for (const std::size_t channel : {0U, 1U, 2U, 3U, 6U, 7U, 4U, 5U})
            turned += wire.substr(at + channel * octets, octets);
    return turned;
}

TEST_P(GstreamerSound, what_it_sends_arrives_to_the_sample) {
    const Wave& w = GetParam();
    const std::size_t piece = w.rate / 100 * frame(w);
    const std::string got = wire_order(
        received(
            fill(send_sound, {{"caps", "audio/x-raw,rate=" + std::to_string(w.rate) + ",channels=" +
                                           std::to_string(w.channels) + ",channel-mask=(bitmask)" +
                                           w.mask + ",format=S" + (w.deep ? "24" : "16") + "BE"},
                              {"raw", path("theirs")},
                              {"wire", wire(w)},
                              {"ns", std::to_string(w.packet_us * 1000)},
                              {"port", port_.text()}}),
            "class = \"AudioRtpReceive\"\nwindow = 1000\nfrom = \"" + port_.on_loopback() + "\"\n" +
                format(w) + " block=" + std::to_string(w.rate / 100) + "\"\n",
            w.rate * w.channels * (w.deep ? 4U : 2U) / 2),
        w.deep);
    const std::size_t pieces = got.size() / piece;
    ASSERT_GE(pieces, 40U);
    EXPECT_EQ(same_pieces(got, content(path("theirs")), piece, frame(w)), pieces);
}

TEST_P(GstreamerSound, what_leaves_arrives_in_it_to_the_sample) {
    const Wave& w = GetParam();
    const std::size_t piece = w.rate / 100 * frame(w);
    const std::string got = sent(
        "class = \"NoiseSource\"\n" + format(w) + "\"\n",
        "class = \"AudioRtpSend\"\nto = \"" + port_.on_loopback() + "\"\nencoding = \"" + wire(w) +
            "\"\npacket_time = " + std::to_string(w.packet_us) + "\n",
        [&] {
            return fill(receive_sound, {{"port", port_.text()},
                                        {"wire", wire(w)},
                                        {"rate", std::to_string(w.rate)},
                                        {"channels", std::to_string(w.channels)},
                                        {"raw", path("theirs")}});
        },
        "theirs", piece * 50);
    // It says nothing of what it misses: a busy machine may cost some.
    EXPECT_GE(same_pieces(got, in_its_order(wire_order(ours(), w.deep), w), piece, frame(w)), 40U)
        << got.size() / piece << " pieces of 10 ms came";
}

INSTANTIATE_TEST_SUITE_P(, GstreamerSound,
                         testing::Values(Wave{"L24_48_stereo", true, 48000, 2, 1000, "0x3"},
                                         Wave{"L24_48_8_channels", true, 48000, 8, 125, "0x0"},
                                         Wave{"L24_96_stereo", true, 96000, 2, 250, "0x3"},
                                         Wave{"L16_48_8_channels", false, 48000, 8, 1000, "0x0"},
                                         Wave{"L16_44_1_stereo", false, 44100, 2, 1000, "0x3"}),
                         [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace streamlib::test
