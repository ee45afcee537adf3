// SPDX-License-Identifier: Apache-2.0
/// @file
/// Laying out and finding the parts of a ring in two pieces of memory.
///
/// Model     The launcher (or a test) formats both pieces once; every process then looks at them through a
///           `RingMemory`, which checks what it was given before anybody trusts it.
/// Memory    Borrowed; must outlive every reader and writer. Ring memory 4096-byte aligned, cell memory 64-byte aligned.
/// Errors    `open` reports a foreign, torn or too small layout; it never touches memory outside `bytes`.
#pragma once

#include <span>

#include "ipc/base/error.hpp"
#include "ipc/ring_layout.hpp"

namespace streamlib::ipc {

/// The numbers a ring is made of.
struct RingGeometry {
    std::uint32_t slots = 3;       ///< 2 … max_slots. See ARCHITECTURE section 4 for how many.
    std::uint32_t open_slots = 1;  ///< W, 1 … slots.
    std::uint32_t cells = 1;       ///< Readers at most, 1 … max_cells.
    std::uint32_t depth = 1;       ///< Newest blocks that stay readable.
    std::uint64_t payload_capacity = 0;  ///< Bytes of the largest block.
    std::uint64_t ring_id = 0;
    std::uint32_t generation = 0;
};

/// Bytes between payloads: 64-byte aligned, 4096 from 4096 bytes on.
[[nodiscard]] std::uint64_t slot_stride_bytes(std::uint64_t payload_capacity) noexcept;
[[nodiscard]] std::uint64_t ring_segment_bytes(const RingGeometry& geometry) noexcept;
[[nodiscard]] std::uint64_t cell_segment_bytes(std::uint32_t cells) noexcept;

/// Writes an empty ring into zeroed memory of `ring_segment_bytes`. `format` is copied into the header. [setup]
void format_ring(std::byte* memory, const RingGeometry& geometry,
                 std::span<const std::byte> format);
/// Writes empty cells into zeroed memory of `cell_segment_bytes`. [setup]
void format_cells(std::byte* memory, std::uint32_t cells);

/// A checked look at one ring. Copyable; borrows.
class RingMemory {
public:
    RingMemory() = default;
    /// `ring` may be mapped read-only (then only readers may use it); `cells` must be writable.
    [[nodiscard]] static Result<RingMemory> open(std::byte* ring, std::uint64_t ring_bytes,
                                                 std::byte* cells, std::uint64_t cell_bytes);

    [[nodiscard]] RingHeader& header() const noexcept { return *header_; }
    [[nodiscard]] SlotHeader& slot(std::uint32_t index) const noexcept { return slots_[index]; }
    [[nodiscard]] std::byte* payload(std::uint32_t index) const noexcept {
        return payloads_ + index * stride_;
    }
    [[nodiscard]] Cell& cell(std::uint32_t index) const noexcept { return cells_[index]; }
    [[nodiscard]] std::uint32_t slots() const noexcept { return slot_count_; }
    [[nodiscard]] std::uint32_t cells() const noexcept { return cell_count_; }
    [[nodiscard]] std::uint64_t payload_capacity() const noexcept { return capacity_; }
    [[nodiscard]] explicit operator bool() const noexcept { return header_ != nullptr; }
    /// The word sleepers of this ring wait on (the low half of `newest`); its address is the shared futex.
    [[nodiscard]] const std::uint32_t* futex_word() const noexcept;

private:
    // Counts are kept here and not re-read from shared memory: a broken writer cannot move a reader's bounds.
    RingHeader* header_ = nullptr;
    SlotHeader* slots_ = nullptr;
    std::byte* payloads_ = nullptr;
    Cell* cells_ = nullptr;
    std::uint64_t stride_ = 0, capacity_ = 0;
    std::uint32_t slot_count_ = 0, cell_count_ = 0;
};

/// Launcher: gives cell `index` to a reader that will pin up to `hold` blocks (1 … max_hold). Before the reader is told.
void assign_cell(const RingMemory& ring, std::uint32_t index, std::uint32_t hold,
                 std::uint32_t reader_id) noexcept;
/// Launcher: clears the pins and the sleeping bit of a reader whose process has been reaped (never by a timeout).
void clear_cell(const RingMemory& ring, std::uint32_t index) noexcept;
/// Launcher: takes the cell back for good (clears it, no pins are scanned any more).
void release_cell(const RingMemory& ring, std::uint32_t index) noexcept;
/// Launcher: that incarnation of the writer is being made; the end of an earlier one, unless read already, ends nothing.
void expect_writer(const RingMemory& ring, std::uint64_t incarnation) noexcept;
/// Writer, or launcher in place of a dead one: this generation is over; its readers read it to its end and go on in the next.
void mark_superseded(const RingMemory& ring) noexcept;
/// Launcher: after a writer's process was reaped: wakes its readers, since the dead may have owed a wake-up.
void wake_readers_of_the_dead(const RingMemory& ring) noexcept;

}  // namespace streamlib::ipc
