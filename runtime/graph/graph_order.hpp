// SPDX-License-Identifier: Apache-2.0
/// @file
/// The order in which a graph is configured and started, and the loops in it.
/// Threads   Pure functions; no recursion, so a chain of any length is fine. Cost: O((n + e) log
///           n).
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace streamlib {

/// From node, to node.
using Edge = std::pair<std::uint32_t, std::uint32_t>;

struct GraphOrder {
    /// Every node once; the smallest number first among those that may be next.
    std::vector<std::uint32_t> order;
    /// By edge: closes a loop, so its target comes first (or is its source).
    std::vector<bool> feedback;
};

/// A topological order of `nodes` nodes. Loops are cut at the edge that leads back into the path by
/// which they were entered from a node without incoming edges (or from the smallest node, where a
/// loop has no such entry).
[[nodiscard]] GraphOrder order_of(std::uint32_t nodes, std::span<const Edge> edges);

/// Loops, each as its nodes in order, at most `most`; empty exactly if there is none.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> loops_of(std::uint32_t nodes,
                                                               std::span<const Edge> edges,
                                                               std::size_t most = 8);

}  // namespace streamlib
