// SPDX-License-Identifier: Apache-2.0
/// @file
/// Judges a child that an actor asks for while the node runs, by the rules of a graph file.
///
/// Model     Pure: the child and those that it is to read are checked as a small graph of their own. Whether paths exist is
///           left to the child's configure(): whoever asks here must not wait for a file system.
/// Errors    The first finding, as one line.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/graph/check_graph.hpp"

namespace streamlib {

/// A child with everything looked up. `links` lead into it: `from` is a number of the plan, `to` is the child's to be.
struct ChildPlan {
    PlannedActor actor;
    std::vector<PlannedLink> links;
};

struct ChildWish {
    ActorDecl decl;  ///< Its `domain` is set; `parent` is not looked at.
    std::vector<std::string> links;
};

/// `find` gives the number of an actor that is there.
[[nodiscard]] Result<ChildPlan> plan_child(
    const GraphSpec& graph, const GraphPlan& plan, const ChildWish& wish,
    const KnownClasses& classes,
    const std::function<std::optional<std::uint32_t>(std::string_view)>& find);

/// Whether a supervisor takes an actor of that class. `first` is the class of the children it has or had; empty: none yet.
[[nodiscard]] Result<> fits_supervisor(const PlannedSupervisor& supervisor, std::string_view first,
                                       std::string_view class_name);

}  // namespace streamlib
