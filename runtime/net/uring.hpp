// SPDX-License-Identifier: Apache-2.0
/// @file
/// liburing, as far as datagrams need it. Private to runtime/net: the one place that touches the library is uring.cpp.
///
/// Threads   The one that created it, and no other, not even after a fork: rings are made for a single issuer.
/// Errors    create() and provide_buffers() return texts that name the cause (io_uring_disabled, seccomp, old kernel).
/// Cost      submit() and wait() are at most one system call each; all else is memory.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::net {

struct Completion {
    std::uint64_t data = 0;    ///< What the request was given.
    std::int32_t result = 0;   ///< Bytes or events; negative: errno.
    std::uint32_t buffer = 0;  ///< Which provided buffer, if has_buffer.
    bool has_buffer = false;
    bool more = false;            ///< The request lives on.
    bool memory_is_free = false;  ///< A zero-copy send's second completion.
};

/// A received message inside its provided buffer.
struct MessageParts {
    std::span<const std::byte> name, control, payload;
    bool truncated = false, valid = false;
};

class Uring {
public:
    /// `requests`: how many can be queued; `completions`: how many can wait.
    static Result<std::unique_ptr<Uring>> create(unsigned requests, unsigned completions);
    ~Uring();
    Uring(const Uring&) = delete;
    Uring& operator=(const Uring&) = delete;

    /// `count`, a power of two, of `bytes` each, from which receives take.
    [[nodiscard]] Result<> provide_buffers(unsigned count, std::size_t bytes);
    void give_back(std::uint32_t buffer) noexcept;
    /// Makes what was given back visible to the kernel.
    void publish_buffers() noexcept;
    [[nodiscard]] MessageParts parts_of(const Completion& completion,
                                        const msghdr& shape) const noexcept;

    /// Sends name this descriptor from now on; spares the kernel a look-up each.
    [[nodiscard]] bool fix_file(int fd) noexcept;

    // Requests: queued until submit() or wait(). False: the queue is full, submit() first.
    [[nodiscard]] bool receive(int fd, msghdr& shape, std::uint64_t data) noexcept;  ///< Multishot.
    [[nodiscard]] bool watch(int fd, std::uint64_t data) noexcept;  ///< Multishot poll for reading.
    /// `linked`: the request queued next begins when this one is done, whatever becomes of it; both in one submit().
    [[nodiscard]] bool send_fixed(const msghdr& message, bool zero_copy, std::uint64_t data,
                                  bool linked = false) noexcept;
    [[nodiscard]] bool cancel(std::uint64_t target, std::uint64_t data) noexcept;
    [[nodiscard]] bool cancel_all(std::uint64_t data) noexcept;

    /// Returns 0 or -errno.
    int submit() noexcept;
    /// Submits, and lets the kernel finish what it can at once (what a cancel has released).
    int flush() noexcept;
    /// Submits, then sleeps until a completion is there or `until`; with one there already it does not sleep.
    int wait(MonotonicTime until) noexcept;
    /// Takes completions, as many as are there and fit.
    [[nodiscard]] std::size_t take(std::span<Completion> into) noexcept;
    [[nodiscard]] bool has_requests() const noexcept;

private:
    Uring();
    struct Ring;
    std::unique_ptr<Ring> ring_;
};

/// Whether STREAMLIB_NO_IO_URING is set (to anything but 0 and nothing): then nobody tries.
[[nodiscard]] bool io_uring_unwanted() noexcept;

}  // namespace streamlib::net
