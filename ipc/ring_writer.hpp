// SPDX-License-Identifier: Apache-2.0
/// @file
/// The writing end of a ring: claim a slot, fill it, publish it. Never waits for anybody.
///
/// Model     One process writes. A claimed slot is the writer's alone until it is published or given up; up to W are
///           open at once and may be published in any order. Old blocks are overwritten, oldest first.
/// Memory    Borrows a RingMemory whose ring segment is writable; it must outlive the writer.
/// Threads   One thread. [realtime] functions allocate nothing, lock nothing, never block.
/// Lifetime  May be killed at any instruction; the next incarnation attaches to the same memory and goes on with the
///           next sequence. Exactly one incarnation writes at a time: the launcher sees to that.
/// Errors    `claim` finds a slot whenever the ring was sized as ARCHITECTURE section 4 says; otherwise it counts
///           `no_free_slot` and returns an empty slot.
/// Cost      publish(): three exchanges and two looks at one line a reader; one system call only if a reader sleeps. claim()
///           has its slot from there.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "ipc/ring_memory.hpp"

namespace streamlib::ipc {

/// A slot being written. Value; the writer keeps track of which are open.
struct OpenSlot {
    static constexpr std::uint32_t none = 0xFFFF'FFFF;
    std::uint32_t slot = none;
    std::span<std::byte> payload{};  ///< The slot's whole capacity.
    [[nodiscard]] explicit operator bool() const noexcept { return slot != none; }
};

struct RingWriterCounters {
    std::uint64_t published = 0;
    std::uint64_t wakes = 0;  ///< Wake-up calls made.
    /// Claims that found every slot pinned: a reader holds more than it declared.
    std::uint64_t no_free_slot = 0;
    std::uint64_t abandoned = 0;
};

class RingWriter {
public:
    RingWriter() = default;
    /// Takes over the ring as `incarnation`: bumps the epoch, distrusts every slot but `newest`. [setup]
    [[nodiscard]] static Result<RingWriter> attach(const RingMemory& ring,
                                                   std::uint64_t incarnation);

    /// A slot to write into: the oldest that nobody reads. [realtime]
    [[nodiscard]] OpenSlot claim() noexcept;
    /// Makes `slot` the newest block. Fills in sequence and incarnation; the other fields of `block` are the caller's.
    /// Returns the sequence. `slot` becomes empty. [realtime]
    std::uint64_t publish(OpenSlot& slot, BlockHeader block) noexcept;
    /// Gives an open slot up; its contents are lost. [realtime]
    void abandon(OpenSlot& slot) noexcept;

    /// This generation of the ring is over: its readers go on in the next one once they have read it to its end. [setup]
    void supersede() noexcept;

    /// The eventfd that wakes the reader in `cell` when its wake kind is eventfd; -1 none. Borrowed. [setup]
    void set_wake_fd(std::uint32_t cell, int fd);

    /// Of the newest block.
    [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }
    [[nodiscard]] const RingWriterCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const RingMemory& memory() const noexcept { return ring_; }

private:
    void scan_pins() noexcept;
    void restore_marked(std::uint32_t except) noexcept;
    [[nodiscard]] std::uint32_t find_slot() noexcept;
    [[nodiscard]] std::uint32_t next_to_mark() const noexcept;
    [[nodiscard]] std::uint32_t oldest_marked_free() const noexcept;
    void wake_sleepers() noexcept;

    // open, newest, or tried in this claim
    static constexpr std::uint64_t taken = ~std::uint64_t{0};
    RingMemory ring_{};
    std::vector<std::uint64_t> sequences_;  // of the block in each slot; 0: unknown contents
    // scratch of find_slot: sequences_ with `taken` where not allowed
    std::vector<std::uint64_t> order_;
    std::vector<std::uint32_t> marked_;  // scratch of find_slot: slots marked
    std::vector<std::uint8_t> pinned_;   // scratch of find_slot: 1 where a reader holds the slot
    std::uint32_t marked_count_ = 0;
    std::vector<int> wake_fds_;  // by cell
    std::uint64_t incarnation_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint32_t newest_slot_ = OpenSlot::none;
    std::uint32_t ready_ = OpenSlot::none;  // found at the last publication, for the next claim
    std::uint32_t open_ = 0;                // slots open now, ready_ included
    RingWriterCounters counters_{};
};

}  // namespace streamlib::ipc
