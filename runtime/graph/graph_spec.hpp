// SPDX-License-Identifier: Apache-2.0
/// @file
/// A graph as somebody wrote it down: in TOML, in one line, or in C++ with `>>`. All three build
/// this same value.
///
/// Model     Declarations with their place, unresolved: class names and ports are looked up by
///           `check_graph`.
/// Threads   Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/time.hpp"
#include "runtime/graph/exit_rules.hpp"
#include "runtime/tick.hpp"

namespace streamlib {

/// Where something was written; prints as "file:line" (line 0: the file as a whole; "C++" for the
/// DSL).
struct Place {
    std::string file;
    std::uint32_t line = 0;
};
[[nodiscard]] std::string to_string(const Place& place);

/// A value as text, with the place it was given. TOML integers, floats, booleans and strings all
/// become text here.
struct GivenValue {
    std::string text;
    Place place;
};

struct ActorDecl {
    std::string name;  ///< Instance name, [A-Za-z0-9_-]{1,63}, unique in the node.
    std::string class_name;
    Place place;
    /// Everything that is not one of the keys below.
    std::map<std::string, GivenValue> properties;
    std::string parent, supervisor, restart, shutdown, start = "fork";
    std::string domain, phase, dispatcher, host, cpus, limits, plugin;
    bool significant = false;
    std::uint32_t standby = 0;
    Trigger trigger = Trigger::automatic;
    Nanoseconds hang_after_ns = 0, stale_after_ns = 0;     ///< 0: default.
    std::uint32_t hang_after_ticks = 0;                    ///< In place of hang_after_ns, if not 0.
    Nanoseconds snapshot_ns = 0;                           ///< Interval; 0: on demand only.
    std::uint32_t depth = 0, hold = 0, spare_readers = 2;  ///< depth, hold: 0 = the class's own.
    std::optional<int> realtime, nice;
    /// By port ("": the only one of its side): address, or what is received there. See network_ends.hpp.
    std::map<std::string, GivenValue> send_to{}, receive_from{};
    std::map<std::string, Place> key_places;  ///< Where each of the keys above was written.
};

struct LinkDecl {
    std::string from, from_port;  ///< Empty port: the only (or only fitting) one.
    std::string to, to_port;
    Place place;
};

struct SupervisorDecl {
    std::string name, strategy = "one_for_one", parent, auto_shutdown, backoff;
    std::uint32_t intensity = 10;
    Nanoseconds period_ns = 10'000'000'000;
    Place place;
    std::map<std::string, Place> key_places{};   ///< Where each of its keys was written.
    std::map<std::string, GivenValue> decide{};  ///< Reason to action, see exit_rules.hpp.
    ExitHook decide_hook{};                      ///< From C++ alone; asked before `decide`.
};

struct ClockDecl {
    std::vector<std::string> sources{"software"};  ///< The first that is healthy.
    Rate rate{60, 1};                              ///< Of the domain "" (the default one).
    std::map<std::string, Rate> domains;           ///< `[clock.domains]` name = "rate".
};

struct NodeDecl {
    std::string name = "local";
    std::vector<std::string> plugins;
    std::uint32_t max_actors = 4096, max_ports = 16384;
    std::string on_give_up = "leave", on_alarm;
};

struct GraphSpec {
    NodeDecl node;
    ClockDecl clock;
    std::vector<ActorDecl> actors;  ///< In the order of the text.
    std::vector<SupervisorDecl> supervisors;
    std::vector<LinkDecl> links;
    Place place;
};

/// One thing that is wrong, for a person: prints as "graph.toml:12: actors.blur.radius: 900 is
/// above 100 (px)".
struct Finding {
    Place place;
    std::string key;   ///< "actors.clip.path", "links[2]"; may be empty.
    std::string text;  ///< What is wrong and how to mend it.
};
[[nodiscard]] std::string to_string(const Finding& finding);

}  // namespace streamlib
