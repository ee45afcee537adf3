// SPDX-License-Identifier: Apache-2.0
#include "ipc/ring_memory.hpp"

#include <bit>
#include <cstring>
#include <memory>
#include <new>

#include "ipc/base/assert.hpp"
#include "ipc/wake.hpp"

namespace streamlib::ipc {
namespace {

constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t to) {
    return (value + to - 1) / to * to;
}

std::uint64_t payload_offset(const RingGeometry& g) noexcept {
    const auto headers = sizeof(RingHeader) + sizeof(SlotHeader) * g.slots;
    return align_up(headers, g.payload_capacity >= 4096 ? 4096 : cache_line_bytes);
}

}  // namespace

std::uint64_t slot_stride_bytes(std::uint64_t payload_capacity) noexcept {
    const std::uint64_t least = payload_capacity == 0 ? 1 : payload_capacity;
    return align_up(least, payload_capacity >= 4096 ? 4096 : cache_line_bytes);
}

std::uint64_t ring_segment_bytes(const RingGeometry& g) noexcept {
    return payload_offset(g) + slot_stride_bytes(g.payload_capacity) * g.slots;
}

std::uint64_t cell_segment_bytes(std::uint32_t cells) noexcept {
    return sizeof(CellsHeader) + sizeof(Cell) * std::uint64_t{cells};
}

void format_ring(std::byte* memory, const RingGeometry& g, std::span<const std::byte> format) {
    STREAMLIB_ASSERT(g.slots >= 2 && g.slots <= max_slots, "a ring has 2 to 4096 slots");
    STREAMLIB_ASSERT(g.open_slots >= 1 && g.open_slots < g.slots,
                     "open slots are fewer than slots");
    STREAMLIB_ASSERT(format.size() <= format_bytes, "the format record fits the ring header");
    auto* header = new (memory) RingHeader{};
    header->slots = g.slots;
    header->open_slots = g.open_slots;
    header->slot_stride_bytes = slot_stride_bytes(g.payload_capacity);
    header->payload_capacity = g.payload_capacity;
    header->payload_offset = payload_offset(g);
    header->ring_id = g.ring_id;
    header->generation = g.generation;
    header->depth = g.depth;
    if (!format.empty()) std::memcpy(header->format, format.data(), format.size());
    auto* slots = reinterpret_cast<SlotHeader*>(memory + sizeof(RingHeader));
    for (std::uint32_t i = 0; i < g.slots; ++i) new (slots + i) SlotHeader{};
}

void format_cells(std::byte* memory, std::uint32_t cells) {
    STREAMLIB_ASSERT(cells >= 1 && cells <= max_cells, "a ring has 1 to 1024 cells");
    auto* header = new (memory) CellsHeader{};
    header->cells = cells;
    auto* first = reinterpret_cast<Cell*>(memory + sizeof(CellsHeader));
    for (std::uint32_t i = 0; i < cells; ++i) new (first + i) Cell{};
}

Result<RingMemory> RingMemory::open(std::byte* ring, std::uint64_t ring_bytes, std::byte* cells,
                                    std::uint64_t cell_bytes) {
    if (ring == nullptr || cells == nullptr || ring_bytes < sizeof(RingHeader) ||
        cell_bytes < sizeof(CellsHeader))
        return fail(Errc::mismatch, "ring: the memory is smaller than a ring header");
    auto* header = reinterpret_cast<RingHeader*>(ring);
    auto* cells_header = reinterpret_cast<CellsHeader*>(cells);
    if (header->magic != ring_magic || cells_header->magic != ring_magic)
        return fail(Errc::mismatch, "ring: wrong magic, this memory holds no ring of this version");
    RingMemory m;
    m.header_ = header;
    m.slots_ = reinterpret_cast<SlotHeader*>(ring + sizeof(RingHeader));
    m.payloads_ = ring + header->payload_offset;
    m.stride_ = header->slot_stride_bytes;
    m.capacity_ = header->payload_capacity;
    m.slot_count_ = header->slots;
    m.cells_ = reinterpret_cast<Cell*>(cells + sizeof(CellsHeader));
    m.cell_count_ = cells_header->cells;
    if (m.slot_count_ < 2 || m.slot_count_ > max_slots || m.cell_count_ < 1 ||
        m.cell_count_ > max_cells || m.capacity_ > m.stride_ ||
        header->payload_offset > ring_bytes ||
        m.stride_ > (ring_bytes - header->payload_offset) / m.slot_count_ ||
        cell_segment_bytes(m.cell_count_) > cell_bytes)
        return fail(Errc::mismatch, "ring: the header does not fit its memory");
    return m;
}

const std::uint32_t* RingMemory::futex_word() const noexcept {
    static_assert(std::endian::native == std::endian::little, "the low half of newest comes first");
    return reinterpret_cast<const std::uint32_t*>(std::addressof(header_->newest));
}

void assign_cell(const RingMemory& ring, std::uint32_t index, std::uint32_t hold,
                 std::uint32_t reader_id) noexcept {
    Cell& cell = ring.cell(index);
    cell.reader_id = reader_id;
    // seq_cst: ordered before any pin of the reader, which is told of its cell only after this.
    cell.hold.store(hold, std::memory_order_seq_cst);
}

void clear_cell(const RingMemory& ring, std::uint32_t index) noexcept {
    Cell& cell = ring.cell(index);
    for (std::size_t n = 0; n < max_hold; ++n)
        pin_of(cell, n).store(0, std::memory_order_release);  // pairs with RingWriter's scan
    cell.sleeping.store(0, std::memory_order_release);
    cell.wake_kind.store(WakeKind::ring_futex, std::memory_order_relaxed);
}

void release_cell(const RingMemory& ring, std::uint32_t index) noexcept {
    clear_cell(ring, index);
    ring.cell(index).hold.store(0, std::memory_order_seq_cst);
}

void expect_writer(const RingMemory& ring, std::uint64_t incarnation) noexcept {
    // pairs with RingReader::is_final
    ring.header().writer_incarnation.store(incarnation, std::memory_order_release);
}

void mark_superseded(const RingMemory& ring) noexcept {
    auto& word = ring.header().superseded;
    // after the last publication; pairs with RingReader::superseded
    word.store(1, std::memory_order_seq_cst);
    (void)futex_wake_all(reinterpret_cast<const std::uint32_t*>(&word));
    (void)futex_wake_all(ring.futex_word());
}

void wake_readers_of_the_dead(const RingMemory& ring) noexcept {
    (void)futex_wake_all(ring.futex_word());
}

}  // namespace streamlib::ipc
