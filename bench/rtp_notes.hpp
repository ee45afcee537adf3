// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the processes of a node that sends and receives note for who measures it, in one file that all of them map.
///
/// Orders    Numbers that only grow, each written by one process and read while they grow: relaxed. A snapshot of several
///           is a frame off at most.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace streamlib::bench {

struct RtpNotes {
    // The launcher.
    std::atomic<std::int32_t> source_pid{0}, send_pid{0}, receive_pid{0};
    // BenchFrames.
    alignas(64) std::atomic<std::uint64_t> published{0};
    std::atomic<std::uint64_t> whole{0};       ///< Came back with nothing missing.
    std::atomic<std::uint64_t> incomplete{0};  ///< Came back mended.
    std::atomic<std::uint64_t> lost{0};        ///< Gaps in what came back, in frames.
};

/// Maps the file, makes it where it is not there. It stays mapped as long as the process lives.
[[nodiscard]] RtpNotes* map_rtp_notes(const std::string& path);

}  // namespace streamlib::bench
