// SPDX-License-Identifier: Apache-2.0
// What a sender's description says: only what the sender keeps, and only while there is a stream.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <functional>

#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class St2110Sender : public SystemTest {
protected:
    std::unique_ptr<Program> start_sender(const std::string& keys) {
        return start({write("graph.toml", R"(links = ["bars >> out"]
[clock]
rate = "50"
[actors.bars]
class = "TestPattern"
format = "320x180 YCbCr-4:2:2 10 pgroup @50"
[actors.out]
class = "VideoRtpSend"
to = "127.0.0.1:9"
restart = "permanent"
)" + keys)});
    }
    void finish(Program& node) {
        ::kill(node.pid(), SIGTERM);
        const Answer answer = node.wait(20 * second);
        EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    }
    std::string described() { return streamlib({"sdp", "out", "--node", node_}).out; }
    [[nodiscard]] std::string file() const {
        return content(folder_ / "run" / node_ / "sdp" / "out.sdp");
    }
    double counter(const std::string& name) {
        for (const std::string& line :
             lines_of(streamlib({"counters", "out", "--node", node_, "--json"}).out))
            if (line.find("\"" + name + "\"") != std::string::npos)
                return json_number(line, "value");
        return -1;
    }
    static bool eventually(const std::function<bool()>& holds) {
        const MonotonicTime end = MonotonicTime::now() + 40 * second;
        while (!holds()) {
            if (MonotonicTime::now() > end) return false;
            ::usleep(5000);
        }
        return true;
    }
};

TEST_F(St2110Sender, tells_a_wider_type_once_the_declared_one_was_missed) {
    auto node = start_sender("pacing = \"narrow\"\n");
    wait_for("out", "RUNNING");
    // The machine takes the sender away, again and again, as a busy one would: each time the frame in hand is late.
    const auto pid = static_cast<pid_t>(ps("out").pid);
    ASSERT_TRUE(eventually([&] {
        const std::uint64_t seen = ps("bars").ticks;
        ::kill(pid, SIGSTOP);
        const bool passed = wait_for_ticks("bars", seen + 2);
        ::kill(pid, SIGCONT);
        return passed && counter("widened") >= 1;
    }));
    EXPECT_TRUE(eventually([&] { return file().find("TP=2110TPW; ") != std::string::npos; }))
        << file();
    EXPECT_EQ(described(), file());
    EXPECT_GE(counter("off_type"), 4);
    std::string log;
    EXPECT_TRUE(eventually([&] {
        log = streamlib({"logs", "out", "--node", node_}).out;
        return log.find("frames missed 2110TPN (CINST ") != std::string::npos;
    }));
    EXPECT_THAT(log, HasSubstr("the SDP tells 2110TPW"));
    finish(*node);
}

TEST_F(St2110Sender, claims_no_type_where_it_is_unpaced) {
    auto node = start_sender("pacing = \"none\"\n");
    wait_for("out", "RUNNING");
    EXPECT_THAT(described(), HasSubstr("sampling=YCbCr-4:2:2"));
    EXPECT_THAT(described(), Not(HasSubstr("TP=")));
    finish(*node);
}

TEST_F(St2110Sender, describes_its_stream_as_long_as_there_is_one) {
    auto node = start_sender("");
    wait_for("out", "RUNNING");
    const std::string first = file();
    EXPECT_THAT(first, HasSubstr("TP=2110TP"));
    ASSERT_EQ(::kill(static_cast<pid_t>(ps("out").pid), SIGKILL), 0);
    EXPECT_NE(file(), "") << "a crash leaves it";
    EXPECT_TRUE(eventually([&] { return ps("out").restarts == 1; }));
    wait_for("out", "RUNNING");
    EXPECT_NE(file(), first) << "another incarnation, another version";
    EXPECT_EQ(streamlib({"restart", "out", "--node", node_}).status, 0);
    EXPECT_NE(file(), "") << "who makes way leaves it";
    wait_for("out", "RUNNING");
    const std::string before = file();
    const Answer replaced = streamlib({"replace", "out", "--node", node_});
    EXPECT_EQ(replaced.status, 0) << replaced.error;
    EXPECT_TRUE(eventually([&] { return !file().empty() && file() != before; }));
    wait_for("out", "RUNNING");
    EXPECT_NE(file(), "") << "the one that was replaced does not take its successor's away";
    EXPECT_EQ(streamlib({"stop", "out", "--node", node_}).status, 0);
    wait_for("out", "STOPPED");
    EXPECT_EQ(file(), "");
    EXPECT_THAT(streamlib({"sdp", "out", "--node", node_}).error,
                HasSubstr("describes no session"));
    finish(*node);
}

}  // namespace
}  // namespace streamlib::test
