// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/ring_plan.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "ipc/ring_layout.hpp"
#include "ipc/ring_memory.hpp"

namespace streamlib {
namespace {

/// Holds of every cell of one output: its links, a warm twin for each standby, and the spare ones.
std::vector<std::uint32_t> holds_of(const GraphPlan& plan, const PlannedActor& writer,
                                    std::uint32_t output) {
    std::vector<std::uint32_t> holds;
    for (const auto index : writer.out_links) {
        const auto& link = plan.links[index];
        if (link.output != output) continue;
        const auto& reader = plan.actors[link.to];
        const std::uint32_t own = std::max(1U, reader.spec->inputs[link.input].hold);
        const std::uint32_t hold = reader.hold == 0 ? own : reader.hold;
        holds.insert(holds.end(), std::size_t{1} + reader.standby, hold);
    }
    holds.insert(holds.end(), writer.spare_readers, 1);
    return holds;
}

void check_size(const PlannedRing& ring, const Place& place, std::vector<Finding>& findings) {
    const std::string key = "actors." + ring.name;
    if (ring.size.cells > ipc::max_cells) {
        findings.push_back({place, key,
                            std::to_string(ring.size.cells) + " readers, and a ring has room for " +
                                std::to_string(ipc::max_cells) +
                                "; lower spare_readers or standby, or read from two outputs"});
    }
    if (ring.size.slots > ipc::max_slots) {
        findings.push_back({place, key,
                            std::to_string(ring.size.slots) + " slots, and a ring has room for " +
                                std::to_string(ipc::max_slots) + "; lower depth or hold"});
    }
    if (ring.size.payload_bytes > max_ring_bytes) {
        const std::uint64_t most = max_ring_bytes / ring.size.stride_bytes;
        findings.push_back(
            {place, key,
             bytes_text(ring.size.payload_bytes) + " (" + std::to_string(ring.size.slots) +
                 " slots of " + bytes_text(ring.size.stride_bytes) +
                 ") is above the 4 GiB - 1 MiB of a ring; " +
                 (most < 3 ? std::string("carry a smaller format")
                           : "lower depth or hold: " + std::to_string(most) + " slots fit")});
    }
}

}  // namespace

RingSize size_ring(const RingNeeds& needs) {
    const std::uint64_t held =
        std::accumulate(needs.holds.begin(), needs.holds.end(), std::uint64_t{0});
    RingSize size;
    size.cells = needs.holds.size();
    size.slots = std::max<std::uint64_t>(
        3, std::uint64_t{std::max(needs.depth, 1U)} + needs.open_slots + held);
    size.stride_bytes = ipc::slot_stride_bytes(needs.payload_bytes);
    size.payload_bytes = size.slots * size.stride_bytes;
    return size;
}

PlannedRing plan_ring(const GraphPlan& plan, const OutputFormat& given, const Place& place,
                      std::vector<Finding>& findings) {
    const auto& writer = plan.actors[given.actor];
    const PortSpec& port = writer.spec->outputs[given.output];
    PlannedRing ring{given.actor,  given.output, writer.name + "." + port.name,
                     given.format, {},           {}};
    ring.needs.depth = std::max({port.depth, writer.depth, given.depth, 1U});
    ring.needs.open_slots = std::max(1U, port.open_slots);
    ring.needs.holds = holds_of(plan, writer, given.output);
    ring.needs.payload_bytes = given.format.bytes();
    ring.size = size_ring(ring.needs);
    check_size(ring, place, findings);
    return ring;
}

RingPlan plan_rings(const GraphPlan& plan, const GraphSpec& graph,
                    std::span<const OutputFormat> formats) {
    RingPlan result;
    for (const auto& given : formats) {
        if (given.format.kind == MediaKind::none) continue;
        result.rings.push_back(
            plan_ring(plan, given, graph.actors[given.actor].place, result.findings));
        result.bytes += result.rings.back().size.payload_bytes;
    }
    return result;
}

std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    static constexpr std::array<const char*, 4> units{" KB", " MB", " GB", " TB"};
    std::size_t unit = 0;
    std::uint64_t scale = 1000;
    while (unit + 1 < units.size() && bytes / scale >= 1000) {
        scale *= 1000;
        ++unit;
    }
    const std::uint64_t tenths = bytes / (scale / 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + units[unit];
}

}  // namespace streamlib
