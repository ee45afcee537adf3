// SPDX-License-Identifier: Apache-2.0
/// @file
/// An actor with a socket, for the launcher's tests.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "runtime/actor.hpp"

namespace streamlib::test {

/// Adds what it was sent, a number a datagram, to the file `path`, a line each; first of all "port N".
class Mailbox final : public Actor {
public:
    static constexpr const char* class_name = "Mailbox";
    static constexpr const char* class_text = "Writes down what comes to its port";
    Property<std::string> at{*this, "at", "127.0.0.1:0", {.text = "Address"}};
    Property<std::string> path{*this, "path", "", {.text = "File", .is_path = true}};
    Property<std::string> ports{*this, "ports", "dynamic", {.text = "Where the port comes from"}};
    Endpoint box{*this, "box"};

    Result<> configure() override {
        const auto address = parse_endpoint(*at);
        if (!address) return tl::unexpected(address.error());
        SocketWish wish;
        wish.use = SocketUse::receive;
        wish.local = address->address;
        wish.port_rule = *ports == "even" ? PortRule::even : PortRule::dynamic;
        return box.open(wish);
    }
    Result<> start() override {
        file_ = ::open(path->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        write("port", box.bound().port);
        return {};
    }
    void process(const Tick&) override {
        std::uint32_t number = 0;
        while (::recv(box.fd(), &number, sizeof number, MSG_DONTWAIT) == sizeof number)
            write("got", number);
    }

private:
    void write(const char* word, std::uint32_t number) const {
        std::array<char, 32> line{};
        const int length = std::snprintf(line.data(), line.size(), "%s %u\n", word, number);
        if (::write(file_, line.data(), static_cast<std::size_t>(length)) != length) ::abort();
    }
    int file_ = -1;
};
STREAMLIB_ACTOR(Mailbox)

}  // namespace streamlib::test
