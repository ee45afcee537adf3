// SPDX-License-Identifier: Apache-2.0
// From what is wanted to orders. Each step only brings a record nearer to what is wanted, so the rounds end.
#include <algorithm>
#include <utility>

#include "ipc/base/assert.hpp"
#include "supervisor/tree/supervision.hpp"

namespace streamlib::supervision {

using tree::ActorRecord;
using tree::none;
using tree::SupervisorRecord;

Orders Supervision::settle() {
    // A round without change ends it. A supervisor falls or rises once each: far fewer rounds than this.
    std::size_t rounds = 16 + 4 * (actors_.size() + supervisors_.size());
    do {
        STREAMLIB_ASSERT(rounds-- > 0, "decisions come to an end");
        changed_ = false;
        for (std::uint32_t top = 0; top < supervisors_.size(); ++top)
            if (supervisors_[top].parent == none) visit(top, false);
        for (std::uint32_t actor = 0; actor < actors_.size(); ++actor) {
            if (actors_[actor].supervisor == none && is_startable(actors_[actor]))
                order_start(actor);
        }
        order_stops();
    } while (changed_);
    conclude();
    return std::exchange(orders_, {});
}

/// Who is doomed is told once nobody below it is up: the deepest first.
void Supervision::order_stops() {
    for (std::uint32_t index = 0; index < actors_.size(); ++index) {
        ActorRecord& actor = actors_[index];
        if (!actor.doomed || (actor.phase != Phase::starting && actor.phase != Phase::running))
            continue;
        const bool above = std::any_of(
            actor.children.begin(), actor.children.end(),
            [this](std::uint32_t child) { return actors_[child].phase != Phase::down; });
        if (above) continue;
        actor.phase = Phase::stopping;
        changed_ = true;
        orders_.push_back({.kind = Order::Kind::stop, .index = index, .shutdown = actor.shutdown});
    }
}

/// `frozen`: somebody above stops this branch, so that nothing in it is started.
void Supervision::visit(std::uint32_t index, bool frozen) {
    const SupervisorRecord& supervisor = supervisors_[index];
    if (!supervisor.up) return;
    for (std::uint32_t i = 0; i < supervisor.children.size(); ++i) {
        if (!supervisor.children[i].is_supervisor) continue;
        const bool stops = supervisor.task == Task::stop && i >= supervisor.first;
        visit(supervisor.children[i].index, frozen || stops);
    }
    if (supervisor.task == Task::stop) {
        visit_down(index);
    } else if (!frozen) {
        visit_up(index);
    }
}

void Supervision::visit_up(std::uint32_t index) {
    SupervisorRecord& supervisor = supervisors_[index];
    for (const PlannedChild child : supervisor.children) {
        bool pending = false;
        if (child.is_supervisor) {
            const SupervisorRecord& below = supervisors_[child.index];
            if (!below.up && below.wanted && below.due <= now_) raise(child.index);
            pending = below.wanted && (!below.up || below.task != Task::watch);
        } else {
            const ActorRecord& actor = actors_[child.index];
            if (is_startable(actor)) order_start(child.index);
            // One whose parent is down comes after that, not in its turn: nobody waits for it.
            pending = actor.wanted && actor.phase != Phase::running && !is_orphan(actor);
        }
        if (pending && supervisor.task == Task::start) return;
    }
    if (supervisor.task != Task::start) return;
    supervisor.task = Task::watch;
    changed_ = true;
}

void Supervision::visit_down(std::uint32_t index) {
    SupervisorRecord& supervisor = supervisors_[index];
    const bool at_once = supervisor.plan->strategy == Strategy::simple_one_for_one;
    bool down = true;
    for (std::size_t i = supervisor.children.size(); i > supervisor.first && (down || at_once);)
        down = take_down(supervisor.children[--i]) && down;
    if (down) finish_stop(index);
}

void Supervision::finish_stop(std::uint32_t index) {
    SupervisorRecord& supervisor = supervisors_[index];
    supervisor.task = Task::watch;
    changed_ = true;
    switch (supervisor.then) {
        case Then::restart:
            supervisor.task = Task::start;
            for (std::size_t i = supervisor.first; i < supervisor.children.size(); ++i)
                wake(supervisor.children[i], false);
            return;
        case Then::fail: supervisor.up = false; return supervisor_failed(index);
        case Then::shut_down:
            supervisor.up = supervisor.wanted = false;
            if (index != 0) return;
            orders_.push_back({.kind = Order::Kind::end_node,
                               .exit_code = 0,
                               .text = "the significant actors have ended"});
            return stand_down();
        case Then::rest: supervisor.up = false; return;
    }
}

/// True: it is down.
bool Supervision::take_down(PlannedChild child) {
    if (child.is_supervisor) {
        const SupervisorRecord& below = supervisors_[child.index];
        if (below.up && !(below.task == Task::stop && below.then == Then::rest))
            begin_stop(child.index, 0, Then::rest);
        return !below.up;
    }
    doom(child.index);
    return actors_[child.index].phase == Phase::down;
}

/// Where a stop is under way, only somebody before its children, or above, can ask for another, which is the wider one.
void Supervision::begin_stop(std::uint32_t index, std::uint32_t first, Then then) {
    SupervisorRecord& supervisor = supervisors_[index];
    supervisor.first = first;
    supervisor.then = then;
    supervisor.task = Task::stop;
    changed_ = true;
}

/// A new life: new restarts to spend, all its children of the graph.
void Supervision::raise(std::uint32_t index) {
    SupervisorRecord& supervisor = supervisors_[index];
    changed_ = true;
    supervisor.up = true;
    supervisor.task = Task::start;
    supervisor.up_since = now_;
    supervisor.budget.clear();
    for (const PlannedChild child : supervisor.children) wake(child, true);
}

/// Its supervisor starts its children again; `fresh`: because it is new itself.
void Supervision::wake(PlannedChild child, bool fresh) {
    if (ended_) return;
    if (child.is_supervisor) {
        SupervisorRecord& below = supervisors_[child.index];
        below.wanted = true;
        below.failed = false;
        if (fresh) below.failures = 0;
        return;
    }
    ActorRecord& actor = actors_[child.index];
    const bool leaves = fresh ? actor.dynamic : actor.restart == RestartType::temporary;
    actor.wanted = !actor.held && !leaves;
    actor.failed = false;
    if (!fresh) return;
    actor.failures = 0;
    actor.due = now_;
}

void Supervision::doom(std::uint32_t index) {
    ActorRecord& actor = actors_[index];
    if (stood_down_ || actor.phase == Phase::down || actor.doomed) return;
    actor.doomed = true;
    for (const std::uint32_t child : actor.children) {
        // Whoever made it is going: nobody is there any more who wants it.
        if (actors_[child].dynamic) actors_[child].wanted = false;
        doom(child);
    }
}

void Supervision::order_start(std::uint32_t index) {
    ActorRecord& actor = actors_[index];
    changed_ = true;
    actor.phase = Phase::starting;
    actor.failed = actor.concluded = false;
    orders_.push_back({.kind = Order::Kind::start, .index = index});
}

bool Supervision::is_startable(const ActorRecord& actor) const {
    if (ended_ || !actor.wanted || actor.phase != Phase::down || actor.due > now_) return false;
    if (actor.parent == none) return true;
    return actors_[actor.parent].phase == Phase::running && !actors_[actor.parent].doomed;
}

/// Says once of each that is down for good.
void Supervision::conclude() {
    for (std::uint32_t index = 0; index < actors_.size(); ++index) {
        ActorRecord& actor = actors_[index];
        if (!actor.used || actor.phase != Phase::down || actor.concluded || has_future(actor))
            continue;
        actor.concluded = true;
        orders_.push_back(
            {.kind = actor.failed ? Order::Kind::stays_failed : Order::Kind::stays_stopped,
             .index = index});
    }
}

}  // namespace streamlib::supervision
