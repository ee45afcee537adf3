// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the launcher sleeps on: one epoll set, one timer, its signals.
///
/// Threads   The launcher's one thread.
/// Rule      Nothing here decides: it says what happened.
#pragma once

#include <signal.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::supervision {

enum class Source : std::uint32_t {
    timer,
    signals,
    actor_channel,
    actor_process,
    zygote_channel,
    zygote_process,
    service_channel,
    service_process,
    twin_channel,
    twin_process,
    undead_process,
};

/// Whose descriptor became ready.
struct Token {
    Source source{};
    std::uint32_t index = 0;
};

struct Ready {
    Token token{};
    bool writable = false;  ///< Else readable or hung up.
};

class EventLoop {
public:
    /// Takes SIGINT, SIGTERM, SIGHUP and SIGCHLD from now on; gives them back when destroyed. SIGPIPE is ignored meanwhile.
    [[nodiscard]] static Result<EventLoop> create();
    EventLoop(EventLoop&&) noexcept = default;
    EventLoop& operator=(EventLoop&&) = delete;
    ~EventLoop();

    void watch(int fd, Token token);
    void watch_writable(int fd, Token token, bool wanted);  ///< Of a descriptor that is watched.
    /// Before its close, since a duplicate elsewhere keeps it in the set.
    void forget(int fd);

    /// Sleeps until something is ready or `deadline`; empty: the deadline.
    [[nodiscard]] std::span<const Ready> wait(MonotonicTime deadline);
    /// Signals that came since; SIGCHLD as one.
    [[nodiscard]] std::vector<int> take_signals();

private:
    EventLoop() = default;
    UniqueFd epoll_, timer_, signals_;
    sigset_t old_mask_{};
    struct sigaction old_pipe_ {};
    MonotonicTime armed_{0};
    std::vector<Ready> ready_;
};

}  // namespace streamlib::supervision
