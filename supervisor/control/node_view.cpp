// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/node_view.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "runtime/format.hpp"
#include "runtime/uri.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::uint64_t relaxed(const ipc::SharedWord& word) noexcept {
    return word.load(std::memory_order_relaxed);
}

[[nodiscard]] std::uint64_t milliseconds(std::int64_t from_ns, std::int64_t to_ns) noexcept {
    return from_ns > 0 && to_ns > from_ns
               ? static_cast<std::uint64_t>((to_ns - from_ns) / 1'000'000)
               : 0;
}

void add_counts(ActorRow& row, const ipc::ActorPage& page) {
    row.ticks = relaxed(page.ticks);
    row.ticks_dropped = relaxed(page.ticks_dropped);
    row.frames_in = relaxed(page.frames_in);
    row.frames_out = relaxed(page.frames_out);
    row.missed = relaxed(page.missed);
    row.process_last_ns = relaxed(page.process_last_ns);
    row.process_max_ns = relaxed(page.process_max_ns);
    row.log_lines = relaxed(page.log.next);
    row.error = ipc::error_of(page);
}

[[nodiscard]] std::string format_words(const ipc::PortRecord& port) {
    static_assert(sizeof(MediaFormat) <= sizeof port.format);
    MediaFormat format;
    std::memcpy(static_cast<void*>(&format), port.format, sizeof format);
    return format.kind == MediaKind::none ? std::string() : to_string(format);
}

}  // namespace

NodeView::NodeView(const control_link::NodeNotice& node, ipc::DirectoryView directory)
    : name_(node.name.view()),
      host_(node.host.view()),
      run_dir_(node.run_dir.view()),
      launcher_pid_(node.launcher_pid),
      started_monotonic_ns_(node.started_monotonic_ns),
      directory_(std::move(directory)) {}

Result<> NodeView::add_page(const control_link::ActorPageNotice& notice, UniqueFd fd) {
    auto segment =
        ipc::MappedSegment::map(std::move(fd), ipc::Access::read_only, ipc::actor_page_layout_hash);
    if (!segment) return tl::unexpected(segment.error());
    if (segment->bytes() < sizeof(ipc::ActorPage))
        return fail(Errc::mismatch, "actor page: too short");
    pages_.insert_or_assign(notice.actor_index, Page{notice.actor_generation, std::move(*segment)});
    return {};
}

const ipc::ActorPage* NodeView::page(std::uint32_t index, std::uint32_t generation) const {
    const auto found = pages_.find(index);
    if (found == pages_.end() || found->second.generation != generation) return nullptr;
    return reinterpret_cast<const ipc::ActorPage*>(found->second.segment.payload());
}

ActorRow NodeView::row(std::uint32_t index, const ipc::ActorRecord& record) const {
    ActorRow row;
    row.name = record.name.view();
    row.class_name = record.class_name.view();
    row.uri = to_string(Uri{host_, row.class_name, row.name, {}});
    row.pid = record.pid;
    row.state = state_word(record.state);
    row.restarts = record.restarts;
    row.incarnation = record.incarnation;
    const std::int64_t end =
        record.ended_monotonic_ns != 0 ? record.ended_monotonic_ns : MonotonicTime::now().ns;
    row.uptime_ms = milliseconds(record.started_monotonic_ns, end);
    row.exit = exit_words(record.exit_kind, record.exit_code, record.exit_text.view());
    row.dispatcher = record.dispatcher.view();
    row.supervisor = record.supervisor.view();
    row.tier = tier_word(record.tier);
    if (const auto parent = directory_.get(record.parent)) row.parent = parent->name.view();
    row.index = index;
    row.generation = record.generation;
    if (const ipc::ActorPage* counts = page(index, record.generation)) add_counts(row, *counts);
    return row;
}

std::vector<ActorRow> NodeView::actors() const {
    std::vector<ActorRow> rows;
    for (std::uint32_t n = 0; n < directory_.actor_places(); ++n) {
        if (const auto record = directory_.actor(n)) rows.push_back(row(n, *record));
    }
    return rows;
}

std::optional<ActorRow> NodeView::actor(std::string_view name) const {
    const ipc::ActorId id = directory_.find_actor(name);
    const auto record = directory_.get(id);
    if (!record) return std::nullopt;
    return row(id.index, *record);
}

std::string NodeView::port_name(const ipc::PortRecord& port) const {
    const auto actor = directory_.get(port.actor);
    return std::string(actor ? actor->name.view() : "?").append(".").append(port.name.view());
}

std::vector<RingRow> NodeView::rings() const {
    std::vector<RingRow> rows;
    std::map<std::uint32_t, std::size_t> row_of;  // By place of the ring.
    for (std::uint32_t n = 0; n < directory_.ring_places(); ++n) {
        const auto ring = directory_.ring(n);
        if (!ring) continue;
        RingRow row;
        if (const auto writer = directory_.get(ring->writer)) {
            row.output = port_name(*writer);
            row.format = format_words(*writer);
        }
        row.generation = ring->ring_generation;
        row.slots = ring->slots;
        row.cells = ring->cells;
        row.open_slots = ring->open_slots;
        row.depth = ring->depth;
        row.payload_bytes = ring->payload_capacity;
        row.bytes = ring->segment_bytes;
        row_of[n] = rows.size();
        rows.push_back(std::move(row));
    }
    for (std::uint32_t n = 0; n < directory_.port_places(); ++n) {
        const auto port = directory_.port(n);
        if (!port || port->direction != ipc::PortDirection::input || !port->ring) continue;
        const auto found = row_of.find(port->ring.index);
        if (found != row_of.end())
            rows[found->second].readers.push_back({port_name(*port), port->cell});
    }
    return rows;
}

NodeRow NodeView::node() const {
    NodeRow node;
    node.name = name_;
    node.host = host_;
    node.run_dir = run_dir_;
    node.version = version();
    node.launcher_pid = launcher_pid_;
    node.control_pid = ::getpid();
    node.uptime_ms = milliseconds(started_monotonic_ns_, MonotonicTime::now().ns);
    for (std::uint32_t n = 0; n < directory_.actor_places(); ++n) {
        const auto record = directory_.actor(n);
        if (!record) continue;
        ++node.actors;
        if (record->state == ipc::ActorState::running) ++node.running;
        if (record->state == ipc::ActorState::stopped) ++node.stopped;
        if (record->state == ipc::ActorState::failed) ++node.failed;
    }
    for (std::uint32_t n = 0; n < directory_.ring_places(); ++n) {
        const auto ring = directory_.ring(n);
        if (!ring) continue;
        ++node.rings;
        node.ring_bytes += ring->segment_bytes;
    }
    return node;
}

Result<LogPage> NodeView::logs(const ActorRow& actor, const LogQuery& query) const {
    const ipc::ActorPage* const found = page(actor.index, actor.generation);
    if (found == nullptr) return fail(Errc::not_found, "actor " + actor.name + ": has no log yet");
    return read_log(found->log, query,
                    actor.pid == 0 ? ipc::Unfinished::skip : ipc::Unfinished::wait);
}

LogPage read_log(const ipc::LogRing& log, const LogQuery& query, ipc::Unfinished unfinished) {
    ipc::LogReader reader(&log);
    if (query.last) {
        reader.seek_last(*query.last);
    } else {
        reader.seek(query.from);
    }
    auto read = reader.read(unfinished);
    LogPage page{{}, reader.position(), read.lost};
    for (ipc::LogLine& line : read.lines) {
        if (line.truncated) line.text += " …";
        page.lines.push_back({line.number, line.time.ns, std::string(to_string(line.level)),
                              line.incarnation, std::move(line.text)});
    }
    return page;
}

}  // namespace streamlib::supervision
