// SPDX-License-Identifier: Apache-2.0
// Rings and cells of actors that come and go while the graph runs.
#include <algorithm>

#include "ipc/base/assert.hpp"
#include "supervisor/launcher/ring_table.hpp"

namespace streamlib::supervision {

void RingTable::add_actor(std::uint32_t actor, std::size_t outputs) {
    if (actor >= by_output_.size()) by_output_.resize(actor + 1);
    by_output_[actor].assign(outputs, 0);
}

Result<std::uint32_t> RingTable::spare_cell(const GraphPlan& plan, const PlannedLink& link) const {
    const PlannedActor& writer = plan.actors[link.from];
    const auto number = ring_of(link.from, link.output);
    const std::string name = writer.name + "." + writer.spec->outputs[link.output].name;
    if (!number) return fail(Errc::not_found, name + " carries nothing");
    // The last cells are the spare ones, see plan_ring().
    const std::uint32_t cells = rings_[*number].view.cells();
    const std::uint32_t spare = std::min(writer.spare_readers, cells);
    for (std::uint32_t cell = cells - spare; cell < cells; ++cell) {
        const bool taken =
            std::any_of(writer.out_links.begin(), writer.out_links.end(), [&](std::uint32_t other) {
                return plan.links[other].spare && cells_[other].ring == *number &&
                       cells_[other].cell == cell;
            });
        // One that an undead process holds is nobody's link, and taken.
        const auto& place = rings_[*number].view.cell(cell);
        if (!taken && place.hold.load(std::memory_order_relaxed) == 0) return cell;
    }
    return fail(Errc::no_memory, "all " + std::to_string(spare) + " spare readers of " + name +
                                     " are taken; write a larger spare_readers at " + writer.name);
}

void RingTable::take_spare(const GraphPlan& plan, std::uint32_t link) {
    const PlannedLink& planned = plan.links[link];
    const auto number = ring_of(planned.from, planned.output);
    const auto cell = spare_cell(plan, planned);
    STREAMLIB_ASSERT(number && cell, "the caller has asked for a spare cell");
    if (link >= cells_.size()) cells_.resize(link + 1);
    cells_[link] = {*number, *cell, 1, true};
    ipc::assign_cell(rings_[*number].view, *cell, 1, planned.to);
}

void RingTable::release_spare(std::uint32_t link) noexcept {
    const Cell& cell = cells_[link];
    if (!cell.made) return;
    ipc::release_cell(rings_[cell.ring].view, cell.cell);
    if (rings_[cell.ring].previous) ipc::release_cell(rings_[cell.ring].previous->view, cell.cell);
    cells_[link] = {};
}

Result<std::uint32_t> RingTable::add(PlannedRing planned) {
    const bool again = !free_rings_.empty();
    const auto number = again ? free_rings_.back() : static_cast<std::uint32_t>(rings_.size());
    const std::uint32_t actor = planned.actor, output = planned.output;
    auto ring = make_ring(planned, number + 1, 1);
    if (!ring) return tl::unexpected(ring.error());
    if (again) {
        rings_[number] = std::move(*ring);
        free_rings_.pop_back();
    } else {
        rings_.push_back(std::move(*ring));
    }
    by_output_[actor][output] = number + 1;
    return number;
}

std::vector<std::uint32_t> RingTable::remove_rings(std::uint32_t actor) noexcept {
    std::vector<std::uint32_t> removed;
    for (std::uint32_t& number : by_output_[actor]) {
        if (number == 0) continue;
        rings_[number - 1] = {};
        free_rings_.push_back(number - 1);
        removed.push_back(number - 1);
        number = 0;
    }
    return removed;
}

}  // namespace streamlib::supervision
