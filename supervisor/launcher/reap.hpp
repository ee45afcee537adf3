// SPDX-License-Identifier: Apache-2.0
/// @file
/// The end of a process, as its parent sees it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <utility>

#include "supervisor/launcher/exec_role.hpp"
#include "supervisor/launcher/exit_reason.hpp"

namespace streamlib::supervision {

/// Takes the exit status of a process whose pidfd became readable. None: it lives.
[[nodiscard]] std::optional<ExitReason> reap(const ChildProcess& child) noexcept;
/// The same, and kills what is left of its process group: while the dead leader is not reaped its number belongs to nobody
/// else. For actors; what is in a zygote's group are actors that are being born.
[[nodiscard]] std::optional<ExitReason> reap_with_group(const ChildProcess& child) noexcept;

/// SIGKILL; to the process, not to a number that another may have by now.
void kill_process(const UniqueFd& pidfd, int signal) noexcept;

/// SIGKILL to it and to what it has made; its end is reaped as a stranger's. It waits for nothing: for the launcher's loop.
void kill_and_let_go(ChildProcess& child) noexcept;
/// The same, and waits for the end, but no longer than a second: one that the kernel holds does not die when it is told to.
void kill_and_reap(ChildProcess& child) noexcept;

/// A dead child that waits to be reaped, without reaping it. 0: none.
[[nodiscard]] pid_t dead_child() noexcept;
/// Reaps one that is not ours by name: an intermediate of a killed zygote, a process that an actor left behind.
[[nodiscard]] ExitReason reap_stranger(pid_t pid) noexcept;

}  // namespace streamlib::supervision
