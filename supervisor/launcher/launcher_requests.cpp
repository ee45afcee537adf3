// SPDX-License-Identifier: Apache-2.0
// What people ask for, as the control process hands it on: looked up, judged, and given to who does it.
#include <algorithm>

#include "supervisor/launcher/kept_state.hpp"
#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {

using control_link::Outcome;
using control_link::RequestKind;

void Launcher::on_request(const control_link::Request& request, Settings settings) {
    if (request.kind == RequestKind::listening || request.kind == RequestKind::alive) return;
    if (request.kind == RequestKind::stop_node) {
        desk_->reply(request.id, Outcome::ok, {});
        return begin_stop(StopReason::requested);
    }
    const auto found = std::find_if(children_.begin(), children_.end(), [&](const Child& child) {
        return child.id == ipc::ActorId{request.actor_index, request.actor_generation};
    });
    if (found == children_.end()) return desk_->reply(request.id, Outcome::no_such_actor, {});
    const auto actor = static_cast<std::uint32_t>(found - children_.begin());
    if (request.kind == RequestKind::restart_actor) return restart_on_request(actor, request);
    if (request.incarnation != 0 && request.incarnation != found->state.incarnation)
        return desk_->reply(request.id, Outcome::no_such_actor, {});
    if (request.kind == RequestKind::replace_actor)
        return replace_on_request(actor, request, settings);
    if (request.kind == RequestKind::stop_actor) return stop_on_request(actor, request);
    if (request.kind == RequestKind::snapshot_actor) {
        const auto asked = ask_for_snapshot(*found);
        return desk_->reply(request.id, asked ? Outcome::ok : Outcome::not_running, {},
                            asked.value_or(0));
    }
    if (!is_alive(found->state.phase) || !found->process.pidfd)
        return desk_->reply(request.id, Outcome::not_running, {});
    send_signal(actor, request.signal);
    desk_->reply(request.id, Outcome::ok, {});
}

/// Also of one that is down for the moment, or on its way down: it does not come back then.
void Launcher::stop_on_request(std::uint32_t actor, const control_link::Request& request) {
    const ChildPhase phase = children_[actor].state.phase;
    const bool stops = phase == ChildPhase::stopping;
    const bool comes_back = phase == ChildPhase::restarting || (stops && tree_->comes_back(actor));
    if (!comes_back && (stops || !is_alive(phase)))
        return desk_->reply(request.id, Outcome::not_running, {});
    stop_family(actor);
    if (stops) say_stop(actor);
    desk_->reply(request.id, Outcome::ok, {});
}

/// The reply says which incarnation is the first new one: that of the request, if it is on its way already.
void Launcher::restart_on_request(std::uint32_t actor, const control_link::Request& request) {
    const Child& child = children_[actor];
    const auto refuse = [&](std::string_view why) {
        desk_->reply(request.id, Outcome::refused, why);
    };
    const std::uint64_t now = child.state.incarnation;
    if (child.released)
        return refuse("it was made by " + plan_.actors[*child.planned->parent].name +
                      ", which may make another");
    if (request.incarnation > now) return desk_->reply(request.id, Outcome::no_such_actor, {});
    // Somebody else was faster: what was asked for is there.
    if (request.incarnation != 0 && request.incarnation < now)
        return desk_->reply(request.id, Outcome::ok, {}, request.incarnation + 1);
    if (phase_ == RunPhase::stopping || tree_->has_ended()) return refuse("the node is stopping");
    const bool is_new = is_alive(child.state.phase) && child.state.phase != ChildPhase::running &&
                        child.state.phase != ChildPhase::stopping;
    if (is_new) return desk_->reply(request.id, Outcome::ok, {}, now);
    if (phase_ != RunPhase::starting && phase_ != RunPhase::running)
        return refuse("the node has not started yet");
    note_event("requested", child.planned->name, "restart of incarnation " + std::to_string(now));
    const bool stops = child.state.phase == ChildPhase::stopping;
    carry_out(tree_->restart_requested(actor, MonotonicTime::now()));
    if (stops && child.state.phase == ChildPhase::stopping) say_stop(actor);
    const ChildPhase phase = child.state.phase;
    if (is_alive(phase) || phase == ChildPhase::restarting || tree_->will_start(actor))
        return desk_->reply(request.id, Outcome::ok, {}, now + 1);
    const auto& parent = child.planned->parent;
    refuse(parent ? "its parent " + plan_.actors[*parent].name +
                        " is not running: restart that one first"
                  : std::string("it cannot be started: ") + child.failed_text);
}

}  // namespace streamlib::supervision
