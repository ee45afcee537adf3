// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/graph_checks.hpp"
#include "runtime/graph/graph_order.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib::checks {
namespace {

void check_parents(Check& check) {
    auto& plan = check.result.plan;
    std::vector<Edge> edges;
    for (std::uint32_t index = 0; index < plan.actors.size(); ++index) {
        const ActorDecl& decl = check.graph.actors[index];
        if (decl.parent.empty()) continue;
        const auto parent = check.actor_index.find(decl.parent);
        if (parent == check.actor_index.end()) {
            check.found(Check::place_of(decl, "parent"), Check::key_of(decl, "parent"),
                        "no actor " + wording::quoted(decl.parent) + " is declared" +
                            check.suggestion(decl.parent, check.actor_names));
            continue;
        }
        plan.actors[index].parent = parent->second;
        plan.actors[parent->second].children.push_back(index);
        edges.emplace_back(index, parent->second);
    }
    for (const auto& loop : loops_of(static_cast<std::uint32_t>(plan.actors.size()), edges)) {
        std::vector<std::string> names;
        for (const auto index : loop) names.push_back(plan.actors[index].name);
        const ActorDecl& decl = check.graph.actors[loop.front()];
        check.found(Check::place_of(decl, "parent"), Check::key_of(decl, "parent"),
                    loop.size() == 1 ? std::string("an actor cannot be its own parent")
                                     : "parents in a circle: " + wording::list(names));
    }
}

}  // namespace

void check_families(Check& check) { check_parents(check); }

}  // namespace streamlib::checks
