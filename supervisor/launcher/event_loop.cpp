// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "ipc/base/assert.hpp"

namespace streamlib::supervision {
namespace {

std::uint64_t packed(Token token) {
    return std::uint64_t{static_cast<std::uint32_t>(token.source)} << 32 | token.index;
}

Token unpacked(std::uint64_t word) {
    return {static_cast<Source>(word >> 32), static_cast<std::uint32_t>(word & 0xFFFF'FFFF)};
}

}  // namespace

Result<EventLoop> EventLoop::create() {
    EventLoop loop;
    loop.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    if (!loop.epoll_) return fail_errno(Errc::io, "epoll_create1");
    loop.timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!loop.timer_) return fail_errno(Errc::io, "timerfd_create");
    sigset_t taken;
    ::sigemptyset(&taken);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&taken, signal);
    ::sigprocmask(SIG_BLOCK, &taken, &loop.old_mask_);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &loop.old_pipe_);
    loop.signals_.reset(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!loop.signals_) return fail_errno(Errc::io, "signalfd");
    loop.watch(loop.timer_.get(), {Source::timer, 0});
    loop.watch(loop.signals_.get(), {Source::signals, 0});
    return loop;
}

EventLoop::~EventLoop() {
    if (!signals_) return;
    static_cast<void>(take_signals());  // what came late must not hit the program afterwards
    ::sigaction(SIGPIPE, &old_pipe_, nullptr);
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void EventLoop::watch(int fd, Token token) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = packed(token)}};
    const int done = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
    STREAMLIB_ASSERT(done == 0, "a descriptor can be watched");
}

void EventLoop::watch_writable(int fd, Token token, bool wanted) {
    const std::uint32_t events =
        wanted ? std::uint32_t{EPOLLIN} | std::uint32_t{EPOLLOUT} : std::uint32_t{EPOLLIN};
    epoll_event event{.events = events, .data = {.u64 = packed(token)}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::forget(int fd) {
    if (fd >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const Ready> EventLoop::wait(MonotonicTime deadline) {
    if (deadline != armed_) {
        armed_ = deadline;
        itimerspec at{};
        const std::int64_t ns = deadline.ns < 1 ? 1 : deadline.ns;
        at.it_value = {ns / 1'000'000'000, ns % 1'000'000'000};
        ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
    }
    std::array<epoll_event, 256> events;
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    ready_.clear();
    for (int n = 0; n < count; ++n) {
        const auto& event = events[static_cast<std::size_t>(n)];
        const Token token = unpacked(event.data.u64);
        if (token.source == Source::timer) {
            armed_ = {0};
            std::uint64_t expirations = 0;
            static_cast<void>(!::read(timer_.get(), &expirations, sizeof expirations));
            continue;
        }
        if ((event.events & ~std::uint32_t{EPOLLOUT}) != 0) ready_.push_back({token, false});
        if ((event.events & EPOLLOUT) != 0) ready_.push_back({token, true});
    }
    return ready_;
}

std::vector<int> EventLoop::take_signals() {
    std::vector<int> all;
    std::array<signalfd_siginfo, 16> batch;
    for (;;) {
        const ssize_t bytes = ::read(signals_.get(), batch.data(), sizeof batch);
        if (bytes <= 0) return all;
        for (std::size_t n = 0; n < static_cast<std::size_t>(bytes) / sizeof(signalfd_siginfo);
             ++n) {
            all.push_back(static_cast<int>(batch[n].ssi_signo));
        }
    }
}

}  // namespace streamlib::supervision
