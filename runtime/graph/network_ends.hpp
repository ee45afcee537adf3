// SPDX-License-Identifier: Apache-2.0
/// @file
/// Ports that speak to equipment which has no URI: `send_to` and `receive_from` of an actor.
///
///     [actors.mixer]
///     class = "Mixer"
///     send_to      = { video = "239.10.0.1:5004", audio = "239.10.0.1:5006" }
///     receive_from = { camera = "239.9.0.1:5004 1080p59.94 YCbCr-4:2:2 10", mic = "desk.sdp" }
///
/// Model     Pure. Each of them becomes an RTP actor of its own, "mixer-video-send", "mixer-camera-receive", and a link:
///           what a person could have written, with the supervisor and restart type of the actor whose port it is.
///           A text alone (`send_to = "239.10.0.1:5004"`) means the only port of that side.
///           What is received needs a format after the address, or an SDP file in place of both.
/// Errors    Findings with file, line and key.
#pragma once

#include <vector>

#include "runtime/graph/check_graph.hpp"

namespace streamlib {

/// Puts the RTP actors in between. To be called once, before check_graph. A graph without those keys stays as it is.
[[nodiscard]] std::vector<Finding> add_network_ends(GraphSpec& graph, const KnownClasses& classes);

}  // namespace streamlib
