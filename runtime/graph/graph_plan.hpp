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
#include "runtime/graph/child_policy.hpp"
#include "runtime/graph/exit_rules.hpp"
#include "runtime/graph/graph_spec.hpp"
#include "runtime/graph/process_words.hpp"

namespace streamlib {

struct PlannedActor {
    std::string name;
    const ClassSpec* spec = nullptr;
    Trigger trigger = Trigger::tick;  ///< Never `automatic`.
    std::string domain;  ///< "" the clock's rate, a name of [clock.domains], or a rate as text.
    Rate rate{};         ///< Of that domain.
    std::uint32_t depth = 0;                    ///< Of every output; 0: as each port declares.
    std::uint32_t hold = 0;                     ///< Of every input; 0: as each port declares.
    std::uint32_t spare_readers = 2;            ///< Cells beyond the links, for each output.
    Nanoseconds hang_after_ns = 1'000'000'000;  ///< Longest call; or, if not 0, in ticks:
    std::uint32_t hang_after_ticks = 0;
    Nanoseconds stale_after_ns = 0;  ///< Of every input; 0: never.
    Nanoseconds snapshot_ns = 0;     ///< Between snapshots; 0: on demand only.
    std::uint32_t standby = 0;
    std::optional<std::uint32_t> parent;
    std::vector<std::uint32_t> children;
    /// Into `GraphPlan::supervisors`; empty: not supervised, a failure is for good.
    std::optional<std::uint32_t> supervisor;
    RestartType restart = RestartType::permanent;
    std::optional<Shutdown> shutdown;  ///< Empty: as the launcher was told for all.
    bool significant = false;
    ProcessWishes wishes{};  ///< Of the kernel, for its process.
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
    bool spare = false;     ///< Came at run time: its reader has one of the spare cells.
};

/// A child of a supervisor: an actor, or a supervisor.
struct PlannedChild {
    bool is_supervisor = false;
    std::uint32_t index = 0;
    friend bool operator==(const PlannedChild&, const PlannedChild&) = default;
};

struct PlannedSupervisor {
    std::string name = "node";
    Strategy strategy = Strategy::one_for_one;
    AutoShutdown auto_shutdown = AutoShutdown::never;
    std::uint32_t intensity = 10;  ///< Restarts allowed within `period_ns`.
    Nanoseconds period_ns = 10'000'000'000;
    Backoff backoff{};
    std::vector<ExitRule> decide{};
    ExitHook decide_hook{};
    std::optional<std::uint32_t> parent{};  ///< Of the root alone empty.
    /// In start order: actors in the order of the text; a supervisor stands where the first actor below it would.
    std::vector<PlannedChild> children{};
};

struct GraphPlan {
    std::vector<PlannedActor> actors;
    std::vector<PlannedLink> links;
    std::vector<std::uint32_t> order;  ///< Producers before consumers, except over feedback links.
    std::vector<std::uint32_t> sources;  ///< Actors without linked inputs.
    /// `[0]` is the node's own, "node"; a graph may set it as [supervisors.node].
    std::vector<PlannedSupervisor> supervisors{PlannedSupervisor{}};
    GiveUp on_give_up = GiveUp::leave;
};

/// "clip.video": one end of a planned link, for messages.
[[nodiscard]] std::string output_name(const GraphPlan& plan, const PlannedLink& link);
[[nodiscard]] std::string input_name(const GraphPlan& plan, const PlannedLink& link);

}  // namespace streamlib
