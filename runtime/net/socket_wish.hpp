// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a port wants of a UDP socket, as a plain record; and making that socket.
///
/// Model     An actor wishes, the launcher opens and keeps: the same wish of a later incarnation is the same descriptor, so
///           packets that come while nobody lives wait in the kernel, and no membership is dropped.
///           Receive, unicast: `local` is bound alone; a second receiver of that port is refused, never half served.
///           Receive, multicast: `local` is the group; several sockets may join it, each gets every packet it asked for, and
///           none that only another one's membership brings in. With `source` the membership is source-specific (IGMPv3,
///           RFC 3376; MLDv2, RFC 3810), and what other senders send is refused in the kernel by address as well.
///           Send: connected to `remote`; one destination a socket.
/// Threads   A record and functions; any thread. open_socket() never sleeps: it looks no name up.
/// Cost      Some ten system calls. Not for the frame path.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/base/time.hpp"
#include "ipc/fixed_text.hpp"
#include "runtime/net/address.hpp"

namespace streamlib {

enum class SocketUse : std::uint8_t { none = 0, receive = 1, send = 2 };
/// Where the port comes from when the wish's own is 0.
enum class PortRule : std::uint8_t {
    dynamic = 0,  ///< Any that is free.
    even = 1,     ///< Even, from 5004 upwards (RFC 3550, 11: RTP on even ports).
};

struct SocketWish {
    SocketAddress
        local{};  ///< Receive: address or group. Send: the address to send from; may be none.
    SocketAddress remote{};  ///< Send: where to.
    SocketAddress source{};  ///< Receive: the only sender that counts, by address; none: everybody.
    ipc::FixedText<48> interface {};  ///< Name or address; empty: the routes decide.
    std::uint32_t receive_buffer_bytes =
        0;  ///< Payload that may wait; 0: the system's default. See buffer_bytes().
    std::uint32_t send_buffer_bytes = 0;  ///< 0: the system's default.
    SocketUse use = SocketUse::none;
    PortRule port_rule = PortRule::dynamic;
    std::uint8_t ttl = 0;             ///< Hops; 0: 64, and 16 for multicast.
    std::uint8_t dscp = 0;            ///< 0 … 63 (RFC 2474).
    std::uint8_t receive_joined = 1;  ///< 1: equal packets arrive joined (UDP GRO).
    std::uint8_t timestamps = 1;      ///< 1: the kernel says when each packet came.
    std::uint8_t loop = 1;            ///< Send, multicast: 1: receivers on this machine get it too.
    std::uint8_t fragments =
        0;  ///< Send: 0: a datagram above the path's MTU is refused, not cut up.
    std::uint8_t reserved[4]{};
    friend bool operator==(const SocketWish&, const SocketWish&) = default;
};
static_assert(std::is_trivially_copyable_v<SocketWish>, "crosses process boundaries");

struct OpenedSocket {
    UniqueFd fd;                        ///< Non-blocking, close-on-exec.
    SocketAddress bound{};              ///< With the port that it got.
    std::vector<std::string> warnings;  ///< One line each, with the fix.
};

/// What no machine could grant; Errc::invalid_argument names the field and the fix. Pure.
[[nodiscard]] Result<> validate(const SocketWish& wish);

/// Validates, opens, sets, joins, binds, connects. Errors name address, cause and fix; already_exists: the port is taken.
[[nodiscard]] Result<OpenedSocket> open_socket(const SocketWish& wish);

/// True: they differ at most in what can be changed while the socket lives: buffers, TTL, DSCP, loop, how packets arrive.
[[nodiscard]] bool same_place(const SocketWish& a, const SocketWish& b) noexcept;
/// Makes a socket of open_socket() what a wish of the same_place() says. Returns what the kernel did not grant.
[[nodiscard]] Result<std::vector<std::string>> adjust_socket(int fd, const SocketWish& wish);

/// Receive buffer for a stream that nobody reads for `stall`: at least 256 KiB, at most 256 MiB. `packets_per_second`: where
/// packets are short, what the kernel counts for each beside its octets is the most of it. Pure.
[[nodiscard]] std::uint32_t buffer_bytes(std::uint64_t bytes_per_second, Nanoseconds stall,
                                         std::uint64_t packets_per_second = 0) noexcept;

/// The interface's index, from its name or one of its addresses.
[[nodiscard]] Result<unsigned> interface_index(std::string_view name_or_address);

}  // namespace streamlib
