// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace streamlib {

namespace {

std::size_t length_of(AddressFamily family) noexcept {
    return family == AddressFamily::ipv4 ? 4 : family == AddressFamily::ipv6 ? 16 : 0;
}

}  // namespace

bool SocketAddress::is_multicast() const noexcept {
    if (family == AddressFamily::ipv4) return (bytes[0] & 0xf0) == 0xe0;
    return family == AddressFamily::ipv6 && bytes[0] == 0xff;
}

bool SocketAddress::is_any() const noexcept {
    return is_set() && std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
}

bool SocketAddress::same_host(const SocketAddress& other) const noexcept {
    return family == other.family && bytes == other.bytes && scope == other.scope;
}

SocketAddress any_address(AddressFamily family, std::uint16_t port) noexcept {
    SocketAddress address;
    address.family = family;
    address.port = port;
    return address;
}

std::string to_string(const SocketAddress& address) {
    char text[INET6_ADDRSTRLEN] = {};
    switch (address.family) {
        case AddressFamily::none: break;
        case AddressFamily::ipv4:
            ::inet_ntop(AF_INET, address.bytes.data(), text, sizeof text);
            return std::string(text) + ":" + std::to_string(address.port);
        case AddressFamily::ipv6:
            ::inet_ntop(AF_INET6, address.bytes.data(), text, sizeof text);
            return "[" + std::string(text) +
                   (address.scope != 0 ? "%" + std::to_string(address.scope) : std::string()) +
                   "]:" + std::to_string(address.port);
    }
    return "-";
}

socklen_t to_kernel(const SocketAddress& address, sockaddr_storage& to) noexcept {
    std::memset(&to, 0, sizeof to);
    if (address.family == AddressFamily::ipv4) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_port = htons(address.port);
        std::memcpy(&in.sin_addr, address.bytes.data(), 4);
        std::memcpy(&to, &in, sizeof in);
        return sizeof in;
    }
    if (address.family == AddressFamily::ipv6) {
        sockaddr_in6 in{};
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(address.port);
        in.sin6_scope_id = address.scope;
        std::memcpy(&in.sin6_addr, address.bytes.data(), 16);
        std::memcpy(&to, &in, sizeof in);
        return sizeof in;
    }
    return 0;
}

SocketAddress from_kernel(const void* from, std::size_t length) noexcept {
    SocketAddress address;
    sa_family_t family = AF_UNSPEC;
    if (length < sizeof family) return address;
    std::memcpy(&family, from, sizeof family);
    if (family == AF_INET && length >= sizeof(sockaddr_in)) {
        sockaddr_in in{};
        std::memcpy(&in, from, sizeof in);
        address.family = AddressFamily::ipv4;
        address.port = ntohs(in.sin_port);
        std::memcpy(address.bytes.data(), &in.sin_addr, length_of(address.family));
    } else if (family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
        sockaddr_in6 in{};
        std::memcpy(&in, from, sizeof in);
        address.family = AddressFamily::ipv6;
        address.port = ntohs(in.sin6_port);
        address.scope = in.sin6_scope_id;
        std::memcpy(address.bytes.data(), &in.sin6_addr, length_of(address.family));
    }
    return address;
}

}  // namespace streamlib
