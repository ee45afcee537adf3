// SPDX-License-Identifier: Apache-2.0
// What is noted of an actor's death before the next incarnation writes over it, and of the tree that it hangs in.
#include <algorithm>

#include "runtime/clock/software_clock.hpp"
#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

struct Newest {
    std::uint64_t sequence = 0, tick_index = 0;
};

Newest newest_of(const ipc::RingMemory& ring) noexcept {
    const std::uint64_t word = ring.header().newest.load(std::memory_order_acquire);
    const std::uint32_t slot = ipc::word::slot_of(word);
    if (word == 0 || slot >= ring.slots()) return {};
    return {ipc::word::sequence_of(word), ring.slot(slot).block.tick_index};
}

}  // namespace

/// Where its ports stood: outputs first, since it is they who miss it.
void Launcher::note_ports(std::uint32_t actor, ipc::DeathRecord& death) const {
    if (!rings_) return;
    const Child& child = children_[actor];
    const auto note = [&death](ipc::PortId port, std::uint64_t sequence, const Newest& newest) {
        if (death.ports_used == ipc::DeathRecord::max_ports) return;
        death.ports[death.ports_used++] = {port, sequence, newest.tick_index, newest.sequence};
    };
    for (std::uint32_t output = 0; output < child.outputs.size(); ++output) {
        const auto ring = rings_->ring_of(actor, output);
        if (!ring) continue;
        const Newest newest = newest_of(rings_->rings()[*ring].view);
        note(child.outputs[output], newest.sequence, newest);
    }
    for (const std::uint32_t link : child.planned->in_links) {
        const RingTable::Cell& cell = rings_->cell_of_link(link);
        if (!cell.made) continue;
        const ipc::RingMemory& ring = rings_->rings()[cell.ring].view;
        note(child.inputs[plan_.links[link].input], ring.cell(cell.cell).last.load(relaxed),
             newest_of(ring));
    }
}

/// Its process has been reaped, or could not be made; it did not end as it should.
void Launcher::note_death(std::uint32_t actor) {
    const Child& child = children_[actor];
    const ipc::ActorPage& page = child.actor_page();
    const MonotonicTime now = MonotonicTime::now();
    const MonotonicTime ended = child.ended >= child.spawned ? child.ended : now;
    ipc::DeathRecord death;
    death.exit_kind = child.exit.kind;
    death.exit_code = child.exit.code;
    death.pid = child.process.pid;
    death.incarnation = child.state.incarnation;
    death.ended_tai_ns = system_tai().line.tai_at(ended).ns;
    death.lived_ns = ended - child.spawned;
    death.log_lines = page.log.next.load(relaxed);
    death.text.set(exit_text(child.exit, child.failed_text));
    const std::uint64_t ticks = page.ticks.load(relaxed);
    death.ticks = ticks - std::min(ticks, child.ticks_before);
    // Else these words are another incarnation's.
    if (page.incarnation.load(std::memory_order_acquire) == child.state.incarnation) {
        death.last_tick_index = page.last_tick_index.load(relaxed);
        death.last_tick_seq = page.last_tick_seq.load(relaxed);
        const ipc::Activity activity = ipc::activity_of(page.activity.load(relaxed));
        death.activity = static_cast<std::uint32_t>(activity.phase);
        if (activity.phase != ipc::ActorPhase::waiting)
            death.busy_ns = std::max<Nanoseconds>(ended - activity.since, 0);
    }
    note_ports(actor, death);
    directory_->note_death(child, death);
}

/// Only what has changed is written.
void Launcher::publish_tree() {
    const MonotonicTime now = MonotonicTime::now();
    for (std::uint32_t index = 0; index < plan_.supervisors.size(); ++index) {
        const auto state = static_cast<ipc::SupervisorState>(tree_->state_of(index));
        directory_->publish_supervisor(index, state, tree_->intensity_left(index, now));
    }
}

}  // namespace streamlib::supervision
