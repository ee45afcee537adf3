// SPDX-License-Identifier: Apache-2.0
#include "ipc/ring_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "ipc/base/assert.hpp"
#include "ipc/wake.hpp"

namespace streamlib::ipc {

Result<RingWriter> RingWriter::attach(const RingMemory& ring, std::uint64_t incarnation) {
    if (!ring) return fail(Errc::invalid_argument, "ring writer: no ring memory");
    RingWriter w;
    w.ring_ = ring;
    w.incarnation_ = incarnation;
    w.sequences_.assign(ring.slots(), 0);
    w.order_.assign(ring.slots(), 0);
    w.marked_.assign(ring.slots(), 0);
    w.pinned_.assign(ring.slots(), 0);
    w.wake_fds_.assign(ring.cells(), -1);
    RingHeader& header = ring.header();
    const std::uint64_t newest = header.newest.load(std::memory_order_seq_cst);
    w.sequence_ = word::sequence_of(newest);
    if (newest != 0) w.newest_slot_ = word::slot_of(newest);
    for (std::uint32_t i = 0; i < ring.slots(); ++i) {
        auto& state = ring.slot(i).state;
        const std::uint64_t seen = state.load(std::memory_order_acquire);
        const std::uint64_t sequence = seen >> 1;
        if (word::is_dirty(seen) || sequence > w.sequence_) {
            // Unknown contents, or finished by the last incarnation but never made newest: its sequence will be
            // given to another block, so nobody may ever take it for that one. Pairs with RingReader::read_new.
            state.exchange(word::dirty(0), std::memory_order_seq_cst);
            w.sequences_[i] = 0;
        } else {
            w.sequences_[i] = sequence;
        }
    }
    header.writer_incarnation.store(incarnation,
                                    std::memory_order_release);  // pairs with is_final
    header.epoch.fetch_add(1, std::memory_order_seq_cst);
    return w;
}

/// Notes which slots are pinned, in one pass over the cells. Every slot marked before this call is judged by it: a
/// reader moves its pin from slot to slot, so looks at different times could find it on every one of them.
void RingWriter::scan_pins() noexcept {
    std::fill(pinned_.begin(), pinned_.end(), std::uint8_t{0});
    for (std::uint32_t c = 0; c < ring_.cells(); ++c) {
        const Cell& cell = ring_.cell(c);
        const std::size_t hold =
            std::min<std::size_t>(cell.hold.load(std::memory_order_seq_cst), max_hold);
        for (std::size_t n = 0; n < hold; ++n) {
            // pairs with the exchange in RingReader: a pin made before the slot was marked is seen here
            const std::uint32_t pinned =
                word::pinned_slot_plus_one(pin_of(cell, n).load(std::memory_order_seq_cst));
            if (pinned != 0 && pinned <= pinned_.size()) pinned_[pinned - 1] = 1;
        }
    }
}

/// The slot to mark next: the oldest that the last pass over the cells did not see pinned, or else the oldest of all.
std::uint32_t RingWriter::next_to_mark() const noexcept {
    std::uint32_t best = OpenSlot::none;
    for (std::uint32_t i = 0; i < order_.size(); ++i) {
        if (order_[i] == taken) continue;
        if (best == OpenSlot::none || pinned_[i] < pinned_[best] ||
            (pinned_[i] == pinned_[best] && order_[i] < order_[best]))
            best = i;
    }
    return best;
}

/// Of the marked slots, the oldest that the pass just made did not see pinned.
std::uint32_t RingWriter::oldest_marked_free() const noexcept {
    std::uint32_t best = OpenSlot::none;
    for (std::uint32_t n = 0; n < marked_count_; ++n) {
        const std::uint32_t slot = marked_[n];
        if (pinned_[slot] == 0 && (best == OpenSlot::none || sequences_[slot] < sequences_[best]))
            best = slot;
    }
    return best;
}

void RingWriter::restore_marked(std::uint32_t except) noexcept {
    for (std::uint32_t n = 0; n < marked_count_; ++n) {
        const std::uint32_t slot = marked_[n];
        // A slot of unknown contents stays dirty.
        if (slot != except && sequences_[slot] != 0)
            ring_.slot(slot).state.store(
                word::clean(sequences_[slot]),
                std::memory_order_release);  // pairs with RingReader::pin_block
    }
}

std::uint32_t RingWriter::find_slot() noexcept {
    std::copy(sequences_.begin(), sequences_.end(), order_.begin());
    if (newest_slot_ != OpenSlot::none) order_[newest_slot_] = taken;
    marked_count_ = 0;
    std::fill(pinned_.begin(), pinned_.end(), std::uint8_t{0});
    for (;;) {
        const std::uint32_t slot = next_to_mark();
        if (slot == OpenSlot::none) break;
        // Mark first, scan after: a reader that pins later sees the mark when it looks at the state again. Marks stay
        // until one scan has found a free slot among all of them; that cannot fail in a ring sized as it should be
        // (tests/model: taking each mark back at once can, when a reader moves its pin along with the search).
        ring_.slot(slot).state.exchange(word::dirty(sequences_[slot]), std::memory_order_seq_cst);
        order_[slot] = taken;
        marked_[marked_count_++] = slot;
        scan_pins();
        const std::uint32_t free = oldest_marked_free();
        if (free == OpenSlot::none) continue;
        restore_marked(free);
        sequences_[free] = taken;
        ++open_;
        return free;
    }
    restore_marked(OpenSlot::none);
    return OpenSlot::none;
}

OpenSlot RingWriter::claim() noexcept {
    std::uint32_t slot = std::exchange(ready_, OpenSlot::none);
    if (slot == OpenSlot::none) slot = find_slot();
    if (slot == OpenSlot::none) {
        ++counters_.no_free_slot;
        return {};
    }
    return {slot, {ring_.payload(slot), ring_.payload_capacity()}};
}

std::uint64_t RingWriter::publish(OpenSlot& slot, BlockHeader block) noexcept {
    STREAMLIB_ASSERT(slot && sequences_[slot.slot] == taken, "only an open slot can be published");
    STREAMLIB_ASSERT(block.payload_bytes <= ring_.payload_capacity(), "the block fits its slot");
    SlotHeader& header = ring_.slot(slot.slot);
    block.sequence = ++sequence_;
    block.incarnation = incarnation_;
    header.block = block;
    header.state.store(word::clean(sequence_),
                       std::memory_order_release);  // pairs with RingReader::pin_block
    // seq_cst: a reader that pinned the last newest block did so before this, or sees this and pins again.
    ring_.header().newest.exchange(word::newest(sequence_, slot.slot), std::memory_order_seq_cst);
    sequences_[slot.slot] = sequence_;
    newest_slot_ = slot.slot;
    slot = {};
    --open_;
    ++counters_.published;
    wake_sleepers();
    // The next slot is looked for now, while readers are busy with this block, and not when the next one is due. It is one
    // of the W that the ring was sized for. Where there is none, claim() looks again, and counts.
    if (ready_ == OpenSlot::none && open_ < ring_.header().open_slots) ready_ = find_slot();
    return sequence_;
}

void RingWriter::abandon(OpenSlot& slot) noexcept {
    STREAMLIB_ASSERT(slot && sequences_[slot.slot] == taken, "only an open slot can be given up");
    sequences_[slot.slot] = 0;  // stays dirty; the first to be taken next time
    slot = {};
    --open_;
    ++counters_.abandoned;
}

void RingWriter::supersede() noexcept {
    mark_superseded(ring_);
    wake_sleepers();
}

void RingWriter::set_wake_fd(std::uint32_t cell, int fd) { wake_fds_.at(cell) = fd; }

void RingWriter::wake_sleepers() noexcept {
    bool futex = false;
    for (std::uint32_t c = 0; c < ring_.cells(); ++c) {
        Cell& cell = ring_.cell(c);
        // pairs with RingSleep: the bit was set before the sleeper looked at newest a last time
        if (cell.sleeping.load(std::memory_order_seq_cst) == 0) continue;
        if (cell.wake_kind.load(std::memory_order_relaxed) == WakeKind::eventfd &&
            wake_fds_[c] >= 0) {
            const std::uint64_t one = 1;
            (void)!::write(wake_fds_[c], &one,
                           sizeof one);  // cannot block usefully: full means already signalled
            ++counters_.wakes;
        } else {
            futex = true;
        }
    }
    if (!futex) return;
    (void)futex_wake_all(ring_.futex_word());
    ++counters_.wakes;
}

}  // namespace streamlib::ipc
