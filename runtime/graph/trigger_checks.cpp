// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/graph/graph_checks.hpp"
#include "runtime/graph/graph_keys.hpp"
#include "runtime/graph/graph_order.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib::checks {
namespace {

/// `cascade` where every producer has the same ticks, so that "every input holds tick n" can come
/// true; else `tick`.
Trigger automatic_trigger(const Check& check, std::uint32_t index) {
    const auto& plan = check.result.plan;
    const auto& actors = check.graph.actors;
    const auto& own = plan.actors[index];
    if (own.fed_by.empty()) return Trigger::tick;
    const bool same_ticks =
        std::all_of(own.fed_by.begin(), own.fed_by.end(), [&](std::uint32_t producer) {
            return plan.actors[producer].rate == own.rate &&
                   actors[producer].phase == actors[index].phase;
        });
    return same_ticks ? Trigger::cascade : Trigger::tick;
}

void settle(Check& check, std::uint32_t index) {
    const ActorDecl& decl = check.graph.actors[index];
    auto& planned = check.result.plan.actors[index];
    const Trigger of_class = planned.spec == nullptr ? Trigger::automatic : planned.spec->trigger;
    planned.trigger = decl.trigger == Trigger::automatic ? of_class : decl.trigger;
    if (planned.trigger == Trigger::automatic) planned.trigger = automatic_trigger(check, index);
    if (planned.trigger == Trigger::tick || !planned.fed_by.empty()) return;
    if (decl.trigger == planned.trigger && !check.linked_wrongly[index]) {
        check.found(
            Check::place_of(decl, "trigger"), Check::key_of(decl, "trigger"),
            "\"" + std::string(to_string(decl.trigger)) +
                "\" waits for inputs, and none is linked; link one or write trigger = \"tick\"");
    }
    // a class that prefers inputs works by ticks where it has none
    planned.trigger = Trigger::tick;
}

/// A loop without a ticking actor waits for itself.
void check_waiting_loops(Check& check) {
    const auto& plan = check.result.plan;
    std::vector<Edge> waiting;
    for (const auto& link : plan.links) {
        const bool ticks = plan.actors[link.from].trigger == Trigger::tick ||
                           plan.actors[link.to].trigger == Trigger::tick;
        if (!ticks) waiting.emplace_back(link.from, link.to);
    }
    for (const auto& loop : loops_of(static_cast<std::uint32_t>(plan.actors.size()), waiting)) {
        std::string text;
        std::vector<std::string> names;
        for (const auto index : loop) {
            names.push_back(plan.actors[index].name);
            if (names.size() <= 16)
                text += names.back() + " (" + std::string(to_string(plan.actors[index].trigger)) +
                        ") >> ";
        }
        check.found(check.graph.actors[loop.front()].place, "links",
                    text + (names.size() > 16 ? "… >> " : "") + names.front() +
                        " is a loop in which each waits for the one before; give one of them "
                        "trigger = \"tick\", which "
                        "takes what is newest (one tick old)");
    }
}

}  // namespace

void check_triggers(Check& check) {
    auto& plan = check.result.plan;
    const auto count = static_cast<std::uint32_t>(plan.actors.size());
    for (std::uint32_t index = 0; index < count; ++index) settle(check, index);
    check_waiting_loops(check);

    std::vector<Edge> edges;
    for (const auto& link : plan.links) edges.emplace_back(link.from, link.to);
    auto ordered = order_of(count, edges);
    plan.order = std::move(ordered.order);
    for (std::size_t i = 0; i < edges.size(); ++i) plan.links[i].feedback = ordered.feedback[i];
    for (std::uint32_t index = 0; index < count; ++index) {
        if (plan.actors[index].fed_by.empty()) plan.sources.push_back(index);
    }
}

}  // namespace streamlib::checks
