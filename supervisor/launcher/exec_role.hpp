// SPDX-License-Identifier: Apache-2.0
/// @file
/// Starts this executable again for one role.
///
/// Cost      posix_spawn (vfork underneath): independent of the launcher's size; the loader of the new image costs 1 … 10 ms
///           in the child.
#pragma once

#include <sys/types.h>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "supervisor/launcher/roles.hpp"

namespace streamlib::supervision {

struct ChildProcess {
    pid_t pid = 0;
    UniqueFd pidfd;
};

/// Descriptors are duplicated to their numbers of `role_fd`; -1: that role has none. They stay the caller's.
struct RoleDescriptors {
    int channel = -1, lifeline = -1, page = -1;
};

[[nodiscard]] Result<ChildProcess> exec_role(const RoleArguments& role,
                                             const RoleDescriptors& descriptors);

/// A descriptor for a child of ours that was forked elsewhere. Errors: gone (reaped already).
[[nodiscard]] Result<UniqueFd> open_pidfd(pid_t pid);

}  // namespace streamlib::supervision
