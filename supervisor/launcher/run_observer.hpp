// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a run is asked for, and what it tells whoever prints it.
///
/// Model     The launcher calls the observer from its one loop, in the order things happen. Without an observer a run
///           is silent but for findings and the last error, one line each on stderr.
/// Threads   The thread that called `run`. An observer must return soon: supervision waits for it.
/// Order     findings (then finished) | planned, actor_changed…, rings, running, totals…, stopping, finished.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ipc/base/time.hpp"
#include "ipc/directory_layout.hpp"
#include "runtime/graph/graph_spec.hpp"

namespace streamlib::supervision {

/// One actor as the supervision tree has it.
struct ShownChild {
    std::string name, class_name;
    std::optional<std::uint32_t> parent;  ///< Index into the same list.
    std::uint32_t depth = 0;              ///< In the tree: 0 under the launcher.
    bool exec = false;                    ///< Tier: exec, else fork.
};

/// A change of one actor's state.
struct ActorEvent {
    std::uint32_t index = 0;  ///< Into the list given to `planned`.
    ipc::ActorState state{};
    std::int32_t pid = 0;
    std::uint64_t incarnation = 0;
    ipc::ExitKind exit_kind{};  ///< For stopped and failed.
    /// "exit 1: no such file: a.mov", "signal 9 (SIGKILL)"; empty: ended well.
    std::string exit_text;
};

/// How an actor came back: each step of it.
struct RestartRecord {
    std::uint32_t index = 0;  ///< Into the list given to `planned`.
    std::uint64_t incarnation = 0;
    ipc::SpawnTier tier{};
    MonotonicTime detected{};  ///< The launcher saw the last incarnation dead.
    MonotonicTime spawned{};   ///< The next was ordered (after the backoff, if there was one).
    MonotonicTime reported{};  ///< Its hello came.
    MonotonicTime ready{};     ///< Its READY came.
    /// It published its first block; 0: not yet (`restarted`).
    MonotonicTime first_block{};
};

/// One ring: what an output costs.
struct RingCost {
    std::string output;  ///< "clip.video"
    std::string format;  ///< As text.
    std::uint32_t slots = 0, cells = 0, readers = 0;
    std::uint64_t bytes = 0;  ///< Of /dev/shm.
};

/// Sums over all actors, since the start.
struct RunTotals {
    Nanoseconds elapsed_ns = 0;  ///< Since all were RUNNING.
    std::uint64_t ticks = 0, ticks_dropped = 0;
    std::uint64_t ticks_skipped = 0;  ///< By the clock itself: no actor ever saw them.
    std::uint64_t frames_out = 0;     ///< Blocks published.
    std::uint64_t missed = 0;         ///< Blocks overwritten before an input saw them.
    std::uint64_t restarts = 0;
    std::uint32_t actors = 0, running = 0, stopped = 0, failed = 0;
};

enum class StopReason : std::uint8_t { ended, time_is_up, interrupted, requested, refused, failed };

struct RunSummary {
    StopReason reason{};
    int exit_code = 0;
    RunTotals totals{};
    std::uint32_t killed = 0;  ///< Actors that had not stopped when the deadline came.
};

class RunObserver {
public:
    virtual ~RunObserver() = default;
    /// The graph cannot run; nothing of it does (or all was taken down again). In order of file and line.
    virtual void findings(std::span<const Finding> findings) { static_cast<void>(findings); }
    /// What was given and has no effect.
    virtual void notes(std::span<const Finding> notes) { static_cast<void>(notes); }
    /// The tree that is about to start; `node_directory` is where control listens.
    virtual void planned(const std::string& node, const std::string& node_directory,
                         std::span<const ShownChild> children) {
        static_cast<void>(node), static_cast<void>(node_directory), static_cast<void>(children);
    }
    /// An actor has made a child: `index` is its place in that list, the next one or one that was left.
    virtual void joined(std::uint32_t index, const ShownChild& child) {
        static_cast<void>(index), static_cast<void>(child);
    }
    virtual void actor_changed(const ActorEvent& event) { static_cast<void>(event); }
    /// All formats agree; with `check_only` the last word before finished.
    virtual void rings(std::span<const RingCost> rings, std::uint64_t total_bytes) {
        static_cast<void>(rings), static_cast<void>(total_bytes);
    }
    /// Every actor is RUNNING (or FAILED). `after_ns` since `run` was called.
    virtual void running(Nanoseconds after_ns) { static_cast<void>(after_ns); }
    /// Once a second while it runs, and once more before finished.
    virtual void totals(const RunTotals& totals) { static_cast<void>(totals); }
    virtual void stopping(StopReason reason) { static_cast<void>(reason); }
    virtual void finished(const RunSummary& summary) { static_cast<void>(summary); }
    virtual void restarted(const RestartRecord& record) { static_cast<void>(record); }
    /// The same actor has published its first block, some 100 ms ago at most. Not called of one that has no outputs, or dies
    /// before.
    virtual void first_block(const RestartRecord& record) { static_cast<void>(record); }
    /// A line of `streamlib events`: "restarted", "gave-up", "alarm", "warning", … of an actor, a supervisor, the node.
    virtual void event(const std::string& kind, const std::string& subject,
                       const std::string& text) {
        static_cast<void>(kind), static_cast<void>(subject), static_cast<void>(text);
    }
    /// clock, control or a zygote died and is being replaced: "sl-clock: signal 9 (SIGKILL)".
    virtual void service_restarted(const std::string& text) { static_cast<void>(text); }
};

struct RunOptions {
    std::string node{};                         ///< Empty: the graph's own name.
    std::optional<Nanoseconds> run_for{};       ///< Ordered stop after so long RUNNING.
    Nanoseconds stop_deadline = 5'000'000'000;  ///< From the beginning of a stop to SIGKILL.
    bool check_only = false;                    ///< Up to configure; then everything is taken down.
    /// State that actors begin with: folders with ACTOR.snapshot in them, such files, or ACTOR=FILE.
    std::vector<std::string> restore{};
    /// A folder: state is restored from there, where there is some, and saved to there at the end. Empty: none.
    std::string keep{};
    std::string http{};               ///< "ADDR:PORT" for the API on TCP; empty: Unix socket only.
    bool control = true;              ///< Start the control process (ps, stop, logs … need it).
    RunObserver* observer = nullptr;  ///< Borrowed.
};

}  // namespace streamlib::supervision
