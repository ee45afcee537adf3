// SPDX-License-Identifier: Apache-2.0
// What comes into the directory, and goes, while the graph runs.
#include "supervisor/launcher/node_directory.hpp"

namespace streamlib::supervision {

void NodeDirectory::link_child(const GraphPlan& plan, std::span<const Child> children,
                               std::uint32_t actor) {
    const PlannedActor& planned = plan.actors[actor];
    ipc::ActorRecord record = directory_.get(children[actor].id);
    if (planned.parent) record.parent = children[*planned.parent].id;
    if (planned.supervisor) record.supervisor.set(plan.supervisors[*planned.supervisor].name);
    directory_.update(children[actor].id, record);
}

void NodeDirectory::remove_ring(std::uint32_t number) {
    if (number >= rings_.size() || !rings_[number]) return;
    directory_.remove(rings_[number]);
    rings_[number] = {};
}

void NodeDirectory::add_supervisor(const GraphPlan& plan, std::uint32_t index) {
    const PlannedSupervisor& planned = plan.supervisors[index];
    ipc::SupervisorRecord record;
    record.name.set(planned.name);
    record.strategy.set(to_string(planned.strategy));
    record.intensity = record.intensity_left = planned.intensity;
    record.period_ns = planned.period_ns;
    if (supervisors_.size() <= index) supervisors_.resize(index + 1);
    supervisors_[index] = {};
    const auto id = directory_.add(record);
    if (id) supervisors_[index] = {*id, record.state, record.intensity_left};
}

void NodeDirectory::remove_supervisor(std::uint32_t index) {
    if (supervisors_[index].id) directory_.remove(supervisors_[index].id);
    supervisors_[index] = {};
}

void NodeDirectory::remove_ports(Child& child) {
    for (auto* ports : {&child.inputs, &child.outputs}) {
        for (const ipc::PortId port : *ports) directory_.remove(port);
        ports->clear();
    }
}

void NodeDirectory::remove(Child& child) {
    if (!child.id) return;
    if (const ipc::DeathId death = directory_.get(child.id).death) directory_.remove(death);
    directory_.remove(child.id);
    child.id = {};
}

}  // namespace streamlib::supervision
