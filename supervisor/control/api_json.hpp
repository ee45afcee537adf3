// SPDX-License-Identifier: Apache-2.0
/// @file
/// The values of api.hpp as JSON and back: the one place that knows Boost.JSON.
///
/// Text      Always valid UTF-8: bytes that are none (an actor may log anything) become U+FFFD.
/// Errors    Reading: parse, when it is no JSON or not of that shape. Unknown keys are ignored, so that a newer node can
///           be asked; missing ones are 0 or empty. Depth at most 32.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "supervisor/control/api.hpp"
#include "supervisor/launcher/run_observer.hpp"

namespace streamlib::supervision {

// What HTTP carries.
[[nodiscard]] std::string actors_json(const std::vector<ActorRow>& rows);  ///< {"actors": [ … ]}
[[nodiscard]] std::string actor_json(const ActorRow& row);
[[nodiscard]] std::string rings_json(const std::vector<RingRow>& rows);  ///< {"rings": [ … ]}
[[nodiscard]] std::string counters_json(
    const std::vector<CounterRow>& rows);  ///< {"counters": [ … ]}
[[nodiscard]] std::string node_json(const NodeRow& node);
[[nodiscard]] std::string logs_json(const LogPage& page);  ///< {"lines": [ … ], "next", "lost"}
[[nodiscard]] std::string wait_json(const WaitAnswer& answer);
[[nodiscard]] std::string error_json(std::string_view code, std::string_view text);
/// {"ok": true}, and the incarnation where there is one.
[[nodiscard]] std::string done_json(const DoneAnswer& done);

[[nodiscard]] Result<std::vector<ActorRow>> read_actors(std::string_view json);
[[nodiscard]] Result<ActorRow> read_actor(std::string_view json);
[[nodiscard]] Result<NodeRow> read_node(std::string_view json);
[[nodiscard]] Result<std::vector<RingRow>> read_rings(std::string_view json);
[[nodiscard]] Result<std::vector<CounterRow>> read_counters(std::string_view json);
[[nodiscard]] Result<LogPage> read_logs(std::string_view json);
[[nodiscard]] Result<WaitAnswer> read_wait(std::string_view json);
[[nodiscard]] Result<DoneAnswer> read_done(std::string_view json);
/// The "error" of an answer that is one; else the text itself.
[[nodiscard]] std::string read_error(std::string_view json);

// What the command line prints with --json, one object a line.
[[nodiscard]] std::string ps_line(const ActorRow& row);  ///< The columns of `ps` and no others.
[[nodiscard]] std::string log_line(std::string_view actor, const LogRow& row);
[[nodiscard]] std::string counter_line(const CounterRow& row);
/// {"actor", "file", "text"}; `file`: empty: none.
[[nodiscard]] std::string sdp_line(std::string_view actor, std::string_view file,
                                   std::string_view text);
/// {"kind": "finding"|"note", "file", "line", "key", "text"}
[[nodiscard]] std::string finding_line(std::string_view kind, std::string_view file,
                                       std::uint32_t line, std::string_view key,
                                       std::string_view text);
/// {"kind": "ring", "output", "format", "slots", "cells", "readers", "bytes"}
[[nodiscard]] std::string ring_line(const RingCost& ring);

}  // namespace streamlib::supervision
