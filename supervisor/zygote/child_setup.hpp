// SPDX-License-Identifier: Apache-2.0
/// @file
/// What every process of a node does to itself before it does its work: containment, signals, descriptors, name.
///
/// Model     Own process group, lifeline, PR_SET_PDEATHSIG (and a look whether the parent is still the launcher), default
///           signals, stdin from /dev/null, no descriptor that is not its own.
#pragma once

#include <span>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

/// Own process group, and the lifeline armed.
[[nodiscard]] Result<UniqueFd> contain_self(int inherited_lifeline);

/// SIGKILL when the launcher dies. Ends the process at once if the launcher is not (or no longer) its parent.
void die_with_launcher(int launcher_pid) noexcept;

/// All signals as at birth of a program, none blocked.
void reset_signals() noexcept;

/// stdin from /dev/null; closes everything above stderr but `keep` (ascending, at most 8).
void close_all_but(std::span<const int> keep) noexcept;

/// /proc/self/comm; the first 15 bytes.
void set_comm(std::string_view name) noexcept;

}  // namespace streamlib::supervision
