// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the node consists of: actors, supervisors, deaths, ports, rings, endpoints. Written by the launcher, read by everybody.
///
/// Model     `Directory` is the launcher's end: add, change, remove. `DirectoryView` copies records out in any process,
///           without a lock; it never sees half a record.
/// Memory    Tables are made once and never move or grow; a place that is free again is used again.
/// Threads   Directory: the launcher's one thread. DirectoryView: one thread an object; any number of processes.
/// Crash     The launcher's end is the node's end. A view needs nothing of the launcher to read.
/// Cost      A change writes one record (< 1 µs). A view's look at an actor copies 560 bytes.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/directory_layout.hpp"
#include "ipc/directory_tree.hpp"

namespace streamlib::ipc {

struct DirectoryLimits {
    std::uint32_t max_actors = 4096;  ///< 1 … 1'000'000; also of supervisors and deaths.
    std::uint32_t max_ports = 16384;  ///< 1 … 1'000'000; also of rings and endpoints.
};

class Directory {
public:
    Directory() noexcept;
    Directory(Directory&&) noexcept;
    Directory& operator=(Directory&&) noexcept;
    ~Directory();

    [[nodiscard]] static Result<Directory> create(const DirectoryLimits& limits = {});

    /// Claims a place. `record.generation` is set by the directory.
    /// Errors: no_memory ("… node.max_actors = 4096 is reached …").
    [[nodiscard]] Result<ActorId> add(const ActorRecord& record);
    [[nodiscard]] Result<PortId> add(const PortRecord& record);
    [[nodiscard]] Result<RingId> add(const RingRecord& record);
    [[nodiscard]] Result<EndpointId> add(const EndpointRecord& record);
    [[nodiscard]] Result<SupervisorId> add(const SupervisorRecord& record);
    [[nodiscard]] Result<DeathId> add(const DeathRecord& record);

    /// Overwrites a record that is there. Contract: the id is alive.
    void update(ActorId id, const ActorRecord& record);
    void update(PortId id, const PortRecord& record);
    void update(RingId id, const RingRecord& record);
    void update(EndpointId id, const EndpointRecord& record);
    void update(SupervisorId id, const SupervisorRecord& record);
    void update(DeathId id, const DeathRecord& record);

    /// Frees the place; views see it free at once. Contract: the id is alive.
    void remove(ActorId id);
    void remove(PortId id);
    void remove(RingId id);
    void remove(EndpointId id);
    void remove(SupervisorId id);
    void remove(DeathId id);

    /// What was stored last, to be changed and given to `update`. Contract: the id is alive.
    [[nodiscard]] ActorRecord get(ActorId id) const;
    [[nodiscard]] PortRecord get(PortId id) const;
    [[nodiscard]] RingRecord get(RingId id) const;
    [[nodiscard]] EndpointRecord get(EndpointId id) const;
    [[nodiscard]] SupervisorRecord get(SupervisorId id) const;
    [[nodiscard]] DeathRecord get(DeathId id) const;
    [[nodiscard]] bool alive(ActorId id) const noexcept;
    [[nodiscard]] bool alive(PortId id) const noexcept;
    [[nodiscard]] bool alive(RingId id) const noexcept;
    [[nodiscard]] bool alive(EndpointId id) const noexcept;

    struct Use {
        std::uint32_t actors = 0, ports = 0, rings = 0, endpoints = 0;
        std::uint64_t heap_free_bytes = 0;  ///< Of Boost's heap; constant after create.
    };
    [[nodiscard]] Use use() const;

    /// For a process that is to look: a descriptor that cannot be mapped writable.
    [[nodiscard]] Result<UniqueFd> reopen_read_only() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

class DirectoryView {
public:
    DirectoryView() noexcept;
    DirectoryView(DirectoryView&&) noexcept;
    DirectoryView& operator=(DirectoryView&&) noexcept;
    ~DirectoryView();

    /// Checks all offsets against the segment's size. Errors: mismatch.
    [[nodiscard]] static Result<DirectoryView> map(int fd);

    /// Indices below this may hold a record.
    [[nodiscard]] std::uint32_t actor_places() const noexcept;
    [[nodiscard]] std::uint32_t port_places() const noexcept;
    [[nodiscard]] std::uint32_t ring_places() const noexcept;
    [[nodiscard]] std::uint32_t endpoint_places() const noexcept;
    [[nodiscard]] std::uint32_t supervisor_places() const noexcept;

    /// The record at a place; none if the place is free.
    [[nodiscard]] std::optional<ActorRecord> actor(std::uint32_t index) const;
    [[nodiscard]] std::optional<PortRecord> port(std::uint32_t index) const;
    [[nodiscard]] std::optional<RingRecord> ring(std::uint32_t index) const;
    [[nodiscard]] std::optional<EndpointRecord> endpoint(std::uint32_t index) const;
    [[nodiscard]] std::optional<SupervisorRecord> supervisor(std::uint32_t index) const;

    /// The record an id names; none if that one has gone.
    [[nodiscard]] std::optional<ActorRecord> get(ActorId id) const;
    [[nodiscard]] std::optional<PortRecord> get(PortId id) const;
    [[nodiscard]] std::optional<RingRecord> get(RingId id) const;
    [[nodiscard]] std::optional<EndpointRecord> get(EndpointId id) const;
    [[nodiscard]] std::optional<SupervisorRecord> get(SupervisorId id) const;
    [[nodiscard]] std::optional<DeathRecord> get(DeathId id) const;

    [[nodiscard]] ActorId find_actor(std::string_view name) const;
    /// Differs when anything has changed since.
    [[nodiscard]] std::uint64_t changes() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace streamlib::ipc
