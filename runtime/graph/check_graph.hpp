// SPDX-License-Identifier: Apache-2.0
/// @file
/// Judges a graph before anything starts: every finding at once, and a plan where there is none.
///
/// Model     Pure: classes come from a lookup, the file system through one question. It goes as far
///           as one can without running an actor; formats are compared later (`check_formats`),
///           when each has said what it carries.
/// Ports     A link that names no port means the only one; where an actor has several, the only
///           pair whose kinds fit.
/// Loops     Links may form loops if each has an actor with trigger "tick": it works on what is
///           newest, so it breaks the wait. A loop of `cascade` and `input` actors alone would wait
///           for itself and is a finding.
/// Errors    Findings with file, line and key; at most 200.
/// Cost      Linear in actors and links but for suggestions, which findings cost.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/graph/graph_plan.hpp"

namespace streamlib {

/// What `check_graph` needs to know of the world.
struct KnownClasses {
    /// The class of that name, or null. What it points to must outlive the plan.
    std::function<const ClassSpec*(std::string_view class_name)> lookup;
    std::vector<std::string> names;  ///< For "did you mean".
    /// Whether a path exists; empty: asks the file system.
    std::function<bool(const std::string& path)> exists;
    std::uint32_t cpus = 0;  ///< CPUs of the machine it is to run on; 0: asks this one.
};

struct CheckedGraph {
    std::vector<Finding> findings;  ///< Empty: the plan is good.
    /// What was given, is carried along, and has no effect in this version.
    std::vector<Finding> notes;
    GraphPlan plan;
};

[[nodiscard]] CheckedGraph check_graph(const GraphSpec& graph, const KnownClasses& classes);

/// A property's value in canonical text ("yes" → "true", "007" → "7"), or why it is none: type,
/// range with unit, choices. Does not look whether paths exist.
[[nodiscard]] Result<std::string> check_property(const PropertySpec& property,
                                                 std::string_view text);

/// By file, then line: for findings of several steps.
void sort_findings(std::vector<Finding>& findings);

}  // namespace streamlib
