// SPDX-License-Identifier: Apache-2.0
/// @file
/// A UDP port for a test that must name it before somebody binds it.
///
/// Model     Even, with the port behind it free, too (FFmpeg binds that one for RTCP). Below the ports that the kernel gives to
///           who asks for any, so nobody comes by it by chance; claimed by a name that all tests of this machine share, so
///           no other test takes it. Network namespaces have claims of their own, as they have ports.
/// Lifetime  Claimed as long as the object lives; the kernel lets go of it with the process.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

namespace streamlib::test {

class ReservedPort {
public:
    ReservedPort() {
        constexpr unsigned first = 10000, ports = 22000;  // up to 32000
        const auto start = static_cast<unsigned>(::getpid()) * 38U;
        for (unsigned n = 0; n < ports && claim_ < 0; n += 2)
            take(static_cast<std::uint16_t>(first + (start + n) % ports));
        EXPECT_GE(claim_, 0) << "no UDP port is free";
    }
    ~ReservedPort() {
        if (claim_ >= 0) ::close(claim_);
    }
    ReservedPort(const ReservedPort&) = delete;
    ReservedPort& operator=(const ReservedPort&) = delete;

    [[nodiscard]] std::uint16_t number() const { return number_; }
    [[nodiscard]] std::string text() const { return std::to_string(number_); }
    [[nodiscard]] std::string on_loopback() const { return "127.0.0.1:" + text(); }

private:
    void take(std::uint16_t port) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;  // abstract: the first octet stays zero
        const int length = std::snprintf(name.sun_path + 1, sizeof name.sun_path - 1,
                                         "streamlib-test-udp-%u", static_cast<unsigned>(port));
        const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const auto bytes = offsetof(sockaddr_un, sun_path) + 1 + static_cast<std::size_t>(length);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&name), static_cast<socklen_t>(bytes)) == 0 &&
            nobody_has(port) && nobody_has(static_cast<std::uint16_t>(port + 1))) {
            claim_ = fd;
            number_ = port;
        } else {
            ::close(fd);
        }
    }
    static bool nobody_has(std::uint16_t port) {
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
        ::close(fd);
        return bound;
    }
    int claim_ = -1;
    std::uint16_t number_ = 0;
};

}  // namespace streamlib::test
