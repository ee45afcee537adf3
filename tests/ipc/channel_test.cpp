// SPDX-License-Identifier: Apache-2.0
#include "ipc/channel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

namespace streamlib::ipc {
namespace {

constexpr Nanoseconds second = 1'000'000'000;
MonotonicTime soon() { return MonotonicTime::now() + 10 * second; }

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(const Channel::Message& message) {
    return {reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size()};
}

std::size_t open_descriptors() {
    std::size_t number = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++number;
    return number;
}

class ChannelTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto ends = Channel::pair();
        ASSERT_TRUE(ends) << ends.error().text;
        a_ = std::move(ends->first);
        b_ = std::move(ends->second);
    }
    Channel a_, b_;
};

TEST_F(ChannelTest, delivers_messages_whole_and_in_order_both_ways) {
    const std::string long_text(Channel::max_message_bytes, 'x');
    ASSERT_TRUE(a_.send(bytes_of("one")));
    ASSERT_TRUE(a_.send(bytes_of(long_text)));
    ASSERT_TRUE(b_.send(bytes_of("back")));
    EXPECT_EQ(text_of(**b_.receive()), "one");
    EXPECT_EQ(text_of(**b_.receive()), long_text);
    EXPECT_EQ(text_of(**a_.receive()), "back");
    const auto none = b_.receive();
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->has_value());
}

TEST_F(ChannelTest, hands_over_descriptors_that_are_closed_on_exec) {
    const UniqueFd file(::memfd_create("x", 0));
    ASSERT_EQ(::write(file.get(), "hello", 5), 5);
    const int fds[] = {file.get(), file.get()};
    ASSERT_TRUE(a_.send(bytes_of("take"), fds));
    auto message = b_.receive_until(soon());
    ASSERT_TRUE(message) << message.error().text;
    ASSERT_EQ(message->fds.size(), 2U);
    char text[6]{};
    EXPECT_EQ(::pread(message->fds[1].get(), text, 5, 0), 5);
    EXPECT_STREQ(text, "hello");
    EXPECT_NE(message->fds[0].get(), message->fds[1].get());
    EXPECT_EQ(::fcntl(message->fds[0].get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(::fcntl(a_.fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(::fcntl(b_.fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST_F(ChannelTest, carries_as_many_descriptors_as_it_says_and_no_more) {
    const UniqueFd file(::memfd_create("x", MFD_CLOEXEC));
    std::vector<int> fds(Channel::max_fds, file.get());
    const std::size_t before = open_descriptors();
    ASSERT_TRUE(a_.send(bytes_of("many"), fds));
    {
        const auto message = b_.receive_until(soon());
        ASSERT_TRUE(message) << message.error().text;
        EXPECT_EQ(message->fds.size(), Channel::max_fds);
    }
    EXPECT_EQ(open_descriptors(), before);
    fds.push_back(file.get());
    EXPECT_EQ(a_.send(bytes_of("too many"), fds).error().code, Errc::invalid_argument);
    // A foreign sender may do it all the same: dropped whole, nothing leaks, the channel goes on.
    iovec part{const_cast<char*>("x"), 1};
    char control[CMSG_SPACE(sizeof(int) * 253)]{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* const rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * 253);
    for (std::size_t n = 0; n < 253; ++n) {
        const int fd = file.get();
        std::memcpy(CMSG_DATA(rights) + n * sizeof fd, &fd, sizeof fd);
    }
    ASSERT_EQ(::sendmsg(a_.fd(), &header, 0), 1);
    EXPECT_EQ(b_.receive().error().code, Errc::invalid_argument);
    EXPECT_EQ(open_descriptors(), before);
    ASSERT_TRUE(a_.send(bytes_of("goes on")));
    EXPECT_EQ(text_of(*b_.receive_until(soon())), "goes on");
}

TEST_F(ChannelTest, refuses_to_send_nothing_or_too_much) {
    EXPECT_EQ(a_.send({}).error().code, Errc::invalid_argument);
    const std::string text(Channel::max_message_bytes + 1, 'x');
    EXPECT_EQ(a_.send(bytes_of(text)).error().code, Errc::invalid_argument);
    EXPECT_FALSE(b_.receive()->has_value());
}

TEST_F(ChannelTest, drops_a_message_that_is_too_long_and_closes_its_descriptors) {
    const std::string text(100'000, 'x');
    iovec part{const_cast<char*>(text.data()), text.size()};
    char control[CMSG_SPACE(sizeof(int))]{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* const rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = a_.fd();
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    const std::size_t before = open_descriptors();
    ASSERT_EQ(::sendmsg(a_.fd(), &header, 0), 100'000);
    ASSERT_TRUE(a_.send(bytes_of("next")));
    const auto dropped = b_.receive();
    ASSERT_FALSE(dropped);
    EXPECT_EQ(dropped.error().code, Errc::invalid_argument);
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(text_of(**b_.receive()), "next");
}

TEST_F(ChannelTest, says_gone_after_the_last_message_of_a_peer_that_closed) {
    ASSERT_TRUE(a_.send(bytes_of("last words")));
    a_.close();
    EXPECT_EQ(text_of(**b_.receive()), "last words");
    EXPECT_EQ(b_.receive().error().code, Errc::gone);
    EXPECT_EQ(b_.receive_until(soon()).error().code, Errc::gone);
    EXPECT_EQ(b_.send(bytes_of("anybody?")).error().code, Errc::gone);
}

TEST_F(ChannelTest, reads_the_last_words_of_a_peer_that_did_not_listen) {
    // The kernel says ECONNRESET before them, since the peer left our message unread.
    ASSERT_TRUE(b_.send(bytes_of("never read")));
    ASSERT_TRUE(a_.send(bytes_of("one")));
    ASSERT_TRUE(a_.send(bytes_of("two")));
    a_.close();
    EXPECT_EQ(text_of(*b_.receive_until(soon())), "one");
    EXPECT_EQ(text_of(**b_.receive()), "two");
    EXPECT_EQ(b_.receive().error().code, Errc::gone);
}

TEST_F(ChannelTest, sees_that_the_other_process_was_killed) {
    const pid_t child = ::fork();
    if (child == 0) {
        b_.close();
        static_cast<void>(a_.send(bytes_of("alive")));
        for (;;) ::pause();
    }
    a_.close();
    EXPECT_EQ(text_of(*b_.receive_until(soon())), "alive");
    ::kill(child, SIGKILL);
    EXPECT_EQ(b_.receive_until(soon()).error().code, Errc::gone);
    ::waitpid(child, nullptr, 0);
}

TEST_F(ChannelTest, never_waits_for_a_peer_that_does_not_read) {
    const std::string text(Channel::max_message_bytes, 'x');
    Result<> sent;
    int number = 0;
    while ((sent = a_.send(bytes_of(text)))) ++number;
    EXPECT_GT(number, 0);
    EXPECT_EQ(sent.error().code, Errc::timeout);
    EXPECT_EQ(a_.send(bytes_of(text), {}, MonotonicTime::now() + 1'000'000).error().code,
              Errc::timeout);
    std::thread reader([&] {
        for (int n = 0; n <= number; ++n) EXPECT_TRUE(b_.receive_until(soon()));
    });
    EXPECT_TRUE(a_.send(bytes_of(text), {}, soon()));
    reader.join();
}

TEST_F(ChannelTest, waits_for_a_message_until_the_deadline) {
    EXPECT_EQ(b_.receive_until(MonotonicTime{0}).error().code, Errc::timeout);
    const MonotonicTime start = MonotonicTime::now();
    EXPECT_EQ(b_.receive_until(start + 5'000'000).error().code, Errc::timeout);
    EXPECT_GE(MonotonicTime::now() - start, 5'000'000);
    std::thread sender([&] { EXPECT_TRUE(a_.send(bytes_of("late"))); });
    EXPECT_EQ(text_of(*b_.receive_until(soon())), "late");
    sender.join();
}

TEST_F(ChannelTest, closes_what_arrived_of_descriptors_that_do_not_all_fit) {
    const UniqueFd file(::memfd_create("x", MFD_CLOEXEC));
    const std::vector<int> fds(20, file.get());
    ASSERT_TRUE(a_.send(bytes_of("x"), fds));
    ASSERT_TRUE(a_.send(bytes_of("y")));
    const pid_t child = ::fork();
    if (child == 0) {
        const std::size_t before = open_descriptors();
        const rlimit few{before + 5, before + 5};
        ::setrlimit(RLIMIT_NOFILE, &few);
        const auto message = b_.receive();
        const bool refused = !message && message.error().code == Errc::invalid_argument;
        const bool clean = open_descriptors() == before;
        const auto next = b_.receive();
        ::_exit(refused && clean && next && next->has_value() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST_F(ChannelTest, works_on_an_inherited_number) {
    const int number = a_.release();
    Channel again{UniqueFd(number)};
    ASSERT_TRUE(again.send(bytes_of("hi")));
    EXPECT_EQ(text_of(**b_.receive()), "hi");
    EXPECT_FALSE(again.receive()->has_value());  // does not block
}

}  // namespace
}  // namespace streamlib::ipc
