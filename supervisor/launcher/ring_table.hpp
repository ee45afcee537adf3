// SPDX-License-Identifier: Apache-2.0
/// @file
/// The rings of a running graph: their memory, who writes, who reads from which cell.
///
/// Model     A ring belongs to an output port and outlives the processes behind it. The launcher maps both segments: it gives
///           out cells, clears those of the dead, and wakes whom a dead writer owed a wake-up.
/// Threads   The launcher's one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/ring_memory.hpp"
#include "ipc/segment.hpp"
#include "runtime/graph/graph_plan.hpp"
#include "runtime/graph/ring_plan.hpp"
#include "runtime/process/protocol.hpp"
#include "supervisor/launcher/run_observer.hpp"

namespace streamlib::supervision {

/// Bytes of /dev/shm that a planned ring takes.
[[nodiscard]] std::uint64_t ring_file_bytes(const PlannedRing& ring) noexcept;
[[nodiscard]] RingCost cost_of(const PlannedRing& ring, std::size_t readers);

/// Grows a plan where configure() asked for more than the classes declare (open slots, holds), sizes included.
void apply_configured(RingPlan& rings, const GraphPlan& plan,
                      std::span<const std::optional<protocol::Configured>> said);

class RingTable {
public:
    struct Ring {
        PlannedRing planned;
        ipc::RingGeometry geometry;
        ipc::OwnedSegment memory, cells;
        ipc::RingMemory view;
        /// The generation before, until its writer has said that it is over.
        std::shared_ptr<Ring> previous{};
        bool writer_died = false;  ///< Its readers are to be woken.
    };
    struct Cell {
        std::uint32_t ring = 0, cell = 0, hold = 1;
        bool made = false;  ///< False: the output at the other end carries nothing.
    };

    /// Makes all memory; on failure none is left. Errors: no_memory, with the ring's name.
    [[nodiscard]] static Result<RingTable> create(const GraphPlan& plan, const RingPlan& rings);

    [[nodiscard]] const std::vector<Ring>& rings() const noexcept { return rings_; }
    [[nodiscard]] const Cell& cell_of_link(std::uint32_t link) const noexcept {
        return cells_[link];
    }

    /// `start` as it is sent ahead, with its descriptors behind the tick page's. Those in `opened` are only for the sending.
    struct StartMessage {
        protocol::Start start;
        std::vector<int> fds;
        std::vector<UniqueFd> opened;
    };
    [[nodiscard]] Result<StartMessage> start_of(const GraphPlan& plan, std::uint32_t actor,
                                                Result<UniqueFd> ticks) const;

    /// Ring number of an output; none: it carries nothing.
    [[nodiscard]] std::optional<std::uint32_t> ring_of(std::uint32_t actor,
                                                       std::uint32_t output) const;
    /// A new generation of a ring for another format (or more of it), same readers in the same cells. The old one is kept
    /// until its writer has gone on; its memory the kernel frees when the last process that still reads it lets go.
    /// Errors: no_memory, mismatch; the old ring stays.
    [[nodiscard]] Result<> replace(const GraphPlan& plan, std::uint32_t number,
                                   const protocol::ConfiguredOutput& wanted);
    /// The writer will not come back to the generation before: its readers go on once they have read it to its end.
    void supersede_previous(std::uint32_t number) noexcept;
    /// Lets go of generations whose writers have gone on.
    void drop_superseded() noexcept;

    /// What the rings of the actor's outputs were made for, by output.
    [[nodiscard]] std::vector<protocol::ConfiguredOutput> offered_to(std::uint32_t actor) const;
    [[nodiscard]] bool offers(std::uint32_t number,
                              const protocol::ConfiguredOutput& wanted) const noexcept;

    /// A reader's place that a process holds on to.
    struct HeldCell {
        std::uint32_t link = 0, ring = 0, generation = 0, cell = 0;
    };
    /// The next incarnation of the link's reader gets another cell of the same ring, and goes on where this one was; what
    /// this one has pinned stays pinned. Empty: no cell is left that holds as much; nothing has changed.
    [[nodiscard]] std::optional<HeldCell> move_reader(const GraphPlan& plan, std::uint32_t link);
    /// Who held it has been reaped: the cell is free, if its ring is still there.
    void release(const HeldCell& held) noexcept;

    /// That incarnation of the actor is being made: what the one before has ended goes on, for whoever has not read it yet.
    void expect_writer(std::uint32_t actor, std::uint64_t incarnation) noexcept;

    /// The actor's process has been reaped: frees what its inputs had pinned. A writer that died between two generations says
    /// no more that the older one is over: that is done for it.
    void on_reaped(const GraphPlan& plan, std::uint32_t actor) noexcept;
    /// Wakes who waits for outputs of those: they may have published without a word. Not at once: waking somebody on an idle
    /// processor takes some 40 us, and takes that processor from the one process that is to be back first.
    void wake_readers_of_the_dead() noexcept;
    [[nodiscard]] bool has_readers_to_wake() const noexcept { return writer_died_; }

    // Of actors that come and go while it runs (ring_table_children.cpp).
    /// The next number, or one that is used again.
    void add_actor(std::uint32_t actor, std::size_t outputs);
    /// A free spare cell of the ring that `link` is to read. Errors: not_found (it carries nothing), no_memory (none is free).
    [[nodiscard]] Result<std::uint32_t> spare_cell(const GraphPlan& plan,
                                                   const PlannedLink& link) const;
    /// Gives the link such a cell; there is one. `link` is the next number, or one that is used again.
    void take_spare(const GraphPlan& plan, std::uint32_t link);
    void release_spare(std::uint32_t link) noexcept;
    /// A ring that its actor's output did not have. Errors: no_memory. Returns its number.
    [[nodiscard]] Result<std::uint32_t> add(PlannedRing planned);
    /// Those of an actor that nobody reads any more. Returns their numbers, which are used again.
    std::vector<std::uint32_t> remove_rings(std::uint32_t actor) noexcept;

private:
    [[nodiscard]] static Result<Ring> make_ring(const PlannedRing& planned, std::uint32_t id,
                                                std::uint32_t generation);
    void assign_cells(const GraphPlan& plan, std::uint32_t number, const Ring& ring);

    bool writer_died_ = false;  ///< Of any ring.
    std::vector<Ring> rings_;
    std::vector<Cell> cells_;  ///< By link.
    std::vector<std::uint32_t> free_rings_;
    std::vector<std::vector<std::uint32_t>> by_output_;  ///< [actor][output]: ring + 1; 0: none.
};

}  // namespace streamlib::supervision
