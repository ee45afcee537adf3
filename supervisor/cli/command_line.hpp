// SPDX-License-Identifier: Apache-2.0
/// @file
/// The words behind `streamlib`, as values. docs/COMMANDS.md is the contract.
/// Model     Pure: nothing is printed or looked up here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/time.hpp"

namespace streamlib::supervision {

enum class Verb : std::uint8_t {
    run,
    check,
    inspect,
    ps,
    tree,
    logs,
    events,
    counters,
    sdp,
    crash,
    stop,
    restart,
    replace,
    kill,
    snapshot,
    wait,
    gc
};

struct CommandLine {
    Verb verb{};
    std::string subject;  ///< GRAPH, CLASS or ACTOR; empty: not given.
    std::string node;     ///< Empty: not given.
    bool json = false, follow = false, quiet = false;
    std::optional<Nanoseconds> run_for;
    Nanoseconds timeout_ns = 5'000'000'000;
    std::vector<std::string> sets;  ///< "ACTOR.property=value"; replace: without the actor.
    std::vector<std::string> plugins;
    std::vector<std::string> restore;  ///< run: files and folders with state.
    std::string keep;                  ///< run: the folder that keeps it.
    std::string to;  ///< snapshot: file or folder; sdp: folder; empty: print only.
    std::string state = "RUNNING";
    int signal = 9;
    std::optional<std::uint64_t> last;  ///< Log lines to begin with.
};

/// A command, or what to print instead and the exit status that goes with it.
struct ParsedLine {
    std::optional<CommandLine> command;
    int exit_code = 0;
    std::string out, error;  ///< `error`: one line, without its end.
};

[[nodiscard]] ParsedLine parse_command_line(const std::vector<std::string>& words);

}  // namespace streamlib::supervision
