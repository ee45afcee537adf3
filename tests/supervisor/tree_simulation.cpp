// SPDX-License-Identifier: Apache-2.0
#include "tests/supervisor/tree_simulation.hpp"

#include <algorithm>

namespace streamlib::supervision::tree_simulation {

using tree::none;

namespace {

constexpr Nanoseconds ms = 1'000'000;
constexpr std::uint32_t dynamic_places = 4;

GraphPlan told(GraphPlan plan, Fault fault) {
    if (fault == Fault::generous) {
        for (auto& supervisor : plan.supervisors) ++supervisor.intensity;
    }
    return plan;
}

void random_supervisors(GraphPlan& plan, std::mt19937_64& random) {
    const auto count = 1 + random() % 5;
    for (std::uint32_t i = 0; i < count; ++i) {
        PlannedSupervisor supervisor;
        supervisor.name = "s" + std::to_string(i);
        supervisor.strategy = static_cast<Strategy>(random() % 4);
        supervisor.intensity = static_cast<std::uint32_t>(random() % 5);
        supervisor.period_ns = static_cast<Nanoseconds>(1 + random() % 100) * ms;
        supervisor.backoff = {ms, 8 * ms};
        if (random() % 5 == 0)
            supervisor.auto_shutdown = static_cast<AutoShutdown>(1 + random() % 2);
        if (i != 0) {
            auto parent = static_cast<std::uint32_t>(random() % i);
            if (plan.supervisors[parent].strategy == Strategy::simple_one_for_one) parent = 0;
            supervisor.parent = parent;
        } else if (supervisor.strategy == Strategy::simple_one_for_one) {
            supervisor.strategy = Strategy::one_for_one;
        }
        plan.supervisors.push_back(std::move(supervisor));
    }
}

}  // namespace

GraphPlan random_plan(std::mt19937_64& random) {
    GraphPlan plan;
    plan.supervisors.clear();
    plan.on_give_up = random() % 2 == 0 ? GiveUp::leave : GiveUp::exit;
    random_supervisors(plan, random);
    const auto supervisors = static_cast<std::uint32_t>(plan.supervisors.size());
    const auto count = static_cast<std::uint32_t>(1 + random() % 12);
    const bool parents_first = random() % 2 == 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        PlannedActor actor;
        actor.name = "a" + std::to_string(i);
        if (random() % 6 != 0)
            actor.supervisor = static_cast<std::uint32_t>(random() % supervisors);
        actor.restart =
            random() % 2 == 0 ? RestartType::permanent : static_cast<RestartType>(random() % 3);
        actor.significant = actor.restart != RestartType::permanent && random() % 2 == 0;
        if (random() % 3 == 0) {
            if (parents_first && i > 0) actor.parent = static_cast<std::uint32_t>(random() % i);
            if (!parents_first && i + 1 < count)
                actor.parent = i + 1 + static_cast<std::uint32_t>(random() % (count - i - 1));
        }
        plan.actors.push_back(std::move(actor));
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        if (plan.actors[i].supervisor)
            plan.supervisors[*plan.actors[i].supervisor].children.push_back({false, i});
        if (plan.actors[i].parent) plan.actors[*plan.actors[i].parent].children.push_back(i);
    }
    for (std::uint32_t i = 1; i < supervisors; ++i) {
        auto& siblings = plan.supervisors[*plan.supervisors[i].parent].children;
        const auto at = static_cast<std::ptrdiff_t>(random() % (siblings.size() + 1));
        siblings.insert(siblings.begin() + at, {true, i});
    }
    return plan;
}

Simulation::Simulation(std::uint64_t seed, Fault fault)
    : random_(seed),
      fault_(fault),
      plan_(random_plan(random_)),
      told_plan_(told(plan_, fault)),
      core_(told_plan_, [this] { return static_cast<double>(random_() % 1001) / 1000.0; }) {
    for (const PlannedActor& actor : plan_.actors) {
        Child child;
        child.used = true;
        child.restart = actor.restart;
        child.supervisor = actor.supervisor.value_or(none);
        child.parent = actor.parent.value_or(none);
        children_.push_back(child);
    }
    children_.resize(children_.size() + dynamic_places);
    budgets_.resize(plan_.supervisors.size());
}

void Simulation::run(int events) {
    before();
    after(core_.start_all(now_), true);
    for (int i = 0; i < events && violations_.empty(); ++i) random_event();
    if (violations_.empty()) quiet();
    if (violations_.empty() && !ended_) check_quiet();
    if (violations_.empty()) end();
}

std::uint32_t Simulation::any_actor() {
    return static_cast<std::uint32_t>(random_() % children_.size());
}

void Simulation::random_event() {
    const std::uint32_t actor = any_actor();
    const Child& child = children_[actor];
    const auto die = random_() % 100;
    if (die < 50) {
        if (child.told_to_stop) return exits(actor);
        if (child.process == Process::starting) return ready(actor);
    } else if (die < 75) {
        if (child.process != Process::none) return exits(actor);
    } else if (die < 80) {
        return one_in(4) ? person_stops(actor) : person_restarts(actor);
    } else if (die < 83) {
        return add_or_remove();
    } else {
        const MonotonicTime due = core_.next_due();
        const bool wait = due.ns != INT64_MAX && one_in(2);
        return advance(wait ? due - now_ : static_cast<Nanoseconds>(random_() % (20 * ms)));
    }
    now_ = now_ + static_cast<Nanoseconds>(random_() % ms);
}

void Simulation::advance(Nanoseconds span) {
    now_ = now_ + std::max<Nanoseconds>(span, 0);  // what is due may have passed
    note('t', static_cast<std::uint32_t>(span / 1000));
    before();
    after(core_.on_time(now_));
    if (core_.next_due() <= now_) violated("next_due has passed after on_time");
}

void Simulation::ready(std::uint32_t actor) {
    note('r', actor);
    children_[actor].process = Process::running;
    before();
    after(core_.on_ready(actor, now_));
}

void Simulation::exits(std::uint32_t actor) {
    Child& child = children_[actor];
    ExitReport report;
    report.kind = static_cast<ExitClass>(random_() % 3);
    if (one_in(2)) report.kind = ExitClass::error;
    report.code = report.kind == ExitClass::error ? 1 : 0;
    report.healthy = one_in(2);
    note(report.kind == ExitClass::error ? 'x' : 'e', actor);
    before();
    const bool own = surely_own(child);
    child.process = Process::none;
    child.told_to_stop = child.asked = false;
    const Orders orders = core_.on_exit(actor, report, now_);
    if (own) check_exit(actor, report, orders);
    after(orders);
}

void Simulation::person_stops(std::uint32_t actor) {
    Child& child = children_[actor];
    if (!child.used || ended_) return;
    note('s', actor);
    child.held = true;
    before();
    if (fault_ == Fault::deaf_to_stop && child.process != Process::none) {
        child.process = Process::none;
        child.told_to_stop = false;
        return after(core_.on_exit(actor, {}, now_));
    }
    after(core_.stop_requested(actor, now_));
}

void Simulation::person_restarts(std::uint32_t actor) {
    Child& child = children_[actor];
    if (!child.used || ended_) return;
    note('R', actor);
    child.held = false;
    child.asked = child.process != Process::none;
    before();
    after(core_.restart_requested(actor, now_));
}

void Simulation::add_or_remove() {
    const auto place = static_cast<std::uint32_t>(plan_.actors.size() + random_() % dynamic_places);
    Child& child = children_[place];
    if (child.used) {
        const bool down = child.process == Process::none && !core_.will_start(place);
        if (!down) return;
        note('-', place);
        if (core_.remove_child(place)) child = {};
        return;
    }
    DynamicChild wanted;
    if (!one_in(4))
        wanted.supervisor = static_cast<std::uint32_t>(random_() % plan_.supervisors.size());
    if (one_in(4)) wanted.parent = any_actor();
    wanted.restart = static_cast<RestartType>(random_() % 3);
    note('+', place);
    before();
    const auto added = core_.add_child(place, wanted, now_);
    if (!added) return;
    if (ended_) violated("a child was added after the end");
    child.used = child.dynamic = true;
    child.restart = wanted.restart;
    child.supervisor = wanted.supervisor.value_or(none);
    child.parent = wanted.parent.value_or(none);
    after(*added);
}

/// No more failures: everything that was begun comes to its end.
void Simulation::quiet() {
    for (int round = 0; round < 4000; ++round) {
        bool changed = false;
        for (std::uint32_t i = 0; i < children_.size() && violations_.empty(); ++i) {
            if (children_[i].told_to_stop) {
                exits(i);
                changed = true;
            } else if (children_[i].process == Process::starting) {
                ready(i);
                changed = true;
            }
        }
        if (!violations_.empty()) return;
        if (core_.next_due().ns != INT64_MAX) {
            advance(core_.next_due() - now_);
            changed = true;
        }
        if (!changed) return;
    }
    violated("it never comes to rest");
}

void Simulation::end() {
    note('E', 0);
    before();
    if (fault_ != Fault::deaf_to_end && !ended_) {
        ended_ = true;
        after(core_.stop_all(now_));
    }
    ended_ = true;
    for (int i = 0; i < 40 && violations_.empty(); ++i) random_event();
    if (violations_.empty()) quiet();
    for (std::uint32_t i = 0; i < children_.size(); ++i) {
        if (violations_.empty() && children_[i].process != Process::none)
            violated("alive after the end: " + std::to_string(i));
    }
}

}  // namespace streamlib::supervision::tree_simulation
