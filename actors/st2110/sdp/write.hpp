// SPDX-License-Identifier: Apache-2.0
/// @file
/// Writes a session description (RFC 8866, ST 2110-10 clause 8), strictly: what `sdpoker --whitespace --shaping --checkEndings`
/// passes. What is not allowed is refused with the place and the fix; nothing is left out silently.
/// Threads   Pure function.
#pragma once

#include <string>

#include "actors/st2110/sdp/description.hpp"

namespace streamlib::st2110 {

/// Reads back to the same records, if nothing in them is of Kind::other.
[[nodiscard]] Result<std::string> write_sdp(const Description& session);

}  // namespace streamlib::st2110
