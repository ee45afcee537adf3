// SPDX-License-Identifier: Apache-2.0
/// @file
/// A graph from a TOML file (ARCHITECTURE section 8 has the keys).
///
/// Model     Reading only notes what was written and what cannot be: syntax, types of keys, unknown
///           keys outside actors, link texts. What needs the classes (properties, ports, unknown
///           keys of actors) is `check_graph`'s, so both lists together are all that is wrong.
/// Paths     A relative path in a property means the current directory of whoever runs the graph,
///           as with any command line, not the folder of the graph file.
/// Errors    Findings, each with file, line and key; never a throw. Text of any content is safe to
///           read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/graph/graph_spec.hpp"

namespace streamlib {

struct ReadGraph {
    GraphSpec graph;                ///< What could be read, even where there are findings.
    std::vector<Finding> findings;  ///< Empty: all was understood. At most 200.
};

/// Reads a file of at most 4 MiB.
[[nodiscard]] ReadGraph read_graph_file(const std::string& path);

/// The same from memory; `file_name` is for the places.
[[nodiscard]] ReadGraph read_graph_text(std::string_view text, const std::string& file_name);

}  // namespace streamlib
