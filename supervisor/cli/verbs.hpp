// SPDX-License-Identifier: Apache-2.0
/// @file
/// The commands, one function each. They print and return the exit status: 0 done, 1 not.
#pragma once

#include "supervisor/cli/command_line.hpp"
#include "supervisor/cli/screen.hpp"

namespace streamlib::supervision {

[[nodiscard]] int run_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int check_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int inspect_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int ps_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int tree_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int logs_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int events_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int counters_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int sdp_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int crash_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int stop_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int restart_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int replace_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int kill_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int snapshot_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int wait_verb(const CommandLine& line, Screen& screen);
[[nodiscard]] int gc_verb(const CommandLine& line, Screen& screen);

}  // namespace streamlib::supervision
