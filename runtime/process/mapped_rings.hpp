// SPDX-License-Identifier: Apache-2.0
/// @file
/// What comes with `start`, mapped: the tick page, and a ring for each carried output and linked input.
///
/// Memory    A mapping lives as long as somebody holds its shared_ptr: readers and writers look at it.
/// Errors    Descriptors that do not fit the message, or are no ring: Errc::mismatch and what mapping says.
#pragma once

#include <memory>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/ring_memory.hpp"
#include "ipc/segment.hpp"
#include "runtime/process/protocol.hpp"

namespace streamlib {

struct MappedRing {
    ipc::MappedSegment ring, cells;
    ipc::RingMemory memory;
};

/// Maps both segments. Before pictures go through it, prefault() of `ring` saves them a page fault each 4 KiB.
[[nodiscard]] Result<std::shared_ptr<MappedRing>> map_ring(const UniqueFd& ring_fd,
                                                           const UniqueFd& cells_fd,
                                                           ipc::Access ring_access);

struct MappedStart {
    ipc::MappedSegment ticks;
    std::vector<std::shared_ptr<MappedRing>> outputs, inputs;  ///< By port; empty: none.
    std::vector<std::uint32_t> cells;                          ///< By input.
    void prefault() const noexcept;                            ///< All rings: some 0.02 ms a MB.
};
[[nodiscard]] Result<MappedStart> map_start(const protocol::Start& start,
                                            const std::vector<UniqueFd>& fds);

}  // namespace streamlib
