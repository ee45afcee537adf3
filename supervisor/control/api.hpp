// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the control process tells about a node, as plain values: what HTTP carries as JSON and the command line prints.
/// Threads   Values. Times are milliseconds or nanoseconds as named; wall times are TAI.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/directory_layout.hpp"

namespace streamlib::supervision {

/// One actor; the first ten are the columns of `ps`.
struct ActorRow {
    std::string uri;
    std::int32_t pid = 0;  ///< 0: no process.
    std::string state;     ///< "RUNNING": see `state_word`.
    std::uint64_t restarts = 0;
    std::uint64_t incarnation = 0;  ///< 0 before the first start.
    std::uint64_t uptime_ms = 0;    ///< Of this incarnation; of the last one if it has ended.
    /// How the last one ended: see `exit_words`. None: none has yet.
    std::optional<std::string> exit;
    std::string dispatcher;
    std::uint64_t ticks = 0, ticks_dropped = 0;  ///< Over all incarnations, as all counts here.

    std::string name, class_name;
    std::string parent, supervisor;  ///< Empty: none. "node": the node's own supervisor.
    std::string tier;  ///< "fork", "exec", "standby": where this incarnation came from.
    std::uint64_t frames_in = 0, frames_out = 0;
    std::uint64_t missed = 0;  ///< Blocks of its inputs overwritten unseen.
    std::uint64_t process_last_ns = 0, process_max_ns = 0;
    std::uint64_t log_lines = 0;              ///< Lines ever logged: the number of the next one.
    std::string error;                        ///< Its last error; empty: none.
    std::uint32_t index = 0, generation = 0;  ///< Its place in the directory.
};

/// One end of a ring that reads.
struct RingReaderRow {
    std::string input;  ///< "convert.video"
    std::uint32_t cell = 0;
};

struct RingRow {
    std::string output;  ///< "clip.video"
    std::string format;  ///< As text; empty: carries nothing.
    std::uint32_t generation = 0, slots = 0, cells = 0, open_slots = 0, depth = 0;
    std::uint64_t payload_bytes = 0;  ///< Most of one block.
    std::uint64_t bytes = 0;          ///< Of shared memory.
    std::vector<RingReaderRow> readers;
};

struct NodeRow {
    std::string name, host, run_dir, version;
    std::int32_t launcher_pid = 0, control_pid = 0;
    std::uint64_t uptime_ms = 0;
    std::uint64_t actors = 0, running = 0, stopped = 0, failed = 0;
    std::uint64_t rings = 0, ring_bytes = 0;
};

struct LogRow {
    std::uint64_t number = 0;  ///< From 0, over all incarnations.
    std::int64_t time_ns = 0;  ///< TAI since the PTP epoch.
    std::string level;         ///< "debug", "info", "warning", "error"
    std::uint64_t incarnation = 0;
    std::string text;
};

struct LogPage {
    std::vector<LogRow> lines;
    std::uint64_t next = 0;  ///< What to ask for next.
    std::uint64_t lost = 0;  ///< Overwritten or torn, between `from` and `next`.
};

/// One number that an actor or one of its ports counts, over all incarnations.
struct CounterRow {
    std::string actor;
    std::string port;  ///< Empty: of the actor as a whole.
    std::string name;  ///< "missed", "no_free_slot"; or what the class calls it.
    std::uint64_t value = 0;
};

struct WaitAnswer {
    bool reached = false;
    bool known = false;  ///< The node has an actor of that name.
    std::string state;   ///< Where it is now; empty if it is not known.
    std::optional<std::string> exit;
};

/// The launcher has taken a request.
struct DoneAnswer {
    std::uint64_t incarnation = 0;  ///< Of a restart: the first that is new; else 0.
};

/// "RUNNING", "STOPPED", "FAILED", "STARTING", "STOPPING", "RESTARTING"; "NONE" before the first start.
[[nodiscard]] std::string_view state_word(ipc::ActorState state) noexcept;
[[nodiscard]] bool is_state_word(std::string_view word) noexcept;
[[nodiscard]] std::string_view tier_word(ipc::SpawnTier tier) noexcept;
/// "exit 0", "exit 1: no such file: a.mov", "signal 9 (SIGKILL)", "refused: …"; none if it has not ended. `text` is the
/// directory's: all of that, or the part behind the colon.
[[nodiscard]] std::optional<std::string> exit_words(ipc::ExitKind kind, std::int32_t code,
                                                    std::string_view text);
/// "KILL", "SIGKILL", "kill" or "9"; 0: there is none.
[[nodiscard]] int signal_number(std::string_view text);

/// "0.1.0"
[[nodiscard]] std::string_view version() noexcept;

}  // namespace streamlib::supervision
