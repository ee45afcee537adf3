// SPDX-License-Identifier: Apache-2.0
/// @file
/// A checked graph with everything looked up: what the launcher starts from. Numbers are indices
/// into the vectors here.
///
/// Model     Actors keep the order of the text, so `actors[i]` is `GraphSpec::actors[i]`. Valid
///           only where `check_graph` had no findings.
/// Threads   Plain values. `spec` points to what the lookup gave, which must live as long.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/class_spec.hpp"
#include "runtime/graph/graph_spec.hpp"

namespace streamlib {

struct PlannedActor {
    std::string name;
    const ClassSpec* spec = nullptr;
    Trigger trigger = Trigger::tick;  ///< Never `automatic`.
    std::string domain;  ///< "" the clock's rate, a name of [clock.domains], or a rate as text.
    Rate rate{};         ///< Of that domain.
    std::uint32_t depth = 0;          ///< Of every output; 0: as each port declares.
    std::uint32_t hold = 0;           ///< Of every input; 0: as each port declares.
    std::uint32_t spare_readers = 2;  ///< Cells beyond the links, for each output.
    std::uint32_t standby = 0;
    std::optional<std::uint32_t> parent;
    std::vector<std::uint32_t> children;
    /// Those given, in canonical text; the others have their default.
    std::map<std::string, std::string> properties;
    std::vector<std::uint32_t> in_links, out_links;  ///< Into `GraphPlan::links`.
    std::vector<std::uint32_t> feeds, fed_by;        ///< Neighbours, each once, ascending.
};

struct PlannedLink {
    std::uint32_t from = 0, output = 0;  ///< Actor; index into its class's outputs.
    std::uint32_t to = 0, input = 0;     ///< Actor; index into its class's inputs.
    Place place;
    bool feedback = false;  ///< Closes a loop: its consumer comes earlier in `order`.
};

struct GraphPlan {
    std::vector<PlannedActor> actors;
    std::vector<PlannedLink> links;
    std::vector<std::uint32_t> order;  ///< Producers before consumers, except over feedback links.
    std::vector<std::uint32_t> sources;  ///< Actors without linked inputs.
};

/// "clip.video": one end of a planned link, for messages.
[[nodiscard]] std::string output_name(const GraphPlan& plan, const PlannedLink& link);
[[nodiscard]] std::string input_name(const GraphPlan& plan, const PlannedLink& link);

}  // namespace streamlib
