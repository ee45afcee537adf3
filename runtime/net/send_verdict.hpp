// SPDX-License-Identifier: Apache-2.0
/// @file
/// What follows from the errno of a send. Pure. Private to runtime/net.
#pragma once

#include <cstdint>

#include "runtime/net/sender.hpp"

namespace streamlib::net {

enum class SendVerdict : std::uint8_t {
    give_up,           ///< These datagrams are lost.
    try_again,         ///< The error was of an earlier datagram, or an interruption.
    wait,              ///< The send buffer is full.
    without_segments,  ///< The interface cannot segment, or the segments are above its MTU: one by one.
};

/// `segmented`: the message was more than one datagram. `tries`: how often it was tried already, from 1.
[[nodiscard]] SendVerdict judge(int error, bool segmented, unsigned tries) noexcept;

[[nodiscard]] SendStatus status_of(int error) noexcept;

/// Adds one batch that is done.
void count(SendCounters& counters, const SendDone& done, std::size_t bytes) noexcept;

}  // namespace streamlib::net
