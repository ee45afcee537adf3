// SPDX-License-Identifier: Apache-2.0
// Construction, reports, questions. What they lead to is in the two sources beside this one.
#include "supervisor/tree/supervision.hpp"

#include <algorithm>

namespace streamlib::supervision {

using tree::ActorRecord;
using tree::none;
using tree::SupervisorRecord;

Supervision::Supervision(const GraphPlan& plan, std::function<double()> random)
    : plan_(plan), random_(std::move(random)) {
    for (const PlannedActor& planned : plan.actors) {
        ActorRecord actor;
        actor.used = true;
        actor.significant = planned.significant;
        actor.restart = planned.restart;
        actor.shutdown = planned.shutdown;
        actor.supervisor = planned.supervisor.value_or(none);
        actor.parent = planned.parent.value_or(none);
        actor.children = planned.children;
        actors_.push_back(std::move(actor));
    }
    for (const PlannedSupervisor& planned : plan.supervisors) {
        SupervisorRecord supervisor{.plan = &planned,
                                    .parent = planned.parent.value_or(none),
                                    .children = planned.children,
                                    .budget = {planned.intensity, planned.period_ns}};
        supervisors_.push_back(std::move(supervisor));
    }
    for (const SupervisorRecord& supervisor : supervisors_) {
        for (std::uint32_t i = 0; i < supervisor.children.size(); ++i) {
            const PlannedChild child = supervisor.children[i];
            if (child.is_supervisor) {
                supervisors_[child.index].position = i;
            } else {
                actors_[child.index].position = i;
            }
        }
    }
}

Orders Supervision::start_all(MonotonicTime now) {
    now_ = now;
    for (SupervisorRecord& supervisor : supervisors_) {
        supervisor.up = supervisor.wanted = true;
        supervisor.up_since = now;
    }
    for (std::uint32_t actor = 0; actor < actors_.size(); ++actor) {
        actors_[actor].wanted = true;
        order_start(actor);
    }
    return settle();
}

Orders Supervision::on_ready(std::uint32_t actor, MonotonicTime now) {
    if (actor >= actors_.size() || actors_[actor].phase != Phase::starting) return {};
    now_ = now;
    actors_[actor].phase = Phase::running;
    return settle();
}

Orders Supervision::on_exit(std::uint32_t actor, const ExitReport& exit, MonotonicTime now) {
    if (actor >= actors_.size() || actors_[actor].phase == Phase::down) return {};
    now_ = now;
    ActorRecord& ended = actors_[actor];
    const bool by_itself = ended.phase != Phase::stopping && !ended.doomed;
    ended.phase = Phase::down;
    ended.doomed = false;
    ended.failures = exit.healthy ? 0 : ended.failures + (by_itself ? 1 : 0);
    for (const std::uint32_t child : ended.children) {
        // Those of the graph come back with it, whatever became of them before.
        ActorRecord& below = actors_[child];
        below.wanted = !ended_ && !below.held && !below.dynamic;
        doom(child);
    }
    if (by_itself) own_exit(actor, exit);
    return settle();
}

Orders Supervision::on_time(MonotonicTime now) {
    now_ = now;
    return settle();
}

Orders Supervision::stop_requested(std::uint32_t actor, MonotonicTime now) {
    if (actor >= actors_.size() || !actors_[actor].used || ended_) return {};
    now_ = now;
    actors_[actor].held = true;
    actors_[actor].wanted = false;
    doom(actor);
    return settle();
}

Orders Supervision::restart_requested(std::uint32_t actor, MonotonicTime now) {
    if (actor >= actors_.size() || !actors_[actor].used || ended_) return {};
    now_ = now;
    ActorRecord& again = actors_[actor];
    again.held = again.failed = false;
    again.wanted = true;
    again.failures = 0;
    again.due = now;
    if (again.phase == Phase::running) doom(actor);
    for (std::uint32_t at = again.supervisor; at != none; at = supervisors_[at].parent) {
        SupervisorRecord& above = supervisors_[at];
        if (above.up) continue;
        above.wanted = true;
        above.failed = false;
        above.failures = 0;
        above.due = now;
    }
    return settle();
}

Orders Supervision::stop_all(MonotonicTime now) {
    if (ended_) return {};
    now_ = now;
    ended_ = true;
    for (std::uint32_t actor = 0; actor < actors_.size(); ++actor) {
        actors_[actor].wanted = false;
        if (actors_[actor].supervisor == none) doom(actor);
    }
    for (std::uint32_t index = 0; index < supervisors_.size(); ++index) {
        const SupervisorRecord& top = supervisors_[index];
        if (top.parent == none && top.up) begin_stop(index, 0, Then::rest);
    }
    return settle();
}

void Supervision::stand_down() {
    ended_ = stood_down_ = true;
    for (ActorRecord& actor : actors_) actor.wanted = actor.doomed = false;
    for (SupervisorRecord& supervisor : supervisors_) {
        supervisor.up = supervisor.wanted = false;
        supervisor.task = Task::watch;
    }
}

Result<Orders> Supervision::add_child(std::uint32_t actor, const DynamicChild& child,
                                      MonotonicTime now) {
    if (ended_) return fail(Errc::gone, "the node is stopping; nothing is started any more");
    if (actor < actors_.size() && actors_[actor].used)
        return fail(Errc::already_exists, "child " + std::to_string(actor) + " exists");
    ActorRecord added;
    added.used = added.dynamic = added.wanted = true;
    added.significant = child.significant;
    added.restart = child.restart;
    added.shutdown = child.shutdown;
    added.parent = child.parent.value_or(none);
    added.supervisor = child.supervisor.value_or(none);
    if (child.parent && (added.parent >= actors_.size() || is_orphan(added)))
        return fail(Errc::gone, "its parent is not running");
    if (child.supervisor) {
        if (added.supervisor >= supervisors_.size())
            return fail(Errc::not_found, "there is no such supervisor");
        auto& supervisor = supervisors_[added.supervisor];
        added.position = static_cast<std::uint32_t>(supervisor.children.size());
        if (is_covered(added.supervisor, added.position))
            return fail(Errc::gone, "supervisor " + supervisor.plan->name + " is not running");
        supervisor.children.push_back({false, actor});
    }
    now_ = now;
    if (child.parent) actors_[added.parent].children.push_back(actor);
    if (actor >= actors_.size()) actors_.resize(actor + 1);
    actors_[actor] = std::move(added);
    return settle();
}

bool Supervision::remove_child(std::uint32_t actor) {
    if (actor >= actors_.size() || !actors_[actor].used || !actors_[actor].dynamic) return false;
    ActorRecord& gone = actors_[actor];
    if (gone.phase != Phase::down || !gone.children.empty()) return false;
    if (gone.parent != none) std::erase(actors_[gone.parent].children, actor);
    if (gone.supervisor != none) {
        SupervisorRecord& above = supervisors_[gone.supervisor];
        above.children.erase(above.children.begin() + gone.position);
        if (above.first > gone.position) --above.first;
        for (std::uint32_t i = gone.position; i < above.children.size(); ++i) {
            const PlannedChild child = above.children[i];
            (child.is_supervisor ? supervisors_[child.index].position
                                 : actors_[child.index].position) = i;
        }
    }
    gone = {};
    return true;
}

void Supervision::add_supervisor(std::uint32_t index, MonotonicTime now) {
    const PlannedSupervisor& plan = plan_.supervisors[index];
    SupervisorRecord added{.plan = &plan, .budget = {plan.intensity, plan.period_ns}};
    added.up = added.wanted = !ended_;
    added.up_since = now;
    if (index == supervisors_.size())
        supervisors_.push_back(std::move(added));
    else
        supervisors_[index] = std::move(added);
    // The plan may have moved as it grew.
    for (std::uint32_t n = 0; n < supervisors_.size(); ++n)
        supervisors_[n].plan = &plan_.supervisors[n];
}

bool Supervision::remove_supervisor(std::uint32_t index) {
    if (index == 0 || index >= supervisors_.size()) return false;
    SupervisorRecord& gone = supervisors_[index];
    if (gone.parent != none || !gone.children.empty()) return false;
    gone.up = gone.wanted = false;
    return true;
}

MonotonicTime Supervision::next_due() const {
    MonotonicTime next{INT64_MAX};
    if (ended_) return next;
    for (const ActorRecord& actor : actors_) {
        if (actor.wanted && actor.phase == Phase::down && actor.due > now_)
            next = std::min(next, actor.due);
    }
    for (const SupervisorRecord& supervisor : supervisors_) {
        if (supervisor.wanted && !supervisor.up && supervisor.due > now_)
            next = std::min(next, supervisor.due);
    }
    return next;
}

bool Supervision::will_start(std::uint32_t actor) const {
    return actor < actors_.size() && actors_[actor].phase == Phase::down &&
           has_future(actors_[actor]);
}

bool Supervision::comes_back(std::uint32_t actor) const {
    if (actor >= actors_.size() || !has_future(actors_[actor])) return false;
    for (std::uint32_t at = actors_[actor].supervisor; at != none; at = supervisors_[at].parent) {
        const SupervisorRecord& record = supervisors_[at];
        if (record.up && record.task == Task::stop && record.then == Then::shut_down) return false;
    }
    return true;
}

std::uint32_t Supervision::intensity_left(std::uint32_t supervisor, MonotonicTime now) const {
    return supervisors_[supervisor].budget.left(now);
}

SupervisorState Supervision::state_of(std::uint32_t supervisor) const {
    const SupervisorRecord& record = supervisors_[supervisor];
    if (!record.up) {
        if (record.failed) return SupervisorState::failed;
        return record.wanted ? SupervisorState::waiting : SupervisorState::stopped;
    }
    if (record.task == Task::stop) return SupervisorState::stopping;
    return record.task == Task::start ? SupervisorState::starting : SupervisorState::running;
}

/// Above it is no actor that runs and goes on running.
bool Supervision::is_orphan(const ActorRecord& actor) const {
    if (actor.parent == none) return false;
    const ActorRecord& parent = actors_[actor.parent];
    return parent.doomed || (parent.phase != Phase::running && parent.phase != Phase::starting);
}

/// Somebody above stops, or is about to stop, the child at that position: what it does by itself is no news.
bool Supervision::is_covered(std::uint32_t supervisor, std::uint32_t position) const {
    for (std::uint32_t at = supervisor; at != none; at = supervisors_[at].parent) {
        const SupervisorRecord& record = supervisors_[at];
        if (!record.up || (record.task == Task::stop && position >= record.first)) return true;
        position = record.position;
    }
    return false;
}

/// Everything above it is up or will be: only then may it come back.
bool Supervision::has_future(const ActorRecord& actor) const {
    if (ended_ || !actor.wanted) return false;
    for (std::uint32_t at = actor.supervisor; at != none; at = supervisors_[at].parent) {
        if (!supervisors_[at].up && !supervisors_[at].wanted) return false;
    }
    return actor.parent == none || has_future(actors_[actor.parent]);
}

}  // namespace streamlib::supervision
