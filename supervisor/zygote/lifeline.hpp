// SPDX-License-Identifier: Apache-2.0
/// @file
/// What ends a process when the launcher is gone, however the launcher died.
///
/// Model     A pipe of which the launcher alone holds the writing end. Each process opens the reading end for itself and has
///           the kernel send SIGKILL to its whole process group when the pipe hangs up (F_SETSIG, F_SETOWN, O_ASYNC). It needs no
///           thread and no poll, reaches what the process started itself, and a process that is stopped or hangs.
/// Beside    PR_SET_PDEATHSIG, which reaches direct children only and is lost over fork.
/// Cost      Four system calls a process.
#pragma once

#include <utility>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

/// Launcher: {reading end to hand out, writing end to keep}; both close-on-exec.
[[nodiscard]] Result<std::pair<UniqueFd, UniqueFd>> make_lifeline();

/// Child, leader of its own process group: SIGKILL to the group when the launcher is gone. `inherited` stays open. If the
/// launcher is gone already this does not return. The result must be kept open. Async-signal-safe but for the error text.
[[nodiscard]] Result<UniqueFd> arm_lifeline(int inherited);

}  // namespace streamlib::supervision
