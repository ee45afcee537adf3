// SPDX-License-Identifier: Apache-2.0
/// @file
/// A supervision tree without processes: plans in a few words, reports by name, orders as text.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "supervisor/tree/supervision.hpp"

namespace streamlib::supervision::tree_fixtures {

inline constexpr Nanoseconds ms = 1'000'000, second = 1'000'000'000;

/// An actor under supervisor `supervisor` (0: the node's own); none: unsupervised.
inline PlannedActor actor(std::string name, std::optional<std::uint32_t> supervisor = {},
                          RestartType restart = RestartType::permanent) {
    PlannedActor planned;
    planned.name = std::move(name);
    planned.supervisor = supervisor;
    planned.restart = restart;
    return planned;
}

inline PlannedActor below(PlannedActor planned, std::uint32_t parent) {
    planned.parent = parent;
    return planned;
}

inline PlannedActor significant(PlannedActor planned) {
    planned.significant = true;
    return planned;
}

inline PlannedSupervisor supervisor(std::string name, Strategy strategy = Strategy::one_for_one,
                                    std::optional<std::uint32_t> parent = 0) {
    PlannedSupervisor planned;
    planned.name = std::move(name);
    planned.strategy = strategy;
    planned.parent = parent;
    return planned;
}

/// The node's own, with another strategy.
inline PlannedSupervisor root(Strategy strategy = Strategy::one_for_one) {
    return supervisor("node", strategy, std::nullopt);
}

/// Children in start order: supervisors after actors. One named "first…" comes before.
inline GraphPlan plan_of(std::vector<PlannedActor> actors,
                         std::vector<PlannedSupervisor> supervisors) {
    GraphPlan plan;
    plan.actors = std::move(actors);
    plan.supervisors = std::move(supervisors);
    for (std::uint32_t i = 0; i < plan.actors.size(); ++i) {
        if (const auto above = plan.actors[i].supervisor)
            plan.supervisors[*above].children.push_back({false, i});
        if (const auto parent = plan.actors[i].parent) plan.actors[*parent].children.push_back(i);
    }
    for (std::uint32_t i = 0; i < plan.supervisors.size(); ++i) {
        const auto parent = plan.supervisors[i].parent;
        if (!parent) continue;
        auto& siblings = plan.supervisors[*parent].children;
        const bool first = plan.supervisors[i].name.starts_with("first");
        siblings.insert(first ? siblings.begin() : siblings.end(), {true, i});
    }
    return plan;
}

inline ExitReport crashed(bool healthy = true) {
    return {ExitClass::error, ExitCause::signalled, 11, healthy, "signal 11 (SIGSEGV)"};
}
inline ExitReport ended_well() { return {ExitClass::normal, ExitCause::exited, 0, true, "exit 0"}; }

inline ExitReport stopped() { return {ExitClass::shutdown, ExitCause::exited, 0, true, "exit 0"}; }

class Tree {
public:
    using Texts = std::vector<std::string>;
    explicit Tree(std::vector<PlannedActor> actors,
                  std::vector<PlannedSupervisor> supervisors = {root()},
                  GiveUp on_give_up = GiveUp::leave)
        : plan_(plan_of(std::move(actors), std::move(supervisors))),
          core_((plan_.on_give_up = on_give_up, plan_), [this] { return jitter; }) {}

    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    Texts start() { return texts(core_.start_all(now)); }
    Texts ready(const std::string& name) { return texts(core_.on_ready(index(name), now)); }
    Texts all_ready() {
        Texts all;
        for (std::uint32_t i = 0; i < plan_.actors.size(); ++i) {
            const Texts some = texts(core_.on_ready(i, now));
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }
    Texts exits(const std::string& name, const ExitReport& report) {
        return texts(core_.on_exit(index(name), report, now));
    }
    Texts crash(const std::string& name) { return exits(name, crashed()); }
    Texts crash_early(const std::string& name) { return exits(name, crashed(false)); }
    Texts ends(const std::string& name) { return exits(name, ended_well()); }
    Texts stop(const std::string& name) { return texts(core_.stop_requested(index(name), now)); }
    Texts restart(const std::string& name) {
        return texts(core_.restart_requested(index(name), now));
    }
    /// As an obedient launcher: whoever is to stop exits, whoever is started is READY; all orders in their order.
    Texts obey(Orders orders) {
        Texts all;
        while (!orders.empty()) {
            Orders next;
            for (const Order& order : orders) {
                all.push_back(text(order));
                Orders more;
                if (order.kind == Order::Kind::stop)
                    more = core_.on_exit(order.index, stopped(), now);
                if (order.kind == Order::Kind::start) more = core_.on_ready(order.index, now);
                next.insert(next.end(), more.begin(), more.end());
            }
            orders = std::move(next);
        }
        return all;
    }
    Texts crash_and_obey(const std::string& name) { return obey(report_exit(name, crashed())); }
    Orders report_exit(const std::string& name, const ExitReport& report) {
        return core_.on_exit(index(name), report, now);
    }

    Texts stop_all() { return texts(core_.stop_all(now)); }
    Texts after(Nanoseconds span) {
        now = now + span;
        return texts(core_.on_time(now));
    }
    [[nodiscard]] std::uint32_t intensity_left(std::uint32_t which) const {
        return core_.intensity_left(which, now);
    }
    [[nodiscard]] bool will_start(const std::string& name) const {
        return core_.will_start(index(name));
    }
    [[nodiscard]] Supervision& core() { return core_; }

    /// A dynamic child; its name is its number.
    [[nodiscard]] Texts texts(const Orders& orders) const {
        Texts all;
        for (const Order& order : orders) all.push_back(text(order));
        return all;
    }

    MonotonicTime now{1'000 * second};
    double jitter = 1.0;

private:
    [[nodiscard]] std::uint32_t index(const std::string& name) const {
        for (std::uint32_t i = 0; i < plan_.actors.size(); ++i) {
            if (plan_.actors[i].name == name) return i;
        }
        return static_cast<std::uint32_t>(std::stoul(name));
    }
    [[nodiscard]] std::string name(std::uint32_t actor) const {
        return actor < plan_.actors.size() ? plan_.actors[actor].name : std::to_string(actor);
    }
    [[nodiscard]] std::string text(const Order& order) const {
        switch (order.kind) {
            case Order::Kind::start: return "start " + name(order.index);
            case Order::Kind::stop: return "stop " + name(order.index);
            case Order::Kind::stays_failed: return "failed " + name(order.index);
            case Order::Kind::stays_stopped: return "stopped " + name(order.index);
            case Order::Kind::supervisor_gave_up:
                return plan_.supervisors[order.index].name + " gave up: " + order.text;
            case Order::Kind::alarm: return "alarm: " + order.text;
            case Order::Kind::end_node: return "exit " + std::to_string(order.exit_code);
        }
        return "?";
    }

    GraphPlan plan_;
    Supervision core_;
};

/// Everybody is READY.
class RunningTree : public Tree {
public:
    explicit RunningTree(std::vector<PlannedActor> actors,
                         std::vector<PlannedSupervisor> supervisors = {root()},
                         GiveUp on_give_up = GiveUp::leave)
        : Tree(std::move(actors), std::move(supervisors), on_give_up) {
        start();
        all_ready();
    }
};

}  // namespace streamlib::supervision::tree_fixtures
