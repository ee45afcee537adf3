// SPDX-License-Identifier: Apache-2.0
/// @file
/// What Supervision keeps of each child; private to its sources.
///
/// Model     What was reported (`phase`) and what is wanted (`wanted`, `doomed`, `task`) are kept apart; orders are what
///           brings the first to the second.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/graph/graph_plan.hpp"
#include "supervisor/tree/restart_budget.hpp"

namespace streamlib::supervision::tree {

inline constexpr std::uint32_t none = 0xFFFF'FFFF;

enum class Phase : std::uint8_t {
    down,      ///< Its exit was reported, or it never ran.
    starting,  ///< A start was ordered.
    running,   ///< READY was reported.
    stopping,  ///< A stop was ordered; its exit was not reported.
};

struct ActorRecord {
    bool used = false;     ///< The place holds an actor.
    bool dynamic = false;  ///< Came at run time: nobody but its own supervisor brings it back.
    bool significant = false;
    RestartType restart = RestartType::permanent;
    std::optional<Shutdown> shutdown{};
    std::uint32_t supervisor = none, position = 0;  ///< Its place among the children there.
    std::uint32_t parent = none;
    std::vector<std::uint32_t> children{};

    Phase phase = Phase::down;
    bool wanted = false;         ///< Should be up, as soon as everything above it allows.
    bool held = false;           ///< Stopped by a person: only a person brings it back.
    bool doomed = false;         ///< Is to stop; it is told once its own children are gone.
    bool failed = false;         ///< Staying down, it is FAILED.
    bool concluded = false;      ///< That it stays down was said.
    std::uint32_t failures = 0;  ///< Runs in a row that were not healthy.
    MonotonicTime due{};         ///< Not to be started before.
};

/// What happens once all children from `first` on are down.
enum class Then : std::uint8_t { restart, shut_down, fail, rest };

struct SupervisorRecord {
    enum class Task : std::uint8_t {
        watch,  ///< Each child is on its own.
        stop,  ///< Children from `first` on go down, the last first, one after the other; then `then`.
        start,  ///< Children come up in order, each after the one before it is READY.
    };
    const PlannedSupervisor* plan = nullptr;
    std::uint32_t parent = none, position = 0;
    std::vector<PlannedChild> children{};
    RestartBudget budget;

    bool up = false, wanted = false, failed = false;
    Task task = Task::watch;
    Then then = Then::restart;
    std::uint32_t first = 0;
    std::uint32_t failures = 0;
    MonotonicTime due{}, up_since{};
};

}  // namespace streamlib::supervision::tree
