// SPDX-License-Identifier: Apache-2.0
#include "supervisor/node/service_notice.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {
namespace {

/// In systemd's place.
class Listener {
public:
    Listener()
        : path_(std::filesystem::temp_directory_path() /
                ("streamlib-notice-" + std::to_string(::getpid()))),
          socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
        ::unlink(path_.c_str());
        bound_ =
            ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Listener() { ::unlink(path_.c_str()); }
    [[nodiscard]] bool bound() const { return bound_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string next() const {
        char bytes[512];
        const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
        return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : std::string();
    }

private:
    std::string path_;
    UniqueFd socket_;
    bool bound_ = false;
};

TEST(ServiceNotice, reaches_whom_the_environment_names) {
    const Listener systemd;
    ASSERT_TRUE(systemd.bound());
    ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1);
    EXPECT_TRUE(notify_service("READY=1\nSTATUS=3 actors"));
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=3 actors");
    ::unsetenv("NOTIFY_SOCKET");
}

TEST(ServiceNotice, is_not_sent_where_nobody_listens) {
    ::unsetenv("NOTIFY_SOCKET");
    EXPECT_FALSE(notify_service("READY=1"));
    ::setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
    EXPECT_FALSE(notify_service("READY=1"));
    ::setenv("NOTIFY_SOCKET", std::string(300, 'x').c_str(), 1);
    EXPECT_FALSE(notify_service("READY=1"));
    ::unsetenv("NOTIFY_SOCKET");
    EXPECT_FALSE(send_to_journal({{"MESSAGE", "nobody"}}, "/nonexistent/journal"));
}

TEST(ServiceNotice, writes_the_journals_own_format) {
    EXPECT_EQ(journal_datagram({{"MESSAGE", "a branch is down"}, {"PRIORITY", "2"}}),
              "MESSAGE=a branch is down\nPRIORITY=2\n");
    EXPECT_EQ(journal_datagram({{"MESSAGE", "a\nb"}}),
              std::string("MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n", 20));
    const Listener journal;
    ASSERT_TRUE(journal.bound());
    EXPECT_TRUE(send_to_journal({{"MESSAGE", "x"}}, journal.path().c_str()));
    EXPECT_EQ(journal.next(), "MESSAGE=x\n");
}

}  // namespace
}  // namespace streamlib::supervision
