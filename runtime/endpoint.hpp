// SPDX-License-Identifier: Apache-2.0
/// @file
/// A socket of an actor, declared as a member: `Endpoint rtp{*this, "rtp"};`.
///
/// Model     The actor says in configure() what it needs; the launcher opens it and keeps it over restarts. The next
///           incarnation that wants the same gets the same socket: what came meanwhile waits in it, no membership is dropped,
///           and a port that was chosen stays. In the harness, and in `inspect`, the process opens it itself.
/// Threads   The actor's own.
/// Cost      A round trip to the launcher (some 0.1 ms) and some ten system calls. [setup]
#pragma once

#include <string>

#include "ipc/base/fd.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib {

class Actor;
class ActorCore;

class Endpoint {
public:
    Endpoint(Actor& owner, std::string name);
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    /// In configure(): makes it this socket. What the kernel did not grant is in the actor's log. A second call replaces the
    /// first. Errors name address, cause and fix; already_exists: the port is taken.
    [[nodiscard]] Result<> open(const SocketWish& wish);
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(fd_); }
    /// Non-blocking. Only while is_open(). Another incarnation may be reading from it until start() is over.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// With the port that it got.
    [[nodiscard]] const SocketAddress& bound() const noexcept { return bound_; }

private:
    ActorCore& core_;
    std::string name_;
    UniqueFd fd_;
    SocketAddress bound_{};
};

}  // namespace streamlib
