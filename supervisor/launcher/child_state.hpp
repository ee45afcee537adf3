// SPDX-License-Identifier: Apache-2.0
/// @file
/// The one state machine of a child: what happened to it × where it is → where it is now, and what to do.
///
/// Model     Pure. The loop feeds events in the order it sees them and carries the actions out; it keeps no state of a
///           child beside this one. Incarnations are numbered from 1 and grow with each spawn.
/// Rules     Restarting is disabled before a stop is sent. A child that says something out of turn is broken and killed.
///           A process that is gone is only ever reported by its pidfd (`exited`), so that no incarnation overlaps the next.
#pragma once

#include <cstdint>

#include "ipc/directory_layout.hpp"

namespace streamlib::supervision {

enum class ChildPhase : std::uint8_t {
    idle,         ///< No process.
    spawned,      ///< Asked for; has not said hello.
    waiting,      ///< Said hello; waits for the formats of its inputs.
    configuring,  ///< `configure` was sent.
    configured,   ///< Waits for everything downstream to be ready.
    starting,     ///< `start` was sent.
    running,      ///< READY was seen.
    stopping,     ///< `stop` was sent.
    stopped,      ///< Gone, as it should be.
    failed,       ///< Gone, as it should not.
    restarting,   ///< Gone, and comes back: now, or when its time has come.
};
inline constexpr int child_phases = 11;

enum class ChildEvent : std::uint8_t {
    spawn,  ///< The launcher asks for a process.
    hello,
    configure,  ///< The launcher has sent it.
    configured,
    start,  ///< The launcher has sent it.
    ready,
    stop,            ///< Somebody wants it to stop.
    kill,            ///< It had its time.
    broken,          ///< It said what it may not say, or nothing can be sent to it.
    never_born,      ///< Its zygote died before it was forked; there is no process.
    exited_well,     ///< Status 0.
    exited_badly,    ///< Any other status, or a signal.
    exited_for_now,  ///< However it ended: the supervision tree has it come back.
    restart,         ///< The supervision tree wants it (again), also after a stop.
    give_up,         ///< The supervision tree does not: it stays FAILED.
};
inline constexpr int child_events = 15;

/// What the loop has to do; bits.
enum ChildAction : std::uint32_t {
    act_nothing = 0,
    act_spawn = 1,  ///< Make a process (again) for this incarnation.
    act_send_stop = 2,
    act_kill = 4,     ///< SIGKILL to the process, as soon as it has a pid.
    act_publish = 8,  ///< Its state in the directory changed.
    act_gone = 16,    ///< The process is gone for good: cells, children, end of the run.
};

struct ChildState {
    ChildPhase phase = ChildPhase::idle;
    bool restart_allowed = true;  ///< Taken back before a stop is sent.
    bool stop_wanted = false;
    bool killed = false;           ///< SIGKILL was sent by us, after its deadline.
    bool broken = false;           ///< It broke the protocol.
    std::uint8_t lost_births = 0;  ///< Times a zygote died with this spawn.
    std::uint64_t incarnation = 0;
    friend bool operator==(const ChildState&, const ChildState&) = default;
};

/// After so many lost births the child fails: its spawn is what kills the zygotes.
inline constexpr int max_lost_births = 5;

struct ChildStep {
    ChildState state;
    std::uint32_t actions = act_nothing;
};

[[nodiscard]] ChildStep next_step(const ChildState& state, ChildEvent event) noexcept;

/// There is a process, or one is being made.
[[nodiscard]] constexpr bool is_alive(ChildPhase phase) noexcept {
    return phase != ChildPhase::idle && phase != ChildPhase::stopped &&
           phase != ChildPhase::failed && phase != ChildPhase::restarting;
}
/// As the directory and `ps` say it.
[[nodiscard]] ipc::ActorState shown_state(ChildPhase phase) noexcept;

}  // namespace streamlib::supervision
