// SPDX-License-Identifier: Apache-2.0
/// @file
/// cgroups that a killed launcher has left: "streamlib-NODE-ACTOR", empty, anywhere below a mount of cgroup v2.
///
/// Model     Only groups whose node is dead, that have nobody in them (the kernel refuses others), and that are older than two
///           seconds: a node in another run directory, which nobody here knows, may have made it for an actor just now.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace streamlib::supervision {

/// Where cgroup v2 is mounted; `mounts` is /proc/self/mountinfo. Pure.
[[nodiscard]] std::vector<std::string> group_mounts(std::string_view mounts);

/// Whose group this may be: names have '-' in them as well, so "streamlib-a-b-c" is of node a or of a-b. Pure.
[[nodiscard]] std::vector<std::string> nodes_of_group(std::string_view group);

/// Removes what was left below `root`, at most 12 levels down; tells each. Links are not followed.
void remove_left_groups(const std::string& root,
                        const std::function<bool(const std::string& node)>& is_alive,
                        const std::function<void(const std::string& group)>& removed);

}  // namespace streamlib::supervision
