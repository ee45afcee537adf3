// SPDX-License-Identifier: Apache-2.0
// The view's half about supervision: the tree's supervisors, what happened, and how an actor died.
#include <algorithm>

#include "ipc/actor_activity.hpp"
#include "ipc/crash_record.hpp"
#include "supervisor/control/node_view.hpp"
#include "supervisor/launcher/event_book.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::string_view state_word(ipc::SupervisorState state) noexcept {
    switch (state) {
        case ipc::SupervisorState::running: return "RUNNING";
        case ipc::SupervisorState::stopping: return "STOPPING";
        case ipc::SupervisorState::starting: return "STARTING";
        case ipc::SupervisorState::waiting: return "RESTARTING";
        case ipc::SupervisorState::stopped: return "STOPPED";
        case ipc::SupervisorState::failed: return "FAILED";
    }
    return "?";
}

/// What the dying process itself wrote into its page, if it could.
void add_last_words(CrashReport& report, const ipc::ActorPage& page) {
    const auto words = ipc::crash_report_of(page.crash);
    if (!words || words->incarnation != report.incarnation) return;
    report.what = ipc::headline(*words);
    if (!words->text.empty() && report.exit.find(words->text) == std::string::npos)
        report.what += ": " + words->text;
    report.backtrace = ipc::backtrace_lines(*words);
}

/// The incarnation's last lines, as far as later ones have not overwritten them.
[[nodiscard]] std::vector<LogRow> last_lines(const ipc::ActorPage& page,
                                             const ipc::DeathRecord& death) {
    LogPage read = read_log(page.log, {}, ipc::Unfinished::skip);
    std::erase_if(read.lines, [&](const LogRow& line) {
        return line.incarnation != death.incarnation || line.number >= death.log_lines;
    });
    if (read.lines.size() > crash_lines)
        read.lines.erase(read.lines.begin(), read.lines.end() - crash_lines);
    return std::move(read.lines);
}

}  // namespace

Result<> NodeView::add_events(UniqueFd fd) {
    auto segment =
        ipc::MappedSegment::map(std::move(fd), ipc::Access::read_only, event_book_layout_hash);
    if (!segment) return tl::unexpected(segment.error());
    if (segment->bytes() < sizeof(ipc::LogRing))
        return fail(Errc::mismatch, "event book: too short");
    events_ = std::move(*segment);
    return {};
}

std::vector<SupervisorRow> NodeView::supervisors() const {
    std::vector<SupervisorRow> rows;
    for (std::uint32_t n = 0; n < directory_.supervisor_places(); ++n) {
        const auto record = directory_.supervisor(n);
        if (!record) continue;
        SupervisorRow row;
        row.name = record->name.view();
        if (const auto parent = directory_.get(record->parent)) row.parent = parent->name.view();
        row.strategy = record->strategy.view();
        row.state = state_word(record->state);
        row.intensity = record->intensity;
        row.intensity_left = record->intensity_left;
        row.period_ms = static_cast<std::uint64_t>(record->period_ns / 1'000'000);
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<EventPage> NodeView::events(const LogQuery& query) const {
    if (!events_) return fail(Errc::not_found, "node " + name_ + ": has no events yet");
    const auto& log = *reinterpret_cast<const ipc::LogRing*>(events_.payload());
    const LogPage read = read_log(log, query, ipc::Unfinished::wait);
    EventPage page{{}, read.next, read.lost};
    for (const LogRow& line : read.lines) page.events.push_back(event_of(line));
    return page;
}

CrashReport NodeView::crash(const ActorRow& actor) const {
    CrashReport report;
    report.name = actor.name;
    const auto record = directory_.get(ipc::ActorId{actor.index, actor.generation});
    const auto death = record ? directory_.get(record->death) : std::nullopt;
    if (!death) return report;
    report.died = true;
    report.incarnation = death->incarnation;
    report.deaths = death->deaths;
    report.pid = death->pid;
    report.exit = exit_words(death->exit_kind, death->exit_code, death->text.view()).value_or("");
    report.time_ns = death->ended_tai_ns;
    report.lived_ms =
        static_cast<std::uint64_t>(std::max<std::int64_t>(death->lived_ns, 0)) / 1'000'000;
    report.ticks = death->ticks;
    report.last_tick_index = death->last_tick_index;
    report.last_tick_seq = death->last_tick_seq;
    report.doing = to_string(static_cast<ipc::ActorPhase>(death->activity));
    report.doing_us = static_cast<std::uint64_t>(std::max<std::int64_t>(death->busy_ns, 0)) / 1000;
    const std::size_t ports = std::min<std::size_t>(death->ports_used, ipc::DeathRecord::max_ports);
    for (std::size_t n = 0; n < ports; ++n) {
        const ipc::DeathPort& at = death->ports[n];
        const auto port = directory_.get(at.port);
        if (!port) continue;
        const bool input = port->direction == ipc::PortDirection::input;
        report.ports.push_back(
            {port_name(*port), input ? "input" : "output", at.sequence, at.newest, at.tick_index});
    }
    if (const ipc::ActorPage* const kept = page(actor.index, actor.generation)) {
        report.lines = last_lines(*kept, *death);
        add_last_words(report, *kept);
    }
    return report;
}

}  // namespace streamlib::supervision
