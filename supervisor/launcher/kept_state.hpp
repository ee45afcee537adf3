// SPDX-License-Identifier: Apache-2.0
/// @file
/// State of actors between a run and files: read before anything starts, written when all is over.
///
/// Files     DIR/ACTOR.snapshot, see ipc/snapshot_file.hpp. What else is in DIR is left alone.
/// Errors    A file that is damaged, of another class, or of a newer version of the class is a finding: the run does not start,
///           and nobody's state is lost by it. One in a folder for an actor that the graph has not got is a warning.
/// Threads   One; both ends outside of the launcher's loop, since files may take their time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ipc/snapshot_file.hpp"
#include "runtime/graph/graph_plan.hpp"
#include "runtime/graph/graph_spec.hpp"
#include "supervisor/launcher/child.hpp"

namespace streamlib::supervision {

class KeptState {
public:
    struct Notes {
        std::vector<Finding> findings{};
        std::vector<std::string> warnings{};
    };
    /// `restore`: folders, files called ACTOR.snapshot, or ACTOR=FILE. `keep`: a folder, made if it is not there; empty: none.
    /// What `restore` names goes before what lies in `keep`.
    [[nodiscard]] Notes read(const GraphPlan& plan, const std::vector<std::string>& restore,
                             const std::string& keep);

    /// Before any actor is there: what was read, as the newest snapshot of its first incarnation. A line each: actor, text.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> put(
        std::span<const Child> children);

    struct Saved {
        std::uint32_t files = 0;
        std::vector<Error> errors{};
    };
    /// When all actors are gone: the newest snapshot of each, into the folder `keep`. An actor that has none keeps its file.
    [[nodiscard]] Saved save(std::span<const Child> children) const;
    [[nodiscard]] const std::string& folder() const noexcept { return keep_; }

private:
    struct Kept {
        std::string path;
        ipc::SnapshotCopy snapshot{};
    };
    void take_file(const GraphPlan& plan, const std::string& actor, const std::string& path,
                   bool named);
    void take_folder(const GraphPlan& plan, const std::string& path, bool named);
    void take_named(const GraphPlan& plan, const std::string& what);
    void refuse(std::string text);

    std::map<std::uint32_t, Kept> kept_{};  ///< By actor.
    std::string keep_{};
    std::uint32_t actors_ = 0;  ///< Of the graph: who comes later has no name in the next run.
    std::map<std::uint32_t, std::string> named_{};  ///< Whose state somebody named, and where.
    Notes notes_{};
};

/// Asks a running actor to keep its state now: the number of the request in its page, 0 if its class keeps none. Empty: it
/// does not run, or stops already. Wakes it: one system call.
[[nodiscard]] std::optional<std::uint64_t> ask_for_snapshot(const Child& child) noexcept;

}  // namespace streamlib::supervision
