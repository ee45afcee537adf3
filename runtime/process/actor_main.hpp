// SPDX-License-Identifier: Apache-2.0
/// @file
/// An actor process from the inside: everything between its birth and its exit status.
#pragma once

#include "ipc/base/fd.hpp"

namespace streamlib {

/// Runs one actor over its launcher channel until it ends; returns the exit status (0 ended or stopped, 1 failed).
/// `channel` is the actor's end of a SOCK_SEQPACKET pair with `setup` already queued; `page` its ActorPage segment
/// (read-write). The caller has already done the process part: process group, PDEATHSIG, name, descriptors, signals.
/// Never returns by exception. One thread.
[[nodiscard]] int run_actor_process(UniqueFd channel, UniqueFd page) noexcept;

/// Goes the same way with a class that does not exist, up to where it is looked for: what that way needs of code and data is
/// then mapped in this process, and the real run takes no faults for it. About 0.3 ms; leaves nothing behind.
void rehearse_actor_process() noexcept;

}  // namespace streamlib
