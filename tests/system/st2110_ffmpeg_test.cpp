// SPDX-License-Identifier: Apache-2.0
// ST 2110 with FFmpeg, each reading the other's SDP: pictures to the bit at 50 and 59.94, sound to the sample.
#include <gmock/gmock.h>

#include "tests/system/st2110_peers.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

// What it says of itself, before anything is sent to anybody.
constexpr const char* describe_video =
    "ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=384x64:rate={rate} -frames:v 1"
    " -pix_fmt {pixels} -c:v {codec} -strict -2 -sdp_file {sdp}"
    " -f rtp rtp://127.0.0.1:{port}?pkt_size=1400";
constexpr const char* send_video =
    "ffmpeg -nostdin -v error -re -f lavfi -i testsrc2=size=384x64:rate={rate}"
    " -pix_fmt {pixels} -c:v {codec} -strict -2 -f rtp rtp://127.0.0.1:{port}?pkt_size=1400"
    " -pix_fmt {pixels} -c:v {codec} -strict -2 -f rawvideo {raw}";
constexpr const char* receive_video =
    "ffmpeg -nostdin -v error -protocol_whitelist file,udp,rtp -i {sdp} -fps_mode passthrough"
    " -frames:v 12 -pix_fmt {pixels} -flush_packets 1 -f rawvideo {raw}";
constexpr const char* describe_sound =
    "ffmpeg -nostdin -v error -f lavfi -i aevalsrc={noise}:s={rate} -frames:a 1"
    " -c:a pcm_s{bits}be -sdp_file {sdp} -f rtp rtp://127.0.0.1:{port}";
constexpr const char* send_sound =
    "ffmpeg -nostdin -v error -re -f lavfi -i aevalsrc={noise}:s={rate}:n=480"
    " -c:a pcm_s{bits}be -f rtp rtp://127.0.0.1:{port}"
    " -c:a pcm_s{bits}be -f s{bits}be {raw}";
constexpr const char* receive_sound =
    "ffmpeg -nostdin -v error -protocol_whitelist file,udp,rtp -i {sdp} -c:a copy"
    " -flush_packets 1 -f s{bits}be {raw}";

constexpr std::size_t pixels = std::size_t{384} * 64;

struct Picture {
    const char *name, *codec, *pixels, *ours, *layout;
    std::size_t bytes;
    const char* rate;
};
std::ostream& operator<<(std::ostream& out, const Picture& p) { return out << p.name; }
std::string name_of(const testing::TestParamInfo<Picture>& given) { return given.param.name; }

std::string format(const Picture& p, const std::string& layout) {
    return "format = \"384x64 " + std::string(p.ours) + layout + " @" + p.rate + "\"\n";
}

class FfmpegReads : public NetworkTest, public testing::WithParamInterface<Picture> {
protected:
    FfmpegReads() : NetworkTest("ffmpeg") {}
};

TEST_P(FfmpegReads, what_our_sdp_describes_to_the_bit) {
    const Picture& p = GetParam();
    const std::string got = sent(
        "class = \"TestPattern\"\n" + format(p, p.layout),
        "class = \"VideoRtpSend\"\nto = \"" + port_.on_loopback() + "\"\n",
        [&] {
            EXPECT_THAT(content(sdp_of_out()), HasSubstr("raw/90000"));
            return fill(receive_video,
                        {{"sdp", sdp_of_out()}, {"pixels", p.pixels}, {"raw", path("theirs")}});
        },
        "theirs", p.bytes * 12, p.rate);
    ASSERT_GE(got.size(), 2 * p.bytes);
    // It joins in the middle of a frame, and says nothing of what it misses: a busy machine may cost some.
    EXPECT_GE(same_pieces(got.substr(p.bytes), ours(), p.bytes, p.bytes), 7U)
        << got.size() / p.bytes << " pictures came";
}

// 10 bit it gives on as planar words: so ours come as such, through the sender's conversion. 4:2:0 it takes as pgroups lie on the
// wire and calls that planar: the octets are right, what it shows is not.
INSTANTIATE_TEST_SUITE_P(
    , FfmpegReads,
    testing::Values(
        Picture{"yuv422p_50", "", "yuv422p", "YCbCr-4:2:2 8", " planar", pixels * 2, "50"},
        Picture{"uyvy422_59_94", "", "uyvy422", "YCbCr-4:2:2 8", " pgroup", pixels * 2,
                "60000/1001"},
        Picture{"yuv422p10_50", "", "yuv422p10le", "YCbCr-4:2:2 10", " planar", pixels * 4, "50"},
        Picture{"yuv422p10_59_94", "", "yuv422p10le", "YCbCr-4:2:2 10", " planar", pixels * 4,
                "60000/1001"},
        Picture{"yuv420p_50", "", "yuv420p", "YCbCr-4:2:0 8", " pgroup", pixels * 3 / 2, "50"},
        Picture{"interlaced_29_97", "", "yuv422p10le", "YCbCr-4:2:2 10 interlaced", " planar",
                pixels * 4, "30000/1001"},
        Picture{"rgb24_59_94", "", "rgb24", "RGB 8 FULL", " pgroup", pixels * 3, "60000/1001"}),
    name_of);

class FfmpegSends : public NetworkTest, public testing::WithParamInterface<Picture> {
protected:
    FfmpegSends() : NetworkTest("ffmpeg") {}
};

TEST_P(FfmpegSends, what_its_sdp_describes_to_the_bit) {
    const Picture& p = GetParam();
    const Places places{
        {"rate", p.rate},       {"pixels", p.pixels},        {"codec", p.codec},
        {"port", port_.text()}, {"sdp", path("theirs.sdp")}, {"raw", path("theirs")}};
    const Answer said = call(words_of(fill(describe_video, places)));
    ASSERT_EQ(said.status, 0) << said.error;
    // Its SDP has no frame rate: the format beside it has.
    const std::string got = received(fill(send_video, places),
                                     "class = \"VideoRtpReceive\"\nwindow = 1000\nsdp = \"" +
                                         path("theirs.sdp") + "\"\n" + format(p, ""),
                                     p.bytes * 10);
    EXPECT_EQ(same_pieces(got, content(path("theirs")), p.bytes, p.bytes), got.size() / p.bytes);
}

INSTANTIATE_TEST_SUITE_P(, FfmpegSends,
                         testing::Values(Picture{"uyvy422_59_94", "rawvideo", "uyvy422",
                                                 "YCbCr-4:2:2 8", "", pixels * 2, "60000/1001"},
                                         Picture{"bitpacked_50", "bitpacked", "yuv422p10",
                                                 "YCbCr-4:2:2 10", "", pixels * 5 / 2, "50"},
                                         Picture{"bitpacked_59_94", "bitpacked", "yuv422p10",
                                                 "YCbCr-4:2:2 10", "", pixels * 5 / 2,
                                                 "60000/1001"}),
                         name_of);

struct Wave {
    const char* name;
    bool deep;
    unsigned rate, channels, packet_us;
};
std::ostream& operator<<(std::ostream& out, const Wave& w) { return out << w.name; }

class FfmpegSound : public NetworkTest, public testing::WithParamInterface<Wave> {
protected:
    FfmpegSound() : NetworkTest("ffmpeg") {}
    static std::string format(const Wave& w) {
        return "format = \"" + std::to_string(w.rate) + " " + std::to_string(w.channels) + "ch " +
               (w.deep ? "s24in32" : "s16");
    }
    static std::size_t frame(const Wave& w) { return (w.deep ? 3U : 2U) * w.channels; }
};

TEST_P(FfmpegSound, what_leaves_arrives_in_it_to_the_sample) {
    const Wave& w = GetParam();
    const std::size_t piece = w.rate / 100 * frame(w);
    const std::string got = sent(
        "class = \"NoiseSource\"\n" + format(w) + "\"\n",
        "class = \"AudioRtpSend\"\nto = \"" + port_.on_loopback() + "\"\nencoding = \"" +
            (w.deep ? "L24" : "L16") + "\"\npacket_time = " + std::to_string(w.packet_us) + "\n",
        [&] {
            return fill(
                receive_sound,
                {{"sdp", sdp_of_out()}, {"bits", w.deep ? "24" : "16"}, {"raw", path("theirs")}});
        },
        "theirs", piece * 50);
    // It says nothing of what it misses: a busy machine may cost some.
    EXPECT_GE(same_pieces(got, wire_order(ours(), w.deep), piece, frame(w)), 40U)
        << got.size() / piece << " pieces of 10 ms came";
}

TEST_P(FfmpegSound, what_it_sends_arrives_to_the_sample) {
    const Wave& w = GetParam();
    const std::size_t piece = w.rate / 100 * frame(w);
    std::string noise = "random(0)";
    for (unsigned channel = 1; channel < w.channels; ++channel)
        noise += "|random(" + std::to_string(channel) + ")/" + std::to_string(channel + 1);
    const Places places{
        {"noise", noise},       {"rate", std::to_string(w.rate)}, {"bits", w.deep ? "24" : "16"},
        {"port", port_.text()}, {"sdp", path("theirs.sdp")},      {"raw", path("theirs")}};
    const Answer said = call(words_of(fill(describe_sound, places)));
    ASSERT_EQ(said.status, 0) << said.error;
    const std::string got = wire_order(
        received(fill(send_sound, places),
                 "class = \"AudioRtpReceive\"\nwindow = 1000\nsdp = \"" + path("theirs.sdp") +
                     "\"\n" + format(w) + " block=" + std::to_string(w.rate / 100) + "\"\n",
                 w.rate * w.channels * (w.deep ? 4U : 2U) / 2),
        w.deep);
    const std::size_t pieces = got.size() / piece;
    ASSERT_GE(pieces, 40U);
    EXPECT_EQ(same_pieces(got, content(path("theirs")), piece, frame(w)), pieces);
}

INSTANTIATE_TEST_SUITE_P(, FfmpegSound,
                         testing::Values(Wave{"L24_48_stereo", true, 48000, 2, 1000},
                                         Wave{"L24_96_8_channels", true, 96000, 8, 250},
                                         Wave{"L16_48_stereo", false, 48000, 2, 1000},
                                         Wave{"L16_44_1_stereo", false, 44100, 2, 1000}),
                         [](const auto& given) { return std::string(given.param.name); });

class FfmpegReadme : public NetworkTest {
protected:
    FfmpegReadme() : NetworkTest("ffmpeg") {}
    std::vector<std::string> lines(const std::string& program) {
        return readme_lines(
            program, {{"5004", port_.text()}, {"5006", sound_.text()}, {"1920x1080", "384x64"}});
    }
    const ReservedPort sound_;
};

TEST_F(FfmpegReadme, its_lines_see_and_hear_the_example_that_sends) {
    auto node = start_sending_example(sound_);
    EXPECT_EQ(streamlib({"sdp", "--node", node_, "--to", folder_.string()}).status, 0);
    const auto found = lines("ffplay");
    EXPECT_EQ(found.size(), 2U);
    for (std::string line : found) {
        // The same libraries, with no display.
        line.replace(0, 6, "ffmpeg -nostdin -v error");
        const Answer answer =
            call({"/bin/bash", "-c", "exec " + line + " -t 0.3 -f null -"}, 20 * second);
        EXPECT_EQ(answer.status, 0) << line << answer.out << answer.error;
    }
    finish(*node);
}

TEST_F(FfmpegReadme, its_lines_reach_the_example_that_receives) {
    auto node = start_receiving_example(sound_);
    const auto found = lines("ffmpeg");
    EXPECT_EQ(found.size(), 2U);
    for (const std::string& line : found) {
        const Program peer(folder_, {"/bin/bash", "-c", "exec " + line});
        const char* eye = line.find("bitpacked") != std::string::npos ? "eye" : "ear";
        EXPECT_TRUE(wait_for_ticks(eye, 10)) << line << peer.so_far().error;
    }
    expect_all_understood();
    finish(*node);
}

}  // namespace
}  // namespace streamlib::test
