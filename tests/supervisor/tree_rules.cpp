// SPDX-License-Identifier: Apache-2.0
// The rules that the simulated launcher holds Supervision to.
#include <algorithm>

#include "tests/supervisor/tree_simulation.hpp"

namespace streamlib::supervision::tree_simulation {

using tree::none;

void Simulation::violated(const std::string& what) {
    std::string text = what + "; lately:";
    for (const auto& line : lately_) text += " " + line;
    violations_.push_back(std::move(text));
}

void Simulation::note(char what, std::uint32_t actor) {
    ++events_;
    if (lately_.size() >= 30) lately_.pop_front();
    lately_.push_back(what + std::to_string(actor));
}

void Simulation::before() {
    for (std::uint32_t i = 0; i < budgets_.size(); ++i)
        budgets_[i].left = core_.intensity_left(i, now_), budgets_[i].state = core_.state_of(i);
}

void Simulation::after(const Orders& orders, bool all_at_once) {
    if (orders.size() > 4 * children_.size() + 3 * budgets_.size() + 4)
        violated("an order list without end");
    check_budgets(orders);
    for (const Order& order : orders) carry_out(order, all_at_once);
    for (std::uint32_t i = 0; i < children_.size(); ++i) {
        const Child& child = children_[i];
        if (!child.used || child.process != Process::none) continue;
        if (!core_.will_start(i) && !child.concluded)
            violated("down, not coming back, and nobody was told: " + std::to_string(i));
        if (core_.will_start(i) && (ended_ || child.held))
            violated("coming back against all: " + std::to_string(i));
    }
    // The lies, after the list was carried out.
    while (!lied_about_.empty() && violations_.empty()) {
        const std::uint32_t actor = lied_about_.back();
        lied_about_.pop_back();
        before();
        after(fault_ == Fault::ready_at_spawn ? core_.on_ready(actor, now_)
                                              : core_.on_exit(actor, {}, now_));
    }
}

void Simulation::carry_out(const Order& order, bool all_at_once) {
    switch (order.kind) {
        case Order::Kind::start: return start(order.index, all_at_once);
        case Order::Kind::stop: return stop(order.index);
        case Order::Kind::stays_failed:
        case Order::Kind::stays_stopped: {
            Child& child = children_[order.index];
            if (child.process != Process::none) violated("said to be down, but it lives");
            child.concluded = true;
            child.concluded_failed = order.kind == Order::Kind::stays_failed;
            return;
        }
        case Order::Kind::supervisor_gave_up: ++escalations_; return;
        case Order::Kind::alarm: return;
        case Order::Kind::end_node:
            // The launcher stops them in an order of its own.
            ended_ = true;
            for (Child& child : children_) child.told_to_stop = child.process != Process::none;
            return;
    }
}

void Simulation::start(std::uint32_t actor, bool all_at_once) {
    ++starts_;
    Child& child = children_[actor];
    const std::string name = std::to_string(actor);
    if (!child.used) violated("a start of what is none: " + name);
    if (child.process != Process::none) violated("two incarnations: " + name);
    if (ended_) violated("a start after the end: " + name);
    if (child.held) violated("a start of what a person stopped: " + name);
    if (child.parent != none && !all_at_once) {
        const Child& parent = children_[child.parent];
        if (parent.process != Process::running || parent.told_to_stop)
            violated("a start below a parent that does not run: " + name);
    }
    if (!all_at_once) check_start(actor);
    child.process = Process::starting;
    child.born = all_at_once ? 0 : starts_;
    child.concluded = child.concluded_failed = false;
    if (fault_ == Fault::ready_at_spawn) lied_about_.push_back(actor);
}

/// Before the event and after it.
bool Simulation::is_throughout(std::uint32_t supervisor, SupervisorState state) const {
    return budgets_[supervisor].state == state && core_.state_of(supervisor) == state;
}

/// Nothing is started in what stops; in what starts one after the other, each after the one before is READY.
void Simulation::check_start(std::uint32_t actor) {
    const Child& child = children_[actor];
    for (auto at = child.supervisor; at != none; at = plan_.supervisors[at].parent.value_or(none)) {
        if (is_throughout(at, SupervisorState::stopping) &&
            plan_.supervisors[at].strategy != Strategy::rest_for_one)
            violated("a start below a supervisor that stops: " + std::to_string(actor));
    }
    if (child.supervisor == none || !is_throughout(child.supervisor, SupervisorState::starting))
        return;
    for (const PlannedChild& before : plan_.supervisors[child.supervisor].children) {
        if (before == PlannedChild{false, actor}) return;
        if (before.is_supervisor) continue;
        const Child& other = children_[before.index];
        if (other.process == Process::starting && other.parent == none && !other.told_to_stop &&
            !other.held)
            violated("a start before another is READY: " + std::to_string(actor));
    }
}

void Simulation::stop(std::uint32_t actor) {
    Child& child = children_[actor];
    const std::string name = std::to_string(actor);
    if (child.process == Process::none) violated("a stop of what is gone: " + name);
    if (child.told_to_stop) violated("told twice to stop: " + name);
    for (const Child& below : children_) {
        if (below.used && below.parent == actor && below.process != Process::none)
            violated("told to stop before what is below it is gone: " + name);
    }
    child.told_to_stop = true;
    if (fault_ == Fault::exit_before_gone) lied_about_.push_back(actor);
}

/// Never more restarts than its intensity in any window of a supervisor's life.
void Simulation::check_budgets(const Orders& orders) {
    for (const Order& order : orders) {
        if (order.kind == Order::Kind::supervisor_gave_up) budgets_[order.index].charges.clear();
    }
    for (std::uint32_t i = 0; i < budgets_.size(); ++i) {
        Budget& budget = budgets_[i];
        const PlannedSupervisor& plan = plan_.supervisors[i];
        const std::uint32_t left = core_.intensity_left(i, now_);
        if (left < budget.left && is_throughout(i, SupervisorState::stopping) &&
            plan.strategy != Strategy::rest_for_one)
            violated("a charge while it stops: supervisor " + plan.name);
        if (left > budget.left) budget.charges.clear();  // a new life
        for (std::uint32_t n = left; n < budget.left; ++n) budget.charges.push_back(now_);
        const auto in_window =
            std::count_if(budget.charges.begin(), budget.charges.end(),
                          [&](MonotonicTime at) { return now_ - at <= plan.period_ns; });
        if (in_window > static_cast<std::ptrdiff_t>(plan.intensity))
            violated("more restarts than the intensity: supervisor " + plan.name);
        if (budget.charges.size() > 64)
            budget.charges.erase(budget.charges.begin(), budget.charges.begin() + 32);
    }
}

/// It and all above it are neither stopped nor started by anybody.
bool Simulation::is_watched(std::uint32_t supervisor) const {
    for (auto at = supervisor; at != none; at = plan_.supervisors[at].parent.value_or(none)) {
        if (core_.state_of(at) != SupervisorState::running) return false;
    }
    return true;
}

/// Nobody wants it, or an actor above it, to stop: what it does it does by itself.
bool Simulation::surely_own(const Child& child) const {
    if (ended_ || child.told_to_stop || child.held || child.asked) return false;
    if (child.process == Process::none || !is_watched(child.supervisor)) return false;
    if (child.parent == none) return true;
    // A parent that is younger is another incarnation than the one it belonged to.
    const Child& parent = children_[child.parent];
    return parent.born <= child.born && surely_own(parent);
}

/// One restart is one charge or one supervisor that gives up; without restart neither.
void Simulation::check_exit(std::uint32_t actor, const ExitReport& report, const Orders& orders) {
    const Child& child = children_[actor];
    if (child.supervisor == none) return;
    const bool again = child.restart == RestartType::permanent ||
                       (child.restart == RestartType::transient && report.kind == ExitClass::error);
    const bool gave_up = std::any_of(orders.begin(), orders.end(), [&](const Order& order) {
        return order.kind == Order::Kind::supervisor_gave_up && order.index == child.supervisor;
    });
    const std::uint32_t left = core_.intensity_left(child.supervisor, now_);
    const std::uint32_t had = budgets_[child.supervisor].left;
    const std::string name = std::to_string(actor);
    if (again && had > 0 && (gave_up || left + 1 != had))
        violated("a restart that was not counted: " + name);
    if (again && had == 0 && !gave_up) violated("a restart beyond the intensity: " + name);
    if (!again && (gave_up || left != had)) violated("a charge without restart: " + name);
}

/// After everything has come to its end, nobody is left over.
void Simulation::check_quiet() {
    for (std::uint32_t i = 0; i < children_.size(); ++i) {
        const Child& child = children_[i];
        if (!child.used) continue;
        const std::string name = std::to_string(i);
        const bool runs = child.process == Process::running;
        if (core_.will_start(i)) violated("at rest, but it will start: " + name);
        if (child.parent != none && runs && children_[child.parent].process != Process::running)
            violated("it runs below a dead parent: " + name);
        if (runs && child.supervisor != none && !is_watched(child.supervisor))
            violated("it runs below a supervisor that does not: " + name);
        if (runs || child.held || child.dynamic || child.supervisor == none) continue;
        const bool parent_runs =
            child.parent == none || children_[child.parent].process == Process::running;
        const bool left = child.supervisor == 0 && child.concluded_failed;
        if (child.restart == RestartType::permanent && parent_runs && !left &&
            is_watched(child.supervisor)) {
            violated("permanent, but it stays down: " + name);
        }
    }
}

}  // namespace streamlib::supervision::tree_simulation
