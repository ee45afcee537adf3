// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/reactor.hpp"

#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <thread>

#include "ipc/wake.hpp"
#include "tests/runtime/net/loopback.hpp"
#include "tests/supervisor/held_process.hpp"

using namespace streamlib;
using namespace streamlib::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

/// Each test once with io_uring and once without.
class ReactorTest : public ::testing::TestWithParam<bool> {
protected:
    std::unique_ptr<Reactor> make(ReactorOptions options = {}) {
        options.allow_io_uring = GetParam();
        auto reactor = Reactor::create(options);
        EXPECT_TRUE(reactor) << (reactor ? "" : reactor.error().text);
        if (!reactor) return nullptr;
        EXPECT_EQ((*reactor)->uses_io_uring(), GetParam()) << (*reactor)->method();
        return std::move(*reactor);
    }
    void SetUp() override {
        if (!GetParam()) return;
        auto reactor = Reactor::create({});
        if (!reactor || !(*reactor)->uses_io_uring())
            GTEST_SKIP() << "no io_uring here: " << (reactor ? (*reactor)->method() : "");
    }
    void send(std::string_view text) const {
        EXPECT_EQ(::send(out_.fd.get(), text.data(), text.size(), 0),
                  static_cast<ssize_t>(text.size()));
    }

    OpenedSocket in_ = opened(to_receive("127.0.0.1:0"));
    OpenedSocket out_ = opened(to_send(in_.bound));
};

TEST_P(ReactorTest, gives_each_datagram_with_sender_and_time) {
    auto reactor = make();
    std::vector<std::string> got;
    SocketAddress from;
    std::int64_t arrival = 0;
    auto handle = reactor->on_datagrams(in_.fd.get(), [&](const Datagrams& d) {
        for (std::size_t i = 0; i < d.size(); ++i) got.push_back(text_of(d[i]));
        from = d.from;
        arrival = d.arrival_utc_ns;
        EXPECT_FALSE(d.truncated);
    });
    ASSERT_TRUE(handle);
    timespec before{};
    clock_gettime(CLOCK_REALTIME, &before);
    send("one");
    send("");
    send("three");
    ASSERT_TRUE(run_until(*reactor, [&] { return got.size() == 3; }));
    EXPECT_THAT(got, ElementsAre("one", "", "three"));
    EXPECT_EQ(from, out_.bound);
    // Generous: the clock may be slewed, but not by a second.
    EXPECT_NEAR(static_cast<double>(arrival) / 1e9, static_cast<double>(before.tv_sec), 20.0);
    const ReceiveCounters counters = reactor->counters(*handle);
    EXPECT_EQ(counters.datagrams, 3U);
    EXPECT_EQ(counters.bytes, 8U);
    EXPECT_EQ(counters.errors, 0U);
}

TEST_P(ReactorTest, a_packet_that_waited_before_the_reactor_came_is_not_lost) {
    send("early");
    auto reactor = make();
    std::string got;
    ASSERT_TRUE(
        reactor->on_datagrams(in_.fd.get(), [&](const Datagrams& d) { got = text_of(d[0]); }));
    EXPECT_TRUE(run_until(*reactor, [&] { return got == "early"; }));
}

TEST_P(ReactorTest, says_when_a_datagram_was_longer_than_its_buffer) {
    auto reactor = make({.buffers = 4, .buffer_bytes = 64});
    std::size_t length = 0;
    bool truncated = false;
    auto handle = reactor->on_datagrams(in_.fd.get(), [&](const Datagrams& d) {
        length = d.bytes.size();
        truncated = d.truncated;
    });
    send(std::string(100, 'x'));
    ASSERT_TRUE(run_until(*reactor, [&] { return length != 0; }));
    EXPECT_EQ(length, 64U);
    EXPECT_TRUE(truncated);
    EXPECT_EQ(reactor->counters(*handle).truncated, 1U);
}

TEST_P(ReactorTest, more_than_there_are_buffers_for_waits_in_the_socket) {
    auto reactor = make({.buffers = 2, .buffer_bytes = 2048});
    constexpr int count = 500;
    int next = 0;
    auto handle = reactor->on_datagrams(in_.fd.get(), [&](const Datagrams& d) {
        for (std::size_t i = 0; i < d.size(); ++i) EXPECT_EQ(text_of(d[i]), std::to_string(next++));
    });
    for (int i = 0; i < count; ++i) send(std::to_string(i));
    ASSERT_TRUE(run_until(*reactor, [&] { return next == count; }));
    EXPECT_EQ(reactor->counters(*handle).out_of_buffers > 0, GetParam())
        << "recvmmsg needs none beforehand";
    EXPECT_FALSE(reactor->counters(*handle).failed);
}

TEST_P(ReactorTest, what_is_removed_is_never_called_again_and_its_port_is_free) {
    auto reactor = make();
    std::string address = "127.0.0.1:0";
    for (int round = 0; round < 50; ++round) {
        OpenedSocket in = opened(to_receive(address));
        address = to_string(in.bound);
        OpenedSocket out = opened(to_send(in.bound));
        int calls = 0;
        auto handle = reactor->on_datagrams(in.fd.get(), [&](const Datagrams&) { ++calls; });
        ASSERT_TRUE(handle);
        ASSERT_EQ(::send(out.fd.get(), "a", 1, 0), 1);
        ASSERT_TRUE(run_until(*reactor, [&] { return calls == 1; }));
        ASSERT_EQ(::send(out.fd.get(), "b", 1, 0), 1);
        reactor->remove(*handle);
        reactor->remove(*handle);
        in.fd.reset();
        (void)reactor->run_once(MonotonicTime{0});
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(reactor->counters(*handle).datagrams, 0U);
    }
}

TEST_P(ReactorTest, the_next_reactor_takes_over_where_the_last_one_went) {
    int total = 0;
    for (int round = 0; round < 20; ++round) {
        auto reactor = make();
        int got = 0;
        ASSERT_TRUE(reactor->on_datagrams(
            in_.fd.get(), [&](const Datagrams& d) { got += static_cast<int>(d.size()); }));
        send("x");
        ASSERT_TRUE(run_until(*reactor, [&] { return got == 1; })) << "round " << round;
        reactor.reset();
        send("while nobody is there");
        auto next = make();
        ASSERT_TRUE(next->on_datagrams(
            in_.fd.get(), [&](const Datagrams& d) { total += static_cast<int>(d.size()); }));
        ASSERT_TRUE(run_until(*next, [&] { return total == round + 1; })) << "round " << round;
    }
}

TEST_P(ReactorTest, handlers_may_remove_themselves_and_one_another) {
    auto reactor = make();
    OpenedSocket other = opened(to_receive("127.0.0.1:0"));
    OpenedSocket to_other = opened(to_send(other.bound));
    int calls = 0;
    std::vector<ReactorHandle> handles;
    const std::string kept(100, 'k');  // the handler's own memory lives until it has returned
    const auto remove_all = [&reactor, &handles, &calls, kept](const Datagrams&) {
        for (const ReactorHandle handle : handles) reactor->remove(handle);
        calls += kept == std::string(100, 'k') ? 1 : 1000;
    };
    handles.push_back(*reactor->on_datagrams(in_.fd.get(), remove_all));
    handles.push_back(*reactor->on_datagrams(other.fd.get(), remove_all));
    send("x");
    ASSERT_EQ(::send(to_other.fd.get(), "y", 1, 0), 1);
    ASSERT_TRUE(run_until(*reactor, [&] { return calls > 0; }));
    (void)reactor->run_once(MonotonicTime{0});
    (void)reactor->run_once(MonotonicTime{0});
    EXPECT_EQ(calls, 1);
}

TEST_P(ReactorTest, a_handler_that_throws_costs_nothing_but_its_own_arrival) {
    auto reactor = make();
    int calls = 0;
    ASSERT_TRUE(reactor->on_datagrams(in_.fd.get(), [&](const Datagrams& d) {
        ++calls;
        if (text_of(d[0]) == "bad") throw std::runtime_error("bad");
    }));
    for (const char* text : {"good", "bad", "good", "good"}) send(text);
    int thrown = 0;
    ASSERT_TRUE(run_until(*reactor, [&] {
        try {
            (void)reactor->run_once(soon());
        } catch (const std::runtime_error&) {
            ++thrown;
        }
        return calls == 4 || (!GetParam() && thrown == 1);  // recvmmsg had the rest in hand
    }));
    EXPECT_EQ(thrown, 1);
}

TEST_P(ReactorTest, an_eventfd_wakes_it_from_another_thread) {
    auto reactor = make();
    const UniqueFd event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    int woken = 0;
    auto handle = reactor->add_wake(event.get(), [&] { ++woken; });
    ASSERT_TRUE(handle);
    for (int round = 1; round <= 20; ++round) {
        std::thread other([&] { EXPECT_EQ(::eventfd_write(event.get(), 3), 0); });
        EXPECT_TRUE(run_until(*reactor, [&] { return woken >= round; }));
        other.join();
        std::uint64_t count = 0;
        EXPECT_EQ(::read(event.get(), &count, sizeof count), -1) << "it was not read";
    }
    reactor->remove(*handle);
    EXPECT_EQ(::eventfd_write(event.get(), 1), 0);
    (void)reactor->run_once(MonotonicTime{0});
    EXPECT_EQ(woken, 20);
}

TEST_P(ReactorTest, timers_fire_once_in_time_and_never_early) {
    auto reactor = make();
    std::vector<int> order;
    const MonotonicTime begin = MonotonicTime::now();
    MonotonicTime fired{};
    auto late = reactor->add_timer([&] { order.push_back(2); });
    auto early = reactor->add_timer([&] {
        order.push_back(1);
        fired = MonotonicTime::now();
    });
    auto never = reactor->add_timer([&] { order.push_back(3); });
    reactor->arm(*late, begin + 6'000'000);
    reactor->arm(*early, begin + 3'000'000);
    reactor->arm(*never, begin + 1'000'000);
    reactor->arm(*never, ipc::never);
    ASSERT_TRUE(run_until(*reactor, [&] { return order.size() == 2; }));
    EXPECT_THAT(order, ElementsAre(1, 2));
    EXPECT_GE(fired, begin + 3'000'000);
    reactor->remove(*late);
    reactor->arm(*late, begin);
    EXPECT_FALSE(reactor->run_once(MonotonicTime{0}));
}

TEST_P(ReactorTest, returns_at_the_time_given_when_nothing_comes) {
    auto reactor = make();
    ASSERT_TRUE(reactor->on_datagrams(in_.fd.get(), [](const Datagrams&) {}));
    const MonotonicTime until = soon(5'000'000);
    while (MonotonicTime::now() < until) EXPECT_FALSE(reactor->run_once(until));
}

TEST_P(ReactorTest, a_descriptor_that_is_no_socket_is_failed_not_spun_on) {
    auto reactor = make();
    const UniqueFd event(::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
    auto handle = reactor->on_datagrams(event.get(), [](const Datagrams&) { FAIL(); });
    ASSERT_TRUE(handle);
    ASSERT_TRUE(run_until(*reactor, [&] { return reactor->counters(*handle).failed; }));
    EXPECT_EQ(reactor->counters(*handle).last_error, ENOTSOCK);
    EXPECT_FALSE(reactor->run_once(soon(1'000'000)));
}

TEST_P(ReactorTest, tells_when_it_is_full) {
    auto reactor = make();
    const UniqueFd event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    for (int i = 0; i < 256; ++i) {
        ASSERT_TRUE(reactor->add_wake(event.get(), [] {}));
        ASSERT_TRUE(reactor->add_timer([] {}));
    }
    EXPECT_EQ(reactor->add_wake(event.get(), [] {}).error().code, Errc::no_memory);
    EXPECT_EQ(reactor->add_timer([] {}).error().code, Errc::no_memory);
}

/// A process that takes packets of a socket which the next one shares, and then does not run any more.
class DeadHand {
public:
    DeadHand(int fd, bool io_uring) {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            auto reactor = Reactor::create({.allow_io_uring = io_uring});
            auto handle = (*reactor)->on_datagrams(
                fd, [&](const Datagrams&) { (void)::write(ends[1], "x", 1); });
            for (;;) (void)(*reactor)->run_once(MonotonicTime::now() + 1'000'000'000);
        }
        ::close(ends[1]);
        took_ = ends[0];
    }
    ~DeadHand() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::close(took_);
    }
    DeadHand(const DeadHand&) = delete;
    DeadHand& operator=(const DeadHand&) = delete;
    void wait_for_one() const {
        char byte = 0;
        EXPECT_EQ(::read(took_, &byte, 1), 1);
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_ = 0;
    int took_ = -1;
};

// The kernel receives in the context of the process that asked, also what a multishot receive takes later: what does not run
// takes nothing, and what is on its way out gives up what it had begun. So a successor need not fear a killed one that stays.
TEST_P(ReactorTest, who_was_killed_and_does_not_die_takes_nothing_from_its_successor) {
    DeadHand old(in_.fd.get(), GetParam());
    send("it listens");
    old.wait_for_one();
    std::size_t sent = 0, got = 0;
    const auto send_many = [&] {
        for (int i = 0; i < 100; ++i, ++sent) send("packet " + std::to_string(sent));
    };
    ASSERT_EQ(::kill(old.pid(), SIGSTOP), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(old.pid(), &status, WUNTRACED), old.pid());
    auto reactor = make();
    ASSERT_TRUE(reactor->on_datagrams(in_.fd.get(), [&](const Datagrams& d) { got += d.size(); }));
    send_many();
    ASSERT_TRUE(run_until(*reactor, [&] { return got == sent; })) << "stopped";
    streamlib::test::HeldProcess held(old.pid());
    if (!held.holds()) GTEST_SKIP() << "ptrace is not permitted here";
    ASSERT_EQ(::kill(old.pid(), SIGKILL), 0);
    siginfo_t info{};  // it has come as far as its tracer lets it
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(old.pid()), &info, WSTOPPED | WNOWAIT), 0);
    send_many();
    ASSERT_TRUE(run_until(*reactor, [&] { return got == sent; })) << "killed, not dead";
    send_many();
    held.let_go();  // with packets there that it had been told of
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(old.pid()), &info, WEXITED | WNOWAIT), 0);
    send_many();
    EXPECT_TRUE(run_until(*reactor, [&] { return got == sent; })) << "dead";
}

INSTANTIATE_TEST_SUITE_P(Methods, ReactorTest, ::testing::Bool(),
                         [](const auto& method) { return method.param ? "io_uring" : "recvmmsg"; });

TEST(Reactor, refuses_options_that_make_no_sense) {
    EXPECT_EQ(Reactor::create({.buffers = 3}).error().code, Errc::invalid_argument);
    EXPECT_EQ(Reactor::create({.buffers = 0}).error().code, Errc::invalid_argument);
    EXPECT_EQ(Reactor::create({.buffer_bytes = 1}).error().code, Errc::invalid_argument);
}

TEST(Reactor, keeps_off_io_uring_where_the_environment_says_so) {
    ::setenv("STREAMLIB_NO_IO_URING", "1", 1);
    auto reactor = Reactor::create({});
    ::unsetenv("STREAMLIB_NO_IO_URING");
    ASSERT_TRUE(reactor);
    EXPECT_FALSE((*reactor)->uses_io_uring());
    EXPECT_THAT(std::string((*reactor)->method()), HasSubstr("STREAMLIB_NO_IO_URING"));
}

/// From now on io_uring_setup() fails in this process.
bool forbid_io_uring(int error) {
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{4, code};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// 0: reactor and sender did their work without io_uring, and said why.
int work_without_io_uring(int error, std::string_view reason) {
    if (!forbid_io_uring(error)) return 2;
    OpenedSocket in = opened(to_receive("127.0.0.1:0")), out = opened(to_send(in.bound));
    auto reactor = Reactor::create({});
    auto sender = DatagramSender::create(out.fd.get(), {});
    if (!reactor || !sender || (*reactor)->uses_io_uring() || (*sender)->uses_io_uring()) return 3;
    if ((*reactor)->method().find(reason) == std::string_view::npos) return 4;
    if ((*sender)->method().find(reason) == std::string_view::npos) return 5;
    bool got = false;
    (void)!(*reactor)->on_datagrams(in.fd.get(),
                                    [&](const Datagrams& d) { got = text_of(d[0]) == "hello"; });
    SendBatch* batch = (*sender)->open();
    batch->add(0, bytes_of("hello"));
    (*sender)->commit(*batch, 1);
    (*sender)->submit();
    return run_until(**reactor, [&] { return got; }) ? 0 : 6;
}

TEST(Reactor, works_where_seccomp_forbids_io_uring_and_says_so) {
    for (const auto& [error, reason] :
         {std::pair{EPERM, "seccomp"}, std::pair{ENOSYS, "not in this kernel"}}) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) ::_exit(work_without_io_uring(error, reason));
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "seccomp filters are not permitted here";
        EXPECT_EQ(WEXITSTATUS(status), 0);
    }
}

}  // namespace
