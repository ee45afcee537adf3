// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/ring_table.hpp"

#include <algorithm>
#include <utility>

namespace streamlib::supervision {
namespace {

ipc::RingGeometry geometry_of(const PlannedRing& ring, std::uint32_t id) noexcept {
    ipc::RingGeometry geometry;
    geometry.slots = static_cast<std::uint32_t>(ring.size.slots);
    geometry.open_slots = ring.needs.open_slots;
    geometry.cells = std::max(1U, static_cast<std::uint32_t>(ring.size.cells));
    geometry.depth = std::max(1U, ring.needs.depth);
    geometry.payload_capacity = ring.needs.payload_bytes;
    geometry.ring_id = id;
    geometry.generation = 1;
    return geometry;
}

}  // namespace

Result<RingTable::Ring> RingTable::make_ring(const PlannedRing& planned, std::uint32_t id,
                                             std::uint32_t generation) {
    // What configure() and a change of format add comes after the plan's own check.
    if (planned.size.slots > ipc::max_slots || planned.size.cells > ipc::max_cells)
        return fail(Errc::no_memory, planned.name + ": " + std::to_string(planned.size.slots) +
                                         " slots, and a ring has room for " +
                                         std::to_string(ipc::max_slots) + "; lower depth or hold");
    RingTable::Ring ring{planned, geometry_of(planned, id), {}, {}, {}, {}};
    ring.geometry.generation = generation;
    const std::string name = "ring " + planned.name;
    auto memory =
        ipc::OwnedSegment::create({.purpose = name,
                                   .payload_bytes = ipc::ring_segment_bytes(ring.geometry),
                                   .layout_hash = ipc::ring_layout_hash});
    if (!memory) return tl::unexpected(memory.error());
    auto cells =
        ipc::OwnedSegment::create({.purpose = "cells " + planned.name,
                                   .payload_bytes = ipc::cell_segment_bytes(ring.geometry.cells),
                                   .layout_hash = ipc::cells_layout_hash,
                                   .kind = ipc::SegmentKind::control});
    if (!cells) return tl::unexpected(cells.error());
    ring.memory = std::move(*memory);
    ring.cells = std::move(*cells);
    const auto format = std::as_bytes(std::span<const MediaFormat, 1>(&planned.format, 1));
    ipc::format_ring(ring.memory.payload(), ring.geometry, format);
    ipc::format_cells(ring.cells.payload(), ring.geometry.cells);
    auto view = ipc::RingMemory::open(ring.memory.payload(), ring.memory.bytes(),
                                      ring.cells.payload(), ring.cells.bytes());
    if (!view) return tl::unexpected(view.error());
    ring.view = *view;
    return ring;
}

std::uint64_t ring_file_bytes(const PlannedRing& ring) noexcept {
    return ipc::media_segment_bytes(ipc::ring_segment_bytes(geometry_of(ring, 0)));
}

RingCost cost_of(const PlannedRing& ring, std::size_t readers) {
    return {.output = ring.name,
            .format = to_string(ring.format),
            .slots = static_cast<std::uint32_t>(ring.size.slots),
            .cells = static_cast<std::uint32_t>(ring.size.cells),
            .readers = static_cast<std::uint32_t>(readers),
            .bytes = ring_file_bytes(ring)};
}

void apply_configured(RingPlan& rings, const GraphPlan& plan,
                      std::span<const std::optional<protocol::Configured>> said) {
    rings.bytes = 0;
    for (PlannedRing& ring : rings.rings) {
        const auto& own = said[ring.actor];
        if (own) {
            const auto wanted = own->outputs[ring.output].open_slots;
            ring.needs.open_slots = std::clamp(wanted, ring.needs.open_slots, 8U);
        }
        // The cells of an output stand in the order of its links, each followed by those of its standbys.
        std::size_t cell = 0;
        for (const std::uint32_t index : plan.actors[ring.actor].out_links) {
            const PlannedLink& link = plan.links[index];
            if (link.output != ring.output) continue;
            const std::size_t end = cell + 1 + plan.actors[link.to].standby;
            for (; cell < end && cell < ring.needs.holds.size(); ++cell) {
                auto& hold = ring.needs.holds[cell];
                const auto& reader = said[link.to];
                if (reader) hold = std::clamp(reader->input_holds[link.input], hold, 8U);
            }
        }
        ring.size = size_ring(ring.needs);
        rings.bytes += ring.size.payload_bytes;
    }
}

Result<RingTable> RingTable::create(const GraphPlan& plan, const RingPlan& rings) {
    RingTable table;
    table.cells_.resize(plan.links.size());
    for (const PlannedActor& actor : plan.actors)
        table.by_output_.emplace_back(actor.spec->outputs.size(), 0);
    table.rings_.reserve(rings.rings.size());
    for (const PlannedRing& planned : rings.rings) {
        const auto number = static_cast<std::uint32_t>(table.rings_.size());
        auto ring = make_ring(planned, number + 1, 1);
        if (!ring) return tl::unexpected(ring.error());
        table.by_output_[planned.actor][planned.output] = number + 1;
        table.assign_cells(plan, number, *ring);
        table.rings_.push_back(std::move(*ring));
    }
    return table;
}

void RingTable::assign_cells(const GraphPlan& plan, std::uint32_t number, const Ring& ring) {
    std::uint32_t cell = 0;
    for (const std::uint32_t index : plan.actors[ring.planned.actor].out_links) {
        const PlannedLink& link = plan.links[index];
        if (link.output != ring.planned.output) continue;
        if (link.spare) {
            ipc::assign_cell(ring.view, cells_[index].cell, cells_[index].hold, link.to);
            continue;
        }
        const std::uint32_t hold = ring.planned.needs.holds[cell];
        ipc::assign_cell(ring.view, cell, hold, link.to);
        cells_[index] = {number, cell, hold, true};
        cell += 1 + plan.actors[link.to].standby;
    }
}

std::optional<std::uint32_t> RingTable::ring_of(std::uint32_t actor, std::uint32_t output) const {
    if (output >= by_output_[actor].size() || by_output_[actor][output] == 0) return std::nullopt;
    return by_output_[actor][output] - 1;
}

Result<> RingTable::replace(const GraphPlan& plan, std::uint32_t number,
                            const protocol::ConfiguredOutput& wanted) {
    PlannedRing planned = rings_[number].planned;
    const MediaFormat& format = wanted.format;
    if (format.kind != planned.format.kind)
        return fail(Errc::mismatch, planned.name + ": " +
                                        std::string(to_string(planned.format.kind)) +
                                        " cannot become " + std::string(to_string(format.kind)));
    planned.format = format;
    planned.needs.payload_bytes = format.bytes();
    planned.needs.depth = std::max(planned.needs.depth, wanted.depth);
    planned.needs.open_slots = std::clamp(wanted.open_slots, planned.needs.open_slots, 8U);
    planned.size = size_ring(planned.needs);
    if (planned.size.payload_bytes > max_ring_bytes)
        return fail(Errc::no_memory, planned.name + ": its ring would be larger than 4 GiB");
    auto ring = make_ring(planned, number + 1, rings_[number].geometry.generation + 1);
    if (!ring) return tl::unexpected(ring.error());
    assign_cells(plan, number, *ring);
    supersede_previous(number);  // the one before the last: nobody writes it any more
    ring->previous = std::make_shared<Ring>(std::move(rings_[number]));
    rings_[number] = std::move(*ring);
    return {};
}

void RingTable::supersede_previous(std::uint32_t number) noexcept {
    if (!rings_[number].previous) return;
    ipc::mark_superseded(rings_[number].previous->view);
    rings_[number].previous.reset();
}

void RingTable::drop_superseded() noexcept {
    for (Ring& ring : rings_) {
        if (!ring.previous) continue;
        // pairs with mark_superseded of the writer
        if (ring.previous->view.header().superseded.load(std::memory_order_seq_cst) != 0)
            ring.previous.reset();
    }
}

std::vector<protocol::ConfiguredOutput> RingTable::offered_to(std::uint32_t actor) const {
    std::vector<protocol::ConfiguredOutput> offered;
    for (const std::uint32_t number : by_output_[actor]) {
        if (number == 0) {
            offered.emplace_back();
            continue;
        }
        const Ring& ring = rings_[number - 1];
        offered.push_back({ring.planned.format, ring.geometry.depth, ring.geometry.open_slots});
    }
    return offered;
}

bool RingTable::offers(std::uint32_t number,
                       const protocol::ConfiguredOutput& wanted) const noexcept {
    const Ring& ring = rings_[number];
    return ring.planned.format == wanted.format && ring.geometry.depth >= wanted.depth &&
           ring.geometry.open_slots >= wanted.open_slots;
}

Result<RingTable::StartMessage> RingTable::start_of(const GraphPlan& plan, std::uint32_t actor,
                                                    Result<UniqueFd> ticks) const {
    if (!ticks) return tl::unexpected(ticks.error());
    StartMessage message;
    message.start.ahead = offered_to(actor);
    message.fds.push_back(ticks->get());
    message.opened.push_back(std::move(*ticks));
    const PlannedActor& planned = plan.actors[actor];
    for (const std::uint32_t number : by_output_[actor]) {
        message.start.output_carried.push_back(number != 0 ? 1 : 0);
        if (number == 0) continue;
        message.fds.push_back(rings_[number - 1].memory.fd());
        message.fds.push_back(rings_[number - 1].cells.fd());
    }
    message.start.inputs.resize(planned.spec->inputs.size());
    std::vector<const Cell*> cells(planned.spec->inputs.size(), nullptr);
    for (const std::uint32_t link : planned.in_links) cells[plan.links[link].input] = &cells_[link];
    for (std::size_t input = 0; input < cells.size(); ++input) {
        if (cells[input] == nullptr || !cells[input]->made) continue;
        const Ring& ring = rings_[cells[input]->ring];
        auto readable = ring.memory.reopen_read_only();
        if (!readable) return tl::unexpected(readable.error());
        message.start.inputs[input] = {1, cells[input]->cell, cells[input]->hold};
        message.fds.push_back(readable->get());
        message.fds.push_back(ring.cells.fd());
        message.opened.push_back(std::move(*readable));
    }
    return message;
}

std::optional<RingTable::HeldCell> RingTable::move_reader(const GraphPlan& plan,
                                                          std::uint32_t link) {
    Cell& place = cells_[link];
    const Ring& ring = rings_[place.ring];
    const auto& holds = ring.planned.needs.holds;  // what the ring has slots for
    for (std::uint32_t cell = 0; cell < holds.size() && cell < ring.view.cells(); ++cell) {
        ipc::Cell& next = ring.view.cell(cell);
        if (next.hold.load(std::memory_order_relaxed) != 0 || holds[cell] < place.hold) continue;
        const HeldCell held{link, place.ring, ring.geometry.generation, place.cell};
        const auto last = ring.view.cell(place.cell).last.load(std::memory_order_relaxed);
        next.last.store(last, std::memory_order_relaxed);  // before the reader is told
        ipc::assign_cell(ring.view, cell, place.hold, plan.links[link].to);
        place.cell = cell;
        return held;
    }
    return std::nullopt;
}

void RingTable::release(const HeldCell& held) noexcept {
    const Ring& ring = rings_[held.ring];
    if (ring.geometry.generation == held.generation) ipc::release_cell(ring.view, held.cell);
}

void RingTable::expect_writer(std::uint32_t actor, std::uint64_t incarnation) noexcept {
    for (const std::uint32_t number : by_output_[actor])
        if (number != 0) ipc::expect_writer(rings_[number - 1].view, incarnation);
}

void RingTable::on_reaped(const GraphPlan& plan, std::uint32_t actor) noexcept {
    for (const std::uint32_t link : plan.actors[actor].in_links) {
        const Cell& cell = cells_[link];
        if (cell.made) ipc::clear_cell(rings_[cell.ring].view, cell.cell);
    }
    for (const std::uint32_t number : by_output_[actor]) {
        if (number == 0) continue;
        supersede_previous(number - 1);
        rings_[number - 1].writer_died = writer_died_ = true;
    }
}

void RingTable::wake_readers_of_the_dead() noexcept {
    for (Ring& ring : rings_)
        if (std::exchange(ring.writer_died, false)) ipc::wake_readers_of_the_dead(ring.view);
    writer_died_ = false;
}

}  // namespace streamlib::supervision
