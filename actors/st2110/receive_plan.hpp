// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where a stream comes from and what it carries, from an actor's properties or an SDP file: the socket to wish for.
///
/// Threads   Plain functions. `plan_reception` reads the SDP file and may look names up: for configure().
/// Errors    One line that names the property, or the SDP's file, line and attribute, and the fix.
#pragma once

#include <string>
#include <vector>

#include "runtime/format.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib::st2110 {

/// As a person gave them; empty: not given.
struct ReceiveWords {
    std::string from;    ///< "239.1.2.3:5004@eth0": the address to bind, or the group to join.
    std::string source;  ///< The only sender that counts.
    std::string sdp;     ///< Path of a session description; what is given beside it wins.
    std::string format;
    std::string
        layout;  ///< Video: what is given out, see given_layout.hpp; else what `format` names.
    std::string ports;     ///< "dynamic" or "even", where `from` has port 0.
    int payload_type = 0;  ///< 0: the SDP's, else `default_type`.
};

struct ReceivePlan {
    SocketWish wish{};
    /// What comes. Video: layout pgroup, with a rate. Audio: a block as long as a packet.
    MediaFormat format{};
    VideoFormat given{};  ///< Video: what is given out.
    std::uint8_t payload_type = 96;
    bool deep = true;  ///< Audio: L24, else L16.
    std::vector<std::string> warnings{};
};

/// `kind`: video or audio.
[[nodiscard]] Result<ReceivePlan> plan_reception(MediaKind kind, const ReceiveWords& words);

}  // namespace streamlib::st2110
