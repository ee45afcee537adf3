// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which UDP port belongs to which output or input of the node.
///
/// Model     An owner ("camera.video") has at most one port, keeps it over restarts of its actor, and no port has two owners.
///           The book only remembers; whether a port is free on this machine is found by trying, by the `probe`.
/// Threads   One: the launcher's.
/// Cost      A walk over the book: set-up only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib {

class PortBook {
public:
    /// Tries a port on this machine: the port that was got (for 0: what the kernel chose), or 0 where it is taken.
    using Probe = std::function<std::uint16_t(std::uint16_t port)>;

    /// The owner's port, or a new one by `rule`. Errc::no_memory where none is left.
    [[nodiscard]] Result<std::uint16_t> claim(std::string_view owner, PortRule rule,
                                              const Probe& probe);
    /// A port that was written by hand. Errc::already_exists names who has it.
    [[nodiscard]] Result<> claim_exactly(std::string_view owner, std::uint16_t port);
    /// The owner left the graph.
    void release(std::string_view owner);
    /// 0: none.
    [[nodiscard]] std::uint16_t port_of(std::string_view owner) const;
    [[nodiscard]] std::size_t size() const noexcept { return ports_.size(); }

private:
    [[nodiscard]] const std::string* owner_of(std::uint16_t port) const;

    std::map<std::string, std::uint16_t, std::less<>> ports_;
};

}  // namespace streamlib
