// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where a stream goes: the socket to wish for, and what its session description says of it.
///
/// Threads   Plain functions. Names are looked up: for configure().
/// Errors    One line that names the property and the fix.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/st2110/sdp/formats.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib::st2110 {

/// FNV-1a: the same name is the same source and session, whichever incarnation sends. Pure.
[[nodiscard]] std::uint32_t name_hash(std::string_view name) noexcept;

struct SendWords {
    std::string to;     ///< "239.1.2.3:5004@eth0"
    std::string bind;   ///< Address to send from; empty: the routes decide.
    std::string ports;  ///< "dynamic" or "even", where `bind` has port 0.
    int ttl = 0;        ///< 0: 64, and 16 for groups.
    int dscp = 0;
};

[[nodiscard]] Result<SocketWish> plan_sending(const SendWords& words, std::uint32_t buffer_bytes);

/// For the session description of what goes to `wish.remote` from `bound`.
[[nodiscard]] StreamAddress stream_address(const SocketWish& wish, const SocketAddress& bound);

/// `name` and one medium as the text of a session description.
[[nodiscard]] Result<std::string> describe_stream(const std::string& name, Media media,
                                                  const StreamAddress& address,
                                                  std::uint64_t session, std::uint64_t version);

}  // namespace streamlib::st2110
