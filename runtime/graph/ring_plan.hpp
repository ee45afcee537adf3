// SPDX-License-Identifier: Apache-2.0
/// @file
/// How many slots, cells and bytes each ring of a graph needs (ARCHITECTURE section 4), before any
/// memory is made.
///
/// Model     slots = max(3, depth + W + Σ hold over all cells), depth at least 1 (the newest);
///           cells = one a link, one a standby of each reader, and the spare ones, which hold 1.
///           Payloads are 64-byte aligned, from 4096 bytes on 4096-byte aligned.
/// Threads   Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/format.hpp"
#include "runtime/graph/graph_plan.hpp"

namespace streamlib {

inline constexpr std::uint64_t max_ring_bytes = (std::uint64_t{4} << 30) - (std::uint64_t{1} << 20);

/// What decides the size of one ring.
struct RingNeeds {
    std::uint32_t depth = 0;             ///< Newest blocks that stay readable; 0 counts as 1.
    std::uint32_t open_slots = 1;        ///< W.
    std::vector<std::uint32_t> holds{};  ///< One a cell: of links, standbys and spare cells.
    std::uint64_t payload_bytes = 0;     ///< Of one block.
};

struct RingSize {
    std::uint64_t slots = 3;
    std::uint64_t cells = 0;
    std::uint64_t stride_bytes = 64;  ///< From payload to payload.
    std::uint64_t payload_bytes = 0;  ///< slots × stride; headers come on top, 128 bytes a slot.
};
[[nodiscard]] RingSize size_ring(const RingNeeds& needs);

/// What one output carries after configure.
struct OutputFormat {
    std::uint32_t actor = 0, output = 0;
    MediaFormat format{};     ///< Kind `none`: carries nothing, gets no ring.
    std::uint32_t depth = 0;  ///< Asked for in configure(); 0: nothing beyond the class's own.
};

struct PlannedRing {
    std::uint32_t actor = 0, output = 0;
    std::string name;  ///< "clip.video".
    MediaFormat format{};
    RingNeeds needs;
    RingSize size;
};

struct RingPlan {
    std::vector<PlannedRing> rings;
    std::uint64_t bytes = 0;  ///< Of all payloads.
    /// Rings above 4 GiB − 1 MiB, or with more slots or cells than a ring can have.
    std::vector<Finding> findings;
};

/// One ring for each output that carries something, linked or not (taps and later links read them
/// too). Depth: the largest of the graph's key, configure's wish and the class's own.
[[nodiscard]] RingPlan plan_rings(const GraphPlan& plan, const GraphSpec& graph,
                                  std::span<const OutputFormat> formats);

/// One of them: of an actor that came at run time. `place` is for the findings.
[[nodiscard]] PlannedRing plan_ring(const GraphPlan& plan, const OutputFormat& given,
                                    const Place& place, std::vector<Finding>& findings);

/// "15.6 MB", "64 KB", "192 B"; powers of ten.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace streamlib
