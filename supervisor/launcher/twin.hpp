// SPDX-License-Identifier: Apache-2.0
/// @file
/// A standby of an actor: a process that has configured and mapped everything and waits to be the next incarnation.
///
/// Model     It is made after the node runs, as any incarnation would be, with `setup.standby`. Until it is wanted it writes
///           to a page of its own and to no ring. What its rings or its actor's properties become meanwhile it does not see:
///           then it is given up and another is made.
/// Threads   The launcher's one thread.
#pragma once

#include "ipc/base/time.hpp"
#include "ipc/channel.hpp"
#include "ipc/segment.hpp"
#include "runtime/process/protocol.hpp"
#include "supervisor/launcher/exec_role.hpp"

namespace streamlib::supervision {

/// Standbys of one actor, at most.
inline constexpr std::uint32_t max_twins = 8;

struct Twin {
    ChildProcess process{};
    ipc::Channel channel{};
    ipc::OwnedSegment page{};
    protocol::Configured configured{};
    protocol::Start ahead{};
    MonotonicTime born{};
    bool warm = false;
    bool by_exec = false;
    MonotonicTime due{};  ///< Without a process: when to make the next.
};

}  // namespace streamlib::supervision
