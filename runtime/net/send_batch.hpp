// SPDX-License-Identifier: Apache-2.0
/// @file
/// Datagrams that leave together: headers of the batch's own, payloads where they lie.
///
/// Model     Up to 64 equally long datagrams, the last of which may be shorter: what the kernel segments by itself (UDP_SEGMENT).
///           add() gives room for a header and takes the first piece of payload; add_part() goes on with that datagram.
/// Lifetime  Payload pieces are pointed to, not copied: they stay until the sender has given the batch back.
/// Threads   One.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ipc/base/time.hpp"

namespace streamlib {

class SendBatch {
public:
    static constexpr std::size_t max_datagrams = 64;  ///< UDP_MAX_SEGMENTS of Linux 6.1.
    static constexpr std::size_t max_bytes =
        65'487;  ///< Of one IPv4 datagram, before it is segmented; with options to spare.
    static constexpr std::size_t max_parts =
        320;  ///< Headers and payload pieces; below IOV_MAX (1024).
    static constexpr std::size_t header_room = 64 * 64;

    SendBatch() = default;
    SendBatch(const SendBatch&) = delete;
    SendBatch& operator=(const SendBatch&) = delete;

    /// Whether a datagram of that many bytes (headers too), with a header of `header_bytes` in `parts` payload pieces, may be
    /// added. If not: commit this batch and take another. [realtime]
    [[nodiscard]] bool fits(std::size_t bytes, std::size_t header_bytes,
                            std::size_t parts = 1) const noexcept;
    /// Begins a datagram. Fill the header that it returns before commit(). Contract: fits(). [realtime]
    std::span<std::byte> add(std::size_t header_bytes, std::span<const std::byte> payload) noexcept;
    /// More payload of the datagram begun last. [realtime]
    void add_part(std::span<const std::byte> payload) noexcept;
    /// When the kernel, or the card, shall send it (SO_TXTIME), by the socket's clock: launch_qdisc.hpp. [realtime]
    void launch_at(TaiTime time) noexcept { launch_ = time; }

    [[nodiscard]] std::size_t datagrams() const noexcept { return datagrams_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool empty() const noexcept { return datagrams_ == 0; }
    /// Of each datagram but the last.
    [[nodiscard]] std::size_t segment_bytes() const noexcept {
        return datagrams_ > 1 ? segment_bytes_ : bytes_;
    }
    [[nodiscard]] TaiTime launch() const noexcept { return launch_; }
    /// The pieces of datagrams [first, first + count).
    [[nodiscard]] std::span<const iovec> pieces(std::size_t first,
                                                std::size_t count) const noexcept;
    void clear() noexcept;

private:
    std::array<iovec, max_parts> parts_{};
    std::array<std::uint16_t, max_datagrams + 1> first_part_{};  ///< Of each datagram, and the end.
    std::size_t datagrams_ = 0, parts_used_ = 0, header_used_ = 0, bytes_ = 0;
    std::size_t segment_bytes_ = 0;  ///< Length of the first datagram, once there is a second.
    std::size_t last_bytes_ = 0;     ///< Of the datagram begun last.
    TaiTime launch_{};
    alignas(64) std::array<std::byte, header_room> headers_{};
};

}  // namespace streamlib
