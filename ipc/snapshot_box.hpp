// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where an actor keeps its state for its next incarnation: two places, of which one is always whole.
///
/// Model     A part of the actor's page segment, so the launcher owns it over all incarnations. A snapshot is written into the
///           place that does not hold the newest; its number is stored last. A reader takes the highest number whose
///           checksum fits.
/// Threads   One writer: the actor, between two turns (or the launcher, before it spawns the actor). Anybody may copy.
/// Crash     A writer killed at any instruction leaves the older snapshot as it was. What a stray store spoilt does not pass
///           its checksum, is dropped when the next incarnation attaches, and its place is written first.
/// Poison    restores_begun counts restores that were begun and never finished; with two the snapshot is put aside: not
///           used again, and the first to be overwritten.
/// Memory    2 MiB of address space; takes memory only for what was written.
/// Cost      Writing: a checksum (≈ 0.2 ms a MiB) and some stores; no system call, no allocation.
///
/// offset     bytes    field                        writer
///      0        8     requests                     launcher
///     64       16     answered, refused            actor
///    128   2 × 64     slots                        actor; number: release, pairs with the readers' acquire
///   4096  2 × 1 MiB   data                         actor
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ipc/base/time.hpp"
#include "ipc/shared_words.hpp"

namespace streamlib::ipc {

inline constexpr std::size_t max_snapshot_bytes = 1'048'576;
/// Restores begun and not finished after which a snapshot is put aside.
inline constexpr std::uint64_t poisonous_restores = 2;

struct alignas(64) SnapshotSlot {
    SharedWord number{0};  ///< From 1; 0: nothing here, or it is being written.
    SharedWord bytes{0};
    SharedWord version{0};      ///< The author's.
    SharedWord time_ns{0};      ///< TAI.
    SharedWord incarnation{0};  ///< Who wrote it; 0: it came from a file.
    SharedWord checksum{0};     ///< CRC-32C over the five words above and the data.
    SharedWord restores_begun{0};
    std::uint64_t reserved = 0;
};
static_assert(sizeof(SnapshotSlot) == 64);

struct alignas(4096) SnapshotBox {
    SharedWord requests{
        0};  ///< Snapshots ever asked for; `give_command(look)` wakes the actor for it.
    alignas(64) SharedWord answered{0};  ///< The requests that have been, by a snapshot or in vain.
    SharedWord refused{0};               ///< Of these in vain: the class keeps no state.
    alignas(64) SnapshotSlot slots[2]{};
    alignas(4096) std::byte data[2][max_snapshot_bytes]{};
};
static_assert(offsetof(SnapshotBox, slots) == 128 && offsetof(SnapshotBox, data) == 4096);
static_assert(sizeof(SnapshotBox) == 4096 + 2 * max_snapshot_bytes);

struct SnapshotLabel {
    std::uint64_t number = 0;   ///< From 1, growing over all incarnations.
    std::uint32_t version = 0;  ///< The author's.
    TaiTime time{};
    std::uint64_t incarnation = 0;  ///< Who wrote it; 0: it came from a file.
};

/// Looked at in place: valid until its writer begins the next but one.
struct SnapshotView {
    SnapshotLabel label{};
    std::span<const std::byte> bytes{};
    std::size_t slot = 0;
};

/// The actor's end.
class SnapshotWriter {
public:
    SnapshotWriter() = default;
    /// Drops what does not pass its checksum. Reads both snapshots once.
    explicit SnapshotWriter(SnapshotBox& box) noexcept;
    [[nodiscard]] explicit operator bool() const noexcept { return box_ != nullptr; }

    /// Room for the next snapshot, max_snapshot_bytes of unknown content. From here on to commit() the older one is what a
    /// reader finds. May be called again without commit().
    [[nodiscard]] std::span<std::byte> begin() noexcept;
    /// The first `bytes` of that room are the newest snapshot now. `label.number` is not looked at. Returns its number.
    std::uint64_t commit(std::size_t bytes, const SnapshotLabel& label) noexcept;

private:
    SnapshotBox* box_ = nullptr;
    std::size_t open_ = 0;
};

/// The newest whole snapshot that has not been put aside; only while nobody writes (the writer itself, or it is dead).
[[nodiscard]] std::optional<SnapshotView> newest_snapshot(const SnapshotBox& box) noexcept;
/// Whole snapshots that have been put aside.
[[nodiscard]] std::vector<SnapshotLabel> snapshots_put_aside(const SnapshotBox& box);

/// Around the author's restore(): what begins and never finishes counts against the snapshot.
void begin_restore(SnapshotBox& box, const SnapshotView& snapshot) noexcept;
void finish_restore(SnapshotBox& box, const SnapshotView& snapshot) noexcept;

/// Launcher: asks for a snapshot; returns the number of the request, answered once `answered` has reached it.
std::uint64_t request_snapshot(SnapshotBox& box) noexcept;

struct SnapshotCopy {
    SnapshotLabel label{};
    std::vector<std::byte> bytes{};
};
/// Anybody, while the actor may be writing: a copy of the newest whole snapshot, put aside or not.
[[nodiscard]] std::optional<SnapshotCopy> copy_snapshot(const SnapshotBox& box);

}  // namespace streamlib::ipc
