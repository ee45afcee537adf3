// SPDX-License-Identifier: Apache-2.0
// A ring in private or shared anonymous memory, for tests.
#pragma once

#include <sys/mman.h>

#include <cstdlib>

#include "ipc/ring_reader.hpp"
#include "ipc/ring_writer.hpp"

namespace streamlib::ipc::test {

class LocalRing {
public:
    /// Anonymous memory that children of fork() share.
    explicit LocalRing(const RingGeometry& g, std::uint32_t hold = 1)
        : ring_bytes_(ring_segment_bytes(g)),
          cell_bytes_(cell_segment_bytes(g.cells)),
          ring_(map(ring_bytes_)),
          cells_(map(cell_bytes_)) {
        format_ring(ring_, g, {});
        format_cells(cells_, g.cells);
        memory = RingMemory::open(ring_, ring_bytes_, cells_, cell_bytes_).value();
        for (std::uint32_t c = 0; c < g.cells; ++c) assign_cell(memory, c, hold, c);
    }
    LocalRing(const LocalRing&) = delete;
    LocalRing& operator=(const LocalRing&) = delete;
    ~LocalRing() {
        munmap(ring_, ring_bytes_);
        munmap(cells_, cell_bytes_);
    }
    std::byte* ring_bytes() { return ring_; }
    std::byte* cell_bytes() { return cells_; }
    std::uint64_t ring_size() const { return ring_bytes_; }
    std::uint64_t cell_size() const { return cell_bytes_; }
    RingMemory memory;

private:
    static std::byte* map(std::uint64_t bytes) {
        void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED) std::abort();
        return static_cast<std::byte*>(p);
    }
    std::uint64_t ring_bytes_, cell_bytes_;
    std::byte* ring_;
    std::byte* cells_;
};

/// Publishes a block whose payload is `value` repeated.
inline std::uint64_t publish_value(RingWriter& writer, std::uint64_t value,
                                   std::uint32_t flags = 0) {
    OpenSlot slot = writer.claim();
    if (!slot) std::abort();
    auto* words = reinterpret_cast<std::uint64_t*>(slot.payload.data());
    for (std::size_t i = 0; i < slot.payload.size() / 8; ++i) words[i] = value;
    BlockHeader block;
    block.payload_bytes = static_cast<std::uint32_t>(slot.payload.size());
    block.flags = flags;
    return writer.publish(slot, block);
}

inline std::uint64_t value_of(const BlockView& view) {
    return *reinterpret_cast<const std::uint64_t*>(view.payload().data());
}

}  // namespace streamlib::ipc::test
