// SPDX-License-Identifier: Apache-2.0
/// @file
/// The bytes of a ring: the ABI between one writing process and any number of reading ones.
///
/// Memory    Two segments a ring. The *ring segment* (header, slot headers, payloads) is writable by the writer's
///           process alone. The *cell segment* (one cell a reader) is writable by readers and the launcher, so that
///           no reader can spoil a picture.
///
///           ring segment   RingHeader | SlotHeader × slots | payload × slots (4096- or 64-byte aligned)
///           cell segment   CellsHeader | Cell × cells
///
/// Orders    Every word that two processes meet on is a seq_cst atomic where ARCHITECTURE section 4 says so; the proof
///           (tests/model/ring.pml) fails when one of them is weakened.
/// Crash     Valid after SIGKILL at any instruction: a slot whose state is odd has unknown contents and is never
///           read; a slot with a sequence above that of `newest` was never published.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace streamlib::ipc {

inline constexpr std::size_t cache_line_bytes = 64;
inline constexpr std::size_t max_hold = 8;  ///< Most blocks a reader may pin at once.
inline constexpr std::uint32_t max_slots = 4096;
inline constexpr std::uint32_t max_cells = 1024;
inline constexpr std::size_t format_bytes =
    192;  ///< Room for the runtime's format record, opaque here.
inline constexpr std::uint64_t ring_magic = 0x53'4C'52'49'4E'47'30'31;  // "SLRING01"
inline constexpr std::uint64_t ring_layout_hash =
    0x2026'11'22'0000'0001;  ///< Bumped with any change below.
inline constexpr std::uint64_t cells_layout_hash = 0x2026'11'22'0000'1003;

/// Flags of a block.
enum BlockFlag : std::uint32_t {
    block_end = 1,         ///< The stream ends here; no payload.
    block_repeat = 2,      ///< The same picture again.
    block_incomplete = 4,  ///< Parts are missing.
};

/// The word `newest`, and a slot's `state`.
namespace word {
/// newest: slot in the upper 16 bits, sequence in the lower 48 (at 1 MHz enough for 8 years). 0: nothing was published.
/// The low 32 bits are what sleepers wait on: low bits of the sequence, so they repeat only after 2^32 publications.
inline constexpr std::uint64_t sequence_mask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint64_t newest(std::uint64_t sequence, std::uint32_t slot) {
    return std::uint64_t{slot} << 48 | sequence;
}
constexpr std::uint64_t sequence_of(std::uint64_t newest) { return newest & sequence_mask; }
constexpr std::uint32_t slot_of(std::uint64_t newest) {
    return static_cast<std::uint32_t>(newest >> 48);
}
/// state: sequence of the block in the slot, shifted by one; odd while the writer owns the slot (dirty).
constexpr std::uint64_t clean(std::uint64_t sequence) { return sequence << 1; }
constexpr std::uint64_t dirty(std::uint64_t sequence) { return sequence << 1 | 1; }
constexpr bool is_dirty(std::uint64_t state) { return (state & 1) != 0; }
/// pin: slot + 1 in the lower 16 bits, the reader's incarnation above (for tools); 0: nothing pinned.
constexpr std::uint64_t pin(std::uint32_t slot, std::uint64_t incarnation) {
    return incarnation << 16 | (slot + 1);
}
constexpr std::uint32_t pinned_slot_plus_one(std::uint64_t pin) {
    return static_cast<std::uint32_t>(pin & 0xFFFF);
}
}  // namespace word

/// What a block says of itself. Written before its slot becomes clean, read under a pin or copied and validated.
struct BlockHeader {
    /// Of this ring, from 1, without gaps over restarts of the writer.
    std::uint64_t sequence = 0;
    std::int64_t time_ns = 0;      ///< TAI of the tick that made it.
    std::int64_t origin_ns = 0;    ///< TAI of capture, carried through; the earliest of the inputs.
    std::uint64_t tick_index = 0;  ///< Index of that tick.
    std::uint64_t incarnation = 0;  ///< Of the writer.
    /// CLOCK_MONOTONIC of publication; 0 where the writer does not stamp.
    std::uint64_t published_ns = 0;
    std::uint32_t payload_bytes = 0;
    std::uint32_t format_id = 0;  ///< Generation of the ring's format.
    std::uint32_t flags = 0;      ///< BlockFlag bits.
    std::uint32_t user = 0;       ///< Free for the two ends of a link.
};

struct alignas(cache_line_bytes) SlotHeader {
    std::atomic<std::uint64_t> state{
        0};  ///< word::clean / word::dirty. Writer stores, readers load.
    std::uint64_t reserved[7]{};
    BlockHeader block{};  ///< On its own line: what a reader touches beside the payload.
};
static_assert(sizeof(BlockHeader) == 64 && sizeof(SlotHeader) == 128);

struct alignas(cache_line_bytes) RingHeader {
    std::uint64_t magic = ring_magic;
    std::uint32_t slots = 0;
    std::uint32_t open_slots = 1;         ///< W.
    std::uint64_t slot_stride_bytes = 0;  ///< From payload to payload.
    std::uint64_t payload_capacity = 0;   ///< Most bytes of one block.
    std::uint64_t payload_offset = 0;     ///< Of slot 0's payload, from the ring header.
    std::uint64_t ring_id = 0;            ///< Of the launcher, for tools.
    std::uint32_t generation = 0;         ///< Of the ring: a changed format makes a new one.
    std::uint32_t depth = 1;              ///< Newest blocks that stay readable.
    std::uint64_t reserved0 = 0;
    alignas(cache_line_bytes) std::atomic<std::uint64_t> newest{
        0};  ///< Writer exchanges, everybody loads.
    std::atomic<std::uint64_t> epoch{
        0};  ///< Incarnations of the writer that have attached. Writer only.
    std::atomic<std::uint64_t> writer_incarnation{
        0};  ///< That writes, or is being made. What an earlier one ended goes on.
    std::atomic<std::uint32_t> superseded{
        0};  ///< 1: the writer has moved on to the next generation.
    std::uint32_t reserved1[9]{};
    alignas(cache_line_bytes) std::byte format[format_bytes]{};  ///< The runtime's format record.
};
static_assert(sizeof(RingHeader) == 128 + format_bytes);

/// What wakes the reader of a cell.
enum class WakeKind : std::uint32_t { ring_futex = 0, eventfd = 1 };

/// One reader's place. The first line is what the writer scans.
struct alignas(cache_line_bytes) Cell {
    /// Reader exchanges, writer scans; launcher clears the dead's.
    std::atomic<std::uint64_t> pins[max_hold / 2]{};
    std::atomic<std::uint32_t> sleeping{
        0};  ///< Reader sets and clears; writer looks after it published.
    std::atomic<std::uint32_t> hold{
        0};  ///< Pins in use, 0: no reader. Launcher writes before the reader is told.
    std::atomic<WakeKind> wake_kind{WakeKind::ring_futex};  ///< Reader writes at attach.
    std::uint32_t reader_id = 0;  ///< Launcher's id of the reader, for tools.
    std::uint64_t reserved[2]{};
    std::atomic<std::uint64_t> more_pins[max_hold / 2]{};
    std::atomic<std::uint64_t> reads{0};  ///< Reader's own counters, for tools.
    std::atomic<std::uint64_t> missed{0};
    /// Reader: sequence of the block it took last; the next incarnation's read_new goes on after it. Not in the line of the
    /// pins, which the writer looks at while the reader is still reading.
    std::atomic<std::uint64_t> last{0};
    std::uint64_t reserved2 = 0;
};
static_assert(sizeof(Cell) == 128);

struct alignas(cache_line_bytes) CellsHeader {
    std::uint64_t magic = ring_magic;
    std::uint32_t cells = 0;
    std::uint32_t reserved[13]{};
};
static_assert(sizeof(CellsHeader) == cache_line_bytes);

/// The n-th pin word of a cell, n < max_hold.
[[nodiscard]] inline std::atomic<std::uint64_t>& pin_of(Cell& cell, std::size_t n) noexcept {
    return n < max_hold / 2 ? cell.pins[n] : cell.more_pins[n - max_hold / 2];
}
[[nodiscard]] inline const std::atomic<std::uint64_t>& pin_of(const Cell& cell,
                                                              std::size_t n) noexcept {
    return n < max_hold / 2 ? cell.pins[n] : cell.more_pins[n - max_hold / 2];
}

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace streamlib::ipc
