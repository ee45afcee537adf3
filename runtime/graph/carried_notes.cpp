// SPDX-License-Identifier: Apache-2.0
// What a graph may say already and this version does not do yet. A key leaves this file when its
// feature lands.
#include <algorithm>
#include <array>

#include "runtime/graph/graph_checks.hpp"

namespace streamlib::checks {
namespace {

constexpr std::array carried_actor_keys{"phase", "host"};

void note(Check& check, const Place& place, std::string key, const std::string& what) {
    constexpr std::size_t most = 200;
    if (check.result.notes.size() >= most) return;
    check.result.notes.push_back(
        {place, std::move(key), what + " is carried but has no effect yet"});
}

}  // namespace

void note_carried(Check& check) {
    for (const auto& actor : check.graph.actors) {
        for (const char* key : carried_actor_keys) {
            const auto written = actor.key_places.find(key);
            if (written == actor.key_places.end()) continue;
            note(check, written->second, Check::key_of(actor, key), key);
        }
        if (!actor.dispatcher.empty() && actor.dispatcher != "process") {
            note(check, Check::place_of(actor, "dispatcher"), Check::key_of(actor, "dispatcher"),
                 "a dispatcher other than \"process\"");
        }
    }
    const auto& sources = check.graph.clock.sources;
    if (std::any_of(sources.begin(), sources.end(),
                    [](const auto& source) { return source != "software"; })) {
        note(check, check.graph.place, "clock.source", "a clock other than \"software\"");
    }
    std::stable_sort(
        check.result.notes.begin(), check.result.notes.end(),
        [](const Finding& a, const Finding& b) { return a.place.line < b.place.line; });
}

}  // namespace streamlib::checks
