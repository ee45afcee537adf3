// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the processes of a restart measurement note for each other, in one file that all of them map.
///
/// Model     `pairs` of a victim and its watcher. The launcher's observer writes what it saw of the victim, the watcher when
///           the first block of a new incarnation came and how many ticks have no block; the one who kills reads both.
/// Orders    `incarnation` and `first_incarnation` are stored last, with release; who waits for them loads with acquire.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace streamlib::bench {

inline constexpr std::uint32_t restart_pairs = 5;

struct alignas(64) RestartNotes {
    // launcher
    std::atomic<std::int32_t> pid{0};
    std::atomic<std::uint64_t> incarnation{0};  ///< READY.
    std::atomic<std::int64_t> detected_ns{0}, spawned_ns{0}, reported_ns{0}, ready_ns{0};
    std::atomic<std::uint32_t> tier{0};
    std::atomic<std::uint64_t> warm{0},
        taken{0};  ///< Standbys that became warm; that were activated.
    // watcher; CLOCK_MONOTONIC
    alignas(64) std::atomic<std::int64_t> first_ns{0};
    std::atomic<std::uint64_t> lost{
        0};  ///< Tick indices between its predecessor's last block and its first.
    std::atomic<std::uint64_t> first_incarnation{0};
    std::atomic<std::uint64_t> blocks{0};  ///< Of this incarnation.
};

/// Maps the file, makes it where it is not there. It stays mapped as long as the process lives.
[[nodiscard]] RestartNotes* map_restart_notes(const std::string& path);

}  // namespace streamlib::bench
