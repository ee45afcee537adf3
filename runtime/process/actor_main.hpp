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

}  // namespace streamlib
