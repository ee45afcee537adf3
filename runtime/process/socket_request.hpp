// SPDX-License-Identifier: Apache-2.0
/// @file
/// An actor's process asks the launcher for a socket and waits for it.
///
/// Threads   The actor's own, in configure() or format_changed(). Cost: a round trip.
#pragma once

#include <deque>
#include <string>

#include "ipc/channel.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib {

/// What else the launcher says meanwhile, a start sent ahead perhaps, is added to `put_by`, in order.
[[nodiscard]] Result<OpenedSocket> ask_for_socket(ipc::Channel& launcher,
                                                  std::deque<ipc::Channel::Message>& put_by,
                                                  const std::string& endpoint,
                                                  const SocketWish& wish);

}  // namespace streamlib
