// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/socket_wish.hpp"

#include <algorithm>

namespace streamlib {

namespace {

Unexpected refuse(const SocketWish& wish, const std::string& why) {
    const SocketAddress& address = wish.use == SocketUse::send ? wish.remote : wish.local;
    return fail(Errc::invalid_argument, "socket " + to_string(address) + ": " + why);
}

bool known(AddressFamily family) {
    return family == AddressFamily::none || family == AddressFamily::ipv4 ||
           family == AddressFamily::ipv6;
}

Result<> validate_receiver(const SocketWish& wish) {
    if (!wish.local.is_set()) return refuse(wish, "no address to receive at");
    if (wish.remote.is_set())
        return refuse(wish, "a receiver has no destination: name the sender as source");
    if (wish.local.is_multicast() && wish.local.port == 0)
        return refuse(wish, "a group needs a port: senders must know it");
    if (!wish.source.is_set()) return {};
    if (wish.source.family != wish.local.family)
        return refuse(wish, "source " + to_string(wish.source) + " is of another IP version");
    if (wish.source.is_multicast() || wish.source.is_any())
        return refuse(wish, "source " + to_string(wish.source) + " is no sender's address");
    return {};
}

Result<> validate_sender(const SocketWish& wish) {
    if (!wish.remote.is_set()) return refuse(wish, "no address to send to");
    if (wish.remote.port == 0) return refuse(wish, "no port to send to");
    if (wish.remote.is_any()) return refuse(wish, "name the receiver's address");
    if (wish.source.is_set()) return refuse(wish, "a sender has no source filter");
    if (wish.local.is_multicast()) return refuse(wish, "cannot send from a group's address");
    if (wish.local.is_set() && wish.local.family != wish.remote.family)
        return refuse(wish, "sends from " + to_string(wish.local) + ", of another IP version");
    return {};
}

}  // namespace

Result<> validate(const SocketWish& wish) {
    if (!known(wish.local.family) || !known(wish.remote.family) || !known(wish.source.family))
        return fail(Errc::invalid_argument, "socket: neither IPv4 nor IPv6");
    if (wish.dscp > 63) return refuse(wish, "DSCP is 0 to 63, not " + std::to_string(wish.dscp));
    if (wish.port_rule != PortRule::dynamic && wish.port_rule != PortRule::even)
        return refuse(wish, "no such port rule");
    switch (wish.use) {
        case SocketUse::receive: return validate_receiver(wish);
        case SocketUse::send: return validate_sender(wish);
        case SocketUse::none: break;
    }
    return refuse(wish, "is neither to receive nor to send");
}

std::uint32_t buffer_bytes(std::uint64_t bytes_per_second, Nanoseconds stall,
                           std::uint64_t packets_per_second) noexcept {
    constexpr std::uint64_t least = 256U << 10, most = 256U << 20;
    // The kernel counts the memory that a packet holds (skb->truesize), against twice of what is set: up to a page of the
    // card's, and half a KiB of its own.
    constexpr std::uint64_t packet_bytes = (4096 + 512) / 2;
    if (packets_per_second > most) return most;
    const std::uint64_t beside = packets_per_second * packet_bytes;
    bytes_per_second += std::min(beside, UINT64_MAX - bytes_per_second);
    const std::uint64_t milliseconds =
        static_cast<std::uint64_t>(std::max<Nanoseconds>(stall, 0)) / 1'000'000;
    if (milliseconds != 0 && bytes_per_second > most * 1000 / milliseconds) return most;
    return static_cast<std::uint32_t>(
        std::clamp(bytes_per_second * milliseconds / 1000, least, most));
}

}  // namespace streamlib
