// SPDX-License-Identifier: Apache-2.0
// What the control process knows of snapshots, and when who asked for one is answered.
#include <algorithm>

#include "ipc/snapshot_file.hpp"
#include "runtime/clock/software_clock.hpp"
#include "runtime/graph/duration.hpp"
#include "supervisor/control/node_view.hpp"
#include "supervisor/control/supervision_json.hpp"
#include "supervisor/launcher/process_state.hpp"

namespace streamlib::supervision {
namespace {

/// What may keep a process from answering, as its kernel sees it.
std::string why_silent(std::int32_t pid) {
    switch (process_state(pid)) {
        case ProcessState::stopped: return "its process is stopped by a signal (SIGCONT wakes it)";
        case ProcessState::traced: return "a debugger has its process";
        case ProcessState::blocked: return "its process is blocked in the kernel";
        case ProcessState::gone: return "its process has ended";
        case ProcessState::running: break;
    }
    return "it does not come back from what it does";
}

}  // namespace

std::uint64_t NodeView::snapshots_answered(const ActorRow& actor) const {
    const ipc::ActorPage* const found = page(actor.index, actor.generation);
    // Pairs with the actor's release: what it kept for it is there.
    return found == nullptr ? 0 : found->snapshots.answered.load(std::memory_order_acquire);
}

SnapshotRow NodeView::snapshot(const ActorRow& actor) const {
    SnapshotRow row;
    row.actor = actor.name;
    row.class_name = actor.class_name;
    row.keeps_state = true;
    const ipc::ActorPage* const found = page(actor.index, actor.generation);
    const auto copy = found == nullptr ? std::nullopt : ipc::copy_snapshot(found->snapshots);
    if (!copy) return row;
    const Nanoseconds age = system_tai().line.tai_at(MonotonicTime::now()) - copy->label.time;
    row.number = copy->label.number;
    row.version = copy->label.version;
    row.bytes = copy->bytes.size();
    row.time_ns = copy->label.time.ns;
    row.age_ms = static_cast<std::uint64_t>(std::max<Nanoseconds>(age, 0)) / 1'000'000;
    row.incarnation = copy->label.incarnation;
    return row;
}

Result<std::string> NodeView::snapshot_file(const ActorRow& actor) const {
    const ipc::ActorPage* const found = page(actor.index, actor.generation);
    const auto copy = found == nullptr ? std::nullopt : ipc::copy_snapshot(found->snapshots);
    if (!copy) return fail(Errc::not_found, "actor " + actor.name + ": has kept no state");
    const auto file = ipc::encode_snapshot_file(
        {actor.class_name, copy->label.version, copy->label.time, copy->bytes});
    return std::string(reinterpret_cast<const char*>(file.data()), file.size());
}

std::optional<HttpResponse> snapshot_answer(const SnapshotWait& wait, const NodeSource& node,
                                            bool is_late) {
    const auto row = node.actor(wait.actor);
    if (!row || row->index != wait.index || row->generation != wait.generation)
        return error_response(404, Errc::not_found,
                              "actor " + wait.actor + ": is not there any more");
    if (wait.request == 0) {
        SnapshotRow none;
        none.actor = row->name;
        none.class_name = row->class_name;
        return HttpResponse{200, snapshot_json(none)};
    }
    if (node.snapshots_answered(*row) >= wait.request) {
        SnapshotRow newest = node.snapshot(*row);
        if (newest.number <= wait.before) newest.number = 0;  // it had nothing to keep
        return HttpResponse{200, snapshot_json(newest)};
    }
    const std::string subject = "actor " + row->name + ": ";
    if (row->state == "STOPPED" || row->state == "FAILED")
        return error_response(409, Errc::gone,
                              subject + "is " + row->state + ", and left no newer snapshot");
    if (!is_late) return std::nullopt;
    std::string text = subject + "no snapshot within " + duration_text(wait.timeout_ns) + ": ";
    text += row->pid == 0 ? "it is " + row->state : why_silent(row->pid);
    return error_response(503, Errc::timeout, text);
}

}  // namespace streamlib::supervision
