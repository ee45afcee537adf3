// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/apply_set.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/graph/graph_keys.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

const Place set_place{"--set", 0};

Result<> set_on_actor(ActorDecl& actor, std::string_view key, const WrittenValue& value) {
    const auto known = set_actor_key(actor, key, value, set_place);
    if (!known) return tl::unexpected(known.error());
    if (!*known) actor.properties[std::string(key)] = {value.text, set_place};
    return {};
}

/// A key of a table that has no properties: unknown is an error here and now.
Result<> known_key(const Result<bool>& set, std::string_view key,
                   const std::vector<std::string>& keys) {
    if (!set) return tl::unexpected(set.error());
    if (*set) return {};
    return fail(Errc::not_found,
                "unknown key " + wording::quoted(key) + wording::suggestion(key, keys));
}

Result<> set_on_supervisor(GraphSpec& graph, std::string_view path, const WrittenValue& value) {
    const auto dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    std::vector<std::string> names;
    for (auto& supervisor : graph.supervisors) {
        names.push_back(supervisor.name);
        if (supervisor.name != name) continue;
        if (dot == std::string_view::npos)
            return fail(Errc::invalid_argument, "write supervisors.NAME.KEY=value");
        const std::string_view key = path.substr(dot + 1);
        return known_key(set_supervisor_key(supervisor, key, value, set_place), key,
                         supervisor_keys());
    }
    return fail(Errc::not_found,
                "no supervisor " + wording::quoted(name) + wording::suggestion(name, names));
}

Result<> set_on(GraphSpec& graph, std::string_view owner, std::string_view key,
                const WrittenValue& value) {
    std::vector<std::string> names;
    for (auto& actor : graph.actors) {
        if (actor.name == owner) return set_on_actor(actor, key, value);
        names.push_back(actor.name);
    }
    if (owner == "clock")
        return known_key(set_clock_key(graph.clock, key, value), key, clock_keys());
    if (owner == "node") return known_key(set_node_key(graph.node, key, value), key, node_keys());
    if (owner == "supervisors") return set_on_supervisor(graph, key, value);
    return fail(Errc::not_found,
                "no actor " + wording::quoted(owner) + wording::suggestion(owner, names));
}

}  // namespace

Result<> apply_set(GraphSpec& graph, std::string_view assignment) {
    const auto equals = assignment.find('=');
    const std::string_view path = wording::trimmed(assignment.substr(0, equals));
    const auto dot = path.find('.');
    const bool complete = equals != std::string_view::npos && dot != std::string_view::npos &&
                          dot != 0 && dot + 1 < path.size();
    if (!complete) {
        return fail(
            Errc::invalid_argument,
            wording::quoted(assignment) + " is no assignment; write --set ACTOR.property=value");
    }
    const WrittenValue value{
        WrittenValue::Kind::word, std::string(assignment.substr(equals + 1)), {}};
    return set_on(graph, path.substr(0, dot), path.substr(dot + 1), value);
}

}  // namespace streamlib
