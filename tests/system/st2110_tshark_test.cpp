// SPDX-License-Identifier: Apache-2.0
// What tshark sees of ST 2110 on a cable, in a network namespace of the test's own: RTP as it should be, and what a killed
// receiver does to its memberships.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <sstream>

#include "bench/trial.hpp"
#include "bench/veth.hpp"
#include "tests/system/st2110_peers.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t most_udp =
    1460;  // octets of a datagram, its header with them: ST 2110-10, the standard limit

/// Both ends of a cable in one namespace: what leaves by `va` has been cut into the packets that a network card would send.
std::string lay_cable() {
    try {
        bench::enter_network_namespace();
        bench::lay_cable("va", "vb", ::getpid());
        bench::bring_up("va", "10.77.0.1/24");
        bench::bring_up("vb", "10.77.0.2/24");
    } catch (const bench::Absent& absent) {
        return std::string("SKIPPED WHOLE: ") + absent.what();
    }
    return "";
}

class St2110Wire : public NetworkTest {
protected:
    St2110Wire() : NetworkTest("tshark") {}
    void SetUp() override {
        NetworkTest::SetUp();
        if (IsSkipped()) return;
        static const std::string why_not = lay_cable();
        if (!why_not.empty()) GTEST_SKIP() << why_not;
    }
    /// Of a capture, as RTP.
    std::string shark(const std::string& what) {
        std::vector<std::string> words =
            words_of("tshark -n -r " + path("wire.pcap") + " -d udp.port==5004,rtp -d " +
                     "udp.port==5006,rtp " + what);
        const Answer answer = call(words);
        EXPECT_EQ(answer.status, 0) << what << answer.error;
        return answer.out;
    }
};

struct Packet {
    unsigned port = 0, udp_length = 0, version = 0, type = 0, marker = 0;
    std::uint32_t timestamp = 0;
};

/// Timestamps of frames at 60000/1001 are 1501.5 ticks apart, truncated: 1501 and 1502 in turn, whatever may be left out.
void expect_in_turn(const std::vector<Packet>& video) {
    ASSERT_FALSE(video.empty());
    std::map<std::int64_t, std::size_t>
        offs;  // half ticks from the grid that the first frame began
    std::size_t frames = 0;
    for (std::size_t n = 1; n < video.size(); ++n) {
        const bool begins = video[n].timestamp != video[n - 1].timestamp;
        EXPECT_EQ(video[n - 1].marker, begins ? 1U : 0U) << "the marker is the last packet's";
        if (!begins) continue;
        ++frames;
        const std::int64_t twice = 2 * std::int64_t{video[n].timestamp - video[0].timestamp};
        const std::int64_t nearest = (twice + 1501) / 3003 * 3003;
        ++offs[twice - nearest];
    }
    EXPECT_GE(frames, 20U);
    EXPECT_LE(offs.size(), 2U) << "one for even frames, one for odd ones";
    for (const auto& [off, count] : offs) EXPECT_LE(std::abs(off), 1);
    EXPECT_EQ(offs.count(-1) * offs.count(1), 0U) << "always truncated the same way";
}

TEST_F(St2110Wire, tshark_has_nothing_to_say_against_what_leaves) {
    auto node =
        start_graph("\"bars >> video\", \"noise >> sound\"",
                    "[actors.bars]\nclass = \"TestPattern\"\n"
                    "format = \"384x64 YCbCr-4:2:2 10 pgroup\"\n"
                    "[actors.video]\nclass = \"VideoRtpSend\"\nto = \"239.1.2.3:5004@va\"\n"
                    "[actors.noise]\nclass = \"NoiseSource\"\n"
                    "[actors.sound]\nclass = \"AudioRtpSend\"\nto = \"239.1.2.4:5006@va\"\n",
                    "60000/1001");
    wait_for("video", "RUNNING");
    wait_for("sound", "RUNNING");
    // The buffer should hold all of it; what tshark itself has lost is no capture.
    Answer caught;
    for (int attempt = 0; attempt < 3; ++attempt) {
        caught = call(words_of("tshark -q -n -B 64 -i va -c 4000 -a duration:30 -w " +
                               path("wire.pcap") + " udp"));
        if (caught.error.find("dropped from") == std::string::npos) break;
    }
    EXPECT_EQ(counter("video", "lost") + counter("sound", "lost"), 0) << "refused by the kernel";
    finish(*node);
    if (caught.status != 0)
        GTEST_SKIP() << "SKIPPED WHOLE: tshark may not capture here: " << caught.error;
    const std::string streams = shark("-q -z expert -z rtp,streams");
    EXPECT_THAT(streams, Not(HasSubstr("Frequency"))) << "what its experts find";
    EXPECT_EQ(count_of(streams, " 0 (0.0%)"), 2U) << streams << caught.error;
    for (const std::string& line : lines_of(streams))
        EXPECT_FALSE(line.ends_with("X")) << "a problem: " << line;

    std::vector<Packet> video, sound;
    std::istringstream fields(
        shark("-T fields -e udp.dstport -e udp.length -e rtp.version -e rtp.p_type "
              "-e rtp.marker -e rtp.timestamp"));
    for (Packet p;
         fields >> p.port >> p.udp_length >> p.version >> p.type >> p.marker >> p.timestamp;) {
        EXPECT_EQ(p.version, 2U);
        EXPECT_EQ(p.type, p.port == 5004 ? 96U : 97U);
        EXPECT_LE(p.udp_length, most_udp);
        (p.port == 5004 ? video : sound).push_back(p);
    }
    EXPECT_EQ(video.size() + sound.size(), 4000U);
    expect_in_turn(video);
    ASSERT_GE(sound.size(), 100U);
    for (std::size_t n = 1; n < sound.size(); ++n)
        EXPECT_EQ(sound[n].timestamp - sound[n - 1].timestamp, 48U) << "a millisecond";
}

TEST_F(St2110Wire, a_killed_receiver_tells_no_router_that_it_left) {
    auto shark = std::make_unique<Program>(
        folder_, words_of("tshark -l -n -i va -T fields -e igmp.record_type -f igmp"));
    const auto heard = [&](const std::string& record) {
        // Each line: the records of a report, such as "5" or "4,4".
        std::size_t count = 0;
        for (const std::string& line : lines_of(shark->so_far().out))
            count += count_of("," + line + ",", "," + record + ",");
        return count;
    };
    const auto wait_until = [](const std::function<bool()>& done) {
        const MonotonicTime end = MonotonicTime::now() + 30 * second;
        while (!done() && MonotonicTime::now() < end) ::usleep(10'000);
        return done();
    };
    constexpr const char *allow_new = "5", *block_old = "6", *include = "3", *exclude = "4";
    ASSERT_TRUE(wait_until([&] {
        return shark->so_far().error.find("Capture started") != std::string::npos;
    })) << shark->so_far().error;
    auto node =
        start_graph("\"one >> eye\", \"any >> other\"",
                    "[actors.one]\nclass = \"VideoRtpReceive\"\nfrom = \"239.1.2.3:5004@va\"\n"
                    "source = \"10.77.0.9\"\nformat = \"320x180 @50\"\nrestart = \"permanent\"\n"
                    "[actors.any]\nclass = \"VideoRtpReceive\"\nfrom = \"239.1.2.4:5004@va\"\n"
                    "format = \"320x180 @50\"\nrestart = \"permanent\"\n"
                    "[actors.eye]\nclass = \"Probe\"\n[actors.other]\nclass = \"Probe\"\n",
                    "50");
    wait_for("one", "RUNNING");
    wait_for("any", "RUNNING");
    EXPECT_TRUE(wait_until([&] { return heard(allow_new) > 0 && heard(exclude) > 0; }))
        << "it does say when it joins: " << shark->so_far().out;
    for (std::uint64_t kills = 1; kills <= 3; ++kills) {
        for (const char* name : {"one", "any"}) {
            ASSERT_EQ(::kill(static_cast<pid_t>(ps(name).pid), SIGKILL), 0);
            ASSERT_TRUE(wait_until([&] { return ps(name).restarts == kills; }));
            wait_for(name, "RUNNING");
        }
    }
    EXPECT_EQ(heard(block_old) + heard(include), 0U) << shark->so_far().out;
    finish(*node);
    EXPECT_TRUE(wait_until([&] { return heard(block_old) > 0 && heard(include) > 0; }))
        << "it does say when it leaves: " << shark->so_far().out;
    ::kill(shark->pid(), SIGINT);
    static_cast<void>(shark->wait(10 * second));
}

}  // namespace
}  // namespace streamlib::test
