// SPDX-License-Identifier: Apache-2.0
// Supervisors of a graph: their words, who is below whom, and the plan of them.
#include <algorithm>
#include <map>

#include "runtime/graph/graph_checks.hpp"
#include "runtime/graph/graph_order.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib::checks {
namespace {

constexpr std::string_view root_name = "node";
constexpr std::uint32_t most_intensity = 10'000;  // each takes memory for a time

struct Supervisors {
    Check& check;
    /// By name: index into the plan. 0 is the node's own.
    std::map<std::string_view, std::uint32_t> known{{root_name, 0}};
    std::vector<std::string> names{};
    /// By index into the plan; null: not declared.
    std::vector<const SupervisorDecl*> decls{nullptr};

    [[nodiscard]] std::vector<PlannedSupervisor>& plans() { return check.result.plan.supervisors; }
};

std::string key_of(const SupervisorDecl& decl, std::string_view key = {}) {
    std::string text =
        "supervisors." + (wording::is_name(decl.name) ? decl.name : wording::quoted(decl.name));
    if (!key.empty()) text += "." + std::string(key);
    return text;
}

const Place& place_of(const SupervisorDecl& decl, std::string_view key) {
    const auto found = decl.key_places.find(std::string(key));
    return found == decl.key_places.end() ? decl.place : found->second;
}

template <class T>
void take(Check& check, T& into, const Result<T>& parsed, const Place& place, std::string key) {
    if (parsed) {
        into = *parsed;
    } else {
        check.found(place, std::move(key), parsed.error().text);
    }
}

void check_words(Check& check, const SupervisorDecl& decl, PlannedSupervisor& plan) {
    const auto word = [&](auto& into, const std::string& text, std::string_view key, auto parse) {
        if (!text.empty()) take(check, into, parse(text), place_of(decl, key), key_of(decl, key));
    };
    plan.name = decl.name;
    word(plan.strategy, decl.strategy, "strategy", parse_strategy);
    word(plan.auto_shutdown, decl.auto_shutdown, "auto_shutdown", parse_auto_shutdown);
    word(plan.backoff, decl.backoff, "backoff", parse_backoff);
    plan.intensity = decl.intensity;
    plan.period_ns = decl.period_ns;
    if (decl.intensity > most_intensity) {
        check.found(place_of(decl, "intensity"), key_of(decl, "intensity"),
                    std::to_string(decl.intensity) + " is above " + std::to_string(most_intensity));
        plan.intensity = most_intensity;
    }
    if (decl.period_ns <= 0) {
        check.found(place_of(decl, "period"), key_of(decl, "period"),
                    "a period of nothing holds no restart; write for instance 10s");
    }
    for (const auto& [reason, action] : decl.decide) {
        auto rule = parse_exit_rule(reason, action.text);
        if (rule) {
            plan.decide.push_back(*rule);
        } else {
            check.found(action.place, key_of(decl, "decide"), rule.error().text);
        }
    }
    plan.decide_hook = decl.decide_hook;
}

void declare(Supervisors& all) {
    all.plans().assign(1, {});
    for (const SupervisorDecl& decl : all.check.graph.supervisors) {
        if (!wording::is_name(decl.name)) {
            all.check.found(decl.place, "supervisors",
                            wording::quoted(decl.name) + " is no name of a supervisor; write " +
                                std::string(wording::name_rule));
        }
        all.names.push_back(decl.name);
        if (decl.name == root_name && all.decls[0] == nullptr) {
            all.decls[0] = &decl;
            check_words(all.check, decl, all.plans()[0]);
            continue;
        }
        const auto index = static_cast<std::uint32_t>(all.plans().size());
        if (!all.known.emplace(decl.name, index).second)
            all.check.found(decl.place, key_of(decl), "the name is taken");
        all.decls.push_back(&decl);
        all.plans().emplace_back();
        check_words(all.check, decl, all.plans().back());
    }
}

void check_tree(Supervisors& all) {
    Check& check = all.check;
    std::vector<Edge> edges;
    for (std::uint32_t i = 0; i < all.decls.size(); ++i) {
        if (all.decls[i] == nullptr) continue;
        const SupervisorDecl& decl = *all.decls[i];
        if (i != 0) all.plans()[i].parent = 0;
        if (decl.parent.empty()) continue;
        const Place& place = place_of(decl, "parent");
        if (i == 0) {
            check.found(place, key_of(decl, "parent"),
                        "\"node\" is the node's own supervisor: nobody is above it");
        } else if (const auto parent = all.known.find(decl.parent); parent != all.known.end()) {
            all.plans()[i].parent = parent->second;
            edges.emplace_back(i, parent->second);
        } else {
            check.found(place, key_of(decl, "parent"),
                        "no supervisor " + wording::quoted(decl.parent) + " is declared" +
                            check.suggestion(decl.parent, all.names));
        }
    }
    for (const auto& loop : loops_of(static_cast<std::uint32_t>(all.plans().size()), edges)) {
        const SupervisorDecl& decl = *all.decls[loop.front()];
        check.found(place_of(decl, "parent"), key_of(decl, "parent"),
                    "a supervisor cannot be above itself");
        for (const std::uint32_t in_loop : loop) all.plans()[in_loop].parent = 0;
    }
}

/// OTP refuses both: such a child would never count.
void check_significant(Supervisors& all, const ActorDecl& decl, const PlannedActor& actor) {
    if (!actor.significant) return;
    std::string why;
    if (!actor.supervisor) {
        why = "it has no supervisor that could end with it; write supervisor = \"…\"";
    } else if (actor.restart == RestartType::permanent) {
        why = "a permanent child never ends; write restart = \"transient\" or \"temporary\"";
    } else if (all.plans()[*actor.supervisor].auto_shutdown == AutoShutdown::never) {
        why = "its supervisor " + wording::quoted(all.plans()[*actor.supervisor].name) +
              " ends with nobody; write auto_shutdown = \"any_significant\" or \"all_significant\" "
              "there";
    }
    if (why.empty()) return;
    all.check.found(Check::place_of(decl, "significant"), Check::key_of(decl, "significant"), why);
}

void check_children(Supervisors& all) {
    Check& check = all.check;
    for (std::uint32_t i = 0; i < check.graph.actors.size(); ++i) {
        const ActorDecl& decl = check.graph.actors[i];
        PlannedActor& actor = check.result.plan.actors[i];
        const auto found_at = [&](std::string_view key, std::string text) {
            check.found(Check::place_of(decl, key), Check::key_of(decl, key), std::move(text));
        };
        // A stream that has come to its end is no failure: OTP's default would play every clip for ever.
        actor.restart = RestartType::transient;
        if (!decl.restart.empty()) {
            const auto type = parse_restart_type(decl.restart);
            if (!type) found_at("restart", type.error().text);
            actor.restart = type.value_or(RestartType::permanent);
            actor.supervisor = 0;
        }
        if (!decl.shutdown.empty()) {
            const auto shutdown = parse_shutdown(decl.shutdown);
            if (!shutdown) found_at("shutdown", shutdown.error().text);
            if (shutdown) actor.shutdown = *shutdown;
        }
        if (!decl.supervisor.empty()) {
            const auto above = all.known.find(decl.supervisor);
            if (above != all.known.end()) {
                actor.supervisor = above->second;
            } else {
                found_at("supervisor", "no supervisor " + wording::quoted(decl.supervisor) +
                                           " is declared; write a table [supervisors.NAME]" +
                                           check.suggestion(decl.supervisor, all.names));
                continue;
            }
        }
        if (decl.standby != 0 && !actor.supervisor)
            found_at("standby",
                     "a standby is taken when a supervisor restarts its actor; write supervisor = "
                     "\"…\" or restart = \"transient\"");
        actor.significant = decl.significant;
        check_significant(all, decl, actor);
    }
}

/// A supervisor stands where the first actor below it would.
void order_children(Supervisors& all) {
    auto& actors = all.check.result.plan.actors;
    auto& plans = all.plans();
    constexpr std::uint32_t nowhere = 0xFFFF'FFFF;
    std::vector<std::uint32_t> first(plans.size(), nowhere);
    for (std::uint32_t i = 0; i < actors.size(); ++i) {
        auto above = actors[i].supervisor;
        if (above) plans[*above].children.push_back({false, i});
        for (; above && first[*above] == nowhere; above = plans[*above].parent) first[*above] = i;
    }
    for (std::uint32_t i = 1; i < plans.size(); ++i)
        plans[*plans[i].parent].children.push_back({true, i});
    for (PlannedSupervisor& plan : plans) {
        const auto place = [&](const PlannedChild& child) {
            return child.is_supervisor ? first[child.index] : child.index;
        };
        std::stable_sort(
            plan.children.begin(), plan.children.end(),
            [&](const PlannedChild& a, const PlannedChild& b) { return place(a) < place(b); });
    }
}

/// What only the whole family shows.
void check_strategies(Supervisors& all) {
    const auto& graph = all.check.graph;
    for (std::uint32_t i = 0; i < all.decls.size(); ++i) {
        if (all.decls[i] == nullptr) continue;
        const SupervisorDecl& decl = *all.decls[i];
        const PlannedSupervisor& plan = all.plans()[i];
        bool significant = false, one_spec = true;
        const std::string* of_class = nullptr;
        for (const PlannedChild& child : plan.children) {
            if (child.is_supervisor) {
                one_spec = false;
                continue;
            }
            significant |= graph.actors[child.index].significant;
            const std::string& class_name = graph.actors[child.index].class_name;
            one_spec &= of_class == nullptr || *of_class == class_name;
            of_class = &class_name;
        }
        if (plan.auto_shutdown != AutoShutdown::never && !significant &&
            plan.strategy != Strategy::simple_one_for_one) {
            all.check.found(place_of(decl, "auto_shutdown"), key_of(decl, "auto_shutdown"),
                            "no child of it is significant; write significant = true at an actor");
        }
        if (plan.strategy == Strategy::simple_one_for_one && !one_spec) {
            all.check.found(place_of(decl, "strategy"), key_of(decl, "strategy"),
                            "children of simple_one_for_one are actors of one class; write "
                            "one_for_one");
        }
    }
}

}  // namespace

void check_supervision(Check& check) {
    Supervisors all{check};
    declare(all);
    check_tree(all);
    check_children(all);
    order_children(all);
    check_strategies(all);
    take(check, check.result.plan.on_give_up, parse_give_up(check.graph.node.on_give_up),
         check.graph.place, "node.on_give_up");
}

}  // namespace streamlib::checks
