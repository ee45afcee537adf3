// SPDX-License-Identifier: Apache-2.0
/// @file
/// The sender types of ST 2110-21, which pacing obeys and SDP declares.
#pragma once

#include <cstdint>

namespace streamlib::st2110 {

/// How evenly a video sender sends (ST 2110-21 clause 7; `TP` in SDP).
enum class SenderType : std::uint8_t {
    narrow,         ///< 2110TPN: gapped read schedule, a few packets of burst.
    narrow_linear,  ///< 2110TPNL: linear read schedule, a few packets of burst.
    wide,  ///< 2110TPW: linear read schedule, 16 packets of burst and more: software senders.
};

}  // namespace streamlib::st2110
