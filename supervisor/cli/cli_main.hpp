// SPDX-License-Identifier: Apache-2.0
/// @file
/// The command line `streamlib …`: docs/COMMANDS.md is its contract.
/// Threads   One call a process, from the main thread.
#pragma once

namespace streamlib::supervision {

/// Runs one command; returns the exit status: 0 done, 1 the graph or an actor failed, 2 wrong usage.
/// Errors are one line on stderr. Never throws. `streamlib::init` has been called.
[[nodiscard]] int cli_main(int argc, char** argv) noexcept;

}  // namespace streamlib::supervision
