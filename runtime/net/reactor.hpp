// SPDX-License-Identifier: Apache-2.0
/// @file
/// One loop a thread for sockets, timers and wake-ups: io_uring, or poll and recvmmsg where that is forbidden.
///
///     auto reactor = Reactor::create({});
///     auto video = (*reactor)->on_datagrams(fd, [&](const Datagrams& d) { for (size_t i = 0; i < d.size(); ++i) take(d[i]); });
///     while (running) (*reactor)->run_once(MonotonicTime::now() + 10'000'000);
///
/// Model     The reactor owns no descriptor. Handlers are called inside run_once(), one at a time; they may add, arm and
///           remove, themselves too. After remove() a handler is not called again, and the descriptor may be closed.
/// Threads   The one that called create(), alone. From elsewhere: write an eventfd given to add_wake().
/// Errors    A receive that fails is counted and begun again; one that cannot be is `failed` in its counters.
/// Losses    The reactor loses nothing: without a free buffer packets wait in the socket, and that is counted.
/// Memory    buffers × (buffer_bytes + 176) for arrivals; nothing else grows.
/// Cost      run_once(): at most one system call (io_uring), for up to 64 arrivals of up to 64 datagrams each.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"
#include "runtime/net/datagrams.hpp"
#include "runtime/sleeper.hpp"

namespace streamlib {

struct ReactorOptions {
    /// A power of two. Few are good: they stay in the cache.
    std::uint32_t buffers = 32;
    /// Longest arrival. 65,536 for joined datagrams, the longest datagram (≤ 9,216) for single ones.
    std::uint32_t buffer_bytes = 65'536;
    /// False: do not even try. The environment's STREAMLIB_NO_IO_URING=1 says the same.
    bool allow_io_uring = true;
};

/// A socket, timer or wake-up of one reactor. Never used again for another one.
struct ReactorHandle {
    std::uint32_t slot = UINT32_MAX, generation = 0;
    friend bool operator==(const ReactorHandle&, const ReactorHandle&) = default;
};

class Reactor final : public Sleeper {
public:
    using DatagramHandler = std::function<void(const Datagrams&)>;
    using Handler = std::function<void()>;

    /// Errc::invalid_argument for options that make no sense, no_memory.
    [[nodiscard]] static Result<std::unique_ptr<Reactor>> create(const ReactorOptions& options);
    ~Reactor() override;
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    // At most 256 sockets and wake-ups together, and 256 timers: Errc::no_memory. [setup]
    /// A bound, non-blocking UDP socket (open_socket()).
    [[nodiscard]] Result<ReactorHandle> on_datagrams(int fd, DatagramHandler handler);
    /// An eventfd, non-blocking; it is read before the handler is called.
    [[nodiscard]] Result<ReactorHandle> add_wake(int eventfd, Handler handler);
    /// A timer that rests until it is armed.
    [[nodiscard]] Result<ReactorHandle> add_timer(Handler handler);
    /// Once, at `when` or (some 50 µs) later; replaces what it was armed to. ipc::never calls it off. [realtime]
    void arm(ReactorHandle timer, MonotonicTime when) noexcept;
    void remove(ReactorHandle handle);

    /// Handles what is there; if that is nothing, sleeps until something comes, at the latest until `until`.
    /// True: something was handled. A signal ends the sleep, too. [realtime]
    bool run_once(MonotonicTime until);
    /// For actors: sleep_in(*reactor).
    void sleep(MonotonicTime until) override { (void)run_once(until); }

    /// Zero for what was removed.
    [[nodiscard]] ReceiveCounters counters(ReactorHandle socket) const noexcept;
    /// For the log: "io_uring", or "recvmmsg (kernel.io_uring_disabled is 2)".
    [[nodiscard]] std::string_view method() const noexcept;
    [[nodiscard]] bool uses_io_uring() const noexcept;

private:
    Reactor();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace streamlib
