// SPDX-License-Identifier: Apache-2.0
// Sockets belong to the launcher: a receiver that is killed loses neither its port nor what is sent to it meanwhile.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

class Sockets : public testing::Test {
protected:
    Sockets()
        : path_(std::filesystem::temp_directory_path() /
                ("streamlib-mailbox-" + std::to_string(::getpid()))) {
        std::filesystem::remove(path_);
        socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    }
    ~Sockets() override {
        std::filesystem::remove(path_);
        ::close(socket_);
    }
    /// What the file says after that word.
    [[nodiscard]] std::vector<std::uint32_t> said(const std::string& word) const {
        std::ifstream file(path_);
        std::string first;
        std::uint32_t number = 0;
        std::vector<std::uint32_t> numbers;
        while (file >> first >> number)
            if (first == word) numbers.push_back(number);
        return numbers;
    }
    void send(std::uint32_t number, std::uint32_t port) const {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::sendto(socket_, &number, sizeof number, 0,
                           reinterpret_cast<const sockaddr*>(&to), sizeof to),
                  static_cast<ssize_t>(sizeof number));
    }
    std::filesystem::path path_;
    int socket_ = -1;
};

TEST_F(Sockets, stay_while_their_actor_is_killed_and_so_does_what_was_sent_to_it) {
    for (const std::string keys : {"", " standby=1", " start=exec"}) {
        std::filesystem::remove(path_);
        NodeRun run({"rate=100 Mailbox restart=permanent path=" + path_.string() + keys});
        ASSERT_NE(run.wait_for("running"), "");
        ASSERT_TRUE(eventually([&] { return said("port").size() == 1; }));
        const std::uint32_t port = said("port").front();
        std::uint32_t sent = 0;
        for (std::size_t round = 0; round < 5; ++round) {
            const pid_t victim = run.active("mailbox");
            ASSERT_NE(victim, 0);
            ASSERT_EQ(::kill(victim, SIGKILL), 0);
            for (int i = 0; i < 20; ++i) send(++sent, port);
            ASSERT_NE(run.wait_for("event restarted mailbox"), "");
            ASSERT_TRUE(eventually([&] { return said("port").size() == round + 2; }));
            for (int i = 0; i < 20; ++i) send(++sent, port);
            ASSERT_TRUE(eventually([&] {
                const auto got = said("got");
                return !got.empty() && got.back() == sent;
            })) << keys;
        }
        for (const std::uint32_t each : said("port")) EXPECT_EQ(each, port) << keys;
        const auto got = said("got");
        const std::set<std::uint32_t> different(got.begin(), got.end());
        // Who is killed between reading one and writing it down takes that one along.
        EXPECT_GE(different.size() + 5, sent) << keys;
        EXPECT_EQ(different.size(), got.size()) << "none twice";
        run.signal(SIGTERM);
        EXPECT_EQ(run.finish(), 0);
    }
}

TEST_F(Sockets, have_one_owner_a_port) {
    NodeRun run({"rate=100 Mailbox name=a at=127.0.0.1:0 ports=even path=" + path_.string()});
    ASSERT_NE(run.wait_for("running"), "");
    ASSERT_TRUE(eventually([&] { return said("port").size() == 1; }));
    const std::uint32_t port = said("port").front();
    EXPECT_EQ(port % 2, 0U);
    EXPECT_GE(port, 5004U);
    NodeRun other({"rate=100 Mailbox at=127.0.0.1:" + std::to_string(port) +
                   " path=" + path_.string() + ".other"});
    EXPECT_NE(other.finish(), 0);
    const auto findings = other.lines("finding");
    ASSERT_FALSE(findings.empty());
    EXPECT_THAT(findings.front(), HasSubstr("the port is taken"));
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

}  // namespace
}  // namespace streamlib::test
