// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/mapped_rings.hpp"

#include "runtime/clock/tick_page.hpp"

namespace streamlib {

using ipc::Access;
using ipc::MappedSegment;

Result<std::shared_ptr<MappedRing>> map_ring(const UniqueFd& ring_fd, const UniqueFd& cells_fd,
                                             Access ring_access) {
    auto shared = std::make_shared<MappedRing>();
    MappedRing& mapped = *shared;
    auto ring = MappedSegment::map(ring_fd.get(), ring_access, ipc::ring_layout_hash);
    if (!ring) return tl::unexpected(ring.error());
    auto cells = MappedSegment::map(cells_fd.get(), Access::read_write, ipc::cells_layout_hash);
    if (!cells) return tl::unexpected(cells.error());
    mapped.ring = std::move(*ring);
    mapped.cells = std::move(*cells);
    // A reader's mapping is read-only; RingMemory is one type for both ends and readers never store through it.
    std::byte* base = mapped.ring.payload();
    auto memory = ipc::RingMemory::open(base, mapped.ring.bytes(), mapped.cells.payload(),
                                        mapped.cells.bytes());
    if (!memory) return tl::unexpected(memory.error());
    mapped.memory = *memory;
    return shared;
}

void MappedStart::prefault() const noexcept {
    for (const auto* rings : {&outputs, &inputs})
        for (const auto& mapped : *rings)
            if (mapped) mapped->ring.prefault();
}

Result<MappedStart> map_start(const protocol::Start& start, const std::vector<UniqueFd>& fds) {
    std::size_t wanted = 1;
    for (const auto carried : start.output_carried) wanted += carried != 0 ? 2 : 0;
    for (const auto& in : start.inputs) wanted += in.linked != 0 ? 2 : 0;
    if (fds.size() != wanted)
        return fail(Errc::mismatch,
                    "start: the launcher sent other descriptors than the ports need");
    MappedStart mapped;
    auto ticks = MappedSegment::map(fds[0].get(), Access::read_only, tick_page_layout_hash);
    if (!ticks) return tl::unexpected(ticks.error());
    mapped.ticks = std::move(*ticks);
    std::size_t next = 1;
    const auto take = [&](Access access) {
        next += 2;
        return map_ring(fds[next - 2], fds[next - 1], access);
    };
    mapped.outputs.resize(start.output_carried.size());
    for (std::size_t i = 0; i < start.output_carried.size(); ++i) {
        if (start.output_carried[i] == 0) continue;
        auto ring = take(Access::read_write);
        if (!ring) return tl::unexpected(ring.error());
        mapped.outputs[i] = std::move(*ring);
    }
    mapped.inputs.resize(start.inputs.size());
    for (std::size_t i = 0; i < start.inputs.size(); ++i) {
        mapped.cells.push_back(start.inputs[i].cell);
        if (start.inputs[i].linked == 0) continue;
        auto ring = take(Access::read_only);
        if (!ring) return tl::unexpected(ring.error());
        mapped.inputs[i] = std::move(*ring);
    }
    return mapped;
}

}  // namespace streamlib
