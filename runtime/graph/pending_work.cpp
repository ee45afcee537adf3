// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/pending_work.hpp"

#include <algorithm>

#include "ipc/base/assert.hpp"

namespace streamlib {
namespace {

using Indices = std::vector<std::uint32_t>;
using States = std::span<const WorkState>;

/// True where no link but those that close a loop brings anything.
bool is_root(const GraphPlan& plan, std::uint32_t actor) {
    const auto& links = plan.actors[actor].in_links;
    return std::all_of(links.begin(), links.end(),
                       [&](auto link) { return plan.links[link].feedback; });
}

/// By actor. One pass suffices: in `order` each producer comes before its consumers, feedback
/// aside.
std::vector<bool> stuck_actors(const GraphPlan& plan, States states) {
    std::vector<bool> stuck(plan.actors.size(), false);
    for (const auto actor : plan.order) {
        if (!is_alive(states[actor]) || is_root(plan, actor)) continue;
        bool all_over = true, all_ended = true;
        for (const auto index : plan.actors[actor].in_links) {
            const auto& link = plan.links[index];
            const bool over = !is_alive(states[link.from]) || stuck[link.from];
            all_over = all_over && (over || link.feedback);
            all_ended = all_ended && states[link.from] == WorkState::ended;
        }
        stuck[actor] = all_over && !all_ended;
    }
    return stuck;
}

/// How many parents are above; a circle, which no checked graph has, ends at the number of actors.
std::size_t generation(const GraphPlan& plan, std::uint32_t actor) {
    std::size_t above = 0;
    for (auto parent = plan.actors[actor].parent; parent && above < plan.actors.size(); ++above) {
        parent = plan.actors[*parent].parent;
    }
    return above;
}

void deepest_first(const GraphPlan& plan, Indices& actors) {
    std::stable_sort(actors.begin(), actors.end(), [&](std::uint32_t a, std::uint32_t b) {
        return generation(plan, a) > generation(plan, b);
    });
}

Indices descendants(const GraphPlan& plan, std::uint32_t actor) {
    std::vector<bool> seen(plan.actors.size(), false);
    seen[actor] = true;
    Indices found{actor};
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (const auto child : plan.actors[found[i]].children) {
            if (seen[child]) continue;
            seen[child] = true;
            found.push_back(child);
        }
    }
    return found;
}

bool has_living_producer(const GraphPlan& plan, States states, std::uint32_t actor) {
    const auto& links = plan.actors[actor].in_links;
    return std::any_of(links.begin(), links.end(), [&](auto index) {
        return !plan.links[index].feedback && is_alive(states[plan.links[index].from]);
    });
}

/// Replaces who has living children by the last of its living line.
Indices with_children_first(const GraphPlan& plan, States states, const Indices& actors) {
    Indices result;
    for (const auto actor : actors) {
        for (const auto member : descendants(plan, actor)) {
            const auto& children = plan.actors[member].children;
            const bool is_last = std::none_of(children.begin(), children.end(), [&](auto child) {
                return child != member && is_alive(states[child]);
            });
            if (is_alive(states[member]) && is_last) result.push_back(member);
        }
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

}  // namespace

PendingWork pending_work(const GraphPlan& plan, States states) {
    STREAMLIB_ASSERT(states.size() == plan.actors.size(), "one state an actor");
    PendingWork work{true, true, {}, {}};
    const auto stuck = stuck_actors(plan, states);
    for (std::uint32_t actor = 0; actor < states.size(); ++actor) {
        if (!is_alive(states[actor])) continue;
        work.all_done = false;
        if (is_root(plan, actor)) work.roots_done = false;
        if (stuck[actor]) work.stuck.push_back(actor);
        auto parent = plan.actors[actor].parent;
        for (std::size_t steps = 0; parent && steps < states.size(); ++steps) {
            if (!is_alive(states[*parent])) {
                work.orphaned.push_back(actor);
                break;
            }
            parent = plan.actors[*parent].parent;
        }
    }
    deepest_first(plan, work.orphaned);
    return work;
}

Indices next_to_stop(const GraphPlan& plan, States states, bool everything) {
    STREAMLIB_ASSERT(states.size() == plan.actors.size(), "one state an actor");
    Indices next;
    if (everything) {
        for (std::uint32_t actor = 0; actor < states.size(); ++actor) {
            if (is_alive(states[actor]) && is_root(plan, actor)) next.push_back(actor);
        }
    }
    if (next.empty()) {
        const auto stuck = stuck_actors(plan, states);
        for (std::uint32_t actor = 0; actor < states.size(); ++actor) {
            if (stuck[actor] && !has_living_producer(plan, states, actor)) next.push_back(actor);
        }
    }
    return with_children_first(plan, states, next);
}

Indices family_to_stop(const GraphPlan& plan, States states, std::uint32_t actor) {
    STREAMLIB_ASSERT(states.size() == plan.actors.size(), "one state an actor");
    Indices family = descendants(plan, actor);
    std::erase_if(family, [&](auto member) { return !is_alive(states[member]); });
    deepest_first(plan, family);
    return family;
}

}  // namespace streamlib
