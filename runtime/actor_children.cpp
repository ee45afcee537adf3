// SPDX-License-Identifier: Apache-2.0
#include "runtime/actor_children.hpp"

#include "runtime/actor_core.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

using protocol::Ask;

constexpr std::size_t most_waiting = 256;

Ask plain(Ask::Kind kind, std::string_view name) {
    Ask ask;
    ask.kind = kind;
    ask.name = name;
    return ask;
}

/// What it adds to what the actor is told of `name`.
std::uint8_t relation_of(const Ask& ask) noexcept {
    switch (ask.kind) {
        case Ask::Kind::spawn: return ipc::watch_child;
        case Ask::Kind::monitor: return ipc::watch_monitor;
        case Ask::Kind::link: return ipc::watch_link;
        default: return 0;
    }
}

Result<> check(const ChildSpec& spec) {
    if (!wording::is_name(spec.name))
        return fail(Errc::invalid_argument, "spawn: " + wording::quoted(spec.name) +
                                                " is no name; write " +
                                                std::string(wording::name_rule));
    if (spec.class_name.empty())
        return fail(Errc::invalid_argument, "spawn " + spec.name + ": class_name is missing");
    if (!spec.supervisor.empty() && spec.strategy)
        return fail(Errc::invalid_argument,
                    "spawn " + spec.name +
                        ": either a supervisor of the graph, or a strategy of "
                        "its own");
    if (spec.strategy && (spec.strategy->period_ns <= 0 || spec.strategy->max_retries > 10'000))
        return fail(Errc::invalid_argument,
                    "spawn " + spec.name + ": a strategy is at most 10000 retries in a period");
    return {};
}

}  // namespace

std::string_view to_string(DownReason reason) noexcept {
    switch (reason) {
        case DownReason::normal: return "normal";
        case DownReason::shutdown: return "shutdown";
        case DownReason::exited: return "exited";
        case DownReason::signalled: return "signalled";
        case DownReason::exception: return "exception";
        case DownReason::refused: return "refused";
        case DownReason::hung: return "hung";
        case DownReason::startup: return "startup";
        case DownReason::linked: return "linked";
        case DownReason::noproc: return "noproc";
    }
    return "?";
}

Result<> Actor::spawn(const ChildSpec& spec) {
    if (auto good = check(spec); !good) return good;
    Ask ask = plain(Ask::Kind::spawn, spec.name);
    ask.class_name = spec.class_name;
    ask.properties.assign(spec.properties.begin(), spec.properties.end());
    ask.supervisor = spec.supervisor;
    if (spec.restart) ask.restart = to_string(*spec.restart);
    if (spec.shutdown) ask.shutdown = to_string(*spec.shutdown);
    ask.domain = spec.domain;
    ask.links = spec.links;
    ask.trigger = spec.trigger;
    ask.hang_after_ns = spec.hang_after_ns;
    ask.significant = spec.significant ? 1 : 0;
    ask.own_supervisor = spec.strategy ? 1 : 0;
    if (spec.strategy) {
        ask.max_retries = spec.strategy->max_retries;
        ask.period_ns = spec.strategy->period_ns;
    }
    return core_->children.ask(std::move(ask));
}

Result<> Actor::stop_child(std::string_view name) {
    return core_->children.ask(plain(Ask::Kind::stop, name));
}
Result<> Actor::link(std::string_view name) {
    return core_->children.ask(plain(Ask::Kind::link, name));
}
Result<> Actor::unlink(std::string_view name) {
    return core_->children.ask(plain(Ask::Kind::unlink, name));
}
Result<> Actor::monitor(std::string_view name) {
    return core_->children.ask(plain(Ask::Kind::monitor, name));
}
Result<> Actor::demonitor(std::string_view name) {
    return core_->children.ask(plain(Ask::Kind::demonitor, name));
}
Result<> Actor::trap_exit(bool on) {
    Ask ask = plain(Ask::Kind::trap_exit, {});
    ask.on = on ? 1 : 0;
    return core_->children.ask(std::move(ask));
}

Result<> ActorChildren::ask(Ask ask) {
    const std::uint8_t relation = relation_of(ask);
    const auto known = open_.find(ask.name);
    if (relation != 0 && known == open_.end() && open_.size() >= ipc::WatchTable::places)
        return fail(Errc::no_memory, "children, monitors and links of one actor are at most " +
                                         std::to_string(ipc::WatchTable::places) +
                                         "; let another actor have some of them");
    if (!send_ && waiting_.size() >= most_waiting)
        return fail(Errc::no_memory, "more than 256 requests before the actor has started");
    if (send_) {
        if (auto sent = send_(ask); !sent) return sent;
    }
    if (relation != 0) open_[ask.name] |= relation;
    const bool less = ask.kind == Ask::Kind::unlink || ask.kind == Ask::Kind::demonitor;
    if (less && known != open_.end()) {
        const auto ended = ask.kind == Ask::Kind::unlink ? ipc::watch_link : ipc::watch_monitor;
        known->second = static_cast<std::uint8_t>(known->second & ~ended);
        if (known->second == 0) open_.erase(known);
    }
    if (!send_) waiting_.push_back(std::move(ask));
    return {};
}

Result<> ActorChildren::open(Send send) {
    send_ = std::move(send);
    for (const Ask& ask : waiting_)
        if (auto sent = send_(ask); !sent) return sent;
    waiting_.clear();
    return {};
}

void ActorChildren::close(const ipc::WatchRecord& record) {
    const auto known = open_.find(record.name.view());
    if (known == open_.end()) return;
    std::uint8_t ended = record.over != 0 ? 0xFF : 0;
    if (record.deaths != 0) ended |= ipc::watch_link;  // a link has one end
    if (record.refused != 0) ended = record.relations;
    known->second = static_cast<std::uint8_t>(known->second & ~ended);
    if (known->second == 0) open_.erase(known);
}

void ActorChildren::deliver(Actor& actor, ipc::WatchTable& table) {
    ipc::take_watches(table, changes_, [&](std::uint32_t place, const ipc::WatchRecord& record) {
        if (seen_.empty()) seen_.resize(ipc::WatchTable::places);
        Seen& seen = seen_[place];
        if (seen.serial != record.serial) seen = {record.serial, 0, 0};
        tell(actor, seen, record);
    });
}

/// In the order in which it happened: an end that another incarnation came after is told before that.
void ActorChildren::tell(Actor& actor, Seen& seen, const ipc::WatchRecord& record) {
    const bool is_new = record.deaths != seen.deaths, ready = record.up != seen.up;
    seen.up = record.up;
    seen.deaths = record.deaths;
    const std::string name(record.name.view());
    close(record);
    if (record.refused != 0) {
        if (is_new) actor.child_refused(name, record.text.view());
        return;
    }
    const bool ready_first = ready && (!is_new || record.up <= record.died);
    if (ready_first) actor.child_ready(name, record.up);
    if (is_new) {
        Down down;
        down.name = name;
        down.incarnation = record.died;
        down.reason = static_cast<DownReason>(record.reason);
        down.code = record.code;
        down.text = record.text.view();
        down.comes_back = record.comes_back != 0;
        down.child = (record.relations & ipc::watch_child) != 0;
        down.over = record.over != 0;
        if ((record.relations & (ipc::watch_child | ipc::watch_monitor)) != 0) actor.down(down);
        if ((record.relations & ipc::watch_link) != 0) actor.exit_signal(down);
    }
    if (ready && !ready_first) actor.child_ready(name, record.up);
}

}  // namespace streamlib
