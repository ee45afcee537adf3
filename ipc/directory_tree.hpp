// SPDX-License-Identifier: Apache-2.0
/// @file
/// More records of the directory: the supervision tree's nodes that are no actors, and how actors died.
///
/// Model, memory, threads   As in directory_layout.hpp. One supervisor and one death an actor at most, so both tables are
///           as long as that of the actors.
#pragma once

#include "ipc/directory_layout.hpp"

namespace streamlib::ipc {

enum class SupervisorState : std::uint32_t {
    running,
    stopping,  ///< Takes children down, one after the other.
    starting,  ///< Brings children up, one after the other.
    waiting,   ///< Down; comes back.
    stopped,
    failed,  ///< Its restarts were spent.
};

/// A node of the supervision tree that is no actor.
struct SupervisorRecord {
    std::uint32_t generation = 0;
    SupervisorState state{};
    FixedText<64> name{};      ///< "node": the node's own.
    FixedText<32> strategy{};  ///< "one_for_one", …
    RecordId<SupervisorRecord> parent{};
    std::uint32_t intensity = 0;       ///< Restarts allowed within `period_ns` …
    std::uint32_t intensity_left = 0;  ///< … and how many of them are left.
    std::int64_t period_ns = 0;
    std::uint64_t reserved[4]{};
};
static_assert(sizeof(SupervisorRecord) == 160 && alignof(SupervisorRecord) == 8);

/// Where a port stood when its actor died.
struct DeathPort {
    RecordId<PortRecord> port{};
    std::uint64_t sequence = 0;    ///< Output: of its newest block; input: of the one it took last.
    std::uint64_t tick_index = 0;  ///< Of that block; input: of the ring's newest.
    std::uint64_t newest = 0;      ///< Sequence of the ring's newest block.
};

/// How an actor's last process ended, noted by the launcher when it was reaped.
struct DeathRecord {
    static constexpr std::size_t max_ports = 16;
    std::uint32_t generation = 0;
    ExitKind exit_kind{};
    std::int32_t exit_code = 0;
    std::int32_t pid = 0;
    std::uint64_t incarnation = 0;
    std::int64_t ended_tai_ns = 0;
    std::int64_t lived_ns = 0;    ///< From its spawn.
    std::uint64_t deaths = 0;     ///< How many were noted, with this one.
    std::uint64_t log_lines = 0;  ///< Number of the first line that is none of its own.
    std::uint64_t ticks = 0;      ///< That this incarnation processed.
    std::uint64_t last_tick_index = 0, last_tick_seq = 0;
    std::uint32_t activity = 0;  ///< ActorPhase: where it was, …
    std::uint32_t ports_used = 0;
    std::int64_t busy_ns = 0;  ///< … for how long (0 where it waited).
    FixedText<256> text{};     ///< Exit reason and error.
    DeathPort ports[max_ports]{};
    std::uint64_t reserved[4]{};
};
static_assert(sizeof(DeathRecord) == 896 && alignof(DeathRecord) == 8);

}  // namespace streamlib::ipc
