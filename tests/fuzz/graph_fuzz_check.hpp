// SPDX-License-Identifier: Apache-2.0
// What has to hold for any graph that somebody wrote, however: shared by the fuzz targets of the
// forms.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "ipc/base/assert.hpp"
#include "runtime/graph/check_graph.hpp"
#include "runtime/graph/pending_work.hpp"
#include "runtime/graph/ring_plan.hpp"

namespace streamlib::fuzz {

/// A is a source, B a filter, C a sink; each with a property of every type.
inline KnownClasses three_classes() {
    static const std::vector<ClassSpec> classes = [] {
        const auto port = [](const char* name, MediaKind kind) {
            PortSpec spec;
            spec.name = name;
            spec.kind = kind;
            return spec;
        };
        std::vector<PropertySpec> properties;
        for (const auto type : {PropertyType::boolean, PropertyType::integer, PropertyType::real,
                                PropertyType::text, PropertyType::path}) {
            PropertySpec spec;
            spec.name = std::string(1, static_cast<char>('p' + properties.size()));
            spec.type = type;
            spec.must_exist = true;
            spec.min = -5;
            spec.max = 100;
            properties.push_back(spec);
        }
        const auto v = port("v", MediaKind::video), a = port("a", MediaKind::audio),
                   x = port("x", MediaKind::none);
        std::vector<ClassSpec> all(3);
        all[0] = {"A", "", "", Trigger::automatic, {}, {v, a}, properties};
        all[1] = {"B", "", "", Trigger::automatic, {v}, {v}, properties};
        all[2] = {"C", "", "", Trigger::input, {x}, {}, properties};
        all[2].inputs[0].optional = true;
        return all;
    }();
    KnownClasses known;
    known.lookup = [](std::string_view name) -> const ClassSpec* {
        return name.size() == 1 && name[0] >= 'A' && name[0] <= 'C'
                   ? &classes[static_cast<std::size_t>(name[0] - 'A')]
                   : nullptr;
    };
    known.names = {"A", "B", "C"};
    known.exists = [](const std::string& path) { return path.size() % 2 == 0; };
    return known;
}

inline void check_findings(const std::vector<Finding>& findings) {
    STREAMLIB_ASSERT(findings.size() <= 200, "too many findings");
    for (const auto& finding : findings)
        STREAMLIB_ASSERT(!finding.text.empty(), "a finding without text");
}

inline void wind_down(const GraphPlan& plan) {
    std::vector<WorkState> states(plan.actors.size(), WorkState::running);
    std::size_t told = 0;
    for (auto next = next_to_stop(plan, states, true); !next.empty();
         next = next_to_stop(plan, states, true)) {
        for (const auto actor : next) states[actor] = WorkState::stopped;
        told += next.size();
        STREAMLIB_ASSERT(told <= states.size(), "an actor is stopped twice");
    }
    STREAMLIB_ASSERT(told == states.size() && pending_work(plan, states).all_done,
                     "an actor is never stopped");
}

inline void check_whole(const GraphSpec& graph) {
    const auto checked = check_graph(graph, three_classes());
    check_findings(checked.findings);
    check_findings(checked.notes);
    const auto& plan = checked.plan;
    STREAMLIB_ASSERT(plan.actors.size() == graph.actors.size(),
                     "the plan keeps the order of the text");
    if (!checked.findings.empty()) return;
    std::vector<bool> seen(plan.actors.size(), false);
    for (const auto actor : plan.order) seen.at(actor) = true;
    STREAMLIB_ASSERT(std::all_of(seen.begin(), seen.end(), [](bool b) { return b; }),
                     "an actor is not in the order");
    std::vector<OutputFormat> formats;
    for (std::uint32_t i = 0; i < plan.actors.size(); ++i) {
        STREAMLIB_ASSERT(plan.actors[i].trigger != Trigger::automatic, "a trigger is not settled");
        for (std::uint32_t o = 0; o < plan.actors[i].spec->outputs.size(); ++o)
            formats.push_back({i, o, DataFormat{}, 0});
    }
    for (const auto& ring : plan_rings(plan, graph, formats).rings) {
        STREAMLIB_ASSERT(
            ring.size.slots >= 3 + ring.size.cells - std::min<std::uint64_t>(1, ring.size.cells),
            "too few slots");
    }
    if (plan.actors.size() <= 64) wind_down(plan);
}

}  // namespace streamlib::fuzz
