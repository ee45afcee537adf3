// SPDX-License-Identifier: Apache-2.0
// Two senders on one group and port, in a network namespace of the test's own: who filters gets its own one only, and a killed
// receiver's membership is never dropped.
#include <gmock/gmock.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

/// A namespace with nothing but lo, which is up. False where the system does not allow it.
bool enter_namespace() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq wish{};
    std::strcpy(wish.ifr_name, "lo");
    wish.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING | IFF_MULTICAST;
    const bool up = ::ioctl(fd, SIOCSIFFLAGS, &wish) == 0;
    ::close(fd);
    return up;
}

class St2110Multicast : public SystemTest {
protected:
    static void SetUpTestSuite() { entered_ = enter_namespace(); }
    void SetUp() override {
        if (!entered_) {
            std::puts("SKIPPED WHOLE: network namespaces are not permitted here");
            GTEST_SKIP() << "network namespaces are not permitted here";
        }
        SystemTest::SetUp();
    }
    void TearDown() override {
        if (entered_) SystemTest::TearDown();
    }
    static std::string sender(const std::string& name, const std::string& bind) {
        return "[actors." + name +
               "]\nclass = \"VideoRtpSend\"\nto = \"239.1.2.3:5004@lo\"\nbind = \"" + bind + "\"\n";
    }
    std::string receiver(const std::string& name, const std::string& source) {
        const std::string filter = source.empty() ? "" : "source = \"" + source + "\"\n";
        return "[actors." + name +
               "]\nclass = \"VideoRtpReceive\"\nfrom = \"239.1.2.3:5004@lo\"\nformat = \"320x180 "
               "YCbCr-4:2:2 10 @50\"\nrestart = \"permanent\"\n" +
               filter + "[actors." + name + "_eye]\nclass = \"Probe\"\npath = \"" +
               path(name + ".json") + "\"\n";
    }
    std::string graph() {
        const std::string pattern =
            "]\nclass = \"TestPattern\"\nformat = \"320x180 YCbCr-4:2:2 10 pgroup @50\"\n";
        return write("graph.toml",
                     "links = [\"bars >> first\", \"bars >> second\", \"one >> one_eye\", "
                     "\"two >> two_eye\", \"any >> any_eye\"]\n[clock]\nrate = \"50\"\n"
                     "[actors.bars" +
                         pattern + sender("first", "127.0.0.1") + sender("second", "127.0.0.2") +
                         receiver("one", "127.0.0.1") + receiver("two", "127.0.0.2") +
                         receiver("any", ""));
    }
    static bool entered_;
};
bool St2110Multicast::entered_ = false;

/// What this namespace has joined, and whom it takes it from.
std::string memberships() { return content("/proc/net/mcfilter"); }

TEST_F(St2110Multicast, two_senders_on_one_group_never_mix_where_a_source_is_named) {
    auto node = start({graph()});
    for (const char* eye : {"one_eye", "two_eye", "any_eye"}) {
        wait_for(eye, "RUNNING");
        ASSERT_TRUE(wait_for_ticks(eye, 40)) << eye;
    }
    for (const char* filtered : {"one", "two"}) {
        EXPECT_EQ(counter(filtered, "foreign"), 0) << filtered;
        EXPECT_EQ(counter(filtered, "bad"), 0) << filtered;
        EXPECT_EQ(counter(filtered, "streams"), 1) << filtered;
        EXPECT_GE(counter(filtered, "frames"), 30) << filtered;
    }
    EXPECT_GT(counter("any", "foreign"), 100) << "both really are on that group and port";
    ::kill(node->pid(), SIGTERM);
    const Answer answer = node->wait(20 * second);
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    for (const char* name : {"one", "two"}) {
        const std::string eye = content(path(std::string(name) + ".json"));
        EXPECT_EQ(json_number(eye, "unreadable"), 0) << name << eye;
        EXPECT_EQ(json_number(eye, "backward"), 0) << name << eye;
    }
}

TEST_F(St2110Multicast, a_killed_receivers_membership_and_source_filter_stay) {
    auto node = start({graph()});
    for (const char* eye : {"one_eye", "two_eye", "any_eye"}) wait_for(eye, "RUNNING");
    ASSERT_TRUE(wait_for_ticks("one_eye", 10));
    const std::string joined = memberships();
    EXPECT_THAT(joined, HasSubstr("0xef010203 0x7f000001"));
    for (std::uint64_t kills = 1; kills <= 3; ++kills) {
        const std::uint64_t seen = ps("one_eye").ticks;
        ASSERT_EQ(::kill(static_cast<pid_t>(ps("one").pid), SIGKILL), 0);
        // Looked at all the while that it is dead, and until it works again.
        const MonotonicTime give_up = MonotonicTime::now() + 20 * second;
        while (ps("one").restarts < kills && MonotonicTime::now() < give_up)
            for (int look = 0; look < 20; ++look) ASSERT_EQ(memberships(), joined);
        ASSERT_TRUE(wait_for_ticks("one_eye", seen + 10));
        EXPECT_EQ(memberships(), joined);
    }
    ::kill(node->pid(), SIGTERM);
    const Answer answer = node->wait(20 * second);
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    // The kernel takes a moment to let go of a ring's sockets.
    const MonotonicTime give_up = MonotonicTime::now() + 20 * second;
    while (memberships().find("0xef010203") != std::string::npos && MonotonicTime::now() < give_up)
        ::usleep(1000);
    EXPECT_THAT(memberships(), testing::Not(HasSubstr("0xef010203"))) << "left at its end";
}

}  // namespace
}  // namespace streamlib::test
