// SPDX-License-Identifier: Apache-2.0
/// @file
/// A standby of an actor: a process that has configured and mapped everything and waits to be the next incarnation. So is
/// a replacement, of other properties: wanted as soon as it is warm.
///
/// Model     It is made after the node runs, as any incarnation would be, with `setup.standby`. Until it is wanted it writes
///           to a page of its own and to no ring. What its rings or its actor's properties become meanwhile it does not see:
///           then it is given up and another is made.
/// Threads   The launcher's one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "ipc/base/time.hpp"
#include "ipc/channel.hpp"
#include "ipc/segment.hpp"
#include "runtime/process/protocol.hpp"
#include "supervisor/launcher/exec_role.hpp"

namespace streamlib::supervision {

/// Standbys of one actor, at most.
inline constexpr std::uint32_t max_twins = 8;
/// Where a replacement stands among them.
inline constexpr std::uint32_t replacement_twin = max_twins;

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

struct Replacement {
    Twin twin{};
    std::map<std::string, std::string> properties{};  ///< All that the actor is given then.
    std::uint64_t request = 0, desk_round = 0;        ///< Who is to be told.
    bool cut = false;  ///< It was warm and the asker was told so: the incarnation before makes way.
};

/// What an actor has again where no incarnation with its new properties becomes READY.
struct PropertiesBefore {
    std::map<std::string, std::string> properties{};
    std::uint64_t incarnation = 0;  ///< The first with the new ones.
};

}  // namespace streamlib::supervision
