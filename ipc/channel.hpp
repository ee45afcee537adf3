// SPDX-License-Identifier: Apache-2.0
/// @file
/// Messages with descriptors between the launcher and one process.
///
/// Model     One end of a SOCK_SEQPACKET Unix socket pair: a message arrives whole, in order, with its descriptors, or not
///           at all. Bytes are opaque here.
/// Threads   One thread at a time for an object; the two ends are independent. Non-blocking: `fd()` goes into a poll set.
/// Crash     A peer that dies is `Errc::gone` once what it had sent was read. Descriptors in a message that is refused
///           or never read are closed.
/// Cost      One system call to send, two to receive. Never on the frame path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::ipc {

class Channel {
public:
    static constexpr std::size_t max_message_bytes = 65536;
    static constexpr std::size_t max_fds = 250;

    struct Message {
        std::vector<std::byte> bytes;  ///< 1 … max_message_bytes.
        std::vector<UniqueFd> fds;     ///< In the order sent; close-on-exec.
    };

    Channel() = default;
    /// Takes over a connected SOCK_SEQPACKET socket, e.g. one inherited by number; makes it non-blocking, close-on-exec.
    explicit Channel(UniqueFd socket) noexcept;

    /// Both ends, close-on-exec.
    [[nodiscard]] static Result<std::pair<Channel, Channel>> pair();

    /// Sends one message; `fds` stay the caller's. Waits for room until `deadline`, without one not at all.
    /// Errors: gone, timeout (the peer does not read), invalid_argument (empty, too long, too many descriptors).
    [[nodiscard]] Result<> send(std::span<const std::byte> bytes, std::span<const int> fds = {},
                                std::optional<MonotonicTime> deadline = std::nullopt);

    /// The next message, or none if none is there. Errors: gone; invalid_argument (longer than allowed or with more
    /// descriptors than arrived: dropped whole, the channel stays usable); io.
    [[nodiscard]] Result<std::optional<Message>> receive();

    /// The next message; waits for it until `deadline`. Errors: as above, and timeout.
    [[nodiscard]] Result<Message> receive_until(MonotonicTime deadline);

    [[nodiscard]] int fd() const noexcept { return socket_.get(); }
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(socket_); }
    /// To hand the number to an exec'd child.
    [[nodiscard]] int release() noexcept { return socket_.release(); }
    void close() noexcept { socket_.reset(); }

private:
    UniqueFd socket_;
};

}  // namespace streamlib::ipc
