// SPDX-License-Identifier: Apache-2.0
/// @file
/// The tick pages of a node: one for each rate that its actors tick at.
/// Threads   The launcher's one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ipc/channel.hpp"
#include "ipc/segment.hpp"
#include "runtime/graph/graph_plan.hpp"

namespace streamlib::supervision {

class TickDomains {
public:
    /// Errors: invalid_argument (more rates than a clock serves), no_memory.
    [[nodiscard]] static Result<TickDomains> create(const GraphPlan& plan);
    [[nodiscard]] std::uint32_t domain_of(std::uint32_t actor) const noexcept {
        return of_actor_[actor];
    }
    /// The domain of that rate; none: the clock does not tick so.
    [[nodiscard]] std::optional<std::uint32_t> find(Rate rate) const noexcept;
    /// Of an actor that came at run time: the next number, or one that is used again.
    void set(std::uint32_t actor, std::uint32_t domain);
    /// Number of the newest tick; 0: none yet.
    [[nodiscard]] std::uint64_t newest(std::uint32_t domain) const noexcept;
    /// Looked at now and then: whether the clock has stood still since it ticked last, three looks and a second at least
    /// (or five of its shortest period). Begins anew after each `true`.
    [[nodiscard]] bool stand_still(MonotonicTime now) noexcept;
    /// The page of its domain.
    [[nodiscard]] Result<UniqueFd> page_for(std::uint32_t actor) const {
        return pages_[of_actor_[actor]].reopen_read_only();
    }
    /// Ticks that the clock never made, because it was starved or dead; over all domains.
    [[nodiscard]] std::uint64_t skipped() const noexcept;
    /// `ClockSetup` with all pages, to a new clock process.
    void greet(ipc::Channel& channel) const;

private:
    std::vector<Rate> rates_;
    std::vector<ipc::OwnedSegment> pages_;
    std::vector<std::uint32_t> of_actor_;
    std::uint64_t ticks_seen_ = 0;  // of all domains
    MonotonicTime seen_at_{};
    int looks_ = 0;  // since then
};

}  // namespace streamlib::supervision
