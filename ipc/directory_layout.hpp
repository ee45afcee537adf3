// SPDX-License-Identifier: Apache-2.0
/// @file
/// The records of the directory: what a node consists of, as plain bytes for every process to read.
///
/// Model     Six tables of fixed length. A place of a table is free (generation 0) or holds one record; a RecordId names
///           a record and its generation, so that an id of something that has gone finds nothing.
/// Memory    A segment: DirectoryHeader, then a Boost.Interprocess heap from which the tables were taken once. Offsets are
///           from the payload's start. Zero bytes are free places, so untouched tables take no memory.
/// Threads   The launcher alone writes; everybody copies out (shared_words.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "ipc/fixed_text.hpp"
#include "ipc/shared_words.hpp"

namespace streamlib::ipc {

/// Bumped with any change below.
inline constexpr std::uint64_t directory_layout_hash = 0x2026'11'22'0001'0003;
inline constexpr std::uint32_t no_index = 0xFFFF'FFFF;

/// Names one record of one table. Generation 0 names none.
template <class Record>
struct RecordId {
    std::uint32_t index = no_index;
    std::uint32_t generation = 0;
    [[nodiscard]] explicit operator bool() const noexcept { return generation != 0; }
    friend bool operator==(RecordId, RecordId) = default;
};

enum class ActorState : std::uint32_t {
    none,
    starting,
    running,
    stopping,
    restarting,
    stopped,
    failed
};
enum class ExitKind : std::uint32_t {
    none,       ///< Has not ended yet.
    exited,     ///< `code` is the exit status.
    signalled,  ///< `code` is the signal.
    refused,    ///< Was never started, or gave up in configure() or start(): see `text`.
};
enum class SpawnTier : std::uint32_t { fork, exec, standby };

struct SupervisorRecord;
struct DeathRecord;

struct ActorRecord {
    std::uint32_t generation = 0;  ///< Of the place; 0: free. Set by the directory.
    ActorState state{};
    FixedText<64> name{};  ///< Instance name.
    FixedText<64> class_name{};
    FixedText<64> supervisor{};      ///< "node": the node's own; empty: not supervised.
    FixedText<64> family{};          ///< Zygote it came from; empty: the base zygote.
    FixedText<32> dispatcher{};      ///< "process".
    RecordId<ActorRecord> parent{};  ///< Of the supervision tree.
    std::int32_t pid = 0;            ///< 0: no process.
    SpawnTier tier{};
    std::uint64_t incarnation = 0;  ///< From 1; 0 before the first start.
    std::uint64_t restarts = 0;
    std::int64_t started_monotonic_ns = 0;  ///< CLOCK_MONOTONIC of this incarnation's spawn.
    std::int64_t started_wall_ns = 0;       ///< CLOCK_REALTIME (Unix time) of the same.
    std::int64_t ended_monotonic_ns = 0;    ///< 0 while it runs.
    std::uint64_t page_segment = 0;         ///< SegmentId of its ActorPage.
    ExitKind exit_kind{};                   ///< Of the incarnation that ended last.
    std::int32_t exit_code = 0;
    FixedText<128> exit_text{};
    RecordId<DeathRecord>
        death{};  ///< What was seen when a process of it ended last; none: none has.
    std::uint64_t reserved[7]{};
};
static_assert(sizeof(ActorRecord) == 560 && alignof(ActorRecord) == 8);

enum class PortDirection : std::uint32_t { input, output };
struct RingRecord;

struct PortRecord {
    std::uint32_t generation = 0;
    PortDirection direction{};
    RecordId<ActorRecord> actor{};
    FixedText<64> name{};
    RecordId<RingRecord> ring{};    ///< Its own, or the one it reads; none before it is linked.
    RecordId<PortRecord> source{};  ///< Input: the output at the other end.
    std::uint32_t media_kind = 0;   ///< The runtime's MediaKind.
    std::uint32_t cell = no_index;  ///< Input: its cell in that ring.
    std::uint32_t hold = 0;         ///< Input: blocks kept pinned at once.
    std::uint32_t open_slots = 0;   ///< Output: slots being written at once.
    std::byte format[256]{};  ///< The runtime's MediaFormat, opaque here; zero: not known yet.
    /// In the order of declaration, inputs before outputs: the place of its counters in the actor's page.
    std::uint32_t number = 0;
    std::uint32_t reserved0 = 0;
    std::uint64_t reserved[3]{};
};
static_assert(sizeof(PortRecord) == 400 && alignof(PortRecord) == 8);

struct RingRecord {
    std::uint32_t generation = 0;
    std::uint32_t ring_generation = 0;  ///< A changed format makes a new one.
    RecordId<PortRecord> writer{};
    std::uint64_t segment = 0;  ///< SegmentId of header, slots and payloads.
    std::uint64_t cells_segment = 0;
    std::uint32_t slots = 0;
    std::uint32_t cells = 0;
    std::uint32_t open_slots = 0;
    std::uint32_t depth = 0;
    std::uint64_t slot_stride_bytes = 0;
    std::uint64_t payload_capacity = 0;  ///< Most bytes of one block.
    std::uint64_t segment_bytes = 0;     ///< What it takes of /dev/shm.
    std::uint64_t reserved[4]{};
};
static_assert(sizeof(RingRecord) == 104 && alignof(RingRecord) == 8);

/// Where an output that leaves the machine is sent from, or an input receives.
struct EndpointRecord {
    std::uint32_t generation = 0;
    std::uint32_t udp_port = 0;  ///< Host order.
    RecordId<PortRecord> port{};
    FixedText<64> host{};  ///< Numeric address.
    std::uint64_t reserved[4]{};
};
static_assert(sizeof(EndpointRecord) == 112 && alignof(EndpointRecord) == 8);

/// One table: `places` GuardedRecords at `offset`.
struct TableHeader {
    std::uint64_t offset = 0;        ///< From the start of the payload.
    std::uint32_t record_bytes = 0;  ///< Of one GuardedRecord.
    std::uint32_t places = 0;
    SharedWord high_water{0};  ///< Places at and above it were never used.
    SharedWord used{0};        ///< Records in it now.
};

struct DirectoryHeader {
    TableHeader actors, ports, rings, endpoints, supervisors, deaths;
    SharedWord changes{0};          ///< Grows with every change of any record.
    std::uint64_t heap_offset = 0;  ///< Where Boost's heap starts.
    std::uint64_t heap_bytes = 0;
    std::uint64_t reserved[1]{};
};
static_assert(sizeof(DirectoryHeader) == 224);

using ActorId = RecordId<ActorRecord>;
using PortId = RecordId<PortRecord>;
using RingId = RecordId<RingRecord>;
using EndpointId = RecordId<EndpointRecord>;
using SupervisorId = RecordId<SupervisorRecord>;
using DeathId = RecordId<DeathRecord>;

}  // namespace streamlib::ipc
