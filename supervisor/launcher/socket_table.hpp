// SPDX-License-Identifier: Apache-2.0
/// @file
/// The sockets of the actors: made by the launcher, kept over their restarts.
///
/// Model     By owner ("camera.rtp") and wish: the same wish of a later incarnation is the same socket, so packets wait in the
///           kernel while nobody lives. One of the same_place(), for another format perhaps, is that socket adjusted: a
///           port is not given up for a larger buffer. While an actor is being replaced there may be two wishes of one owner;
///           once it is READY the one that was asked for last stays. A unicast port has one owner in the node.
/// Bounds    64 sockets an actor, those of before a restart counted until it runs.
/// Errors    Of open_socket(), and who has the port where that is somebody in this node.
/// Threads   The launcher's one thread; nothing here sleeps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/net/port_book.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib::supervision {

class SocketTable {
public:
    struct Given {
        int fd = -1;  ///< Stays the table's.
        SocketAddress bound{};
        std::vector<std::string> warnings{};  ///< What was not granted when it was made.
        bool made = false;                    ///< Or adjusted, now; else it was there.
    };

    [[nodiscard]] Result<Given> ask(std::uint32_t actor, const std::string& owner,
                                    const SocketWish& wish);
    /// The actor runs: what it asked for before is closed.
    void settle(std::uint32_t actor);
    /// The actor has left the node.
    void release(std::uint32_t actor);
    [[nodiscard]] std::size_t size() const noexcept { return sockets_.size(); }

private:
    struct Socket {
        std::uint32_t actor = 0;
        std::string owner;
        SocketWish wish{};
        OpenedSocket opened{};
        std::uint64_t asked = 0;  ///< Grows with each asking, of whomever.
    };
    [[nodiscard]] Result<Given> give_again(Socket& socket, const SocketWish& wish);
    [[nodiscard]] Result<OpenedSocket> open(const std::string& owner, const SocketWish& wish);
    [[nodiscard]] Result<OpenedSocket> open_by_rule(const std::string& owner, SocketWish wish);

    std::vector<Socket> sockets_;
    PortBook ports_;
    std::uint64_t askings_ = 0;
};

}  // namespace streamlib::supervision
