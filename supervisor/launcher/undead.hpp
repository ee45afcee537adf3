// SPDX-License-Identifier: Apache-2.0
/// @file
/// What is kept of a process that was killed and does not die: the kernel holds it, in a read that never returns or at a
/// tracer's wish.
///
/// Model     Its actor goes on without it. SIGKILL has been delivered, so none of its own code runs any more and nothing is
///           written to its page or snapshots; but the kernel may still copy into a ring, and read from what it had pinned. So
///           its outputs have rings of a new generation, and its input cells stay pinned and are given to nobody until it has
///           been reaped.
/// Threads   The launcher's one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ipc/base/time.hpp"
#include "supervisor/launcher/exec_role.hpp"
#include "supervisor/launcher/ring_table.hpp"

namespace streamlib::supervision {

struct Undead {
    std::uint32_t number = 0;  ///< Its own; the token of its pidfd.
    std::uint32_t actor = 0;
    std::uint64_t incarnation = 0;
    ChildProcess process{};
    std::vector<RingTable::HeldCell> cells{};
    MonotonicTime since{};
    [[nodiscard]] bool holds_cell_of(std::uint32_t link) const noexcept {
        return std::any_of(cells.begin(), cells.end(),
                           [link](const RingTable::HeldCell& cell) { return cell.link == link; });
    }
};
/// "process 12 of incarnation 3"
[[nodiscard]] std::string text_of(const Undead& one);

struct UndeadList {
    std::vector<Undead> all;
    std::uint32_t last_number = 0;
    MonotonicTime due{INT64_MAX};  ///< When to look next after those that were killed.
    [[nodiscard]] bool has(pid_t pid) const noexcept {
        return std::any_of(all.begin(), all.end(),
                           [pid](const Undead& one) { return one.process.pid == pid; });
    }
};

}  // namespace streamlib::supervision
