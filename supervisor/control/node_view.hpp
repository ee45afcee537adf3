// SPDX-License-Identifier: Apache-2.0
/// @file
/// A running node, read from the memory that the launcher lends: directory and actor pages, read-only.
///
/// Threads   One. Nothing here waits for anybody; what a dying writer left half-written is left out.
/// Cost      A look at all actors copies 560 bytes an actor. Never on the frame path.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/actor_page.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/directory.hpp"
#include "ipc/segment.hpp"
#include "supervisor/control/router.hpp"
#include "supervisor/control_link.hpp"

namespace streamlib::supervision {

class NodeView final : public NodeSource {
public:
    NodeView(const control_link::NodeNotice& node, ipc::DirectoryView directory);

    /// Keeps an actor's page; a later one of the same place replaces it. Errors: as MappedSegment::map.
    [[nodiscard]] Result<> add_page(const control_link::ActorPageNotice& notice, UniqueFd fd);

    /// Keeps the launcher's event book. Errors: as MappedSegment::map.
    [[nodiscard]] Result<> add_events(UniqueFd fd);

    [[nodiscard]] const std::string& run_dir() const noexcept { return run_dir_; }
    [[nodiscard]] std::uint64_t changes() const noexcept { return directory_.changes(); }

    [[nodiscard]] NodeRow node() const override;
    [[nodiscard]] std::vector<ActorRow> actors() const override;
    [[nodiscard]] std::optional<ActorRow> actor(std::string_view name) const override;
    [[nodiscard]] std::vector<RingRow> rings() const override;
    [[nodiscard]] Result<LogPage> logs(const ActorRow& actor, const LogQuery& query) const override;
    [[nodiscard]] std::vector<SupervisorRow> supervisors() const override;
    [[nodiscard]] Result<EventPage> events(const LogQuery& query) const override;
    [[nodiscard]] CrashReport crash(const ActorRow& actor) const override;
    [[nodiscard]] std::vector<CounterRow> counters(
        const std::vector<ActorRow>& actors) const override;
    [[nodiscard]] Result<std::string> sdp(const ActorRow& actor) const override;
    [[nodiscard]] std::uint64_t snapshots_answered(const ActorRow& actor) const override;
    [[nodiscard]] SnapshotRow snapshot(const ActorRow& actor) const override;
    [[nodiscard]] Result<std::string> snapshot_file(const ActorRow& actor) const override;

private:
    struct Page {
        std::uint32_t generation = 0;
        ipc::MappedSegment segment;
    };
    [[nodiscard]] const ipc::ActorPage* page(std::uint32_t index, std::uint32_t generation) const;
    [[nodiscard]] ActorRow row(std::uint32_t index, const ipc::ActorRecord& record) const;
    [[nodiscard]] std::string port_name(const ipc::PortRecord& port) const;

    std::string name_, host_, run_dir_;
    std::int32_t launcher_pid_ = 0;
    std::int64_t started_monotonic_ns_ = 0;
    ipc::DirectoryView directory_;
    ipc::MappedSegment events_;
    std::map<std::uint32_t, Page> pages_;  ///< By place in the directory.
};

/// What is left of a log, from where the query says.
[[nodiscard]] LogPage read_log(const ipc::LogRing& log, const LogQuery& query,
                               ipc::Unfinished unfinished);

}  // namespace streamlib::supervision
