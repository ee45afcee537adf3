// SPDX-License-Identifier: Apache-2.0
/// @file
/// The control process: everything that talks to the outside, so that the launcher parses nothing.
///
/// Model     One thread, one event loop. Serves HTTP/1.1 and JSON on RUNDIR/control.sock (docs/COMMANDS.md lists it), reads
///           directory and actor pages (read-only memory), and hands requests to the launcher (supervisor/control_link.hpp).
/// Crash     May die at any time: no frame notices. The launcher starts the next one, which takes the socket over.
///           Ends by itself as soon as the launcher's end of the channel is closed.
#pragma once

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

/// Runs until the launcher is gone; returns the exit status: 0, or 1 if it could not listen (one line on stderr).
/// `channel` is control's end of a SOCK_SEQPACKET pair. The caller has done the process part: name, process group,
/// PDEATHSIG, descriptors, signal mask. Never throws.
[[nodiscard]] int control_main(UniqueFd channel) noexcept;

}  // namespace streamlib::supervision
