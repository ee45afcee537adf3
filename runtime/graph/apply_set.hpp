// SPDX-License-Identifier: Apache-2.0
/// @file
/// `--set ACTOR.property=value`: changes a graph that was read, before it is checked.
#pragma once

#include <string_view>

#include "ipc/base/error.hpp"
#include "runtime/graph/graph_spec.hpp"

namespace streamlib {

/// "clip.path=x" gives actor `clip` a property, "clip.trigger=input" one of the keys of an actor.
/// Where no actor has the name, "clock.rate=50", "node.name=x" and "supervisors.media.period=5s"
/// mean those tables. The value is everything after the first "=", blanks and quotes included.
/// The error says what is wrong with the assignment, not which one it was. Properties are judged by
/// `check_graph`, like those of a file.
[[nodiscard]] Result<> apply_set(GraphSpec& graph, std::string_view assignment);

}  // namespace streamlib
