// SPDX-License-Identifier: Apache-2.0
/// @file
/// The graph that a GRAPH argument and its --set mean.
#pragma once

#include <string>
#include <vector>

#include "runtime/graph/toml_reader.hpp"

namespace streamlib::supervision {

/// Reads a file, or the argument itself where it is a graph in one line; then applies `sets` in order. A --set that
/// cannot be applied is a finding of file "--set".
[[nodiscard]] ReadGraph load_graph(const std::string& argument,
                                   const std::vector<std::string>& sets);

}  // namespace streamlib::supervision
