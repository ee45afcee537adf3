// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/graph_order.hpp"

#include <algorithm>
#include <functional>
#include <queue>

namespace streamlib {
namespace {

using Node = std::uint32_t;

/// Edges by the node they leave; each node's in the order given.
std::vector<std::vector<std::uint32_t>> outgoing(Node nodes, std::span<const Edge> edges) {
    std::vector<std::vector<std::uint32_t>> out(nodes);
    for (std::uint32_t e = 0; e < edges.size(); ++e) out[edges[e].first].push_back(e);
    return out;
}

/// Depth-first walk over everything; tells `on_back` each edge that leads into the current path,
/// with that path.
void walk(Node nodes, std::span<const Edge> edges,
          const std::function<void(std::uint32_t edge, const std::vector<Node>& path)>& on_back) {
    enum class Mark : std::uint8_t { fresh, on_path, done };
    const auto out = outgoing(nodes, edges);
    std::vector<Mark> marks(nodes, Mark::fresh);
    std::vector<std::size_t> next(nodes, 0);
    std::vector<Node> path;
    const auto from = [&](Node start) {
        if (marks[start] != Mark::fresh) return;
        path.push_back(start);
        marks[start] = Mark::on_path;
        while (!path.empty()) {
            const Node node = path.back();
            if (next[node] == out[node].size()) {
                marks[node] = Mark::done;
                path.pop_back();
                continue;
            }
            const std::uint32_t edge = out[node][next[node]++];
            const Node target = edges[edge].second;
            if (marks[target] == Mark::on_path) {
                on_back(edge, path);
            } else if (marks[target] == Mark::fresh) {
                marks[target] = Mark::on_path;
                path.push_back(target);
            }
        }
    };
    std::vector<bool> entered(nodes, false);
    for (const auto& edge : edges) entered[edge.second] = true;
    for (Node node = 0; node < nodes; ++node) {
        if (!entered[node]) from(node);
    }
    for (Node node = 0; node < nodes; ++node) from(node);
}

}  // namespace

GraphOrder order_of(Node nodes, std::span<const Edge> edges) {
    GraphOrder result{{}, std::vector<bool>(edges.size(), false)};
    walk(nodes, edges,
         [&](std::uint32_t edge, const std::vector<Node>&) { result.feedback[edge] = true; });

    std::vector<std::uint32_t> waiting(nodes, 0);
    for (std::uint32_t e = 0; e < edges.size(); ++e)
        waiting[edges[e].second] += result.feedback[e] ? 0 : 1;
    std::priority_queue<Node, std::vector<Node>, std::greater<>> ready;
    for (Node node = 0; node < nodes; ++node) {
        if (waiting[node] == 0) ready.push(node);
    }
    const auto out = outgoing(nodes, edges);
    while (!ready.empty()) {
        const Node node = ready.top();
        ready.pop();
        result.order.push_back(node);
        for (const std::uint32_t edge : out[node]) {
            if (!result.feedback[edge] && --waiting[edges[edge].second] == 0)
                ready.push(edges[edge].second);
        }
    }
    return result;
}

std::vector<std::vector<Node>> loops_of(Node nodes, std::span<const Edge> edges, std::size_t most) {
    std::vector<std::vector<Node>> loops;
    walk(nodes, edges, [&](std::uint32_t edge, const std::vector<Node>& path) {
        if (loops.size() >= most) return;
        loops.emplace_back(std::find(path.begin(), path.end(), edges[edge].second), path.end());
    });
    return loops;
}

}  // namespace streamlib
