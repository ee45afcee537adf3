// SPDX-License-Identifier: Apache-2.0
// Children that came at run time and are down for good: taken out of everything, so that their names and numbers are free.
#include <algorithm>

#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/launcher_children.hpp"

namespace streamlib::supervision {
namespace {

constexpr std::size_t most_shown = 32;

}  // namespace

/// Before the launcher stops everybody: then they stand where they are to the end.
void DynamicChildren::on_stays_down(std::uint32_t actor) {
    Child& child = node_.children_[actor];
    if (!child.dynamic || child.concluded || is_alive(child.state.phase)) return;
    child.concluded = true;
    dying_.push_back(actor);
}

/// The deepest first: who has made others is buried when they are.
void DynamicChildren::bury_the_dead() {
    for (bool again = true; again; try_later_ = try_later_ || again) {
        again = false;
        for (std::size_t left = dying_.size(); left > 0; --left) {
            const std::uint32_t actor = dying_.front();
            dying_.pop_front();
            if (node_.tree_->remove_child(actor)) {
                node_.children_[actor].in_tree = false;
                release(actor, node_.children_[actor].state.phase == ChildPhase::failed);
                again = true;
            } else {
                dying_.push_back(actor);
            }
        }
    }
}

/// Everything that it had but its number. `shown`: it is still to be seen that, and how, it failed.
void DynamicChildren::release(std::uint32_t actor, bool shown) {
    Child& child = node_.children_[actor];
    PlannedActor& planned = node_.plan_.actors[actor];
    child.released = true;
    if (child.state.phase == ChildPhase::idle) child.state.phase = ChildPhase::stopped;
    while (!planned.in_links.empty()) remove_link(planned.in_links.back());
    node_.sockets_.release(actor);
    node_.directory_->remove_ports(child);
    if (planned.parent) std::erase(node_.plan_.actors[*planned.parent].children, actor);
    std::erase(node_.plan_.order, actor);
    // Whom it had made were buried before it; those of its that failed are shown no longer than it lived.
    const auto shown_before = shown_;
    for (const std::uint32_t below : shown_before)
        if (node_.plan_.actors[below].parent == actor) forget_shown(below);
    if (child.own_supervisor && node_.tree_->remove_supervisor(*child.own_supervisor)) {
        node_.directory_->remove_supervisor(*child.own_supervisor);
        free_supervisors_.push_back(*child.own_supervisor);
    }
    read_.push_back(actor);
    if (!shown) return forget_shown(actor);
    shown_.push_back(actor);
    if (shown_.size() > most_shown) forget_shown(shown_.front());
}

/// From here on nothing tells of it any more.
void DynamicChildren::forget_shown(std::uint32_t actor) {
    Child& child = node_.children_[actor];
    std::erase(shown_, actor);
    if (!child.id) return;
    if (node_.desk_) node_.desk_->remove_actor(child.id);
    node_.directory_->remove(child);
}

/// A number is free when nobody reads what its actor wrote, and it is not to be seen any more.
void DynamicChildren::free_numbers() {
    for (std::size_t left = read_.size(); left > 0; --left) {
        const std::uint32_t actor = read_.front();
        read_.pop_front();
        const auto& undead = node_.undead_.all;
        const bool haunted = std::any_of(undead.begin(), undead.end(), [&](const Undead& one) {
            const auto writer = [&](const RingTable::HeldCell& cell) {
                return node_.rings_->rings()[cell.ring].planned.actor;
            };
            return one.actor == actor ||
                   std::any_of(one.cells.begin(), one.cells.end(),
                               [&](const auto& cell) { return writer(cell) == actor; });
        });
        const bool kept =
            haunted || !node_.plan_.actors[actor].out_links.empty() || node_.children_[actor].id;
        if (kept) {
            read_.push_back(actor);
            continue;
        }
        for (const std::uint32_t ring : node_.rings_->remove_rings(actor))
            node_.directory_->remove_ring(ring);
        free_.push_back(actor);
    }
}

void DynamicChildren::remove_link(std::uint32_t index) {
    const PlannedLink link = node_.plan_.links[index];
    node_.rings_->release_spare(index);
    std::erase(node_.plan_.actors[link.from].out_links, index);
    std::erase(node_.plan_.actors[link.to].in_links, index);
    free_links_.push_back(index);
}

}  // namespace streamlib::supervision
