// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/socket_table.hpp"

#include <algorithm>
#include <map>

namespace streamlib::supervision {
namespace {

constexpr std::ptrdiff_t most_an_actor =
    64;  // one that asks for ever new ones must not use up the launcher's descriptors

/// Whether the port is the owner's alone: receivers of one group share it, and who only sends is given any.
bool has_port_of_its_own(const SocketWish& wish) {
    return wish.local.is_set() && !wish.local.is_multicast() &&
           (wish.use == SocketUse::receive || wish.local.port != 0 ||
            wish.port_rule == PortRule::even);
}

}  // namespace

/// Tries ports until one is free here and nobody's in this node.
Result<OpenedSocket> SocketTable::open_by_rule(const std::string& owner, SocketWish wish) {
    OpenedSocket opened;
    Result<> failed;
    const auto probe = [&](std::uint16_t port) -> std::uint16_t {
        wish.local.port = port;
        auto tried = open_socket(wish);
        if (!tried) {
            if (tried.error().code != Errc::already_exists) failed = tl::unexpected(tried.error());
            return 0;
        }
        opened = std::move(*tried);
        return opened.bound.port;
    };
    const bool kept = ports_.port_of(owner) != 0;
    const auto port = ports_.claim(owner, wish.port_rule, probe);
    if (!failed) return tl::unexpected(failed.error());
    if (!port) return tl::unexpected(port.error());
    if (kept && probe(*port) == 0) {
        if (!failed) return tl::unexpected(failed.error());
        ports_.release(owner);  // somebody outside took it meanwhile
        return open_by_rule(owner, wish);
    }
    return opened;
}

Result<OpenedSocket> SocketTable::open(const std::string& owner, const SocketWish& wish) {
    if (auto valid = validate(wish); !valid) return tl::unexpected(valid.error());
    if (!has_port_of_its_own(wish)) return open_socket(wish);
    if (wish.local.port == 0) return open_by_rule(owner, wish);
    if (auto mine = ports_.claim_exactly(owner, wish.local.port); !mine)
        return tl::unexpected(mine.error());
    return open_socket(wish);
}

Result<SocketTable::Given> SocketTable::ask(std::uint32_t actor, const std::string& owner,
                                            const SocketWish& wish) {
    const auto found = std::find_if(sockets_.begin(), sockets_.end(), [&](const Socket& s) {
        return s.actor == actor && s.owner == owner && same_place(s.wish, wish);
    });
    if (found != sockets_.end()) return give_again(*found, wish);
    const auto has = std::count_if(sockets_.begin(), sockets_.end(),
                                   [&](const Socket& s) { return s.actor == actor; });
    if (has >= most_an_actor)
        return fail(Errc::no_memory,
                    owner + ": an actor has at most " + std::to_string(most_an_actor) + " sockets");
    auto opened = open(owner, wish);
    if (!opened) return tl::unexpected(opened.error());
    sockets_.push_back({actor, owner, wish, std::move(*opened), ++askings_});
    const OpenedSocket& made = sockets_.back().opened;
    return Given{made.fd.get(), made.bound, made.warnings, true};
}

Result<SocketTable::Given> SocketTable::give_again(Socket& socket, const SocketWish& wish) {
    const bool adjusted = socket.wish != wish;
    if (adjusted) {
        auto warnings = adjust_socket(socket.opened.fd.get(), wish);
        if (!warnings) return tl::unexpected(warnings.error());
        socket.wish = wish;
        socket.opened.warnings = std::move(*warnings);
    }
    socket.asked = ++askings_;
    return Given{socket.opened.fd.get(), socket.opened.bound, socket.opened.warnings, adjusted};
}

void SocketTable::settle(std::uint32_t actor) {
    std::map<std::string, std::uint64_t> newest;
    for (const Socket& socket : sockets_)
        if (socket.actor == actor)
            newest[socket.owner] = std::max(newest[socket.owner], socket.asked);
    std::erase_if(sockets_, [&](const Socket& socket) {
        return socket.actor == actor && socket.asked != newest[socket.owner];
    });
}

void SocketTable::release(std::uint32_t actor) {
    for (const Socket& socket : sockets_)
        if (socket.actor == actor) ports_.release(socket.owner);
    std::erase_if(sockets_, [&](const Socket& socket) { return socket.actor == actor; });
}

}  // namespace streamlib::supervision
