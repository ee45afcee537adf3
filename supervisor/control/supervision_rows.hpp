// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the control process tells of supervision, as plain values: the tree's supervisors, events, and how an actor died.
/// Threads   Values. Wall times are TAI nanoseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/control/api.hpp"

namespace streamlib::supervision {

struct SupervisorRow {
    std::string name;                  ///< "node": the node's own.
    std::string parent;                ///< A supervisor; empty: none.
    std::string strategy;              ///< "one_for_one", …
    std::string state;                 ///< As of actors; RESTARTING: down, and comes back.
    std::uint32_t intensity = 0;       ///< Restarts allowed within `period_ms` …
    std::uint32_t intensity_left = 0;  ///< … and how many of them are left.
    std::uint64_t period_ms = 0;
};

/// What the tree shows on one line: an actor, or a supervisor. With neither: a supervisor that is named and not there.
struct TreeRow {
    std::string name;
    std::uint32_t depth = 0;                ///< 0: right below the node.
    std::optional<std::size_t> actor;       ///< Into the rows given.
    std::optional<std::size_t> supervisor;  ///< The same.
};

/// Rows in the order of the supervision tree, siblings as they were given, actors first. An actor stands below its parent
/// where both have the same supervisor, else below its own supervisor. Supervisors of nobody are left out.
[[nodiscard]] std::vector<TreeRow> tree_rows(const std::vector<ActorRow>& actors,
                                             const std::vector<SupervisorRow>& supervisors);

/// One line of the event book.
struct EventRow {
    std::uint64_t number = 0;  ///< From 0, since the node's start.
    std::int64_t time_ns = 0;
    std::string level;          ///< "info", "warning", "error"
    std::string kind;           ///< "restarted", "failed", …: docs/COMMANDS.md has them all.
    std::string subject, text;  ///< Of whom: an actor, a supervisor, a service, the node.
};
struct EventPage {
    std::vector<EventRow> events;
    std::uint64_t next = 0;  ///< What to ask for next.
    std::uint64_t lost = 0;  ///< Overwritten between `from` and `next`.
};
/// From "KIND SUBJECT: TEXT"; what is not of that form is text alone.
[[nodiscard]] EventRow event_of(const LogRow& line);

/// What an actor has kept for its next incarnation.
struct SnapshotRow {
    std::string actor, class_name;
    bool keeps_state = false;  ///< Of its class; if not there is nothing below.
    std::uint64_t number =
        0;  ///< From 1, growing over all incarnations; 0: it had nothing to keep.
    std::uint32_t version = 0;  ///< The class's own.
    std::uint64_t bytes = 0;
    std::int64_t time_ns = 0;       ///< TAI, when it was taken.
    std::uint64_t age_ms = 0;       ///< Since then.
    std::uint64_t incarnation = 0;  ///< Who took it; 0: it came from a file.
};

/// Where a port stood when its actor died. Sequences count blocks from 1; 0: none yet.
struct CrashPort {
    std::string port;              ///< "out.video"
    std::string direction;         ///< "input", "output"
    std::uint64_t sequence = 0;    ///< Output: of its newest block; input: of the one it took last.
    std::uint64_t newest = 0;      ///< Of the ring's newest block.
    std::uint64_t tick_index = 0;  ///< Of the ring's newest block.
};

/// The last death of an actor that did not end as it should.
struct CrashReport {
    bool died = false;  ///< False: it never has; only `name` is set.
    std::string name;
    std::uint64_t incarnation = 0, deaths = 0;
    std::int32_t pid = 0;
    std::string exit;  ///< "signal 11 (SIGSEGV)", "exit 1: exception in process(): …"
    std::int64_t time_ns = 0;
    std::uint64_t lived_ms = 0;
    std::uint64_t ticks = 0;  ///< That this incarnation processed.
    std::uint64_t last_tick_index = 0, last_tick_seq = 0;
    std::string doing;           ///< "process()", "waiting", …
    std::uint64_t doing_us = 0;  ///< For how long; 0 where it waited.
    std::vector<LogRow> lines;   ///< Its last ones, at most 10.
    std::vector<CrashPort> ports;
    /// What the dying process wrote down, where it could: "SIGSEGV at 0x10 in process(), tick 1234".
    std::string what;
    std::vector<std::string> backtrace;  ///< Innermost frame first; empty: none was taken.
};
inline constexpr std::size_t crash_lines = 10;

}  // namespace streamlib::supervision
