// SPDX-License-Identifier: Apache-2.0
#include "bench/ring_pieces.hpp"

#include <stdexcept>

namespace streamlib::bench {
namespace {

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().text);
    return std::move(*result);
}

}  // namespace

BenchRing::BenchRing(std::size_t payload_bytes, std::uint32_t readers) {
    ipc::RingGeometry geometry;
    geometry.slots = 2 + readers;
    geometry.cells = readers + 2;
    geometry.payload_capacity = payload_bytes;
    ring_ = must(ipc::OwnedSegment::create({.purpose = "bench ring",
                                            .payload_bytes = ipc::ring_segment_bytes(geometry),
                                            .layout_hash = ipc::ring_layout_hash}));
    cells_ =
        must(ipc::OwnedSegment::create({.purpose = "bench cells",
                                        .payload_bytes = ipc::cell_segment_bytes(geometry.cells),
                                        .layout_hash = ipc::cells_layout_hash,
                                        .kind = ipc::SegmentKind::control}));
    ipc::format_ring(ring_.payload(), geometry, {});
    ipc::format_cells(cells_.payload(), geometry.cells);
    memory_ = must(
        ipc::RingMemory::open(ring_.payload(), ring_.bytes(), cells_.payload(), cells_.bytes()));
    for (std::uint32_t cell = 0; cell < readers; ++cell) ipc::assign_cell(memory_, cell, 1, cell);
}

ipc::RingWriter BenchRing::writer() const { return must(ipc::RingWriter::attach(memory_, 1)); }

ipc::RingReader BenchRing::reader(std::uint32_t cell) {
    const UniqueFd fd = must(ring_.reopen_read_only());
    read_only_.push_back(
        must(ipc::MappedSegment::map(fd.get(), ipc::Access::read_only, ipc::ring_layout_hash)));
    const ipc::MappedSegment& segment = read_only_.back();
    segment.prefault();
    const auto memory = must(ipc::RingMemory::open(segment.payload(), segment.bytes(),
                                                   cells_.payload(), cells_.bytes()));
    return must(ipc::RingReader::attach(memory, cell, 1, false));
}

}  // namespace streamlib::bench
