// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the commands about a running node say, as text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/time.hpp"
#include "supervisor/cli/table.hpp"
#include "supervisor/control/api.hpp"
#include "supervisor/control/supervision_rows.hpp"

namespace streamlib::supervision {

/// A table with the columns of `ps --json`, shortened where a person reads.
[[nodiscard]] std::string ps_words(const std::vector<ActorRow>& rows, bool colours);
/// A table ACTOR, COUNTER, VALUE; a port's counter as "in.missed".
[[nodiscard]] std::string counters_words(const std::vector<CounterRow>& rows, bool colours);
/// The node, and below it supervisors and actors, with branches drawn.
[[nodiscard]] std::string tree_words(const NodeRow& node, const std::vector<ActorRow>& actors,
                                     const std::vector<SupervisorRow>& supervisors, bool colours);
/// "is FAILED (signal 9 (SIGKILL)), not RUNNING, after 5s"
[[nodiscard]] std::string not_reached_words(const WaitAnswer& answer, std::string_view wanted,
                                            Nanoseconds waited);
/// The same of incarnation 3, which was asked for: "incarnation 3 is FAILED (exit 1), not RUNNING, after 5s"
[[nodiscard]] std::string not_restarted_words(const WaitAnswer& answer, std::uint64_t incarnation,
                                              Nanoseconds waited);
/// "5.0s"
[[nodiscard]] std::string span_of(Nanoseconds span);

/// "12:03:04.567", of today or any other day.
[[nodiscard]] std::string wall_words(std::int64_t tai_ns, Nanoseconds tai_offset_ns);
/// "12:03:04.567 info    restarted clip: incarnation 2 …"
[[nodiscard]] std::string event_words(const EventRow& row, Nanoseconds tai_offset_ns, bool colours);
/// "12:03:04.567 clip        info     opened a.mov": with the name where `name_width` > 0. `tai_offset_ns`: TAI - UTC.
[[nodiscard]] std::string log_words(std::string_view actor, const LogRow& row,
                                    std::size_t name_width, Nanoseconds tai_offset_ns,
                                    bool colours);

}  // namespace streamlib::supervision
