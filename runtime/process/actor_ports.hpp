// SPDX-License-Identifier: Apache-2.0
/// @file
/// The ports of an actor process between configure() and start(): what they are to carry, and the rings they get.
/// Threads   The actor's own thread.
#pragma once

#include "ipc/base/error.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/process/mapped_rings.hpp"
#include "runtime/process/protocol.hpp"

namespace streamlib {

/// What configure() has decided. Errors: an output that is not optional was given no format.
[[nodiscard]] Result<protocol::Configured> configured_of(const ActorCore& core);

/// Readers and writers begin: from here on this process is the incarnation that its neighbours see.
[[nodiscard]] Result<> attach_ports(ActorCore& core, const MappedStart& mapped);

}  // namespace streamlib
