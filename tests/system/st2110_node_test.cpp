// SPDX-License-Identifier: Apache-2.0
// A node that sends to itself over the network: what a killed receiver costs, and what a bad network does.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <thread>

#include "runtime/format.hpp"
#include "runtime/net/socket_wish.hpp"
#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

OpenedSocket receiver() {
    SocketWish wish;
    wish.use = SocketUse::receive;
    wish.local = any_address(AddressFamily::ipv4, 0);
    wish.receive_joined = 0;
    wish.receive_buffer_bytes = 8U << 20;
    auto opened = open_socket(wish);
    return opened ? std::move(*opened) : OpenedSocket{};
}

/// A counter of an actor by `streamlib counters --json`.
double counter(const std::string& lines, const std::string& actor, const std::string& name) {
    for (const std::string& line : lines_of(lines))
        if (line.find("\"" + actor + "\"") != std::string::npos &&
            line.find("\"" + name + "\"") != std::string::npos)
            return json_number(line, "value");
    return -1;
}

class St2110Node : public SystemTest {
protected:
    std::string graph(const std::string& to, const std::string& from,
                      const std::string& more = "") {
        return write("graph.toml", R"(links = ["bars >> out", "in >> eye"]
[clock]
rate = "50"
[actors.bars]
class = "TestPattern"
format = "320x180 YCbCr-4:2:2 10 pgroup @50"
[actors.out]
class = "VideoRtpSend"
to = "127.0.0.1:)" + to + R"("
[actors.in]
class = "VideoRtpReceive"
from = "127.0.0.1:)" + from + R"("
format = "320x180 YCbCr-4:2:2 10 @50"
restart = "permanent"
)" + more + R"([actors.eye]
class = "Probe"
path = ")" + path("eye.json") + "\"\n");
    }
    [[nodiscard]] std::string counters(const std::string& actor) {
        return streamlib({"counters", actor, "--node", node_, "--json"}).out;
    }
    /// Ends the node; whoever is at its end saw all frames that had left but so many. (A busy machine makes the sender
    /// repeat or leave out pictures: so the wire is what is counted from.)
    std::string finish(Program& node, double lost) {
        constexpr double on_their_way = 2;
        const double left = counter(counters("out"), "out", "frames");
        EXPECT_GT(left, 20);
        const std::string eye = finish(node);
        EXPECT_GE(json_number(eye, "blocks"), left - lost - on_their_way) << eye;
        EXPECT_EQ(json_number(eye, "backward"), 0) << eye;
        EXPECT_EQ(json_number(eye, "unreadable"), 0) << eye << "\nno torn frame";
        return eye;
    }
    std::string finish(Program& node) {
        ::kill(node.pid(), SIGTERM);
        const Answer answer = node.wait(20 * second);
        EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
        return content(path("eye.json"));
    }
};

TEST_F(St2110Node, a_killed_receiver_costs_one_frame_and_keeps_its_port) {
    const std::string port = std::to_string(receiver().bound.port);  // free again at once
    auto node = start({graph(port, port)});
    wait_for("eye", "RUNNING");
    ASSERT_TRUE(wait_for_ticks("eye", 20));
    constexpr int kills = 5;
    for (int n = 0; n < kills; ++n) {
        const std::uint64_t seen = ps("eye").ticks;
        ASSERT_EQ(::kill(static_cast<pid_t>(ps("in").pid), SIGKILL), 0);
        ASSERT_TRUE(wait_for_ticks("eye", seen + 15)) << "it goes on where it was";
    }
    EXPECT_EQ(ps("in").restarts, static_cast<std::uint64_t>(kills));
    finish(*node, kills);  // at most the frame in hand, each time
}

/// What a network may do to packets, by a seed: held back behind later ones, sent twice, dropped.
class Relay {
public:
    struct Wishes {
        double hold = 0, twice = 0, drop = 0;
    };
    Relay(std::uint16_t to, Wishes wishes) : wishes_(wishes), in_(receiver()) {
        to_.sin_family = AF_INET;
        to_.sin_port = htons(to);
        to_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        out_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        thread_ = std::thread([this] { run(); });
    }
    ~Relay() {
        over_ = true;
        thread_.join();
        ::close(out_);
    }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    [[nodiscard]] std::string port() const { return std::to_string(in_.bound.port); }
    std::atomic<std::uint64_t> dropped{0}, held{0}, twice{0};
    std::atomic<bool> harmless{false};  ///< From now on everything goes through.

private:
    void send(const std::vector<char>& packet) {
        static_cast<void>(::sendto(out_, packet.data(), packet.size(), 0,
                                   reinterpret_cast<const sockaddr*>(&to_), sizeof to_));
    }
    void run() {
        std::mt19937 random(2110);
        const auto chance = [&](double share) {
            return !harmless && std::uniform_real_distribution<>(0, 1)(random) < share;
        };
        std::deque<std::pair<int, std::vector<char>>> waiting;  // until so many have passed
        std::vector<char> packet(9000);
        while (!over_) {
            const ssize_t bytes = ::recv(in_.fd.get(), packet.data(), packet.size(), 0);
            if (bytes < 0) {
                ::usleep(200);
                continue;
            }
            const std::vector<char> came(packet.begin(), packet.begin() + bytes);
            if (chance(wishes_.drop)) {
                ++dropped;
            } else if (chance(wishes_.hold)) {
                ++held;
                waiting.emplace_back(5, came);
            } else {
                send(came);
                if (chance(wishes_.twice)) {
                    ++twice;
                    send(came);
                }
            }
            for (auto& [left, late] : waiting)
                if (--left == 0) send(late);
            while (!waiting.empty() && waiting.front().first <= 0) waiting.pop_front();
        }
    }
    Wishes wishes_;
    OpenedSocket in_;
    int out_ = -1;
    sockaddr_in to_{};
    std::atomic<bool> over_{false};
    std::thread thread_;
};

TEST_F(St2110Node, packets_out_of_order_and_twice_cost_nothing) {
    const auto port = receiver().bound.port;  // free again at once
    Relay relay(port, {.hold = 0.05, .twice = 0.05});
    auto node = start({graph(relay.port(), std::to_string(port))});
    wait_for("eye", "RUNNING");
    ASSERT_TRUE(wait_for_ticks("eye", 60));
    const std::string counted = counters("in");
    EXPECT_GT(counter(counted, "in", "reordered"), 10) << counted;
    EXPECT_GT(counter(counted, "in", "duplicate"), 10) << counted;
    EXPECT_EQ(counter(counted, "in", "incomplete"), 0) << counted;
    finish(*node, 0);
    EXPECT_GT(relay.held.load(), 10U);
}

TEST_F(St2110Node, every_packet_that_is_lost_is_counted_and_its_frame_says_so) {
    const auto port = receiver().bound.port;  // free again at once
    Relay relay(port, {.drop = 0.002});
    auto node = start({graph(relay.port(), std::to_string(port))});
    wait_for("eye", "RUNNING");
    ASSERT_TRUE(wait_for_ticks("eye", 60));
    relay.harmless = true;
    const std::uint64_t seen = ps("eye").ticks;
    ASSERT_TRUE(wait_for_ticks("eye", seen + 20)) << "what was lost is too late to come by then";
    const std::string counted = counters("in");
    EXPECT_GT(relay.dropped.load(), 3U);
    // What was dropped before the first packet came is nobody's loss.
    EXPECT_LE(counter(counted, "in", "lost"), static_cast<double>(relay.dropped)) << counted;
    EXPECT_GE(counter(counted, "in", "lost") + 2, static_cast<double>(relay.dropped)) << counted;
    EXPECT_GT(counter(counted, "in", "incomplete"), 2) << counted;
    finish(*node, 0);  // mended frames are frames
}

TEST_F(St2110Node, planar_pictures_come_out_planar_and_are_those_that_went_in) {
    const std::string port = std::to_string(receiver().bound.port);  // free again at once
    const VideoFormat format = *parse_video_format("320x180 YCbCr-4:2:2 10 planar @50");
    auto node = start(
        {write("graph.toml", R"(links = ["bars >> out", "bars >> sent", "in >> got", "in >> eye"]
[node]
plugins = [")" STREAMLIB_BINARY_DIR R"(/tests/libraw_actors.so"]
[clock]
rate = "50"
[actors.bars]
class = "TestPattern"
format = "320x180 YCbCr-4:2:2 10 planar @50"
depth = 16
[actors.out]
class = "VideoRtpSend"
to = "127.0.0.1:)" + port + R"("
[actors.in]
class = "VideoRtpReceive"
from = "127.0.0.1:)" + port + R"("
format = "320x180 YCbCr-4:2:2 10 @50"
layout = "planar"
[actors.sent]
class = "RawSink"
path = ")" + path("sent.raw") + R"("
[actors.got]
class = "RawSink"
path = ")" + path("got.raw") + R"("
[actors.eye]
class = "Probe"
path = ")" + path("eye.json") + "\"\n")});
    wait_for("got", "RUNNING");
    ASSERT_TRUE(wait_for_ticks("eye", 20));
    finish(*node);
    const auto pictures = [&](const std::string& file) {
        const std::string all = content(file);
        std::vector<std::string> list;
        for (std::size_t at = 0; at + format.bytes() <= all.size(); at += format.bytes())
            list.push_back(all.substr(at, format.bytes()));
        return list;
    };
    const auto sent = pictures(path("sent.raw")), got = pictures(path("got.raw"));
    ASSERT_GE(got.size(), 10U);
    for (const std::string& picture : got)
        EXPECT_TRUE(std::find(sent.begin(), sent.end(), picture) != sent.end());
}

}  // namespace
}  // namespace streamlib::test
