// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/child_state.hpp"

namespace streamlib::supervision {
namespace {

ChildStep moved(ChildState state, ChildPhase phase, std::uint32_t actions = act_nothing) noexcept {
    state.phase = phase;
    return {state, actions};
}

ChildStep unchanged(const ChildState& state) noexcept { return {state, act_nothing}; }

/// Whatever it said, it may not say it here: it is not the program we think it is.
ChildStep breaks(ChildState state) noexcept {
    if (!is_alive(state.phase)) return unchanged(state);
    state.broken = true;
    state.restart_allowed = false;
    return {state, act_kill};
}

ChildStep spawn(ChildState state) noexcept {
    if (is_alive(state.phase) || state.stop_wanted) return unchanged(state);
    ++state.incarnation;
    state.killed = state.broken = false;
    state.lost_births = 0;
    return moved(state, ChildPhase::spawned, act_spawn | act_publish);
}

/// One step of the start protocol. A message that crossed our stop on its way is no mistake of the child's.
ChildStep expected(const ChildState& state, ChildPhase from, ChildPhase to,
                   std::uint32_t actions) noexcept {
    if (state.phase == from) return moved(state, to, actions);
    if (state.phase == ChildPhase::stopping || !is_alive(state.phase)) return unchanged(state);
    return breaks(state);
}

ChildStep stop(ChildState state) noexcept {
    // before the stop is sent: else a death in between would bring it back
    state.restart_allowed = false;
    state.stop_wanted = true;
    if (state.phase == ChildPhase::idle || state.phase == ChildPhase::restarting)
        return moved(state, ChildPhase::stopped, act_publish);
    if (!is_alive(state.phase) || state.phase == ChildPhase::stopping) return unchanged(state);
    return moved(state, ChildPhase::stopping, act_send_stop | act_publish);
}

ChildStep kill(ChildState state) noexcept {
    state.restart_allowed = false;
    if (state.phase == ChildPhase::restarting) return moved(state, ChildPhase::failed, act_publish);
    if (!is_alive(state.phase)) return unchanged(state);
    state.stop_wanted = true;
    state.killed = true;
    const std::uint32_t publish = state.phase == ChildPhase::stopping ? act_nothing : act_publish;
    return moved(state, ChildPhase::stopping, act_kill | publish);
}

ChildStep never_born(ChildState state) noexcept {
    if (!is_alive(state.phase)) return unchanged(state);
    if (state.stop_wanted) return moved(state, ChildPhase::stopped, act_publish | act_gone);
    if (++state.lost_births >= max_lost_births)
        return moved(state, ChildPhase::failed, act_publish | act_gone);
    return moved(state, ChildPhase::spawned, act_spawn);
}

ChildStep exited(const ChildState& state, bool well) noexcept {
    if (!is_alive(state.phase)) return unchanged(state);
    const bool could_end =
        state.phase == ChildPhase::running || state.phase == ChildPhase::stopping ||
        state.phase == ChildPhase::starting;  // so short that READY is still under way
    const bool as_it_should = well && could_end && !state.broken;
    return moved(state, as_it_should ? ChildPhase::stopped : ChildPhase::failed,
                 act_publish | act_gone);
}

ChildStep restart(ChildState state) noexcept {
    if (is_alive(state.phase)) return unchanged(state);
    state.stop_wanted = false;
    state.restart_allowed = true;
    return spawn(state);
}

ChildStep give_up(const ChildState& state) noexcept {
    if (is_alive(state.phase) || state.phase == ChildPhase::failed) return unchanged(state);
    return moved(state, ChildPhase::failed, act_publish);
}

ChildStep exited_for_now(const ChildState& state) noexcept {
    if (!is_alive(state.phase)) return unchanged(state);
    return moved(state, ChildPhase::restarting, act_publish | act_gone);
}

}  // namespace

ChildStep next_step(const ChildState& state, ChildEvent event) noexcept {
    using enum ChildPhase;
    switch (event) {
        case ChildEvent::spawn: return spawn(state);
        case ChildEvent::hello: return expected(state, spawned, waiting, act_nothing);
        case ChildEvent::configure: return expected(state, waiting, configuring, act_nothing);
        case ChildEvent::configured: return expected(state, configuring, configured, act_nothing);
        case ChildEvent::start: return expected(state, configured, starting, act_nothing);
        case ChildEvent::ready: return expected(state, starting, running, act_publish);
        case ChildEvent::stop: return stop(state);
        case ChildEvent::kill: return kill(state);
        case ChildEvent::broken: return breaks(state);
        case ChildEvent::never_born: return never_born(state);
        case ChildEvent::exited_well: return exited(state, true);
        case ChildEvent::exited_badly: return exited(state, false);
        case ChildEvent::exited_for_now: return exited_for_now(state);
        case ChildEvent::restart: return restart(state);
        case ChildEvent::give_up: return give_up(state);
    }
    return unchanged(state);
}

ipc::ActorState shown_state(ChildPhase phase) noexcept {
    switch (phase) {
        case ChildPhase::idle: return ipc::ActorState::none;
        case ChildPhase::spawned:
        case ChildPhase::waiting:
        case ChildPhase::configuring:
        case ChildPhase::configured:
        case ChildPhase::starting: return ipc::ActorState::starting;
        case ChildPhase::running: return ipc::ActorState::running;
        case ChildPhase::stopping: return ipc::ActorState::stopping;
        case ChildPhase::stopped: return ipc::ActorState::stopped;
        case ChildPhase::failed: return ipc::ActorState::failed;
        case ChildPhase::restarting: return ipc::ActorState::restarting;
    }
    return ipc::ActorState::none;
}

}  // namespace streamlib::supervision
