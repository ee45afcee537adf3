// SPDX-License-Identifier: Apache-2.0
// Ends: of one actor, of a family, of the run.
#include <signal.h>

#include <algorithm>

#include "runtime/graph/pending_work.hpp"
#include "runtime/process/process_attributes.hpp"
#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/reap.hpp"
#include "supervisor/node/service_notice.hpp"

namespace streamlib::supervision {
namespace {

const char* why(StopReason reason) noexcept {
    switch (reason) {
        case StopReason::ended: return "all streams have ended";
        case StopReason::time_is_up: return "its time is up";
        case StopReason::interrupted: return "interrupted";
        case StopReason::requested: return "asked to";
        case StopReason::refused: return "the graph cannot run";
        case StopReason::failed: return "told to when an actor stays FAILED";
    }
    return "";
}

bool has_living_child(const GraphPlan& plan, const std::vector<Child>& children,
                      std::uint32_t actor) {
    const auto& below = plan.actors[actor].children;
    return std::any_of(below.begin(), below.end(),
                       [&](std::uint32_t child) { return is_alive(children[child].state.phase); });
}

/// Its readers hold the last picture and go on, until somebody says otherwise.
bool a_source_failed(const GraphPlan& plan, const std::vector<Child>& children) {
    return std::any_of(plan.sources.begin(), plan.sources.end(), [&](std::uint32_t source) {
        return children[source].state.phase == ChildPhase::failed;
    });
}

}  // namespace

void Launcher::apply(std::uint32_t actor, ChildEvent event) {
    Child& child = children_[actor];
    const ChildStep step = next_step(child.state, event);
    child.state = step.state;
    if ((step.actions & act_spawn) != 0) spawn(actor);
    if ((step.actions & act_send_stop) != 0) send_stop(actor);
    if ((step.actions & act_kill) != 0) send_signal(actor, SIGKILL);  // no pid yet: adopt() does it
    if ((step.actions & act_publish) != 0) {
        directory_->publish(child);
        observer_.actor_changed({.index = actor,
                                 .state = shown_state(child.state.phase),
                                 .pid = child.process.pid,
                                 .incarnation = child.state.incarnation,
                                 .exit_kind = child.exit.kind,
                                 .exit_text = exit_text(child.exit, child.failed_text)});
        note_change(actor);
        dirty_ = true;
    }
    if ((step.actions & act_gone) != 0) on_gone(actor);
}

/// The word for an actor that works; said again where it has changed whether another incarnation follows.
void Launcher::say_stop(std::uint32_t actor) {
    Child& child = children_[actor];
    child.makes_way = phase_ != RunPhase::stopping && tree_->comes_back(actor);
    ipc::give_command(child.actor_page(),
                      child.makes_way ? ipc::ActorCommand::make_way : ipc::ActorCommand::stop);
}

void Launcher::send_stop(std::uint32_t actor) {
    Child& child = children_[actor];
    say_stop(actor);
    // The message for one that is still being started.
    if (child.channel) static_cast<void>(child.channel.send(protocol::encode(protocol::Stop{})));
    const auto& told = child.shutdown;
    if (told && told->kind == Shutdown::Kind::infinity) return;
    const Nanoseconds patience = told ? told->wait_ns : options_.stop_deadline;
    kill_times_.push(
        {MonotonicTime::now() + patience, actor, child.state.incarnation, child.spawned});
}

void Launcher::on_gone(std::uint32_t actor) {
    Child& child = children_[actor];
    if (child.channel) {
        loop_->forget(child.channel.fd());
        child.channel.close();
    }
    child.process = {};
    if (child.state.phase != ChildPhase::restarting) end_replacement(actor, "its actor has ended");
    if (rings_) rings_->on_reaped(plan_, actor);
    dynamic_.watches.on_gone(actor);
    if (child.planned->wishes.limited()) remove_limits(node_, child.planned->name);
    if (phase_ == RunPhase::configuring) {
        configure_order_->on_failed(actor);
        if (configure_order_->done()) after_configure();
    } else if (phase_ == RunPhase::starting) {
        start(ready_order_->on_settled(actor));
    }
}

void Launcher::begin_stop(StopReason reason) {
    if (phase_ == RunPhase::stopping) return;
    phase_ = RunPhase::stopping;
    stand_down();
    if (!stop_reason_) stop_reason_ = reason;
    note_event("stopping", node_, why(*stop_reason_));
    observer_.stopping(reason);
    notify_service("STOPPING=1");
    const MonotonicTime now = MonotonicTime::now();
    kill_at_ = now + options_.stop_deadline;
    // Streams that have not drained by half of the time will not: the rest of it is for stop() to finish files.
    stop_rest_at_ = was_running_ ? now + options_.stop_deadline / 2 : MonotonicTime{0};
    time_is_up_ = {INT64_MAX};
    dirty_ = true;
}

void Launcher::stop_all_now() {
    stop_rest_at_ = {INT64_MAX};
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) wanted_stop_[actor] = true;
    dirty_ = true;
}

void Launcher::kill_all() {
    kill_at_ = {INT64_MAX};
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        if (!is_alive(children_[actor].state.phase)) continue;
        ++killed_;
        apply(actor, ChildEvent::kill);
    }
}

void Launcher::stop_family(std::uint32_t actor) {
    if (phase_ == RunPhase::starting || phase_ == RunPhase::running)
        return carry_out(tree_->stop_requested(actor, MonotonicTime::now()));
    for (const std::uint32_t member : family_to_stop(plan_, work_states(), actor))
        wanted_stop_[member] = true;
    dirty_ = true;
}

std::vector<WorkState> Launcher::work_states() const {
    std::vector<WorkState> states;
    states.reserve(children_.size());
    for (const Child& child : children_) {
        switch (child.state.phase) {
            case ChildPhase::running:
            case ChildPhase::stopping: states.push_back(WorkState::running); break;
            case ChildPhase::stopped: {
                // An actor that was told to stop has ended its outputs as well; one that was killed, or that was to
                // come back, has not.
                const bool well = child.exit.kind == ipc::ExitKind::exited &&
                                  child.exit.code == 0 && !child.makes_way;
                states.push_back(well ? WorkState::ended : WorkState::stopped);
                break;
            }
            case ChildPhase::failed: states.push_back(WorkState::failed); break;
            default: states.push_back(WorkState::starting); break;
        }
    }
    return states;
}

/// After events in which a state changed: who is to be told now, and is it over. It looks at the whole graph, so a thousand
/// actors that end one by one share a look: at most a fifth of the launcher's time goes into it.
void Launcher::settle() {
    const MonotonicTime began = MonotonicTime::now();
    dirty_ = false;
    decide();
    const MonotonicTime ended = MonotonicTime::now();
    settle_at_ = ended + 4 * (ended - began);
}

void Launcher::decide() {
    const auto states = work_states();
    const PendingWork work = pending_work(plan_, states);
    if (work.all_done) {
        done_ = true;
        return stand_down();
    }
    // While it runs the tree stops them, and has them come back with their parent.
    if (phase_ == RunPhase::stopping)
        for (const std::uint32_t orphan : work.orphaned) wanted_stop_[orphan] = true;
    const bool drain = phase_ == RunPhase::stopping && was_running_;
    const bool last_streams =
        phase_ == RunPhase::running && work.roots_done && !a_source_failed(plan_, children_);
    if (drain || last_streams) {
        const auto next = next_to_stop(plan_, states, drain);
        // Who only drains is still supervised: what dies of it comes back, and reads on to the end.
        if (last_streams && !next.empty()) stand_down();
        for (const std::uint32_t actor : next) wanted_stop_[actor] = true;
    }
    const bool leave = graph_.node.on_give_up != "exit";
    const bool failed = std::find(states.begin(), states.end(), WorkState::failed) != states.end();
    if (phase_ == RunPhase::running && failed && !leave) begin_stop(StopReason::failed);
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        if (wanted_stop_[actor] && is_alive(children_[actor].state.phase) &&
            !has_living_child(plan_, children_, actor)) {
            apply(actor, ChildEvent::stop);
        }
    }
}

}  // namespace streamlib::supervision
