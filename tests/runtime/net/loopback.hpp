// SPDX-License-Identifier: Apache-2.0
/// @file
/// Sockets on loopback for tests, and waiting on conditions.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/net/reactor.hpp"
#include "runtime/net/sender.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib::testing {

inline SocketAddress at(std::string_view text) {
    auto endpoint = parse_endpoint(text);
    EXPECT_TRUE(endpoint) << (endpoint ? "" : endpoint.error().text);
    return endpoint ? endpoint->address : SocketAddress{};
}

inline SocketWish to_receive(std::string_view text) {
    SocketWish wish;
    wish.use = SocketUse::receive;
    wish.local = at(text);
    wish.receive_buffer_bytes = 8U << 20;
    return wish;
}

inline SocketWish to_send(const SocketAddress& remote) {
    SocketWish wish;
    wish.use = SocketUse::send;
    wish.remote = remote;
    return wish;
}

/// Opens or fails the test.
inline OpenedSocket opened(const SocketWish& wish) {
    auto socket = open_socket(wish);
    EXPECT_TRUE(socket) << (socket ? "" : socket.error().text);
    return socket ? std::move(*socket) : OpenedSocket{};
}

inline MonotonicTime soon(Nanoseconds span = 10'000'000) { return MonotonicTime::now() + span; }

/// Runs the reactor until the condition holds; false after ten seconds.
inline bool run_until(Reactor& reactor, const std::function<bool()>& condition) {
    const MonotonicTime end = soon(10'000'000'000);
    while (!condition()) {
        if (MonotonicTime::now() > end) return false;
        (void)reactor.run_once(soon());
    }
    return true;
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace streamlib::testing
