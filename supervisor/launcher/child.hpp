// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the launcher keeps of one actor: its state machine, its process, its page, what it said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/actor_page.hpp"
#include "ipc/channel.hpp"
#include "ipc/directory_layout.hpp"
#include "ipc/segment.hpp"
#include "runtime/graph/child_policy.hpp"
#include "runtime/graph/graph_plan.hpp"
#include "runtime/process/protocol.hpp"
#include "supervisor/launcher/child_state.hpp"
#include "supervisor/launcher/death_watch.hpp"
#include "supervisor/launcher/exec_role.hpp"
#include "supervisor/launcher/exit_reason.hpp"
#include "supervisor/launcher/hang_watch.hpp"
#include "supervisor/launcher/ring_table.hpp"
#include "supervisor/launcher/run_observer.hpp"
#include "supervisor/launcher/twin.hpp"

namespace streamlib::supervision {

struct Child {
    const PlannedActor* planned = nullptr;
    std::string plugin;  ///< Absolute; empty: the class is linked in.
    bool exec = false;   ///< start = "exec".
    // Of a child that came at run time (launcher_children.hpp):
    bool dynamic = false;
    bool in_tree = false, rings_made = false;
    bool concluded = false;   ///< Down for good; what it had may not be free yet.
    bool released = false;    ///< It is, its name too.
    std::uint64_t maker = 0;  ///< Incarnation of its parent that asked for it.
    std::optional<std::uint32_t> own_supervisor{};
    // What this incarnation wants to know of others:
    bool traps_exits = false;
    bool linked = false;      ///< It was ended because one it was linked to failed.
    std::uint32_t asks = 0;   ///< Not carried out yet.
    bool kills_hung = false;  ///< Who hangs is killed, not only told of.
    ChildState state{};
    ChildProcess process{};  ///< pid 0: not known (yet, or any more).
    ipc::Channel channel{};
    ipc::OwnedSegment page{};  ///< The same over all incarnations.
    ipc::ActorId id{};
    std::vector<ipc::PortId> inputs{}, outputs{};
    std::optional<protocol::Configured> configured{};
    std::string failed_stage{}, failed_text{};  ///< What it said last, if it said so.
    std::int32_t refused_input = -1;
    /// Configure and start were queued with setup, from what the last incarnation had.
    bool configure_ahead = false, start_ahead = false;
    protocol::Start ahead{};
    bool by_exec = false;  ///< How this incarnation was made.
    /// It was killed because it hung; because it was not READY in time.
    bool hung = false, hung_in_start = false;
    HangWatch watch{};
    bool hang_said = false;
    MonotonicTime kill_hung_at{};
    DeathWatch death{};        ///< From the SIGKILL to its end.
    bool undead_said = false;  ///< That it does not die; then these are cells that its inputs had.
    std::vector<RingTable::HeldCell> held{};
    bool makes_way = false;  ///< It was told to leave its outputs to the next incarnation.
    std::optional<Shutdown> shutdown{};  ///< Of the stop it was told; empty: as for all.
    std::uint64_t ticks_before = 0;      ///< Processed by earlier incarnations.
    MonotonicTime reported{}, ready{};
    std::vector<Twin> twins{};  ///< As many as the graph wants standbys.
    std::optional<Replacement> replacement{};
    std::optional<PropertiesBefore> before{};
    bool from_standby = false;
    bool owes_first_block = false;  ///< It came back, and has published nothing yet.
    ExitReason last_exit{};         ///< Of the incarnation before.
    std::string last_exit_text{};
    ExitReason exit{};
    MonotonicTime spawned{}, ended{};
    /// Its zygote died before it reported a pid: perhaps it was never born.
    bool order_lost = false;
    bool channel_ended = false;

    /// How this incarnation came to be.
    [[nodiscard]] ipc::SpawnTier tier() const noexcept {
        if (from_standby) return ipc::SpawnTier::standby;
        return by_exec ? ipc::SpawnTier::exec : ipc::SpawnTier::fork;
    }
    /// The n-th standby, or the replacement. Null: there is none.
    [[nodiscard]] Twin* twin(std::size_t n) noexcept {
        if (n == replacement_twin) return replacement ? &replacement->twin : nullptr;
        return n < twins.size() ? &twins[n] : nullptr;
    }
    [[nodiscard]] ipc::ActorPage& actor_page() const noexcept {
        return *reinterpret_cast<ipc::ActorPage*>(page.payload());
    }
};

/// What it has counted so far.
void add_counts(RunTotals& sum, const Child& child) noexcept;

/// Of an actor of the graph, or one that came at run time.
[[nodiscard]] HangLimits hang_limits_of(const PlannedActor& planned) noexcept;

/// Why the rings of the actor are not what its replacement needs.
[[nodiscard]] std::string misfit_text(const Child& child);

}  // namespace streamlib::supervision
