// SPDX-License-Identifier: Apache-2.0
/// @file
/// The values of supervision_rows.hpp as JSON and back; text and errors as in api_json.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "supervisor/control/supervision_rows.hpp"

namespace streamlib::supervision {

// What HTTP carries.
[[nodiscard]] std::string supervisors_json(
    const std::vector<SupervisorRow>& rows);  ///< {"supervisors": [ … ]}
[[nodiscard]] std::string tree_json(const NodeRow& node, const std::vector<ActorRow>& actors,
                                    const std::vector<SupervisorRow>& supervisors);
[[nodiscard]] std::string events_json(
    const EventPage& page);  ///< {"events": [ … ], "next", "lost"}
[[nodiscard]] std::string crash_json(const CrashReport& report);
[[nodiscard]] std::string snapshot_json(const SnapshotRow& row);

[[nodiscard]] Result<std::vector<SupervisorRow>> read_supervisors(std::string_view json);
[[nodiscard]] Result<EventPage> read_events(std::string_view json);
[[nodiscard]] Result<CrashReport> read_crash(std::string_view json);
[[nodiscard]] Result<SnapshotRow> read_snapshot(std::string_view json);

// What the command line prints with --json, one object a line. A crash is what HTTP carries.
[[nodiscard]] std::string tree_line(const TreeRow& row, const std::vector<ActorRow>& actors,
                                    const std::vector<SupervisorRow>& supervisors);
[[nodiscard]] std::string event_line(const EventRow& row);
[[nodiscard]] std::string snapshot_line(const SnapshotRow& row,
                                        std::string_view file);  ///< `file`: empty: none.

}  // namespace streamlib::supervision
