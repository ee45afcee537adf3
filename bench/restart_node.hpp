// SPDX-License-Identifier: Apache-2.0
/// @file
/// A node whose actors are killed again and again, and how long each was away.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/trial.hpp"

namespace streamlib::bench {

struct RestartCase {
    std::string tier = "fork";  ///< "fork", "exec", "standby".
    bool picture =
        false;          ///< TestPattern 1080p 4:2:2 10 bit in place of a class that does nothing.
    bool busy = false;  ///< Both cores 70 % busy by other actors of the graph.
    std::uint32_t kills = 1000;
};

/// Milliseconds from the kill: "detected", "running", "ready", "first", each with " p50", " p99", " max"; "lost p50" … in
/// ticks of 1/60 s; "phase 0" … "phase 9": kills by tenth of the tick's period; "load": of all cores' time, per cent.
[[nodiscard]] Numbers restarts_of(const RestartCase& wanted);

/// So many supervised actors killed at one moment: "back" until all are READY again, "stop" from SIGTERM to the end of the
/// run with all of them, ms.
[[nodiscard]] Numbers many_at_once(std::uint32_t actors);

/// Kill to the first store of the next process, by the barest parent there can be: "p50", "p99", "max" in ms. Line by line
/// what the limit program restart_limit does.
[[nodiscard]] Numbers restarts_by_bare_fork(std::uint32_t kills);

/// The same by supervisors of today, over a program that is killed a second after it came up: "p50" … in ms to its first store.
[[nodiscard]] Numbers restarts_by_s6(std::uint32_t kills);
[[nodiscard]] Numbers restarts_by_supervisord(std::uint32_t kills);
[[nodiscard]] Numbers restarts_by_erlang(std::uint32_t kills);
/// That program: `bench_restart --child NOTES`.
[[noreturn]] void live_as_peers_child(const std::string& path);

}  // namespace streamlib::bench
