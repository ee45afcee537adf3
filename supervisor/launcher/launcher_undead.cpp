// SPDX-License-Identifier: Apache-2.0
// A killed process that does not die: its actor goes on without it, on rings that it cannot reach.
#include <poll.h>

#include <algorithm>

#include "runtime/process/process_attributes.hpp"
#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/reap.hpp"

namespace streamlib::supervision {
namespace {

bool has_ended(const ChildProcess& process) noexcept {
    pollfd gone{process.pidfd.get(), POLLIN, 0};
    return ::poll(&gone, 1, 0) != 0;
}

const char* why(ProcessState state) noexcept {
    switch (state) {
        case ProcessState::blocked: return "blocked in the kernel";
        case ProcessState::stopped: return "stopped";
        case ProcessState::traced: return "held by a debugger";
        case ProcessState::running: return "still runnable";
        case ProcessState::gone: return "a thread of it is held";
    }
    return "";
}

}  // namespace

std::string text_of(const Undead& one) {
    return "process " + std::to_string(one.process.pid) + " of incarnation " +
           std::to_string(one.incarnation);
}

/// Every SIGKILL goes this way: whether it works is looked after.
void Launcher::send_signal(std::uint32_t actor, int signal) {
    Child& child = children_[actor];
    if (!child.process.pidfd) return;
    kill_process(child.process.pidfd, signal);
    if (signal != SIGKILL) return;
    child.death.killed(MonotonicTime::now());
    undead_.due = std::min(undead_.due, child.death.due());
}

void Launcher::watch_deaths(MonotonicTime now) {
    if (now < undead_.due) return;
    undead_.due = {INT64_MAX};
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        Child& child = children_[actor];
        if (now >= child.death.due() && child.process.pidfd && !has_ended(child.process)) {
            const ProcessState state = process_state(child.process.pid);
            if (child.death.look(now, state)) bury_alive(actor, why(state));
        }
        if (child.process.pidfd) undead_.due = std::min(undead_.due, child.death.due());
    }
}

/// Its outputs first: no incarnation may follow while the old one could still write where the next is to.
Result<> Launcher::leave_rings_to(Undead& one) {
    if (!rings_ || phase_ == RunPhase::stopping) return {};  // nobody follows
    drop_twins(one.actor);                                   // they were made for these rings
    const auto offered = rings_->offered_to(one.actor);
    for (std::uint32_t output = 0; output < offered.size(); ++output) {
        const auto ring = rings_->ring_of(one.actor, output);
        if (!ring) continue;
        if (auto made = replace_ring(one.actor, output, offered[output]); !made) return made;
        rings_->supersede_previous(*ring);
    }
    for (const std::uint32_t index : plan_.actors[one.actor].in_links) {
        const PlannedLink& link = plan_.links[index];
        if (!rings_->cell_of_link(index).made || link.from == one.actor) continue;
        if (one.holds_cell_of(index)) continue;
        const auto held = rings_->move_reader(plan_, index);
        if (held) {
            one.cells.push_back(*held);
            directory_->publish_ring(plan_, children_, *rings_, held->ring);
            continue;
        }
        // No cell is left: all readers go on in another ring, and so does the source.
        const auto wanted = rings_->offered_to(link.from)[link.output];
        if (auto made = change_format(link.from, {link.output, wanted}); !made) return made;
        if (!children_[link.from].channel)
            rings_->supersede_previous(rings_->cell_of_link(index).ring);
    }
    return {};
}

void Launcher::bury_alive(std::uint32_t actor, const std::string& how) {
    Child& child = children_[actor];
    const MonotonicTime now = MonotonicTime::now();
    on_actor_channel(actor);  // its last words
    Undead one{++undead_.last_number, actor, child.state.incarnation, {}, {}, now};
    one.cells = std::move(child.held);
    const bool said = std::exchange(child.undead_said, true);
    const auto left = leave_rings_to(one);
    one.process = std::move(child.process);
    child.process.pid = one.process.pid;  // what is said of its death names it
    const std::string text = text_of(one) + " was killed and does not die: " + how;
    if (!left) {
        // It stays what it is, and this is tried again: better no incarnation than two that write one ring.
        child.process = std::move(one.process);
        child.held = std::move(one.cells);
        if (!said)
            raise_alarm(child.planned->name + ": " + text + "; no next one: " + left.error().text);
        return;
    }
    loop_->forget(one.process.pidfd.get());
    loop_->watch(one.process.pidfd.get(), {Source::undead_process, one.number});
    undead_.all.push_back(std::move(one));
    raise_alarm(child.planned->name + ": " + text);
    child.exit = {ipc::ExitKind::signalled, SIGKILL};
    if (child.failed_text.empty()) child.failed_text = "it does not die: " + how;
    child.ended = now;
    on_ended(actor, false);
}

/// It has died after all.
void Launcher::on_undead_process(std::uint32_t number) {
    const auto found = std::find_if(undead_.all.begin(), undead_.all.end(),
                                    [number](const Undead& one) { return one.number == number; });
    if (found == undead_.all.end() || !has_ended(found->process)) return;
    static_cast<void>(reap_with_group(found->process));
    loop_->forget(found->process.pidfd.get());
    for (const RingTable::HeldCell& cell : found->cells) rings_->release(cell);
    const Child& child = children_[found->actor];
    if (child.planned->wishes.limited() && !is_alive(child.state.phase))
        remove_limits(node_, child.planned->name);
    tell_event("died", child.planned->name,
               text_of(*found) + ", " +
                   std::to_string((MonotonicTime::now() - found->since) / 1'000'000) +
                   " ms after it was given up");
    undead_.all.erase(found);
}

}  // namespace streamlib::supervision
