// SPDX-License-Identifier: Apache-2.0
/// @file
/// The reading end of a ring: pin a block, look at it in place, let it go.
///
/// Model     A reader owns one cell with `hold` pins. A pinned block is never overwritten. `read_latest` takes the newest
///           block; `read_new` takes each block after the last one, oldest first, and counts what it missed.
/// Memory    Borrows a RingMemory; the ring segment may be mapped read-only, the cell segment is writable.
/// Threads   One thread a reader. Views belong to their reader and must be released before it.
/// Lifetime  A dead writer leaves every published block readable. A restart of the writer shows as a new
///           `BlockHeader::incarnation`, never as an error.
/// Errors    Small enums. `read_*` never blocks; it retries only while the writer publishes in between.
/// Cost      No system call, no allocation, no copy: one exchange and a second look.
#pragma once

#include <span>

#include "ipc/ring_memory.hpp"
#include "ipc/wake.hpp"

namespace streamlib::ipc {

enum class ReadStatus : std::uint8_t {
    fresh,  ///< The view holds a block it did not hold before.
    same,   ///< read_latest: nothing newer; the view still holds the newest block.
    empty,  ///< Nothing (more) to read. The view keeps what it held.
};

class RingReader;

/// A pinned block. Move-only; releases its pin when destroyed.
class BlockView {
public:
    BlockView() = default;
    BlockView(BlockView&& other) noexcept { *this = static_cast<BlockView&&>(other); }
    BlockView& operator=(BlockView&& other) noexcept;
    BlockView(const BlockView&) = delete;
    BlockView& operator=(const BlockView&) = delete;
    ~BlockView() { release(); }

    [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }
    [[nodiscard]] const BlockHeader& header() const noexcept { return *block_; }
    [[nodiscard]] std::span<const std::byte> payload() const noexcept { return payload_; }
    /// Lets the block go; the view is empty. [realtime]
    void release() noexcept;

private:
    friend class RingReader;
    RingReader* reader_ = nullptr;
    const BlockHeader* block_ = nullptr;
    std::span<const std::byte> payload_{};
    std::uint32_t pin_ = 0;
};

class RingReader {
public:
    RingReader() = default;
    /// Reads through `cell`, which the launcher has assigned. With `from_now` the first read_new gives what is published
    /// after this call; otherwise everything still in the ring. [setup]
    [[nodiscard]] static Result<RingReader> attach(const RingMemory& ring, std::uint32_t cell,
                                                   std::uint64_t incarnation, bool from_now);
    RingReader(RingReader&&) = default;  // only while no view is pinned
    RingReader& operator=(RingReader&&) = default;

    /// Pins the newest block into `view`, letting go what it held. [realtime]
    [[nodiscard]] ReadStatus read_latest(BlockView& view) noexcept;
    /// Pins the oldest block after the last one read. [realtime]
    [[nodiscard]] ReadStatus read_new(BlockView& view) noexcept;
    /// Pins the block with exactly this sequence, if it is still there; what was read last does not change. [realtime]
    [[nodiscard]] bool read_sequence(BlockView& view, std::uint64_t sequence) noexcept;
    /// Whether a block newer than the last one read is there. One load. [realtime]
    [[nodiscard]] bool has_new() const noexcept { return newest_sequence() > last_; }
    /// Sequence of the newest block, 0: none. One load. [realtime]
    [[nodiscard]] std::uint64_t newest_sequence() const noexcept {
        return word::sequence_of(ring_.header().newest.load(std::memory_order_seq_cst));
    }
    /// Tick index of the newest block without pinning it, all ones for the end of the stream: nothing comes after it.
    /// A hint that may be one block old. [realtime]
    [[nodiscard]] std::uint64_t newest_tick_index() const noexcept;

    /// Whether `end`, a block of this ring that says so, ends the stream: not where a later incarnation of the writer is
    /// there, or on its way. [realtime]
    [[nodiscard]] bool is_final(const BlockHeader& end) const noexcept {
        // pairs with expect_writer
        return end.incarnation >= ring_.header().writer_incarnation.load(std::memory_order_acquire);
    }
    /// The last incarnation had taken the end of the stream: nothing comes that would say it again.
    [[nodiscard]] bool resumes_at_end() const noexcept;

    /// The writer has gone on to the next generation of this ring and will publish nothing more here. [realtime]
    [[nodiscard]] bool superseded() const noexcept {
        return ring_.header().superseded.load(std::memory_order_seq_cst) != 0;
    }
    /// What to wait on to notice that (beside the blocks themselves).
    [[nodiscard]] WaitWord superseded_word() const noexcept {
        return {reinterpret_cast<const std::uint32_t*>(&ring_.header().superseded), 0};
    }
    /// Whether a view still pins a block.
    [[nodiscard]] bool pins_anything() const noexcept { return pins_used_ != 0; }

    [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_; }
    [[nodiscard]] std::uint64_t missed() const noexcept {
        return missed_;
    }  ///< By read_new, since attach.
    [[nodiscard]] const RingMemory& memory() const noexcept { return ring_; }
    [[nodiscard]] Cell& cell() const noexcept { return ring_.cell(cell_); }

private:
    friend class BlockView;
    [[nodiscard]] bool take_pin(BlockView& view) noexcept;
    [[nodiscard]] bool pin_block(BlockView& view, std::uint32_t slot,
                                 std::uint64_t sequence) noexcept;
    [[nodiscard]] std::uint32_t oldest_after(std::uint64_t last, std::uint64_t newest,
                                             std::uint64_t& sequence) const noexcept;
    void expect_block(std::uint32_t slot) const noexcept;
    void accept(BlockView& view, std::uint32_t slot, std::uint64_t sequence) noexcept;
    void unpin(std::uint32_t pin) noexcept;

    RingMemory ring_{};
    std::uint32_t cell_ = 0;
    std::uint32_t hold_ = 0;
    std::uint32_t pins_used_ = 0;  // bit n: pin n belongs to a view
    std::uint64_t incarnation_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t resume_ = 0;  // what the last incarnation took last
    std::uint64_t missed_ = 0;
};

/// Copies the newest block without a cell, for taps and tools: copy, then check that it was not overwritten meanwhile.
/// `fresh` and `header` valid; `empty`: nothing there, or the writer was faster `tries` times. [any-thread]
[[nodiscard]] ReadStatus copy_latest(const RingMemory& ring, std::span<std::byte> target,
                                     BlockHeader& header, int tries = 8) noexcept;

/// Sleeps until one of `readers` has a block newer than its last, one of `words` changes, or the deadline.
/// Spins up to `spin_ns` first (0: never). No system call when there already is something. [realtime, sleeps]
[[nodiscard]] WaitStatus wait_for_blocks(std::span<RingReader* const> readers,
                                         std::span<const WaitWord> words, MonotonicTime deadline,
                                         Nanoseconds spin_ns) noexcept;

/// The same, but until the newest block of a reader is another than `seen[i]` (what newest_sequence() gave before).
[[nodiscard]] WaitStatus wait_for_change(std::span<RingReader* const> readers,
                                         std::span<const std::uint64_t> seen,
                                         std::span<const WaitWord> words, MonotonicTime deadline,
                                         Nanoseconds spin_ns) noexcept;

}  // namespace streamlib::ipc
