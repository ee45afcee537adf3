// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/launcher_watches.hpp"

#include <signal.h>

#include <algorithm>
#include <tuple>

#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {
namespace {

constexpr std::size_t most_waiting = 4096;

}  // namespace

DownReason down_reason(const ExitReport& report, bool linked) noexcept {
    if (linked) return DownReason::linked;
    if (report.kind == ExitClass::normal) return DownReason::normal;
    if (report.kind == ExitClass::shutdown) return DownReason::shutdown;
    switch (report.cause) {
        case ExitCause::exited:
        case ExitCause::ended: return DownReason::exited;
        case ExitCause::signalled: return DownReason::signalled;
        case ExitCause::exception: return DownReason::exception;
        case ExitCause::refused: return DownReason::refused;
        case ExitCause::hung: return DownReason::hung;
        case ExitCause::startup: return DownReason::startup;
    }
    return DownReason::exited;
}

void Watches::on_spawn(Child& child) {
    child.traps_exits = child.linked = false;
    ipc::clear_watches(child.actor_page().watches);
    places_.erase(static_cast<std::uint32_t>(&child - node_.children_.data()));
}

void Watches::on_ready(std::uint32_t actor) {
    const Child& child = node_.children_[actor];
    // Those of the graph are its children from the beginning, spawned ones once they are spawned.
    for (const std::uint32_t below : child.planned->children) add_child(actor, below);
    if (!child.dynamic && child.state.incarnation == 1) return;
    for (const std::uint32_t parent : book_.parents_of(actor)) {
        News news{parent, node_.children_[parent].state.incarnation, actor, {}};
        news.said.name.set(child.planned->name);
        news.said.up = child.state.incarnation;
        send(news);
    }
}

Watches::End Watches::end_of(std::uint32_t actor, const ExitReport& report) const {
    const Child& child = node_.children_[actor];
    return {actor,
            child.state.incarnation,
            down_reason(report, child.linked),
            report.code,
            report.kind == ExitClass::error,
            false,
            std::string(report.text)};
}

void Watches::on_end(End end) {
    const ChildPhase phase = node_.children_[end.actor].state.phase;
    end.comes_back = is_alive(phase) || phase == ChildPhase::restarting;
    ends_.push_back(std::move(end));
}

void Watches::on_given_up(std::uint32_t actor) {
    const Child& child = node_.children_[actor];
    ends_.push_back({actor, child.state.incarnation, DownReason::shutdown, 0, false, false,
                     "its supervisor does not bring it back"});
}

void Watches::attend() {
    for (std::size_t left = ends_.size(); left > 0; --left) {
        End end = std::move(ends_.front());
        ends_.pop_front();
        const Child& child = node_.children_[end.actor];
        // What it had is not free yet: what it made itself is still going.
        if (child.concluded && !child.released)
            ends_.push_back(std::move(end));
        else
            tell(end);
    }
    for (std::size_t left = waiting_.size(); left > 0; --left) {
        const News news = waiting_.front();
        waiting_.pop_front();
        if (!write(news)) waiting_.push_back(news);
    }
}

void Watches::tell(const End& end) {
    const Child& subject = node_.children_[end.actor];
    const std::string name = subject.planned->name;
    const auto traps = [this](std::uint32_t actor) { return node_.children_[actor].traps_exits; };
    for (const WatchBook::Told& told : book_.on_end(end.actor, end.failed, traps)) {
        if (told.dies) {
            end_linked(told.watcher, name, end.text);
            continue;
        }
        News news{told.watcher, node_.children_[told.watcher].state.incarnation, end.actor, {}};
        ipc::WatchRecord& said = news.said;
        said.relations = told.relations;
        said.comes_back = end.comes_back ? 1 : 0;
        said.over = subject.released ? 1 : 0;
        said.deaths = 1;
        said.died = end.incarnation;
        said.reason = static_cast<std::uint32_t>(end.reason);
        said.code = end.code;
        said.name.set(name);
        said.text.set(end.text);
        send(news);
    }
    if (!subject.released) return;
    book_.forget_subject(end.actor);
    for (auto& [watcher, places] : places_)  // its number may be another's from here on
        for (Place& place : places)
            if (place.subject == end.actor) place.subject.reset();
}

void Watches::watch(std::uint32_t watcher, std::optional<std::uint32_t> subject,
                    const std::string& name, std::uint8_t relation) {
    if (subject == watcher) return refuse(watcher, name, relation, "an actor cannot watch itself");
    if (subject && node_.children_[*subject].concluded) subject.reset();
    const bool up = subject && is_alive(node_.children_[*subject].state.phase);
    // A link is between two that live; a monitor waits for who may still come.
    if (subject && (up || relation == ipc::watch_monitor)) book_.add(watcher, *subject, relation);
    if (!up) tell_noproc(watcher, subject, name, relation);
}

void Watches::tell_noproc(std::uint32_t watcher, std::optional<std::uint32_t> subject,
                          const std::string& name, std::uint8_t relation) {
    const Child& child = node_.children_[watcher];
    if (relation == ipc::watch_link && !child.traps_exits)
        return end_linked(watcher, name, "noproc: it is not there");
    const bool keeps = subject && relation == ipc::watch_monitor;
    News news{watcher, child.state.incarnation, keeps ? subject : std::nullopt, {}};
    news.said.relations = relation;
    news.said.deaths = 1;
    news.said.reason = static_cast<std::uint32_t>(DownReason::noproc);
    news.said.over = subject ? 0 : 1;
    if (subject)
        news.said.comes_back =
            node_.children_[*subject].state.phase == ChildPhase::restarting ? 1 : 0;
    news.said.name.set(name);
    news.said.text.set(subject ? "it is down" : "there is no such actor");
    send(news);
}

/// It fails as the other did; what becomes of that its supervisor decides.
void Watches::end_linked(std::uint32_t watcher, const std::string& name, const std::string& how) {
    Child& child = node_.children_[watcher];
    if (!is_alive(child.state.phase) || child.linked) return;
    child.linked = true;
    child.failed_text = "linked " + name + " died: " + how;
    if (child.process.pidfd)
        node_.send_signal(watcher, SIGKILL);
    else
        node_.apply(watcher, ChildEvent::broken);
}

void Watches::refuse(std::uint32_t watcher, const std::string& name, std::uint8_t relation,
                     std::string_view why) {
    News news{watcher, node_.children_[watcher].state.incarnation, std::nullopt, {}};
    news.said.relations = relation;
    news.said.refused = 1;
    news.said.deaths = 1;
    news.said.name.set(name);
    news.said.text.set(why);
    send(news);
    node_.tell_event("refused", node_.children_[watcher].planned->name,
                     name + ": " + std::string(why));
}

void Watches::send(const News& news) {
    if (write(news)) return;
    if (waiting_.size() < most_waiting) return waiting_.push_back(news);
    node_.tell_event("warning", node_.children_[news.watcher].planned->name,
                     "it looks at nothing it is told of others: news of " +
                         std::string(news.said.name.view()) + " is lost");
}

/// The one that is its subject's; else one whose last news was seen and that nobody needs any more.
Watches::Place* Watches::place_for(const News& news, ipc::WatchTable& table) {
    auto& places = places_[news.watcher];
    if (news.subject)
        for (Place& place : places)
            if (place.subject == news.subject) return &place;
    const auto is_free = [&](Place& place) {
        const auto number = static_cast<std::uint32_t>(&place - places.data());
        if (!ipc::watch_is_taken(table, number)) return false;
        return !place.subject || book_.relations(news.watcher, *place.subject) == 0;
    };
    auto found = std::find_if(places.begin(), places.end(), is_free);
    if (found == places.end()) {
        if (places.size() == ipc::WatchTable::places) return nullptr;
        places.emplace_back();
        found = places.end() - 1;
    }
    const std::uint32_t serial = found->record.serial + 1;
    *found = {news.subject, {}};
    found->record.serial = serial;
    return &*found;
}

/// False: no place is free. Who is not there any more needs no news.
bool Watches::write(const News& news) {
    Child& watcher = node_.children_[news.watcher];
    if (watcher.state.incarnation != news.incarnation || !is_alive(watcher.state.phase))
        return true;
    ipc::WatchTable& table = watcher.actor_page().watches;
    Place* const place = place_for(news, table);
    if (place == nullptr) return false;
    ipc::WatchRecord& record = place->record;
    record.name = news.said.name;
    if (news.said.up != 0) record.up = news.said.up;
    if (news.said.deaths != 0) {
        const auto [serial, up, deaths] = std::tuple(record.serial, record.up, record.deaths);
        record = news.said;
        record.serial = serial;
        record.up = up;
        record.deaths = deaths + 1;
    }
    if (record.over != 0) place->subject.reset();
    const auto number = static_cast<std::uint32_t>(place - places_[news.watcher].data());
    ipc::tell_watch(table, number, record);
    ipc::give_command(watcher.actor_page(), ipc::ActorCommand::look);
    return true;
}

}  // namespace streamlib::supervision
