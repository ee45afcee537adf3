// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which actors still have work, and who is to be stopped next: what the launcher asks at the end
/// of streams and in an ordered stop.
///
/// Model     A source ends by itself; what follows drains and ends after it. An actor that died or
///           was told to stop sends no end, so whoever has nothing else to wait for is *stuck*:
///           alive, every producer is over, and not all of them by an end. So is the first of a
///           loop once what feeds the loop is over: it would wait for itself. A stuck actor has to
///           be told to stop; what follows it is stuck in turn. *Roots* are the sources, and the
///           first actor of a loop that nothing feeds.
/// Threads   Pure; the launcher asks again after each change of a state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/graph/graph_plan.hpp"

namespace streamlib {

/// How far one actor is, as far as this decision needs it.
enum class WorkState : std::uint8_t {
    starting,
    running,
    ended,    ///< Finished by itself and ended its outputs.
    stopped,  ///< Was told to.
    failed,   ///< Died.
};

[[nodiscard]] constexpr bool is_alive(WorkState state) {
    return state == WorkState::starting || state == WorkState::running;
}

struct PendingWork {
    bool roots_done = false;  ///< No root is alive: what lives still drains, or is stuck.
    bool all_done = false;    ///< Nobody is alive.
    /// Ascending. Also those behind a stuck actor that is still alive.
    std::vector<std::uint32_t> stuck;
    /// Alive, and an actor above it (`parent`) is not; deepest first.
    std::vector<std::uint32_t> orphaned;
};

/// `states[i]` is the state of `plan.actors[i]`.
[[nodiscard]] PendingWork pending_work(const GraphPlan& plan, std::span<const WorkState> states);

/// Whom to tell now to stop; ask again when one of them is over. `everything`: an ordered stop,
/// which begins with the roots; else only what is stuck. Of the stuck come first those without a
/// living producer, so that each may drain before the next. An actor with living children comes
/// after them: the deepest come first. Ascending, each once. Empty: nobody is alive, or those alive
/// still drain and will end by themselves.
[[nodiscard]] std::vector<std::uint32_t> next_to_stop(const GraphPlan& plan,
                                                      std::span<const WorkState> states,
                                                      bool everything);

/// The living descendants of `actor`, deepest first, then `actor` itself if it lives.
[[nodiscard]] std::vector<std::uint32_t> family_to_stop(const GraphPlan& plan,
                                                        std::span<const WorkState> states,
                                                        std::uint32_t actor);

}  // namespace streamlib
