// SPDX-License-Identifier: Apache-2.0
/// @file
/// The pieces of open_socket(): one wish, one system call, one error text. Private to runtime/net.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib::net {

/// A socket on its way to what was wished. `warnings` collects what was not granted and can be lived without.
struct SocketBuild {
    const SocketWish& wish;
    int fd;
    unsigned interface;  ///< Index; 0: the routes decide.
    std::vector<std::string>& warnings;

    [[nodiscard]] bool is_ipv6() const noexcept;
    /// "socket 239.1.2.3:5004"
    [[nodiscard]] std::string name() const;
    [[nodiscard]] Result<> set(int level, int option, int value, std::string_view what) const;
    /// The same, for what can be lived without.
    void try_to_set(int level, int option, int value, std::string_view what) const;
};

/// Buffers: by force where permitted, else as much as the kernel gives, with a warning that names the limit.
void size_buffers(const SocketBuild& build);
/// Only `wish.source` comes through: a filter in the kernel on the packet's source address (and port, if it has one).
[[nodiscard]] Result<> refuse_other_sources(const SocketBuild& build);
/// The group, with `wish.source` a source-specific membership.
[[nodiscard]] Result<> join_group(const SocketBuild& build);
/// TTL, DSCP, interface, loop, path MTU.
[[nodiscard]] Result<> set_sending(const SocketBuild& build);

}  // namespace streamlib::net
