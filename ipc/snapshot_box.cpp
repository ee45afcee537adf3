// SPDX-License-Identifier: Apache-2.0
#include "ipc/snapshot_box.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "ipc/crc32c.hpp"

namespace streamlib::ipc {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::uint32_t checksum_of(const SnapshotLabel& label, std::span<const std::byte> bytes) noexcept {
    const std::array<std::uint64_t, 5> words{label.number, bytes.size(), label.version,
                                             static_cast<std::uint64_t>(label.time.ns),
                                             label.incarnation};
    return crc32c(bytes, crc32c(std::as_bytes(std::span(words))));
}

SnapshotLabel label_of(const SnapshotSlot& slot, std::uint64_t number) noexcept {
    return {number, static_cast<std::uint32_t>(slot.version.load(relaxed)),
            TaiTime{static_cast<std::int64_t>(slot.time_ns.load(relaxed))},
            slot.incarnation.load(relaxed)};
}

/// What is in this place, if it is whole.
std::optional<SnapshotView> whole(const SnapshotBox& box, std::size_t n) noexcept {
    const SnapshotSlot& slot = box.slots[n];
    const std::uint64_t number = slot.number.load(std::memory_order_acquire);  // pairs with commit
    const std::uint64_t bytes = slot.bytes.load(relaxed);
    if (number == 0 || bytes > max_snapshot_bytes) return std::nullopt;
    const SnapshotView view{label_of(slot, number), {box.data[n], bytes}, n};
    if (slot.checksum.load(relaxed) != checksum_of(view.label, view.bytes)) return std::nullopt;
    return view;
}

bool is_aside(const SnapshotBox& box, std::size_t n) noexcept {
    return box.slots[n].restores_begun.load(relaxed) >= poisonous_restores;
}

}  // namespace

SnapshotWriter::SnapshotWriter(SnapshotBox& box) noexcept : box_(&box) {
    for (std::size_t n = 0; n < 2; ++n)
        if (!whole(box, n)) box.slots[n].number.store(0, relaxed);
}

std::span<std::byte> SnapshotWriter::begin() noexcept {
    // What is worth least goes: nothing, what was put aside, the older.
    const auto worth = [this](std::size_t n) {
        const std::uint64_t number = box_->slots[n].number.load(relaxed);
        return std::pair(number != 0 && !is_aside(*box_, n), number);
    };
    open_ = worth(0) < worth(1) ? 0 : 1;
    // Acquire as well: no store into the data may move up before it.
    box_->slots[open_].number.exchange(0, std::memory_order_acq_rel);
    return {box_->data[open_], max_snapshot_bytes};
}

std::uint64_t SnapshotWriter::commit(std::size_t bytes, const SnapshotLabel& label) noexcept {
    SnapshotSlot& slot = box_->slots[open_];
    SnapshotLabel written = label;
    written.number = box_->slots[1 - open_].number.load(relaxed) + 1;
    const std::size_t size = std::min(bytes, max_snapshot_bytes);
    slot.bytes.store(size, relaxed);
    slot.version.store(written.version, relaxed);
    slot.time_ns.store(static_cast<std::uint64_t>(written.time.ns), relaxed);
    slot.incarnation.store(written.incarnation, relaxed);
    slot.checksum.store(checksum_of(written, {box_->data[open_], size}), relaxed);
    slot.restores_begun.store(0, relaxed);
    slot.number.store(written.number, std::memory_order_release);  // pairs with whole()
    return written.number;
}

std::optional<SnapshotView> newest_snapshot(const SnapshotBox& box) noexcept {
    std::optional<SnapshotView> newest;
    for (std::size_t n = 0; n < 2; ++n) {
        if (is_aside(box, n)) continue;
        const auto view = whole(box, n);
        if (view && (!newest || view->label.number > newest->label.number)) newest = view;
    }
    return newest;
}

std::vector<SnapshotLabel> snapshots_put_aside(const SnapshotBox& box) {
    std::vector<SnapshotLabel> aside;
    for (std::size_t n = 0; n < 2; ++n)
        if (is_aside(box, n))
            if (const auto view = whole(box, n)) aside.push_back(view->label);
    return aside;
}

void begin_restore(SnapshotBox& box, const SnapshotView& snapshot) noexcept {
    SharedWord& begun = box.slots[snapshot.slot].restores_begun;
    begun.store(begun.load(relaxed) + 1, relaxed);
}

void finish_restore(SnapshotBox& box, const SnapshotView& snapshot) noexcept {
    box.slots[snapshot.slot].restores_begun.store(0, relaxed);
}

std::uint64_t request_snapshot(SnapshotBox& box) noexcept {
    const std::uint64_t request = box.requests.load(relaxed) + 1;
    box.requests.store(request, std::memory_order_release);  // pairs with the actor's acquire
    return request;
}

std::optional<SnapshotCopy> copy_snapshot(const SnapshotBox& box) {
    // A writer that laps us twice while we copy a MiB would have to write without pause.
    for (int attempt = 0; attempt < 10; ++attempt) {
        const std::uint64_t numbers[2] = {box.slots[0].number.load(std::memory_order_acquire),
                                          box.slots[1].number.load(std::memory_order_acquire)};
        for (const std::size_t n : {numbers[0] < numbers[1], numbers[0] >= numbers[1]}) {
            const SnapshotSlot& slot = box.slots[n];
            const std::uint64_t bytes = slot.bytes.load(relaxed);
            if (numbers[n] == 0 || bytes > max_snapshot_bytes) continue;
            SnapshotCopy copy{label_of(slot, numbers[n]), {box.data[n], box.data[n] + bytes}};
            const std::uint64_t checksum = slot.checksum.load(relaxed);
            if (checksum == checksum_of(copy.label, copy.bytes)) return copy;
        }
        if (numbers[0] == 0 && numbers[1] == 0) break;
    }
    return std::nullopt;
}

}  // namespace streamlib::ipc
