// SPDX-License-Identifier: Apache-2.0
// The same actor with other properties: its next incarnation comes up beside it and takes over when it is warm, or is gone
// again and nothing has changed.
#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {

using control_link::Outcome;

/// Its neighbours would have to change with it, and could refuse when it is too late to go back.
std::string misfit_text(const Child& child) {
    const protocol::Configured& wanted = child.replacement->twin.configured;
    const auto& ahead = child.replacement->twin.ahead.ahead;
    for (std::size_t n = 0; n < ahead.size() && n < wanted.outputs.size(); ++n)
        if (ahead[n].format != wanted.outputs[n].format)
            return "output '" + child.planned->spec->outputs[n].name +
                   "' would change its format; a replacement keeps the formats of its actor";
    return "its rings would need more room; a replacement keeps the rings of its actor";
}

void Launcher::replace_on_request(std::uint32_t actor, const control_link::Request& request,
                                  Settings to) {
    Child& child = children_[actor];
    const auto refuse = [&](std::string_view why) {
        desk_->reply(request.id, Outcome::refused, why);
    };
    if (phase_ == RunPhase::stopping || tree_->has_ended()) return refuse("the node is stopping");
    if (phase_ != RunPhase::running) return refuse("the node has not started yet");
    const bool takes_over = child.before && is_alive(child.state.phase);
    if (child.replacement || takes_over) return refuse("it is being replaced already");
    if (child.state.phase != ChildPhase::running)
        return desk_->reply(request.id, Outcome::not_running, {});
    Replacement& next = child.replacement.emplace();
    next.properties = child.planned->properties;
    for (const control_link::Setting& setting : to)
        next.properties.insert_or_assign(std::string(setting.key.view()),
                                         std::string(setting.value.view()));
    next.request = request.id;
    next.desk_round = desk_->round();
    note_event("requested", child.planned->name,
               "replacement of incarnation " + std::to_string(child.state.incarnation));
    if (const auto made = make_twin(actor, replacement_twin); !made)
        end_replacement(actor, made.error().text);
}

/// It goes. Unless it was about to take over: nothing has changed then, and whoever asked for it is told why.
void Launcher::end_replacement(std::uint32_t actor, const std::string& why) {
    Child& child = children_[actor];
    if (!child.replacement) return;
    const Replacement& next = *child.replacement;
    if (!next.cut) {
        if (next.desk_round == desk_->round())
            desk_->reply(next.request, Outcome::refused, "nothing has changed: " + why);
        tell_event("replace", child.planned->name, "nothing has changed: " + why);
    }
    drop_twin(actor, replacement_twin, 0);
    child.replacement.reset();
}

/// It is warm. The incarnation before is stopped as for a restart, so its stream does not end; what is spawned then is this.
void Launcher::cut_over(std::uint32_t actor) {
    Child& child = children_[actor];
    if (child.state.phase != ChildPhase::running)
        return end_replacement(actor, "its actor is not running any more");
    Replacement& next = *child.replacement;
    const std::uint64_t incarnation = child.state.incarnation + 1;
    next.cut = true;
    child.before = PropertiesBefore{child.planned->properties, incarnation};
    plan_.actors[actor].properties = next.properties;
    // They have the properties of before.
    for (std::size_t n = 0; n < child.twins.size(); ++n) drop_twin(actor, n, 0);
    if (next.desk_round == desk_->round()) desk_->reply(next.request, Outcome::ok, {}, incarnation);
    tell_event("replace", child.planned->name,
               "incarnation " + std::to_string(incarnation) + " is warm, process " +
                   std::to_string(next.twin.process.pid));
    carry_out(tree_->restart_requested(actor, MonotonicTime::now()));
}

/// An incarnation with new properties has failed. True: it was never READY, and the next one has those of before.
bool Launcher::take_back_replacement(std::uint32_t actor) {
    Child& child = children_[actor];
    if (!child.before || child.state.incarnation < child.before->incarnation) return false;
    plan_.actors[actor].properties = std::move(child.before->properties);
    child.before.reset();
    tell_event("replace", child.planned->name,
               "incarnation " + std::to_string(child.state.incarnation) +
                   " failed: the properties of before are back");
    return true;
}

}  // namespace streamlib::supervision
