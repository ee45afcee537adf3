// SPDX-License-Identifier: Apache-2.0
/// @file
/// A ring as the launcher makes it: real segments, the reader's mapping read-only.
#pragma once

#include <vector>

#include "ipc/ring_reader.hpp"
#include "ipc/ring_writer.hpp"
#include "ipc/segment.hpp"

namespace streamlib::bench {

class BenchRing {
public:
    /// Slots for `readers` that hold one block each, and two spare cells, as in a graph.
    BenchRing(std::size_t payload_bytes, std::uint32_t readers);

    /// For the process that writes (and for everybody in one process).
    [[nodiscard]] ipc::RingWriter writer() const;
    /// For a process that reads: maps the ring read-only for as long as this lives.
    [[nodiscard]] ipc::RingReader reader(std::uint32_t cell);
    [[nodiscard]] const ipc::RingMemory& memory() const noexcept { return memory_; }

private:
    ipc::OwnedSegment ring_, cells_;
    std::vector<ipc::MappedSegment> read_only_;
    ipc::RingMemory memory_;
};

}  // namespace streamlib::bench
