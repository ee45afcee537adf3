// SPDX-License-Identifier: Apache-2.0
#include "ipc/ring_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "ipc/base/assert.hpp"

namespace streamlib::ipc {

BlockView& BlockView::operator=(BlockView&& other) noexcept {
    if (this == &other) return *this;
    release();
    reader_ = std::exchange(other.reader_, nullptr);
    block_ = std::exchange(other.block_, nullptr);
    payload_ = std::exchange(other.payload_, {});
    pin_ = other.pin_;
    return *this;
}

void BlockView::release() noexcept {
    if (reader_ != nullptr) reader_->unpin(pin_);
    reader_ = nullptr;
    block_ = nullptr;
    payload_ = {};
}

Result<RingReader> RingReader::attach(const RingMemory& ring, std::uint32_t cell,
                                      std::uint64_t incarnation, bool from_now) {
    if (!ring) return fail(Errc::invalid_argument, "ring reader: no ring memory");
    if (cell >= ring.cells())
        return fail(Errc::no_memory, "ring reader: no free cell (the ring has " +
                                         std::to_string(ring.cells()) + "; raise spare_readers)");
    RingReader r;
    r.ring_ = ring;
    r.cell_ = cell;
    r.incarnation_ = incarnation;
    r.hold_ =
        std::min<std::uint32_t>(ring.cell(cell).hold.load(std::memory_order_seq_cst), max_hold);
    if (r.hold_ == 0) return fail(Errc::invalid_argument, "ring reader: the cell was not assigned");
    r.resume_ = ring.cell(cell).last.load(std::memory_order_relaxed);
    if (from_now) r.last_ = r.newest_sequence();
    return r;
}

void RingReader::unpin(std::uint32_t pin) noexcept {
    pin_of(cell(), pin).store(0, std::memory_order_release);  // pairs with RingWriter's scan
    pins_used_ &= ~(1u << pin);
}

bool RingReader::take_pin(BlockView& view) noexcept {
    if (view.reader_ != nullptr) return view.reader_ == this;
    for (std::uint32_t n = 0; n < hold_; ++n) {
        if ((pins_used_ & 1u << n) != 0) continue;
        pins_used_ |= 1u << n;
        view.reader_ = this;
        view.pin_ = n;
        return true;
    }
    return false;
}

/// Lines that the caller looks at next are on their way while the pin is made: a pin waits for a line of its own, and the
/// end of the payload could else be asked for only once the header has come. A hint; most blocks fill their slots.
void RingReader::expect_block(std::uint32_t slot) const noexcept {
    if (slot >= ring_.slots()) return;
    const std::byte* payload = ring_.payload(slot);
    __builtin_prefetch(&ring_.slot(slot).block);
    __builtin_prefetch(payload);
    __builtin_prefetch(payload + ring_.payload_capacity() - 1);
}

void RingReader::accept(BlockView& view, std::uint32_t slot, std::uint64_t sequence) noexcept {
    const BlockHeader& block = ring_.slot(slot).block;
    view.block_ = &block;
    const std::uint64_t bytes =
        std::min<std::uint64_t>(block.payload_bytes, ring_.payload_capacity());
    view.payload_ = {ring_.payload(slot), bytes};
    last_ = sequence;
    cell().last.store(sequence, std::memory_order_relaxed);  // for the next incarnation
    auto& reads = cell().reads;  // this reader is the only one to store it
    reads.store(reads.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

namespace {

/// The writer has just looked at this cell's line to find its slot; a polling reader takes the line back while it has nothing
/// else to do, so that its pin need not wait for it. A hint: nothing is written.
void own_line(const std::atomic<std::uint64_t>& pin) noexcept {
#if defined(__x86_64__)
    asm volatile(
        "prefetchw %0"
        :
        : "m"(pin));  // GCC makes prefetcht0 of the builtin unless told of a newer processor
#else
    __builtin_prefetch(&pin, 1);
#endif
}

}  // namespace

ReadStatus RingReader::read_latest(BlockView& view) noexcept {
    std::uint64_t newest = ring_.header().newest.load(std::memory_order_seq_cst);
    if (newest == 0) return ReadStatus::empty;
    if (view && view.header().sequence == word::sequence_of(newest)) {
        own_line(pin_of(cell(), view.pin_));
        return ReadStatus::same;
    }
    STREAMLIB_ASSERT(take_pin(view), "an input holds no more blocks at once than it declared");
    auto& pin = pin_of(cell(), view.pin_);
    for (;;) {
        const std::uint32_t slot = word::slot_of(newest);
        expect_block(slot);
        // seq_cst exchange: the pin is in memory before newest is looked at again, or the writer could miss it.
        pin.exchange(word::pin(slot, incarnation_), std::memory_order_seq_cst);
        const std::uint64_t again = ring_.header().newest.load(std::memory_order_seq_cst);
        if (again == newest) break;
        newest = again;
    }
    const bool is_new = word::sequence_of(newest) != last_;
    accept(view, word::slot_of(newest), word::sequence_of(newest));
    return is_new ? ReadStatus::fresh : ReadStatus::same;
}

std::uint32_t RingReader::oldest_after(std::uint64_t last, std::uint64_t newest,
                                       std::uint64_t& sequence) const noexcept {
    std::uint32_t best = 0xFFFF'FFFF;
    sequence = ~std::uint64_t{0};
    const std::uint64_t newest_sequence = word::sequence_of(newest);
    for (std::uint32_t i = 0; i < ring_.slots(); ++i) {
        // The sequence is taken even of a slot that is marked: the mark may be withdrawn (see pin_block).
        const std::uint64_t found = ring_.slot(i).state.load(std::memory_order_seq_cst) >> 1;
        // Above newest: finished but not published, and perhaps never (RingWriter::attach).
        if (found > last && found <= newest_sequence && found < sequence) {
            sequence = found;
            best = i;
        }
    }
    return best;
}

bool RingReader::pin_block(BlockView& view, std::uint32_t slot, std::uint64_t sequence) noexcept {
    pin_of(cell(), view.pin_).exchange(word::pin(slot, incarnation_), std::memory_order_seq_cst);
    // a writer that finds another reader's pin takes its mark back at once
    constexpr int patience = 100;
    for (int i = 0; i < patience; ++i) {
        const std::uint64_t state = ring_.slot(slot).state.load(std::memory_order_seq_cst);
        if (state == word::clean(sequence)) return true;
        if (state != word::dirty(sequence)) return false;
        spin_pause();
    }
    return false;
}

ReadStatus RingReader::read_new(BlockView& view) noexcept {
    // What the last incarnation took is not given again: the block that it died of least of all.
    if (last_ == 0) last_ = std::min(resume_, newest_sequence());
    if (!has_new()) return ReadStatus::empty;
    // Looking for the next block starts where the last look ended, so each pass gives up at least one block.
    std::uint64_t after = last_;
    BlockView previous = std::move(view);
    previous.release();
    STREAMLIB_ASSERT(take_pin(view), "an input holds no more blocks at once than it declared");
    for (;;) {
        const std::uint64_t newest = ring_.header().newest.load(std::memory_order_seq_cst);
        std::uint64_t sequence = 0;
        const std::uint32_t slot = oldest_after(after, newest, sequence);
        if (slot == 0xFFFF'FFFF) {
            // Everything seen was overwritten while looking; newest is always there to be pinned.
            if (word::sequence_of(newest) <= after) break;
            after = last_;
            continue;
        }
        if (!pin_block(view, slot, sequence)) {
            after = sequence;
            continue;
        }
        const std::uint64_t lost = sequence - last_ - 1;
        missed_ += lost;
        if (lost != 0) cell().missed.store(missed_, std::memory_order_relaxed);
        accept(view, slot, sequence);
        return ReadStatus::fresh;
    }
    view.release();
    return ReadStatus::empty;
}

std::uint64_t RingReader::newest_tick_index() const noexcept {
    const std::uint64_t newest = ring_.header().newest.load(std::memory_order_seq_cst);
    if (newest == 0) return 0;
    const BlockHeader& block = ring_.slot(word::slot_of(newest)).block;
    if ((__atomic_load_n(&block.flags, __ATOMIC_RELAXED) & block_end) != 0)
        return ~std::uint64_t{0};
    return __atomic_load_n(&block.tick_index, __ATOMIC_RELAXED);
}

bool RingReader::resumes_at_end() const noexcept {
    const std::uint64_t newest = ring_.header().newest.load(std::memory_order_seq_cst);
    if (newest == 0 || word::sequence_of(newest) > resume_) return false;
    const BlockHeader& block = ring_.slot(word::slot_of(newest)).block;
    return (__atomic_load_n(&block.flags, __ATOMIC_RELAXED) & block_end) != 0 && is_final(block);
}

ReadStatus copy_latest(const RingMemory& ring, std::span<std::byte> target, BlockHeader& header,
                       int tries) noexcept {
    for (int i = 0; i < tries; ++i) {
        const std::uint64_t newest = ring.header().newest.load(std::memory_order_seq_cst);
        if (newest == 0) return ReadStatus::empty;
        const SlotHeader& slot = ring.slot(word::slot_of(newest));
        const std::uint64_t wanted = word::clean(word::sequence_of(newest));
        if (slot.state.load(std::memory_order_acquire) != wanted) continue;
        std::memcpy(&header, &slot.block, sizeof header);
        const std::uint64_t bytes =
            std::min<std::uint64_t>({header.payload_bytes, target.size(), ring.payload_capacity()});
        std::memcpy(target.data(), ring.payload(word::slot_of(newest)), bytes);
        std::atomic_thread_fence(
            std::memory_order_acquire);  // the copy is done before the state is looked at again
        if (slot.state.load(std::memory_order_relaxed) == wanted) return ReadStatus::fresh;
    }
    return ReadStatus::empty;
}

bool RingReader::read_sequence(BlockView& view, std::uint64_t sequence) noexcept {
    STREAMLIB_ASSERT(take_pin(view), "an input holds no more blocks at once than it declared");
    const std::uint64_t last = last_;
    for (std::uint32_t i = 0; sequence != 0 && i < ring_.slots(); ++i) {
        if (ring_.slot(i).state.load(std::memory_order_seq_cst) != word::clean(sequence)) continue;
        if (!pin_block(view, i, sequence)) break;
        accept(view, i, sequence);
        last_ = last;
        return true;
    }
    view.release();
    return false;
}

namespace {

bool anything_new(std::span<RingReader* const> readers, std::span<const std::uint64_t> seen,
                  std::span<const WaitWord> words) noexcept {
    for (std::size_t i = 0; i < readers.size(); ++i)
        if (readers[i]->newest_sequence() != seen[i]) return true;
    for (const WaitWord& w : words)
        if (__atomic_load_n(w.word, __ATOMIC_SEQ_CST) != w.expected) return true;
    return false;
}

void set_sleeping(std::span<RingReader* const> readers, std::uint32_t value) noexcept {
    for (RingReader* r : readers) {
        // seq_cst when set: in memory before newest is looked at a last time (pairs with RingWriter::wake_sleepers).
        if (value != 0)
            r->cell().sleeping.exchange(value, std::memory_order_seq_cst);
        else
            r->cell().sleeping.store(0, std::memory_order_relaxed);  // a late wake-up is harmless
    }
}

bool spin_for(std::span<RingReader* const> readers, std::span<const std::uint64_t> seen,
              std::span<const WaitWord> words, MonotonicTime deadline,
              Nanoseconds spin_ns) noexcept {
    const MonotonicTime end = std::min(deadline, MonotonicTime::now() + spin_ns);
    constexpr int looks = 64;  // between two looks at the clock
    while (MonotonicTime::now() < end)
        for (int i = 0; i < looks; ++i) {
            if (anything_new(readers, seen, words)) return true;
            spin_pause();
        }
    return false;
}

}  // namespace

WaitStatus wait_for_change(std::span<RingReader* const> readers,
                           std::span<const std::uint64_t> seen, std::span<const WaitWord> words,
                           MonotonicTime deadline, Nanoseconds spin_ns) noexcept {
    STREAMLIB_ASSERT(readers.size() == seen.size(), "one sequence a reader");
    STREAMLIB_ASSERT(readers.size() + words.size() <= max_wait_words,
                     "at most 128 things to wait for");
    if (anything_new(readers, seen, words)) return WaitStatus::changed;
    if (spin_ns > 0 && spin_for(readers, seen, words, deadline, spin_ns))
        return WaitStatus::changed;
    set_sleeping(readers, 1);
    std::array<WaitWord, max_wait_words> list;  // NOLINT: filled below
    std::size_t count = 0;
    for (std::size_t i = 0; i < readers.size(); ++i) {
        // What the futex must still hold: the low half of the newest word, taken after the sleeping bit was set.
        const std::uint64_t newest =
            readers[i]->memory().header().newest.load(std::memory_order_seq_cst);
        if (word::sequence_of(newest) != seen[i]) {
            set_sleeping(readers, 0);
            return WaitStatus::changed;
        }
        list[count++] = {readers[i]->memory().futex_word(), static_cast<std::uint32_t>(newest)};
    }
    for (const WaitWord& w : words) list[count++] = w;
    const WaitStatus status = wait_any({list.data(), count}, deadline);
    set_sleeping(readers, 0);
    return status;
}

WaitStatus wait_for_blocks(std::span<RingReader* const> readers, std::span<const WaitWord> words,
                           MonotonicTime deadline, Nanoseconds spin_ns) noexcept {
    std::array<std::uint64_t, max_wait_words> seen;  // NOLINT: filled below
    STREAMLIB_ASSERT(readers.size() <= seen.size(), "at most 128 things to wait for");
    for (std::size_t i = 0; i < readers.size(); ++i) {
        if (readers[i]->has_new()) return WaitStatus::changed;
        seen[i] = readers[i]->newest_sequence();
        if (seen[i] > readers[i]->last_sequence()) return WaitStatus::changed;
    }
    return wait_for_change(readers, {seen.data(), readers.size()}, words, deadline, spin_ns);
}

}  // namespace streamlib::ipc
