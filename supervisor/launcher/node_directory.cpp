// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/node_directory.hpp"

#include <time.h>

#include <cstring>

namespace streamlib::supervision {
namespace {

static_assert(sizeof(MediaFormat) <= sizeof(ipc::PortRecord::format));

void put_format(ipc::PortRecord& port, const MediaFormat& format) noexcept {
    port.media_kind = static_cast<std::uint32_t>(format.kind);
    std::memcpy(port.format, &format, sizeof format);
}

ipc::PortRecord record_of(const PortSpec& spec, ipc::PortDirection direction, ipc::ActorId actor,
                          std::size_t number) {
    ipc::PortRecord port;
    port.direction = direction;
    port.actor = actor;
    port.number = static_cast<std::uint32_t>(number);
    port.name.set(spec.name);
    port.media_kind = static_cast<std::uint32_t>(spec.kind);
    port.hold = direction == ipc::PortDirection::input ? spec.hold : 0;
    port.open_slots = direction == ipc::PortDirection::output ? spec.open_slots : 0;
    return port;
}

std::int64_t wall_ns() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

Result<NodeDirectory> NodeDirectory::create(const NodeDecl& limits) {
    auto directory = ipc::Directory::create({limits.max_actors, limits.max_ports});
    if (!directory) return tl::unexpected(directory.error());
    NodeDirectory made;
    made.directory_ = std::move(*directory);
    return made;
}

Result<> NodeDirectory::add(Child& child) {
    const ClassSpec& spec = *child.planned->spec;
    ipc::ActorRecord record;
    record.state = ipc::ActorState::starting;
    record.name.set(child.planned->name);
    record.class_name.set(spec.name);
    record.family.set(spec.family);
    record.dispatcher.set("process");
    record.tier = child.tier();
    record.page_segment = child.page.id();
    auto id = directory_.add(record);
    if (!id) return tl::unexpected(id.error());
    child.id = *id;
    for (const PortSpec& port : spec.inputs) {
        auto added = directory_.add(
            record_of(port, ipc::PortDirection::input, child.id, child.inputs.size()));
        if (!added) return tl::unexpected(added.error());
        child.inputs.push_back(*added);
    }
    for (const PortSpec& port : spec.outputs) {
        const std::size_t number = child.inputs.size() + child.outputs.size();
        auto added = directory_.add(record_of(port, ipc::PortDirection::output, child.id, number));
        if (!added) return tl::unexpected(added.error());
        child.outputs.push_back(*added);
    }
    return {};
}

void NodeDirectory::link_tree(const GraphPlan& plan, std::span<const Child> children) {
    for (std::size_t actor = 0; actor < children.size(); ++actor) {
        const PlannedActor& planned = plan.actors[actor];
        ipc::ActorRecord record = directory_.get(children[actor].id);
        if (planned.parent) record.parent = children[*planned.parent].id;
        if (planned.supervisor) record.supervisor.set(plan.supervisors[*planned.supervisor].name);
        directory_.update(children[actor].id, record);
    }
}

Result<> NodeDirectory::add_supervisors(const GraphPlan& plan) {
    for (const PlannedSupervisor& planned : plan.supervisors) {
        ipc::SupervisorRecord record;
        record.name.set(planned.name);
        record.strategy.set(to_string(planned.strategy));
        record.intensity = record.intensity_left = planned.intensity;
        record.period_ns = planned.period_ns;
        auto id = directory_.add(record);
        if (!id) return tl::unexpected(id.error());
        supervisors_.push_back({*id, record.state, record.intensity_left});
    }
    for (std::size_t index = 0; index < supervisors_.size(); ++index) {
        if (!plan.supervisors[index].parent) continue;
        ipc::SupervisorRecord record = directory_.get(supervisors_[index].id);
        record.parent = supervisors_[*plan.supervisors[index].parent].id;
        directory_.update(supervisors_[index].id, record);
    }
    return {};
}

void NodeDirectory::publish_supervisor(std::uint32_t index, ipc::SupervisorState state,
                                       std::uint32_t intensity_left) {
    Shown& shown = supervisors_[index];
    if (!shown.id) return;
    if (shown.state == state && shown.intensity_left == intensity_left) return;
    ipc::SupervisorRecord record = directory_.get(shown.id);
    record.state = shown.state = state;
    record.intensity_left = shown.intensity_left = intensity_left;
    directory_.update(shown.id, record);
}

void NodeDirectory::note_death(const Child& child, ipc::DeathRecord death) {
    ipc::ActorRecord record = directory_.get(child.id);
    if (record.death) {
        death.deaths = directory_.get(record.death).deaths + 1;
        return directory_.update(record.death, death);
    }
    death.deaths = 1;
    const auto id = directory_.add(death);
    if (!id) return;
    record.death = *id;
    directory_.update(child.id, record);
}

void NodeDirectory::publish(const Child& child) {
    ipc::ActorRecord record = directory_.get(child.id);
    record.state = shown_state(child.state.phase);
    record.pid = is_alive(child.state.phase) ? child.process.pid : 0;
    record.tier = child.tier();
    if (record.incarnation != child.state.incarnation) {
        record.incarnation = child.state.incarnation;
        record.started_wall_ns = wall_ns();
    }
    record.restarts = child.state.incarnation > 1 ? child.state.incarnation - 1 : 0;
    record.started_monotonic_ns = child.spawned.ns;
    record.ended_monotonic_ns = is_alive(child.state.phase) ? 0 : child.ended.ns;
    // While one lives it is the one before that has ended last.
    const bool ended = child.exit.kind != ipc::ExitKind::none;
    const ExitReason& exit = ended ? child.exit : child.last_exit;
    record.exit_kind = exit.kind;
    record.exit_code = exit.code;
    record.exit_text.set(ended ? exit_text(exit, child.failed_text) : child.last_exit_text);
    directory_.update(child.id, record);
}

void NodeDirectory::publish_formats(const Child& child) {
    if (!child.configured) return;
    for (std::size_t output = 0; output < child.outputs.size(); ++output) {
        ipc::PortRecord port = directory_.get(child.outputs[output]);
        put_format(port, child.configured->outputs[output].format);
        port.open_slots = child.configured->outputs[output].open_slots;
        directory_.update(child.outputs[output], port);
    }
}

namespace {

ipc::RingRecord record_of(const RingTable::Ring& ring, ipc::PortId writer) {
    ipc::RingRecord record;
    record.ring_generation = ring.geometry.generation;
    record.writer = writer;
    record.segment = ring.memory.id();
    record.cells_segment = ring.cells.id();
    record.slots = ring.geometry.slots;
    record.cells = ring.geometry.cells;
    record.open_slots = ring.geometry.open_slots;
    record.depth = ring.geometry.depth;
    record.slot_stride_bytes = ipc::slot_stride_bytes(ring.geometry.payload_capacity);
    record.payload_capacity = ring.geometry.payload_capacity;
    record.segment_bytes = ring.memory.total_bytes();
    return record;
}

}  // namespace

Result<> NodeDirectory::add_rings(const GraphPlan& plan, std::span<const Child> children,
                                  const RingTable& rings) {
    for (std::uint32_t number = 0; number < rings.rings().size(); ++number)
        if (auto added = add_ring(plan, children, rings, number); !added) return added;
    return {};
}

Result<> NodeDirectory::add_ring(const GraphPlan& plan, std::span<const Child> children,
                                 const RingTable& rings, std::uint32_t number) {
    const RingTable::Ring& ring = rings.rings()[number];
    const ipc::PortId writer = children[ring.planned.actor].outputs[ring.planned.output];
    auto id = directory_.add(record_of(ring, writer));
    if (!id) return tl::unexpected(id.error());
    if (rings_.size() <= number) rings_.resize(number + 1);
    rings_[number] = *id;
    ipc::PortRecord output = directory_.get(writer);
    output.ring = *id;
    directory_.update(writer, output);
    publish_ring(plan, children, rings, number);
    return {};
}

void NodeDirectory::publish_ring(const GraphPlan& plan, std::span<const Child> children,
                                 const RingTable& rings, std::uint32_t number) {
    const RingTable::Ring& ring = rings.rings()[number];
    const ipc::PortId writer = children[ring.planned.actor].outputs[ring.planned.output];
    ipc::PortRecord output = directory_.get(writer);
    put_format(output, ring.planned.format);
    directory_.update(writer, output);
    directory_.update(output.ring, record_of(ring, writer));
    for (const std::uint32_t index : plan.actors[ring.planned.actor].out_links) {
        const PlannedLink& link = plan.links[index];
        if (link.output != ring.planned.output) continue;
        const ipc::PortId reader = children[link.to].inputs[link.input];
        ipc::PortRecord input = directory_.get(reader);
        input.ring = output.ring;
        input.source = writer;
        input.cell = rings.cell_of_link(index).cell;
        input.hold = rings.cell_of_link(index).hold;
        put_format(input, ring.planned.format);
        directory_.update(reader, input);
    }
}

}  // namespace streamlib::supervision
