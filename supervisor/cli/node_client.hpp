// SPDX-License-Identifier: Apache-2.0
/// @file
/// A running node, as the command line talks to it: typed calls over its control process.
///
/// Errors    Of every call: gone ("node local has ended"), timeout, and what the node itself says (not_found, …).
///           While the control process is being replaced, a call waits for the next one.
/// Threads   One.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"
#include "supervisor/control/api.hpp"
#include "supervisor/control/supervision_rows.hpp"

namespace streamlib::supervision {

class NodeClient {
public:
    /// Errors: not_found ("no node "local" is running: looked in …"), invalid_argument.
    [[nodiscard]] static Result<NodeClient> find(std::string_view node);
    /// The same, but waits for it until `deadline`.
    [[nodiscard]] static Result<NodeClient> wait_for(std::string_view node, MonotonicTime deadline);

    [[nodiscard]] Result<NodeRow> node() const;
    [[nodiscard]] Result<std::vector<ActorRow>> actors() const;
    /// The actor that an ACTOR argument means: an instance name, or a URI that must be its own.
    [[nodiscard]] Result<ActorRow> actor(std::string_view name_or_uri) const;
    [[nodiscard]] Result<std::vector<RingRow>> rings() const;
    [[nodiscard]] Result<LogPage> logs(std::string_view actor, std::uint64_t from,
                                       std::optional<std::uint64_t> last = std::nullopt) const;
    [[nodiscard]] Result<std::vector<SupervisorRow>> supervisors() const;
    [[nodiscard]] Result<EventPage> events(std::uint64_t from,
                                           std::optional<std::uint64_t> last = std::nullopt) const;
    [[nodiscard]] Result<CrashReport> crash(std::string_view actor) const;
    /// Of one actor, or of all where `actor` is empty.
    [[nodiscard]] Result<std::vector<CounterRow>> counters(std::string_view actor) const;
    /// Errors: not_found (it sends nothing that has one).
    [[nodiscard]] Result<std::string> sdp(std::string_view actor) const;
    /// Asks it to keep its state now, and waits at most `timeout_ns` for it. Errors: timeout, gone (it does not run).
    [[nodiscard]] Result<SnapshotRow> snapshot(const ActorRow& actor, Nanoseconds timeout_ns) const;
    /// The newest that it kept, as the bytes of a snapshot file.
    [[nodiscard]] Result<std::string> snapshot_file(const ActorRow& actor) const;
    [[nodiscard]] Result<> stop_node() const;
    [[nodiscard]] Result<> stop_actor(const ActorRow& actor) const;
    [[nodiscard]] Result<> kill_actor(const ActorRow& actor, int signal) const;
    /// The first incarnation that is a new one.
    [[nodiscard]] Result<std::uint64_t> restart_actor(const ActorRow& actor) const;
    /// Each of `sets` is "KEY=VALUE". Returns when the new process is ready to take over: the incarnation that it will be.
    [[nodiscard]] Result<std::uint64_t> replace_actor(const ActorRow& actor,
                                                      const std::vector<std::string>& sets) const;
    /// Waits at most `timeout_ns` (the node answers after a minute at the latest), for that incarnation or a later one.
    [[nodiscard]] Result<WaitAnswer> wait(std::string_view actor, std::string_view state,
                                          Nanoseconds timeout_ns,
                                          std::uint64_t incarnation = 0) const;

    [[nodiscard]] bool alive() const;  ///< Some launcher holds the node's lock.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::string& directory() const noexcept { return directory_; }

private:
    NodeClient(std::string name, std::string directory)
        : name_(std::move(name)), directory_(std::move(directory)) {}
    [[nodiscard]] Result<std::string> call(std::string_view method, const std::string& target,
                                           Nanoseconds timeout_ns) const;
    [[nodiscard]] Result<std::string> get(const std::string& target) const;
    [[nodiscard]] Result<> post(const std::string& target) const;

    std::string name_, directory_;
};

/// The instance that an ACTOR argument names. Errors: parse (a broken URI).
[[nodiscard]] Result<std::string> instance_name(std::string_view name_or_uri);

}  // namespace streamlib::supervision
