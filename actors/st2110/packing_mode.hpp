// SPDX-License-Identifier: Apache-2.0
/// @file
/// The packing modes of ST 2110-20, which packets follow and SDP declares.
#pragma once

#include <cstdint>

namespace streamlib::st2110 {

/// How pgroups are put into packets (ST 2110-20 clause 6.3; `PM` in SDP).
enum class PackingMode : std::uint8_t {
    general,  ///< 2110GPM: any whole number of pgroups.
    block,    ///< 2110BPM: multiples of 180 octets.
};

}  // namespace streamlib::st2110
