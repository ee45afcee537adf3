// SPDX-License-Identifier: Apache-2.0
/// @file
/// The launcher's writing of the directory: actors, ports and rings as they come and change.
/// Threads   The launcher's one thread.
#pragma once

#include <span>
#include <vector>

#include "ipc/directory.hpp"
#include "runtime/graph/graph_plan.hpp"
#include "supervisor/launcher/child.hpp"
#include "supervisor/launcher/ring_table.hpp"

namespace streamlib::supervision {

class NodeDirectory {
public:
    [[nodiscard]] static Result<NodeDirectory> create(const NodeDecl& limits);

    /// One actor with its ports; gives the child its ids. Parents before children is not needed: `link_tree` follows.
    [[nodiscard]] Result<> add(Child& child);
    /// Parents and supervisors of all.
    void link_tree(const GraphPlan& plan, std::span<const Child> children);
    [[nodiscard]] Result<> add_supervisors(const GraphPlan& plan);
    /// Cheap where nothing has changed.
    void publish_supervisor(std::uint32_t index, ipc::SupervisorState state,
                            std::uint32_t intensity_left);
    /// How its last process ended. Without room for it: that of before stays.
    void note_death(const Child& child, ipc::DeathRecord death);
    /// State, pid, exit reason of a child as it is now.
    void publish(const Child& child);
    /// What its outputs carry, after configure.
    void publish_formats(const Child& child);
    [[nodiscard]] Result<> add_rings(const GraphPlan& plan, std::span<const Child> children,
                                     const RingTable& rings);
    /// A ring has a new generation.
    void publish_ring(const GraphPlan& plan, std::span<const Child> children,
                      const RingTable& rings, std::uint32_t number);

    // Of actors that come and go while it runs (node_directory_children.cpp).
    void link_child(const GraphPlan& plan, std::span<const Child> children, std::uint32_t actor);
    [[nodiscard]] Result<> add_ring(const GraphPlan& plan, std::span<const Child> children,
                                    const RingTable& rings, std::uint32_t number);
    void remove_ring(std::uint32_t number);
    /// Without room for it it is not shown.
    void add_supervisor(const GraphPlan& plan, std::uint32_t index);
    void remove_supervisor(std::uint32_t index);
    /// Its name stays taken until `remove`.
    void remove_ports(Child& child);
    void remove(Child& child);

    [[nodiscard]] Result<UniqueFd> reopen_read_only() const {
        return directory_.reopen_read_only();
    }

private:
    struct Shown {
        ipc::SupervisorId id{};
        ipc::SupervisorState state{};
        std::uint32_t intensity_left = 0;
    };
    ipc::Directory directory_;
    std::vector<Shown> supervisors_;  ///< As in the plan.
    std::vector<ipc::RingId> rings_;  ///< By number.
};

}  // namespace streamlib::supervision
