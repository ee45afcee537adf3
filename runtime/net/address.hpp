// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where datagrams come from and go to: an IPv4 or IPv6 address and a UDP port.
///
/// Model     `SocketAddress` is a plain record of 24 bytes that may cross process boundaries; `family` none is "nobody" or
///           "anybody". `EndpointText` is what a person writes: an address, and the interface it is meant on.
/// Text      `10.0.0.7:5004`  `[2001:db8::7]:5004`  `239.1.2.3:5004@eth0`  `[ff3e::1]:5004@10.0.0.2`  `[fe80::1%eth0]:5004`.
///           Port 0: the kernel chooses. Numbers only: names are looked up by resolve_endpoint(), which may sleep.
/// Threads   Values and pure functions. Parsing is not for the frame path; the two conversions are.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"

namespace streamlib {

enum class AddressFamily : std::uint8_t { none = 0, ipv4 = 4, ipv6 = 6 };

struct SocketAddress {
    std::array<std::uint8_t, 16> bytes{};  ///< In network order; IPv4 uses the first four.
    std::uint32_t scope = 0;  ///< Interface index of a link-local IPv6 address, else 0.
    std::uint16_t port = 0;   ///< In host order.
    AddressFamily family = AddressFamily::none;
    std::uint8_t reserved = 0;

    [[nodiscard]] bool is_set() const noexcept { return family != AddressFamily::none; }
    /// 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291, 2.7).
    [[nodiscard]] bool is_multicast() const noexcept;
    /// 0.0.0.0 or ::
    [[nodiscard]] bool is_any() const noexcept;
    /// The same host, whatever the port.
    [[nodiscard]] bool same_host(const SocketAddress& other) const noexcept;
    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};
static_assert(sizeof(SocketAddress) == 24, "crosses process boundaries");

/// 0.0.0.0 or ::, with a port.
[[nodiscard]] SocketAddress any_address(AddressFamily family, std::uint16_t port) noexcept;

/// "10.0.0.7:5004", "[fe80::1%2]:5004"; of family none: "-".
[[nodiscard]] std::string to_string(const SocketAddress& address);

struct EndpointText {
    SocketAddress address{};
    std::string interface {};  ///< Name or address of an interface; empty: the routes decide.
    friend bool operator==(const EndpointText&, const EndpointText&) = default;
};

/// Errc::parse with the text and the fix.
[[nodiscard]] Result<EndpointText> parse_endpoint(std::string_view text);
/// "10.0.0.7" or "2001:db8::7": a host without a port, for source filters and interfaces.
[[nodiscard]] Result<SocketAddress> parse_host(std::string_view text);
/// What parse_endpoint() reads again as the same.
[[nodiscard]] std::string to_string(const EndpointText& endpoint);

/// As parse_endpoint(), and "camera.local:5004" is looked up (getaddrinfo: may take seconds). For set-up, never for the
/// launcher. Errc::not_found where the name has no address.
[[nodiscard]] Result<EndpointText> resolve_endpoint(std::string_view text);

/// The kernel's form; returns its length. [realtime]
socklen_t to_kernel(const SocketAddress& address, sockaddr_storage& to) noexcept;
/// From the kernel's form; family none for what is neither IPv4 nor IPv6, or too short. [realtime]
[[nodiscard]] SocketAddress from_kernel(const void* from, std::size_t length) noexcept;

}  // namespace streamlib
