// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a reactor gives its user: datagrams that came together.
///
/// Model     One arrival is one datagram, or up to 64 of one sender that the kernel joined (UDP GRO): equally long, back to
///           back, but for the last, which may be shorter.
/// Lifetime  Everything points into the reactor's buffers and is good during the call only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/net/address.hpp"

namespace streamlib {

struct Datagrams {
    std::span<const std::byte> bytes;  ///< All payloads.
    std::uint32_t segment_bytes =
        0;  ///< Of each datagram but the last; 0: there is one, and it is empty.
    std::uint32_t kernel_drops =
        0;  ///< Of this socket so far, where the kernel tells (SO_RXQ_OVFL), else 0.
    std::int64_t arrival_utc_ns =
        0;                 ///< CLOCK_REALTIME at which the kernel got the first; 0: not asked for.
    SocketAddress from{};  ///< Of all of them.
    bool truncated = false;  ///< The end is missing: the buffer was too short.

    [[nodiscard]] std::size_t size() const noexcept {
        return segment_bytes == 0 ? 1 : (bytes.size() + segment_bytes - 1) / segment_bytes;
    }
    [[nodiscard]] std::span<const std::byte> operator[](std::size_t index) const noexcept {
        const std::size_t begin = index * segment_bytes;
        return bytes.subspan(begin, std::min<std::size_t>(segment_bytes, bytes.size() - begin));
    }
};

/// Of one socket, since it was given to the reactor.
struct ReceiveCounters {
    std::uint64_t arrivals = 0, datagrams = 0, bytes = 0;
    std::uint64_t truncated = 0;  ///< Arrivals whose end is missing.
    std::uint64_t out_of_buffers =
        0;  ///< Times the kernel had to wait for a buffer; nothing is lost by that.
    std::uint64_t kernel_drops =
        0;  ///< Of the socket: its receive buffer was full, or its filter refused.
    std::uint64_t errors = 0;  ///< Receives that failed and were begun again.
    int last_error = 0;        ///< errno of the last one.
    bool failed = false;       ///< For good: nothing comes any more.
};

}  // namespace streamlib
