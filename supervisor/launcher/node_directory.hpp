// SPDX-License-Identifier: Apache-2.0
/// @file
/// The launcher's writing of the directory: actors, ports and rings as they come and change.
/// Threads   The launcher's one thread.
#pragma once

#include <span>

#include "ipc/directory.hpp"
#include "runtime/graph/graph_plan.hpp"
#include "supervisor/launcher/child.hpp"
#include "supervisor/launcher/ring_table.hpp"

namespace streamlib::supervision {

class NodeDirectory {
public:
    [[nodiscard]] static Result<NodeDirectory> create(const NodeDecl& limits);

    /// One actor with its ports; gives the child its ids. Parents before children is not needed: `link_parents` follows.
    [[nodiscard]] Result<> add(Child& child, const ActorDecl& declared);
    void link_parents(const GraphPlan& plan, std::span<const Child> children);
    /// State, pid, exit reason of a child as it is now.
    void publish(const Child& child);
    /// What its outputs carry, after configure.
    void publish_formats(const Child& child);
    [[nodiscard]] Result<> add_rings(const GraphPlan& plan, std::span<const Child> children,
                                     const RingTable& rings);
    /// A ring has a new generation.
    void publish_ring(const GraphPlan& plan, std::span<const Child> children,
                      const RingTable& rings, std::uint32_t number);

    [[nodiscard]] Result<UniqueFd> reopen_read_only() const {
        return directory_.reopen_read_only();
    }

private:
    ipc::Directory directory_;
};

}  // namespace streamlib::supervision
