// SPDX-License-Identifier: Apache-2.0
/// @file
/// Children that actors ask for while the node runs: made, kept track of, and taken out of everything when they are gone.
///
/// Model     A part of the launcher. What an actor asks waits until the launcher is between two rounds of its loop: only then
///           do the tables of actors grow, so nobody holds a reference into them. A child's number is used again, but only
///           after others were; its name, ports, cells and place in the tree are free as soon as it, and what it made, is
///           down for good. One that FAILED is still shown until its parent goes, its name is used again, or more failed.
/// Limits    256 requests of an actor at once (more break it), 16 carried out a round, 32 FAILED ones shown.
/// Threads   The launcher's one thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/graph/child_plan.hpp"
#include "runtime/process/protocol.hpp"
#include "supervisor/launcher/launcher_watches.hpp"
#include "supervisor/launcher/run_observer.hpp"

namespace streamlib::supervision {

class DynamicChildren {
public:
    explicit DynamicChildren(Launcher& node) : watches(node), node_(node) {}

    Watches watches;

    /// False: it asks too much, or for what there is not.
    [[nodiscard]] bool on_ask(std::uint32_t actor, protocol::Ask ask);
    /// The tree says that it stays down.
    void on_stays_down(std::uint32_t actor);
    /// Of a child's first incarnation, once it has said its formats. Errors: no_memory, mismatch.
    [[nodiscard]] Result<> make_rings(std::uint32_t actor);
    /// Between two rounds of the loop.
    void attend();
    /// There is more to do at once.
    [[nodiscard]] bool is_busy() const noexcept;
    /// What those counted whose places are used again.
    [[nodiscard]] const RunTotals& gone() const noexcept { return gone_; }

private:
    struct Asked {
        std::uint32_t actor = 0;
        std::uint64_t incarnation = 0;
        protocol::Ask ask;
    };
    void carry_out(Asked asked);
    void spawn_or_refuse(Asked asked);
    /// Not yet: tried again when a child has been buried, or has its rings.
    void put_by(Asked asked);
    void try_those_put_by();
    /// Whether one that it is to read from is a child that has not said its formats yet.
    [[nodiscard]] bool reads_from_beginner(const std::vector<PlannedLink>& links) const noexcept;
    /// False: not yet.
    [[nodiscard]] Result<bool> spawn(std::uint32_t parent, const protocol::Ask& ask);
    [[nodiscard]] Result<std::optional<std::uint32_t>> supervisor_for(const protocol::Ask& ask,
                                                                      const PlannedActor& child);
    [[nodiscard]] Result<> furnish(std::uint32_t actor, std::vector<PlannedLink> links);
    [[nodiscard]] Result<> hang_in_tree(std::uint32_t actor, const protocol::Ask& ask);
    void stop(std::uint32_t asker, const std::string& name);
    void watch(std::uint32_t asker, const protocol::Ask& ask);
    /// Of a child that has its name.
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;

    [[nodiscard]] std::uint32_t take_number(PlannedActor planned, Rate rate);
    void add_link(std::uint32_t actor, PlannedLink link);
    void remove_link(std::uint32_t link);
    [[nodiscard]] std::uint32_t add_supervisor(const protocol::Ask& ask);
    void bury_the_dead();
    void release(std::uint32_t actor, bool shown);
    void forget_shown(std::uint32_t actor);
    void free_numbers();

    Launcher& node_;
    /// `later_`: the name is still its predecessor's, or its source still begins.
    std::deque<Asked> asked_, later_;
    bool try_later_ = false;
    std::deque<std::uint32_t> dying_;  ///< Down for good, not buried yet.
    std::deque<std::uint32_t> shown_;  ///< FAILED ones, oldest first.
    std::deque<std::uint32_t> read_;   ///< Buried, and somebody still reads what they wrote.
    std::deque<std::uint32_t> free_, free_links_, free_supervisors_;
    std::map<std::uint32_t, std::string> classes_;  ///< By supervisor: of its first child.
    RunTotals gone_{};
};

}  // namespace streamlib::supervision
