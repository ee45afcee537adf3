// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

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

std::string supervisor_key(const SupervisorDecl& supervisor) {
    return "supervisors." +
           (wording::is_name(supervisor.name) ? supervisor.name : wording::quoted(supervisor.name));
}

void check_supervisors(Check& check) {
    const auto& supervisors = check.graph.supervisors;
    std::map<std::string_view, std::uint32_t> known;
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < supervisors.size(); ++i) {
        const auto& supervisor = supervisors[i];
        if (!wording::is_name(supervisor.name)) {
            check.found(supervisor.place, "supervisors",
                        wording::quoted(supervisor.name) + " is no name of a supervisor; write " +
                            std::string(wording::name_rule));
        }
        if (!known.emplace(supervisor.name, i).second) {
            check.found(supervisor.place, supervisor_key(supervisor), "the name is taken");
        }
        names.push_back(supervisor.name);
    }
    std::vector<Edge> edges;
    for (std::uint32_t i = 0; i < supervisors.size(); ++i) {
        const auto& supervisor = supervisors[i];
        if (supervisor.parent.empty()) continue;
        if (const auto parent = known.find(supervisor.parent); parent != known.end()) {
            edges.emplace_back(i, parent->second);
        } else {
            check.found(supervisor.place, supervisor_key(supervisor) + ".parent",
                        "no supervisor " + wording::quoted(supervisor.parent) + " is declared" +
                            check.suggestion(supervisor.parent, names));
        }
    }
    for (const auto& loop : loops_of(static_cast<std::uint32_t>(supervisors.size()), edges)) {
        check.found(supervisors[loop.front()].place,
                    supervisor_key(supervisors[loop.front()]) + ".parent",
                    "a supervisor cannot be above itself");
    }
    for (const auto& decl : check.graph.actors) {
        if (decl.supervisor.empty() || known.contains(decl.supervisor)) continue;
        check.found(Check::place_of(decl, "supervisor"), Check::key_of(decl, "supervisor"),
                    "no supervisor " + wording::quoted(decl.supervisor) +
                        " is declared; write a table [supervisors.NAME]" +
                        check.suggestion(decl.supervisor, names));
    }
}

}  // namespace

void check_families(Check& check) {
    check_parents(check);
    check_supervisors(check);
}

}  // namespace streamlib::checks
