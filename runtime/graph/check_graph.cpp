// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/check_graph.hpp"

#include <algorithm>
#include <tuple>

#include "runtime/graph/graph_checks.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace checks {

void Check::found(const Place& place, std::string key, std::string text) const {
    constexpr std::size_t most = 200;  // a person mends ten, and suggestions cost time
    auto& findings = result.findings;
    if (findings.size() + 1 < most) {
        findings.push_back({place, std::move(key), std::move(text)});
    } else if (findings.size() < most) {
        findings.push_back({graph.place, "", "more is wrong; only the first findings are shown"});
    }
}

std::string Check::suggestion(std::string_view word, const std::vector<std::string>& candidates) {
    if (candidates.size() > 256 && ++long_suggestions > 32) return {};
    return wording::suggestion(word, candidates);
}

const Place& Check::place_of(const ActorDecl& actor, std::string_view key) {
    const auto found = actor.key_places.find(std::string(key));
    return found == actor.key_places.end() ? actor.place : found->second;
}

std::string Check::key_of(const ActorDecl& actor, std::string_view key) {
    std::string text =
        "actors." + (wording::is_name(actor.name) ? actor.name : wording::quoted(actor.name));
    if (!key.empty())
        text += "." + (wording::is_name(key) ? std::string(key) : wording::quoted(key));
    return text;
}

}  // namespace checks

CheckedGraph check_graph(const GraphSpec& graph, const KnownClasses& classes) {
    CheckedGraph result;
    checks::Check check{graph, classes, result};
    check_actors(check);
    check_links(check);
    check_triggers(check);
    check_families(check);
    check_supervision(check);
    note_carried(check);
    sort_findings(result.findings);
    return result;
}

void sort_findings(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::tie(a.place.file, a.place.line) < std::tie(b.place.file, b.place.line);
    });
}

std::string output_name(const GraphPlan& plan, const PlannedLink& link) {
    const auto& actor = plan.actors[link.from];
    return actor.name + "." + actor.spec->outputs[link.output].name;
}

std::string input_name(const GraphPlan& plan, const PlannedLink& link) {
    const auto& actor = plan.actors[link.to];
    return actor.name + "." + actor.spec->inputs[link.input].name;
}

}  // namespace streamlib
