// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a graph may ask of the kernel for an actor's process: CPUs, realtime class, nice, limits of memory and CPU time.
///
/// Model     Text to values, pure. runtime/process/process_attributes.hpp applies them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"

namespace streamlib {

/// What is not asked for stays as the launcher has it.
struct ProcessWishes {
    static constexpr std::int32_t any_nice = 100;
    std::vector<std::uint32_t> cpus{};  ///< Ascending, each once; empty: any.
    std::int32_t realtime = 0;          ///< SCHED_FIFO priority 1 … 99, memory locked; 0: none.
    std::int32_t nice = any_nice;       ///< -20 … 19.
    std::uint64_t memory_bytes = 0;     ///< At most; 0: no limit.
    std::uint32_t cpu_percent = 0;      ///< Of one CPU, at most; 0: no limit.
    [[nodiscard]] bool limited() const noexcept { return memory_bytes != 0 || cpu_percent != 0; }
    friend bool operator==(const ProcessWishes&, const ProcessWishes&) = default;
};

/// "0-1,3": numbers and ranges. Numbers are below 1024.
[[nodiscard]] Result<std::vector<std::uint32_t>> parse_cpu_list(std::string_view text);

/// "memory=512M cpu=50%", parted by blanks or commas, each once: memory in bytes, K, M or G (of 1024), at least 1M;
/// cpu 1 … 100000 %, 100 being one CPU. Fills those two members.
[[nodiscard]] Result<> parse_limits(std::string_view text, ProcessWishes& wishes);

}  // namespace streamlib
