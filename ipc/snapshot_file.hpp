// SPDX-License-Identifier: Apache-2.0
/// @file
/// A snapshot on disk: from the box at the end of a run, back into the box before the actor of the next run is spawned.
///
/// Model     SnapshotFileHeader, then the author's bytes; one CRC-32C over both. Little-endian.
/// Crash     Written beside its place, fsync'ed, renamed: at the path is the file before or this one, never half of one. A kill
///           in between leaves PATH.new, which the next save overwrites. Of two who save to one path at once the second fails.
/// Errors    io (with path and errno), parse (what is wrong with the file), mismatch (of another class), not_found (nothing to
///           save, or no such file), already_exists (somebody else is saving there).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/fixed_text.hpp"
#include "ipc/snapshot_box.hpp"

namespace streamlib::ipc {

inline constexpr std::uint64_t snapshot_file_magic = 0x31'30'50'41'4E'53'4C'53;  // "SLSNAP01"

struct SnapshotFileHeader {
    std::uint64_t magic = snapshot_file_magic;
    std::uint32_t checksum = 0;  ///< Over the header with 0 here, and the bytes.
    std::uint32_t version = 0;   ///< The author's.
    std::uint64_t bytes = 0;     ///< After the header; at most max_snapshot_bytes.
    std::int64_t time_ns = 0;    ///< TAI.
    FixedText<64> class_name{};
};
static_assert(sizeof(SnapshotFileHeader) == 96);

struct SnapshotFile {
    std::string class_name;
    std::uint32_t version = 0;
    TaiTime time{};
    std::span<const std::byte> bytes{};  ///< Of what was parsed.
};

/// Pure. `class_name` is cut at 63 bytes.
[[nodiscard]] std::vector<std::byte> encode_snapshot_file(const SnapshotFile& file);
/// Pure, and safe with any bytes.
[[nodiscard]] Result<SnapshotFile> parse_snapshot_file(std::span<const std::byte> file);

/// What was encoded, to `path`, as said above.
[[nodiscard]] Result<> write_snapshot_file(std::span<const std::byte> encoded,
                                           const std::string& path);

/// A snapshot file in memory.
struct SnapshotFileCopy {
    std::string class_name;
    SnapshotCopy snapshot{};  ///< `number` and `incarnation` are 0.
};
/// Errors name the path. Reads at most a MiB and a little, and nothing but plain files.
[[nodiscard]] Result<SnapshotFileCopy> read_snapshot_file(const std::string& path);
/// As the newest snapshot of the box; only while no actor has it.
void put_snapshot(SnapshotBox& box, const SnapshotCopy& snapshot) noexcept;

/// The newest whole snapshot of the box into a file at `path`. The actor may be writing meanwhile.
[[nodiscard]] Result<> save_snapshot(const SnapshotBox& box, std::string_view class_name,
                                     const std::string& path);
/// The file at `path` as the newest snapshot of the box; only while no actor has it. The class must be the same.
[[nodiscard]] Result<> load_snapshot(SnapshotBox& box, std::string_view class_name,
                                     const std::string& path);

}  // namespace streamlib::ipc
