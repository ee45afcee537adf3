// SPDX-License-Identifier: Apache-2.0
// ST 2110 with the programs that others use, both ways: GStreamer, FFmpeg, and tshark, which looks at what is on the wire.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <cstring>

#include "runtime/net/socket_wish.hpp"
#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

constexpr std::size_t width = 384, height = 64;  // rows of 64-byte multiples in every layout

bool is_there(const char* program) {
    return std::system((std::string("command -v ") + program + " >/dev/null").c_str()) == 0;
}

class St2110Interop : public SystemTest {
protected:
    void SetUp() override {
        SystemTest::SetUp();
        SocketWish wish;
        wish.use = SocketUse::receive;
        wish.local = any_address(AddressFamily::ipv4, 0);
        auto opened = open_socket(wish);
        ASSERT_TRUE(opened);
        port_ = std::to_string(opened->bound.port);
    }
    /// A graph with RawSink at hand.
    std::string graph(const std::string& links, const std::string& actors,
                      const std::string& rate) {
        return write("graph.toml", "links = [" + links +
                                       "]\n[node]\nplugins = [\"" STREAMLIB_BINARY_DIR
                                       "/tests/libraw_actors.so\"]\n[clock]\nrate = \"" +
                                       rate + "\"\n" + actors);
    }
    /// What `sender` sends to port_ while a node receives it as `format` until it has `frames` of `frame_bytes`, with `keys`.
    std::string received(const std::vector<std::string>& sender, const std::string& receiver,
                         const std::string& converter, std::size_t bytes) {
        const std::string links = converter.empty() ? "\"in >> raw\"" : "\"in >> convert >> raw\"";
        auto node =
            start({graph(links,
                         receiver + converter + "[actors.raw]\nclass = \"RawSink\"\npath = \"" +
                             path("ours.raw") + "\"\n",
                         "50")});
        wait_for("in", "RUNNING");
        Program peer(folder_, sender);
        const MonotonicTime end = MonotonicTime::now() + 30 * second;
        while (content(path("ours.raw")).size() < bytes && MonotonicTime::now() < end)
            ::usleep(20'000);
        ::kill(peer.pid(), SIGINT);
        static_cast<void>(peer.wait(10 * second));
        ::kill(node->pid(), SIGTERM);
        const Answer answer = node->wait(20 * second);
        EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
        return content(path("ours.raw"));
    }
    /// What `receiver` got of a node that sends what is also in ours.raw; `bytes` of it.
    std::string sent(const std::string& actors, const std::string& links,
                     const std::function<std::vector<std::string>()>& receiver,
                     const std::string& theirs, std::size_t bytes) {
        auto node = start({graph(
            links,
            actors + "[actors.raw]\nclass = \"RawSink\"\npath = \"" + path("ours.raw") + "\"\n",
            "50")});
        wait_for("out", "RUNNING");
        Program peer(folder_, receiver());
        const MonotonicTime end = MonotonicTime::now() + 30 * second;
        while (content(path(theirs)).size() < bytes && MonotonicTime::now() < end) ::usleep(20'000);
        ::kill(peer.pid(), SIGINT);
        static_cast<void>(peer.wait(10 * second));
        ::kill(node->pid(), SIGTERM);
        const Answer answer = node->wait(20 * second);
        EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
        return content(path(theirs));
    }
    static std::string receive_video(const std::string& port, const std::string& format) {
        return "[actors.in]\nclass = \"VideoRtpReceive\"\nfrom = \"127.0.0.1:" + port +
               "\"\nformat = \"" + std::to_string(width) + "x" + std::to_string(height) + " " +
               format + " @50\"\n";
    }
    static std::string convert(const std::string& format) {
        return "[actors.convert]\nclass = \"ColorConvert\"\nformat = \"" + format +
               "\"\ntrigger = \"input\"\ndepth = 8\n";
    }
    std::string port_;
};

/// Pictures of `got` that are, to the bit, pictures of `all`, in their order. (A busy machine makes a sender repeat or leave out
/// some: what is wrong in itself is wrong in all of them.)
std::size_t same_pictures(const std::string& got, const std::string& all, std::size_t bytes) {
    const std::size_t count = got.size() / bytes, there = all.size() / bytes;
    std::size_t same = 0, from = 0;
    for (std::size_t n = 0; n < count; ++n) {
        for (std::size_t at = from; at < there; ++at) {
            if (std::memcmp(got.data() + n * bytes, all.data() + at * bytes, bytes) != 0) continue;
            ++same;
            from = at;
            break;
        }
    }
    return same;
}

struct GstFormat {
    const char *gst, *sampling, *depth, *ours, *layout;
    std::size_t bytes;
};
constexpr GstFormat formats[] = {
    {"UYVY", "YCbCr-4:2:2", "8", "YCbCr-4:2:2 8", "", width* height * 2},
    {"UYVP", "YCbCr-4:2:2", "10", "YCbCr-4:2:2 10", "", width* height * 5 / 2},
    {"I420", "YCbCr-4:2:0", "8", "YCbCr-4:2:0 8", "YCbCr-4:2:0 8 planar", width* height * 3 / 2},
    {"RGB", "RGB", "8", "RGB 8 FULL", "", width* height * 3},
};

std::string caps(const GstFormat& f) {
    return std::string("video/x-raw,format=") + f.gst + ",width=" + std::to_string(width) +
           ",height=" + std::to_string(height) + ",framerate=50/1";
}

TEST_F(St2110Interop, what_gstreamer_sends_arrives_to_the_bit) {
    if (!is_there("gst-launch-1.0")) GTEST_SKIP() << "no gst-launch-1.0: ./dev test installs it";
    for (const GstFormat& f : formats) {
        std::filesystem::remove(path("ours.raw"));
        const std::string layout = f.layout;
        const std::string got = received({"/usr/bin/gst-launch-1.0",
                                          "-q",
                                          "videotestsrc",
                                          "is-live=true",
                                          "pattern=ball",
                                          "!",
                                          caps(f),
                                          "!",
                                          "tee",
                                          "name=t",
                                          "t.",
                                          "!",
                                          "queue",
                                          "!",
                                          "filesink",
                                          "location=" + path(f.gst),
                                          "t.",
                                          "!",
                                          "queue",
                                          "!",
                                          "rtpvrawpay",
                                          "mtu=1400",
                                          "!",
                                          "udpsink",
                                          "host=127.0.0.1",
                                          "port=" + port_},
                                         receive_video(port_, f.ours),
                                         layout.empty() ? "" : convert(layout), f.bytes * 10);
        const std::size_t same = same_pictures(got, content(path(f.gst)), f.bytes);
        EXPECT_GE(same, 7U) << f.gst << ": " << got.size() / f.bytes << " pictures came";
    }
}

TEST_F(St2110Interop, interlaced_pictures_of_gstreamer_have_their_rows_in_place) {
    if (!is_there("gst-launch-1.0")) GTEST_SKIP() << "no gst-launch-1.0: ./dev test installs it";
    // It numbers the rows of both fields through the frame (0, 2, 4… and 1, 3, 5…), which ST 2110-20 does not.
    constexpr std::size_t bytes = width * height * 5 / 2;
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    const std::string got = received(
        {"/usr/bin/gst-launch-1.0",
         "-q",
         "videotestsrc",
         "is-live=true",
         "pattern=ball",
         "!",
         "video/x-raw,format=UYVP,interlace-mode=interleaved,width=" + std::to_string(width) +
             ",height=" + std::to_string(height) + ",framerate=30000/1001",
         "!",
         "tee",
         "name=t",
         "t.",
         "!",
         "queue",
         "!",
         "filesink",
         "location=" + path("interlaced"),
         "t.",
         "!",
         "queue",
         "!",
         "rtpvrawpay",
         "mtu=1400",
         "!",
         "udpsink",
         "host=127.0.0.1",
         "port=" + port_},
        "[actors.in]\nclass = \"VideoRtpReceive\"\nfrom = \"127.0.0.1:" + port_ +
            "\"\nformat = \"" + size + " YCbCr-4:2:2 10 interlaced @30000/1001\"\n",
        "", bytes * 12);
    // The first frame may pass before it is seen how the rows are numbered.
    const std::string settled = got.size() > 2 * bytes ? got.substr(2 * bytes) : "";
    EXPECT_GE(same_pictures(settled, content(path("interlaced")), bytes), 7U)
        << got.size() / bytes << " pictures came";
}

TEST_F(St2110Interop, what_leaves_arrives_in_gstreamer_to_the_bit) {
    if (!is_there("gst-launch-1.0")) GTEST_SKIP() << "no gst-launch-1.0: ./dev test installs it";
    for (const GstFormat& f : formats) {
        std::filesystem::remove(path("ours.raw"));
        const std::string size = std::to_string(width) + "x" + std::to_string(height);
        const std::string given =
            *f.layout != 0 ? std::string(f.layout) : std::string(f.ours) + " pgroup";
        const std::string got = sent(
            "[actors.bars]\nclass = \"TestPattern\"\nformat = \"" + size + " " + given +
                " @50\"\ndepth = 8\n[actors.out]\nclass = \"VideoRtpSend\"\nto = \"127.0.0.1:" +
                port_ + "\"\n",
            "\"bars >> out\", \"bars >> raw\"",
            [&] {
                return std::vector<std::string>{
                    "/usr/bin/gst-launch-1.0",
                    "-q",
                    "udpsrc",
                    "port=" + port_,
                    "address=127.0.0.1",
                    "caps=application/x-rtp,media=video,encoding-name=RAW,clock-rate=90000,payload="
                    "96,sampling=" +
                        std::string(f.sampling) + ",depth=(string)" + f.depth + ",width=(string)" +
                        std::to_string(width) + ",height=(string)" + std::to_string(height),
                    "!",
                    "rtpvrawdepay",
                    "!",
                    "filesink",
                    "buffer-mode=unbuffered",
                    "location=" + path(f.gst)};
            },
            f.gst, f.bytes * 12);
        // It joins in the middle of a frame: its first may be cut.
        const std::string whole = got.size() > f.bytes ? got.substr(f.bytes) : "";
        EXPECT_GE(same_pictures(whole, content(path("ours.raw")), f.bytes), 7U)
            << f.gst << ": " << got.size() / f.bytes << " pictures came";
    }
}

TEST_F(St2110Interop, ffmpeg_reads_what_our_sdp_describes) {
    if (!is_there("ffmpeg")) GTEST_SKIP() << "no ffmpeg";
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    const std::size_t bytes = width * height * 4;
    // 10 bit: ffmpeg gives planar words, which RawSink gets from a converter.
    const std::string got = sent(
        "[actors.bars]\nclass = \"TestPattern\"\nformat = \"" + size +
            " YCbCr-4:2:2 10 planar @50\"\ndepth = 8\n[actors.out]\nclass = "
            "\"VideoRtpSend\"\nto = \"127.0.0.1:" +
            port_ + "\"\n",
        "\"bars >> out\", \"bars >> raw\"",
        [&] {
            const char* run = std::getenv("STREAMLIB_RUN_DIR");
            const std::string sdp =
                (run != nullptr ? std::string(run) : "") + "/" + node_ + "/sdp/out.sdp";
            EXPECT_THAT(content(sdp), HasSubstr("raw/90000"));
            return std::vector<std::string>{"/usr/bin/ffmpeg",
                                            "-nostdin",
                                            "-v",
                                            "error",
                                            "-protocol_whitelist",
                                            "file,udp,rtp",
                                            "-i",
                                            sdp,
                                            "-fps_mode",
                                            "passthrough",
                                            "-frames:v",
                                            "12",
                                            "-pix_fmt",
                                            "yuv422p10le",
                                            "-flush_packets",
                                            "1",
                                            "-f",
                                            "rawvideo",
                                            path("ffmpeg.raw")};
        },
        "ffmpeg.raw", bytes * 12);
    const std::string whole = got.size() > bytes ? got.substr(bytes) : "";
    EXPECT_GE(same_pictures(whole, content(path("ours.raw")), bytes), 7U) << got.size() / bytes;
}

TEST_F(St2110Interop, what_ffmpeg_sends_arrives_by_its_own_sdp) {
    if (!is_there("ffmpeg")) GTEST_SKIP() << "no ffmpeg";
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    // Its SDP has no frame rate: the format beside it has.
    struct Sender {
        const char *codec, *pixels, *ours;
        std::size_t bytes;
    };
    for (const Sender& s :
         {Sender{"rawvideo", "uyvy422", "YCbCr-4:2:2 8", width * height * 2},
          Sender{"bitpacked", "yuv422p10", "YCbCr-4:2:2 10", width * height * 5 / 2}}) {
        std::filesystem::remove(path("ours.raw"));
        const std::string raw = path(std::string(s.codec) + ".raw");
        // What it says of itself, before anything is sent to anybody.
        const std::string sdp = path(std::string(s.codec) + ".sdp");
        ASSERT_EQ(call({"/usr/bin/ffmpeg",
                        "-nostdin",
                        "-v",
                        "error",
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=size=" + size + ":rate=60000/1001",
                        "-frames:v",
                        "1",
                        "-pix_fmt",
                        s.pixels,
                        "-c:v",
                        s.codec,
                        "-strict",
                        "-2",
                        "-sdp_file",
                        sdp,
                        "-f",
                        "rtp",
                        "rtp://127.0.0.1:" + port_ + "?pkt_size=1400"})
                      .status,
                  0);
        const std::string got =
            received({"/usr/bin/ffmpeg",
                      "-nostdin",
                      "-v",
                      "error",
                      "-re",
                      "-f",
                      "lavfi",
                      "-i",
                      "testsrc2=size=" + size + ":rate=60000/1001",
                      "-pix_fmt",
                      s.pixels,
                      "-c:v",
                      s.codec,
                      "-strict",
                      "-2",
                      "-f",
                      "rtp",
                      "rtp://127.0.0.1:" + port_ + "?pkt_size=1400",
                      "-pix_fmt",
                      s.pixels,
                      "-c:v",
                      s.codec,
                      "-strict",
                      "-2",
                      "-flush_packets",
                      "1",
                      "-f",
                      "rawvideo",
                      raw},
                     "[actors.in]\nclass = \"VideoRtpReceive\"\nsdp = \"" + sdp +
                         "\"\nformat = \"" + size + " " + s.ours + " @60000/1001\"\n",
                     "", s.bytes * 10);
        EXPECT_GE(same_pictures(got, content(raw), s.bytes), 7U)
            << s.codec << ": " << got.size() / s.bytes << " pictures came";
    }
}

TEST_F(St2110Interop, sound_goes_to_gstreamer_and_back) {
    if (!is_there("gst-launch-1.0")) GTEST_SKIP() << "no gst-launch-1.0: ./dev test installs it";
    for (const bool deep : {true, false}) {
        std::filesystem::remove(path("ours.raw"));
        const std::string name = deep ? "L24" : "L16", raw = path(name);
        const std::size_t octets = deep ? 3 : 2, kept = deep ? 4 : 2;
        const std::string got = received(
            {"/usr/bin/gst-launch-1.0",
             "-q",
             "audiotestsrc",
             "is-live=true",
             "wave=white-noise",
             "volume=0.5",
             "!",
             std::string("audio/x-raw,rate=48000,channels=2,format=") + (deep ? "S24BE" : "S16BE"),
             "!",
             "tee",
             "name=t",
             "t.",
             "!",
             "queue",
             "!",
             "filesink",
             "location=" + raw,
             "t.",
             "!",
             "queue",
             "!",
             "rtp" + name + "pay",
             "min-ptime=1000000",
             "max-ptime=1000000",
             "pt=97",
             "!",
             "udpsink",
             "host=127.0.0.1",
             "port=" + port_},
            "[actors.in]\nclass = \"AudioRtpReceive\"\nfrom = \"127.0.0.1:" + port_ +
                "\"\nformat = \"48000 2ch " + (deep ? "s24in32" : "s16") + " block=48\"\n",
            "", 48000 * 2 * kept);
        // Half a second of ours, as it is on the wire, somewhere in theirs.
        ASSERT_GT(got.size(), 24000 * 2 * kept);
        std::string wire;
        for (std::size_t at = got.size() / 2 / kept * kept; wire.size() < 12000 * octets;
             at += kept)
            for (std::size_t octet = octets; octet-- > 0;) wire += got[at + octet];
        EXPECT_NE(content(raw).find(wire), std::string::npos) << name;
    }
}

TEST_F(St2110Interop, tshark_has_nothing_to_say_against_what_leaves) {
    if (!is_there("tshark")) GTEST_SKIP() << "no tshark: ./dev test installs it";
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    auto node = start({graph("\"bars >> out\"",
                             "[actors.bars]\nclass = \"TestPattern\"\nformat = \"" + size +
                                 " YCbCr-4:2:2 10 pgroup @50\"\n[actors.out]\nclass = "
                                 "\"VideoRtpSend\"\nto = \"127.0.0.1:" +
                                 port_ + "\"\n",
                             "50")});
    wait_for("out", "RUNNING");
    const std::string pcap = path("lo.pcap");
    const Answer caught = call({"/usr/bin/tshark", "-q", "-i", "lo", "-f", "udp port " + port_,
                                "-c", "200", "-a", "duration:20", "-w", pcap});
    if (caught.status != 0) GTEST_SKIP() << "tshark may not capture here: " << caught.error;
    const Answer all =
        call({"/usr/bin/tshark", "-r", pcap, "-d", "udp.port==" + port_ + ",rtp", "-T", "fields",
              "-e", "rtp.version", "-e", "rtp.p_type", "-e", "rtp.seq"});
    std::vector<std::string> lines = lines_of(all.out);
    std::size_t good = 0;
    for (const std::string& line : lines) good += line.starts_with("2\t96\t") ? 1 : 0;
    EXPECT_EQ(good, 200U) << all.error;
    const Answer bad = call({"/usr/bin/tshark", "-r", pcap, "-d", "udp.port==" + port_ + ",rtp",
                             "-Y", "_ws.malformed || _ws.expert.severity >= 0x00600000"});
    EXPECT_EQ(bad.out, "");
    ::kill(node->pid(), SIGTERM);
    EXPECT_EQ(node->wait(20 * second).status, 0);
}

}  // namespace
}  // namespace streamlib::test
