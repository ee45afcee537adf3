// SPDX-License-Identifier: Apache-2.0
/// @file
/// Applies what a graph asks of the kernel for an actor's process.
///
/// Model     Each wish by itself; one that is not permitted is passed over and told, never a failure. What the actor starts
///           later (class Program) inherits CPU set, realtime class and nice, and counts into the limits.
/// Limits    cgroup v2. A group "streamlib-NODE-ACTOR" is made beside the group that the node runs in, where that one's
///           parent is ours to write to and has (or takes) the controllers; nothing but the actor is moved.
/// Memory    realtime also locks the pages that the actor touches, as it touches them.
/// Cost      Some system calls at birth; nothing where nothing is asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/graph/process_words.hpp"

namespace streamlib {

/// To the calling process. A line for each wish that was not granted: what it needs, for the log (200 bytes at most).
[[nodiscard]] std::vector<std::string> apply_wishes(const ProcessWishes& wishes,
                                                    std::string_view node, std::string_view actor);

/// Again once everything is mapped: what came since apply_wishes() is locked too. Nothing without `realtime`.
[[nodiscard]] std::vector<std::string> lock_memory(const ProcessWishes& wishes);

/// Where a process's group may have neighbours: `mounts` is /proc/self/mountinfo, `groups` is /proc/self/cgroup. Empty: there
/// is no cgroup v2, or the process is in its root. Pure.
[[nodiscard]] std::string group_above(std::string_view mounts, std::string_view groups);

/// Puts `pid` below `above` with those limits. Errors: the text says what is missing.
[[nodiscard]] Result<> limit_process(const std::string& above, const std::string& name, int pid,
                                     const ProcessWishes& wishes);

/// The launcher, once the actor's processes are gone. Nothing where there is none, or where some are still going.
void remove_limits(std::string_view node, std::string_view actor) noexcept;

}  // namespace streamlib
