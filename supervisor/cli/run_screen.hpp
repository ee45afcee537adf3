// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a person sees of `streamlib run`: the tree coming up, then one status line, then the summary.
/// Threads   The launcher's. Each call writes a line at most and returns.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "supervisor/cli/screen.hpp"
#include "supervisor/launcher/run_observer.hpp"

namespace streamlib::supervision {

class RunScreen final : public RunObserver {
public:
    /// `quiet`: errors only. `run_for`: shows how far it is.
    RunScreen(Screen& screen, std::optional<Nanoseconds> run_for, bool quiet)
        : screen_(screen), run_for_(run_for), quiet_(quiet) {}

    void findings(std::span<const Finding> findings) override;
    void notes(std::span<const Finding> notes) override;
    void planned(const std::string& node, const std::string& node_directory,
                 std::span<const ShownChild> children) override;
    void joined(std::uint32_t index, const ShownChild& child) override;
    void actor_changed(const ActorEvent& event) override;
    void rings(std::span<const RingCost> rings, std::uint64_t total_bytes) override;
    void running(Nanoseconds after_ns) override;
    void totals(const RunTotals& totals) override;
    void stopping(StopReason reason) override;
    void finished(const RunSummary& summary) override;
    void service_restarted(const std::string& text) override;
    /// Warnings alone; the others are for `streamlib events`.
    void event(const std::string& kind, const std::string& subject,
               const std::string& text) override;

private:
    void line(const std::string& text);
    void print_failures();

    Screen& screen_;
    std::optional<Nanoseconds> run_for_;
    bool quiet_;
    std::vector<ShownChild> children_;
    std::vector<std::string> failures_;  ///< Of actors, while findings may still say it better.
    RunTotals shown_{};
    bool up_ = false, stopping_ = false, planned_ = false;
};

/// What `streamlib check` collects, to be printed in order.
class CheckScreen final : public RunObserver {
public:
    void findings(std::span<const Finding> findings) override;
    void notes(std::span<const Finding> notes) override;
    void rings(std::span<const RingCost> rings, std::uint64_t total_bytes) override;
    /// Prints; returns the exit status: the launcher's, or 1 where there are findings.
    [[nodiscard]] int print(Screen& screen, bool json, int launcher_status) const;

private:
    void print_json(Screen& screen) const;
    std::vector<Finding> findings_, notes_;
    std::vector<RingCost> rings_;
    std::uint64_t ring_bytes_ = 0;
};

}  // namespace streamlib::supervision
