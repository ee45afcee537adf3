// SPDX-License-Identifier: Apache-2.0
// What an exit means: restart, stay down, or give up.
#include <algorithm>

#include "runtime/graph/duration.hpp"
#include "supervisor/tree/restart_delay.hpp"
#include "supervisor/tree/supervision.hpp"

namespace streamlib::supervision {

using tree::ActorRecord;
using tree::none;
using tree::SupervisorRecord;

/// It ended though nobody had said so.
void Supervision::own_exit(std::uint32_t index, const ExitReport& exit) {
    ActorRecord& actor = actors_[index];
    const bool error = exit.kind == ExitClass::error;
    if (ended_ || actor.supervisor == none) {
        actor.wanted = false;
        actor.failed = error;
        return;
    }
    if (is_covered(actor.supervisor, actor.position)) return;
    const auto action = action_for(actor, exit);
    const std::string why = name_of({false, index}) + ": " + std::string(exit.text);
    if (action == ExitAction::restart) return restart_child(actor.supervisor, {false, index}, why);
    if (action == ExitAction::escalate)
        return give_up(actor.supervisor, {false, index}, "told to by " + why);
    actor.wanted = false;
    actor.failed = error && action != ExitAction::ignore;
    if (actor.significant) significant_ended(actor.supervisor);
}

/// Nothing: its restart type says that this was its end.
std::optional<ExitAction> Supervision::action_for(const ActorRecord& actor,
                                                  const ExitReport& exit) const {
    if (exit.cause == ExitCause::ended) return std::nullopt;
    const PlannedSupervisor& plan = *supervisors_[actor.supervisor].plan;
    if (plan.decide_hook) {
        if (const auto action = plan.decide_hook(exit)) return action;
    }
    if (const auto action = rule_for(plan.decide, exit)) return action;
    const bool error = exit.kind == ExitClass::error;
    const bool again = actor.restart == RestartType::permanent ||
                       (actor.restart == RestartType::transient && error);
    return again ? std::optional(ExitAction::restart) : std::nullopt;
}

/// OTP's order: first the restart is counted, then the strategy is carried out.
void Supervision::restart_child(std::uint32_t index, PlannedChild child, std::string_view why) {
    SupervisorRecord& supervisor = supervisors_[index];
    if (!supervisor.budget.charge(now_)) {
        return give_up(index, child,
                       std::to_string(supervisor.plan->intensity) + " restarts within " +
                           duration_text(supervisor.plan->period_ns) +
                           " are spent; the last: " + std::string(why));
    }
    delay(index, child);
    switch (supervisor.plan->strategy) {
        case Strategy::one_for_one:
        case Strategy::simple_one_for_one: break;
        case Strategy::one_for_all: begin_stop(index, 0, Then::restart); break;
        case Strategy::rest_for_one:
            begin_stop(index,
                       child.is_supervisor ? supervisors_[child.index].position
                                           : actors_[child.index].position,
                       Then::restart);
            break;
    }
}

void Supervision::delay(std::uint32_t index, PlannedChild child) {
    const Backoff& backoff = supervisors_[index].plan->backoff;
    const auto due = [&](std::uint32_t failures) {
        return failures == 0 ? now_ : now_ + restart_delay(backoff, failures, random_());
    };
    if (child.is_supervisor) {
        SupervisorRecord& failed = supervisors_[child.index];
        failed.wanted = true;
        failed.due = due(failed.failures);
    } else {
        ActorRecord& failed = actors_[child.index];
        failed.wanted = true;
        failed.due = due(failed.failures);
    }
}

/// `child` is what it could not keep up.
void Supervision::give_up(std::uint32_t index, PlannedChild child, const std::string& why) {
    orders_.push_back({.kind = Order::Kind::supervisor_gave_up, .index = index, .text = why});
    if (supervisors_[index].parent != none) return begin_stop(index, 0, Then::fail);
    if (index != 0) return fail_branch(child);  // whoever made the child is told
    leave(child, why);
    if (plan_.on_give_up != GiveUp::exit) return;
    orders_.push_back({.kind = Order::Kind::end_node, .exit_code = 1, .text = why});
    stand_down();
}

/// At the top there is nobody to escalate to: the branch stays FAILED.
void Supervision::leave(PlannedChild child, const std::string& why) {
    fail_branch(child);
    orders_.push_back({.kind = Order::Kind::alarm,
                       .index = child.index,
                       .text = name_of(child) + " stays FAILED: " + why});
}

void Supervision::fail_branch(PlannedChild child) {
    if (!child.is_supervisor) {
        actors_[child.index].wanted = false;
        actors_[child.index].failed = true;
        return;
    }
    SupervisorRecord& branch = supervisors_[child.index];
    branch.wanted = false;
    branch.failed = true;
    for (const PlannedChild below : branch.children) fail_branch(below);
}

/// Its children are down. For the one above it this is what a permanent child's failure is.
void Supervision::supervisor_failed(std::uint32_t index) {
    SupervisorRecord& supervisor = supervisors_[index];
    const bool lived = now_ - supervisor.up_since > supervisor.plan->period_ns;
    supervisor.failures = lived ? 0 : supervisor.failures + 1;
    if (is_covered(supervisor.parent, supervisor.position)) return;
    restart_child(supervisor.parent, {true, index}, name_of({true, index}) + " gave up");
}

/// A significant child ended by itself and for good.
void Supervision::significant_ended(std::uint32_t index) {
    const SupervisorRecord& supervisor = supervisors_[index];
    const auto remains = [this](PlannedChild child) {
        if (child.is_supervisor) return false;
        const ActorRecord& actor = actors_[child.index];
        return actor.significant && (actor.wanted || actor.phase != Phase::down);
    };
    switch (supervisor.plan->auto_shutdown) {
        case AutoShutdown::never: return;
        case AutoShutdown::any_significant: break;
        case AutoShutdown::all_significant:
            if (std::any_of(supervisor.children.begin(), supervisor.children.end(), remains))
                return;
            break;
    }
    begin_stop(index, 0, Then::shut_down);
}

std::string Supervision::name_of(PlannedChild child) const {
    if (child.is_supervisor) return "supervisor " + supervisors_[child.index].plan->name;
    return child.index < plan_.actors.size() ? plan_.actors[child.index].name
                                             : "child " + std::to_string(child.index);
}

}  // namespace streamlib::supervision
