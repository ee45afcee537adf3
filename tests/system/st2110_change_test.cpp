// SPDX-License-Identifier: Apache-2.0
// A camera that is switched to another format, as a receiver sees it: another sender, another description.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <functional>

#include "tests/system/st2110_peers.hpp"

namespace streamlib::test {
namespace {

class St2110Change : public NetworkTest {
protected:
    std::unique_ptr<Program> camera(const std::string& size, bool describes = true) {
        auto node = start_graph("\"bars >> out\"",
                                "[actors.bars]\nclass = \"TestPattern\"\nformat = \"" + size +
                                    " YCbCr-4:2:2 10 pgroup @25\"\n"
                                    "[actors.out]\nclass = \"VideoRtpSend\"\nto = \"" +
                                    port_.on_loopback() + "\"\n",
                                "25");
        wait_for("out", "RUNNING");
        if (describes) write("camera.sdp", streamlib({"sdp", "out", "--node", node_}).out);
        return node;
    }
    /// `what`: properties of the receiver.
    void receive(const std::string& what) {
        receiver_ = start_graph(
            "\"in >> eye\"",
            "[actors.in]\nclass = \"VideoRtpReceive\"\nrestart = \"permanent\"\nlayout = "
            "\"planar\"\ndepth = 8\n" +
                what + "[actors.eye]\nclass = \"Probe\"\npath = \"" + path("eye.json") + "\"\n",
            "25");
        receiver_node_ = node_;
    }
    bool until(const std::function<bool()>& done) {
        node_ = receiver_node_;
        const MonotonicTime end = MonotonicTime::now() + 20 * second;
        while (!done() && MonotonicTime::now() < end) ::usleep(50'000);
        return done();
    }
    bool more_frames() {
        node_ = receiver_node_;
        const double had = counter("in", "frames");
        return until([&] { return counter("in", "frames") >= had + 5; });
    }
    bool in_events(const std::string& text) {
        return until([&] {
            return streamlib({"events", "--node", node_}).out.find(text) != std::string::npos;
        });
    }
    bool in_logs(const std::string& text) {
        return until([&] {
            return streamlib({"logs", "in", "--node", node_}).out.find(text) != std::string::npos;
        });
    }
    /// For who reads why it failed.
    std::string told() {
        std::string all;
        for (const char* verb : {"events", "logs", "counters"})
            all += streamlib({verb, "--node", node_}).out;
        return all;
    }
    void TearDown() override {
        receiver_.reset();
        NetworkTest::TearDown();
    }
    std::unique_ptr<Program> receiver_;
    std::string receiver_node_;
};

TEST_F(St2110Change, is_followed_by_the_description_and_told_downstream) {
    auto sender = camera("1280x720");
    receive("sdp = \"" + path("camera.sdp") + "\"\n");
    wait_for("eye", "RUNNING");
    ASSERT_TRUE(more_frames());
    sender.reset();
    sender = camera("1920x1080");
    ASSERT_TRUE(in_events("1920x1080 YCbCr-4:2:2 10 @25 in place of 1280x720")) << told();
    ASSERT_TRUE(more_frames()) << told();
    sender.reset();  // every packet of a smaller picture fits the larger one
    sender = camera("1280x720");
    ASSERT_TRUE(in_events("1280x720 YCbCr-4:2:2 10 @25 in place of 1920x1080")) << told();
    ASSERT_TRUE(more_frames()) << told();
    ASSERT_EQ(::kill(static_cast<pid_t>(ps("in").pid), SIGKILL), 0);
    ASSERT_TRUE(until([&] { return ps("in").restarts == 1 && ps("in").state == "RUNNING"; }));
    ASSERT_TRUE(more_frames()) << "the next incarnation has the port, with another buffer";
    EXPECT_EQ(ps("eye").restarts, 0U);
    sender.reset();
    finish(*receiver_);
    const std::string eye = content(path("eye.json"));
    EXPECT_GE(json_number(eye, "blocks"), 5) << eye;  // since it was configured for the last format
    EXPECT_EQ(json_number(eye, "unreadable"), 0) << eye;
}

TEST_F(St2110Change, goes_through_a_gateway) {
    const ReservedPort onwards;
    auto sender = camera("320x180");
    receiver_ =
        start_graph("\"in >> out\"",
                    "[actors.in]\nclass = \"VideoRtpReceive\"\nlayout = \"planar\"\nsdp = \"" +
                        path("camera.sdp") + "\"\n[actors.out]\nclass = \"VideoRtpSend\"\nto = \"" +
                        onwards.on_loopback() + "\"\n",
                    "25");
    receiver_node_ = node_;
    wait_for("out", "RUNNING");
    const auto describes = [&](const std::string& size) {
        return until([&] {
            return streamlib({"sdp", "out", "--node", node_}).out.find(size) != std::string::npos;
        });
    };
    const auto goes_on = [&] {
        node_ = receiver_node_;
        const double had = counter("out", "frames"), packets = counter("out", "packets");
        return until([&] {
            return counter("out", "frames") >= had + 5 && counter("out", "packets") > packets;
        });
    };
    EXPECT_TRUE(describes("width=320; height=180;"));
    ASSERT_TRUE(goes_on()) << told();
    for (const char* size : {"1280x720", "320x180"}) {  // the buffers have to grow with it
        sender.reset();
        sender = camera(size);
        const std::string text(size);
        const std::size_t by = text.find('x');
        ASSERT_TRUE(describes("width=" + text.substr(0, by) + "; height=" + text.substr(by + 1)))
            << told();
        ASSERT_TRUE(goes_on()) << told();
    }
    EXPECT_EQ(ps("out").restarts, 0U);
    sender.reset();
    finish(*receiver_);
}

TEST_F(St2110Change, to_another_address_restarts_the_receiver_there) {
    const ReservedPort elsewhere;
    auto sender = camera("320x180");
    receive("sdp = \"" + path("camera.sdp") + "\"\n");
    wait_for("eye", "RUNNING");
    ASSERT_TRUE(more_frames());
    sender.reset();
    std::string moved = content(path("camera.sdp"));
    moved.replace(moved.find("m=video ") + 8, port_.text().size(), elsewhere.text());
    write("camera.sdp", moved);
    sender = camera("480x270", false);
    ASSERT_TRUE(in_events("format_changed: ")) << told();
    ASSERT_TRUE(in_logs("receives at 0.0.0.0:" + elsewhere.text())) << told();
    sender.reset();
    finish(*receiver_);
}

TEST_F(St2110Change, is_told_where_nobody_describes_it) {
    auto sender = camera("1920x1080");
    receive("from = \"" + port_.on_loopback() + "\"\nformat = \"1280x720 YCbCr-4:2:2 10 @25\"\n");
    EXPECT_TRUE(
        in_logs("1080 rows of 1920 pixels at 2.5 octets (such as YCbCr-4:2:2 10) come, "
                "1280x720 YCbCr-4:2:2 10"));
    sender.reset();
    finish(*receiver_);
}

}  // namespace
}  // namespace streamlib::test
