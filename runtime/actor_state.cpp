// SPDX-License-Identifier: Apache-2.0
// What an actor keeps for its next incarnation.
#include <algorithm>
#include <string>

#include "runtime/actor_core.hpp"

namespace streamlib {

bool ActorCore::snapshot_due(MonotonicTime now) const noexcept {
    if (page == nullptr) return false;
    const ipc::SnapshotBox& box = page->snapshots;
    // Pairs with request_snapshot.
    if (box.requests.load(std::memory_order_acquire) !=
        box.answered.load(std::memory_order_relaxed))
        return true;
    return state_version != 0 && snapshot_every != 0 && ticks_ != ticks_kept_ &&
           now - kept_at_ >= snapshot_every;
}

void ActorCore::keep_state(Actor& actor, MonotonicTime now) {
    ipc::SnapshotBox& box = page->snapshots;
    const std::uint64_t request = box.requests.load(std::memory_order_acquire);
    std::size_t bytes = 0;
    if (state_version != 0) {
        const ipc::ActivityScope busy(activity(), ipc::ActorPhase::snapshotting);
        if (!snapshots_) snapshots_ = ipc::SnapshotWriter(box);
        bytes = actor.snapshot(snapshots_.begin());
        if (bytes > ipc::max_snapshot_bytes) {
            actor.log(LogLevel::error, "snapshot() says it wrote more than 1 MiB; it is not used");
            bytes = 0;
        }
        if (bytes != 0)
            snapshots_.commit(bytes, {.version = state_version,
                                      .time = reading_.tai_at(now),
                                      .incarnation = incarnation});
    }
    kept_at_ = now;
    ticks_kept_ = ticks_;
    if (request == box.answered.load(std::memory_order_relaxed)) return;
    if (bytes == 0) ipc::count(box.refused);
    box.answered.store(request, std::memory_order_release);  // pairs with who asked
}

void ActorCore::restore_state(Actor& actor) {
    kept_at_ = MonotonicTime::now();
    if (page == nullptr || state_version == 0) return;
    ipc::SnapshotBox& box = page->snapshots;
    snapshots_ = ipc::SnapshotWriter(box);
    for (const ipc::SnapshotLabel& aside : ipc::snapshots_put_aside(box))
        actor.log(LogLevel::warning, "snapshot " + std::to_string(aside.number) +
                                         " is put aside: restore() did not survive it twice");
    const auto kept = ipc::newest_snapshot(box);
    if (!kept) return;
    const Nanoseconds age =
        std::max<Nanoseconds>(0, reading_.tai_at(MonotonicTime::now()) - kept->label.time);
    const ipc::ActivityScope busy(activity(), ipc::ActorPhase::restoring);
    ipc::begin_restore(box, *kept);
    const Result<> restored = actor.restore({kept->label.version, kept->bytes, age});
    ipc::finish_restore(box, *kept);
    if (!restored)
        actor.log(LogLevel::warning, "begins afresh, snapshot " +
                                         std::to_string(kept->label.number) +
                                         " could not be restored: " + restored.error().text);
}

}  // namespace streamlib
