// SPDX-License-Identifier: Apache-2.0
// A node that sends to itself over the network: what a killed receiver costs, and what a bad network does.
#include <gmock/gmock.h>
#include <signal.h>

#include "tests/system/relay.hpp"
#include "tests/system/st2110_peers.hpp"

namespace streamlib::test {
namespace {

class St2110Node : public NetworkTest {
protected:
    /// Pictures that leave for `to`, and what comes of them at port_; `more`: properties of the receiver.
    std::unique_ptr<Program> start_pictures(const std::string& to, const std::string& more = "") {
        auto node = start_graph(
            "\"bars >> out\", \"in >> eye\"",
            "[actors.bars]\nclass = \"TestPattern\"\nformat = \"320x180 YCbCr-4:2:2 10 pgroup\"\n"
            "[actors.out]\nclass = \"VideoRtpSend\"\nto = \"" +
                to + "\"\n[actors.in]\nclass = \"VideoRtpReceive\"\nfrom = \"" +
                port_.on_loopback() +
                "\"\nformat = \"320x180 YCbCr-4:2:2 10 @50\"\nrestart = \"permanent\"\n" + more +
                "[actors.eye]\nclass = \"Probe\"\npath = \"" + path("eye.json") + "\"\n",
            "50");
        wait_for("eye", "RUNNING");
        return node;
    }
    /// Ends the node; whoever is at its end saw all frames that had left but so many. (A busy machine makes the sender
    /// repeat or leave out pictures, and an actor miss some: so the wire is what is counted from, and what is counted
    /// as missed is missed.)
    void finish_pictures(Program& node, double lost) {
        constexpr double on_their_way = 3;
        const double left = counter("out", "frames");
        EXPECT_GT(left, 20);
        const Answer answer = finish(node);
        const std::string eye = content(path("eye.json"));
        const auto missed = static_cast<double>(totals_of(answer.out).missed);
        EXPECT_GE(json_number(eye, "blocks"), left - lost - on_their_way - missed)
            << eye << answer.out;
        EXPECT_EQ(json_number(eye, "backward"), 0) << eye;
        EXPECT_EQ(json_number(eye, "unreadable"), 0) << eye << "\nno torn frame";
    }
};

TEST_F(St2110Node, a_killed_receiver_costs_one_frame_and_keeps_its_port) {
    auto node = start_pictures(port_.on_loopback());
    ASSERT_TRUE(wait_for_ticks("eye", 20));
    constexpr int kills = 5;
    for (int n = 0; n < kills; ++n) {
        const std::uint64_t seen = ps("eye").ticks;
        ASSERT_EQ(::kill(static_cast<pid_t>(ps("in").pid), SIGKILL), 0);
        ASSERT_TRUE(wait_for_ticks("eye", seen + 15)) << "it goes on where it was";
    }
    EXPECT_EQ(ps("in").restarts, static_cast<std::uint64_t>(kills));
    finish_pictures(*node, kills);  // at most the frame in hand, each time
}

// A window that no stall of this machine exceeds: what is late then is what came after a pause of two whole frames.
constexpr const char* patient = "window = 1000\n";

TEST_F(St2110Node, packets_delayed_out_of_order_and_twice_cost_nothing) {
    Relay relay(port_.number(), {.hold = 0.05, .twice = 0.05, .delay = 2'000'000});
    auto node = start_pictures(relay.address(), patient);
    ASSERT_TRUE(wait_for_ticks("eye", 60));
    EXPECT_GT(counter("in", "reordered"), 100);
    EXPECT_GT(counter("in", "duplicate"), 10);
    EXPECT_LE(counter("in", "incomplete"), counter("in", "late"));
    finish_pictures(*node, 0);
    EXPECT_GT(relay.held.load(), 10U);
}

TEST_F(St2110Node, every_packet_that_is_lost_is_counted_and_its_frame_says_so) {
    Relay relay(port_.number(), {.drop = 0.002});
    auto node = start_pictures(relay.address(), patient);
    ASSERT_TRUE(wait_for_ticks("eye", 60));
    relay.harmless = true;
    const std::uint64_t seen = ps("eye").ticks;
    ASSERT_TRUE(wait_for_ticks("eye", seen + 20)) << "what was lost is too late to come by then";
    const auto dropped = static_cast<double>(relay.dropped);
    EXPECT_GT(dropped, 3);
    // What was dropped before the first packet came is nobody's loss; what comes late was lost before.
    const double late = counter("in", "late"), lost = counter("in", "lost");
    EXPECT_LE(lost, dropped + late);
    EXPECT_GE(lost + 2, dropped);
    EXPECT_GT(counter("in", "incomplete"), 2);
    finish_pictures(*node, 0);  // mended frames are frames
}

TEST_F(St2110Node, what_comes_after_the_window_is_late_and_its_frame_goes_on_without_it) {
    // Held back behind more packets than two frames have.
    Relay relay(port_.number(), {.hold = 0.002, .hold_packets = 400});
    auto node = start_pictures(relay.address());
    ASSERT_TRUE(wait_for_ticks("eye", 60));
    EXPECT_GT(relay.held.load(), 3U);
    EXPECT_GT(counter("in", "late"), 2);
    EXPECT_GT(counter("in", "incomplete"), 2);
    finish_pictures(*node, 0);
}

TEST_F(St2110Node, sound_delayed_out_of_order_and_twice_is_whole_to_the_sample) {
    Relay relay(port_.number(), {.hold = 0.05, .twice = 0.05, .delay = 2'000'000});
    auto node = start_graph(
        "\"noise >> out\", \"noise >> left\", \"in >> came\"",
        "[actors.noise]\nclass = \"NoiseSource\"\n"
        "[actors.out]\nclass = \"AudioRtpSend\"\nto = \"" +
            relay.address() + "\"\n[actors.in]\nclass = \"AudioRtpReceive\"\nfrom = \"" +
            port_.on_loopback() + "\"\nformat = \"48000 2ch s24in32 block=480\"\n" + patient +
            "[actors.left]\nclass = \"RawSink\"\npath = \"" + path("left") +
            "\"\n[actors.came]\nclass = \"RawSink\"\nwhole = true\npath = \"" + path("came") +
            "\"\n",
        "50");
    wait_for("in", "RUNNING");
    constexpr std::size_t block = std::size_t{480} * 2 * 4;
    grow("came", 100 * block);
    EXPECT_GT(counter("in", "reordered"), 20);
    EXPECT_GT(counter("in", "duplicate"), 10);
    finish(*node);
    const std::string came = content(path("came"));
    const std::size_t blocks = came.size() / block;
    EXPECT_GE(blocks, 100U);
    EXPECT_EQ(same_pieces(came, content(path("left")), block, 8), blocks);
}

TEST_F(St2110Node, planar_pictures_come_out_planar_and_are_those_that_went_in) {
    constexpr std::size_t bytes = std::size_t{320} * 180 * 4;
    auto node = start_graph(
        "\"bars >> out\", \"bars >> left\", \"in >> came\"",
        "[actors.bars]\nclass = \"TestPattern\"\nformat = \"320x180 YCbCr-4:2:2 10 planar\"\n"
        "depth = 16\n[actors.out]\nclass = \"VideoRtpSend\"\nto = \"" +
            port_.on_loopback() + "\"\n[actors.in]\nclass = \"VideoRtpReceive\"\nfrom = \"" +
            port_.on_loopback() +
            "\"\nformat = \"320x180 YCbCr-4:2:2 10 @50\"\nlayout = \"planar\"\n"
            "[actors.left]\nclass = \"RawSink\"\npath = \"" +
            path("left") + "\"\n[actors.came]\nclass = \"RawSink\"\nwhole = true\npath = \"" +
            path("came") + "\"\n",
        "50");
    wait_for("in", "RUNNING");
    grow("came", 20 * bytes);
    finish(*node);
    const std::string came = content(path("came"));
    ASSERT_GE(came.size(), 10 * bytes);
    EXPECT_EQ(same_pieces(came, content(path("left")), bytes, bytes), came.size() / bytes);
}

}  // namespace
}  // namespace streamlib::test
