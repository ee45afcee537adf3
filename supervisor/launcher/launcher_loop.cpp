// SPDX-License-Identifier: Apache-2.0
// The loop: takes what happened to where it is decided. Decisions are elsewhere.
#include <signal.h>

#include <algorithm>

#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/reap.hpp"

namespace streamlib::supervision {

void Launcher::loop() {
    while (!done_) {
        const MonotonicTime deadline =
            next_deadline();  // restarts what is due: it may be told something at once
        zygotes_->flush();
        pump_control();
        for (const Ready& ready : loop_->wait(deadline)) dispatch(ready);
        on_deadlines();
        if (zombies_) reap_strangers();
        // Their writers' successors have been ordered by now.
        if (rings_ && rings_->has_readers_to_wake()) rings_->wake_readers_of_the_dead();
        dynamic_.attend();
        if (dirty_ && MonotonicTime::now() >= settle_at_) settle();
    }
}

void Launcher::dispatch(const Ready& ready) {
    const std::uint32_t index = ready.token.index;
    switch (ready.token.source) {
        case Source::timer: break;
        case Source::signals: on_signals(); break;
        case Source::actor_channel: on_actor_channel(index); break;
        case Source::actor_process: on_actor_process(index); break;
        case Source::zygote_channel:
            if (ready.writable)
                zygotes_->on_writable(index);
            else
                on_zygote(zygotes_->on_channel(index));
            break;
        case Source::zygote_process: on_zygote(zygotes_->on_process(index)); break;
        case Source::service_channel:
            if (!ready.writable) on_service_channel(index);
            break;
        case Source::twin_channel: on_twin_channel(index); break;
        case Source::twin_process: on_twin_process(index); break;
        case Source::undead_process: on_undead_process(index); break;
        case Source::service_process:
            if (const std::string died = services_[index]->on_process(); !died.empty() && !done_) {
                tell_replaced(died);
            }
            break;
    }
}

void Launcher::on_signals() {
    for (const int signal : loop_->take_signals()) {
        if (signal == SIGCHLD)
            zombies_ = true;
        else if (phase_ == RunPhase::stopping && stop_reason_ == StopReason::interrupted)
            kill_all();
        else if (phase_ == RunPhase::stopping)
            stop_reason_ = StopReason::interrupted;  // the next one kills
        else
            begin_stop(StopReason::interrupted);
    }
}

void Launcher::on_actor_channel(std::uint32_t actor) {
    Child& child = children_[actor];
    // More than a socket holds, so that last words are heard; who never stops talking must not keep us from the others.
    constexpr int most = 1024;
    for (int heard = 0; child.channel && heard < most; ++heard) {
        auto message = child.channel.receive();
        if (message && !*message) return;
        if (message) {
            on_message(actor, **message);
            continue;
        }
        if (message.error().code == Errc::invalid_argument) {
            child.failed_text = "it said something that is too long";
            apply(actor, ChildEvent::broken);
            continue;
        }
        loop_->forget(child.channel.fd());
        child.channel.close();
        child.channel_ended = true;
        // Gone before anybody reported a process, and nobody is left who could: there is none.
        if (child.order_lost && !child.process.pidfd) on_never_born(actor);
    }
}

void Launcher::on_actor_process(std::uint32_t actor) {
    Child& child = children_[actor];
    if (!child.process.pidfd) return;
    const auto how = reap_with_group(child.process);
    if (!how) return;
    on_actor_channel(actor);  // its last words
    child.exit = *how;
    const bool well = how->kind == ipc::ExitKind::exited && how->code == 0;
    if (!well && child.failed_text.empty()) child.failed_text = ipc::error_of(child.actor_page());
    loop_->forget(child.process.pidfd.get());
    child.process.pidfd.reset();
    child.ended = MonotonicTime::now();
    on_ended(actor, well);
}

void Launcher::on_zygote(const ZygotePool::News& news) {
    for (const auto& born : news.born) {
        const std::uint32_t actor = born.child;
        if (actor >= children_.size()) continue;
        if (born.pid > 0) {
            adopt(actor, born.pid);
            continue;
        }
        children_[actor].failed_text = "fork: " + std::string(strerror(born.error));
        children_[actor].exit = {ipc::ExitKind::refused, born.error};
        on_ended(actor, false);
    }
    for (const std::uint32_t actor : news.lost) {
        Child& child = children_[actor];
        if (child.process.pidfd) continue;  // it has said hello
        child.order_lost = true;
        if (child.channel_ended) on_never_born(actor);
    }
    if (!news.died.empty()) tell_replaced(news.died);
}

void Launcher::on_never_born(std::uint32_t actor) {
    apply(actor, ChildEvent::never_born);
    const Child& child = children_[actor];
    if (is_alive(child.state.phase)) return;
    if (phase_ != RunPhase::starting && phase_ != RunPhase::running) return;
    const ExitReport report{.cause = ExitCause::refused, .text = "it was never born"};
    Watches::End end = dynamic_.watches.end_of(actor, report);
    carry_out(tree_->on_exit(actor, report, MonotonicTime::now()));
    dynamic_.watches.on_end(std::move(end));
}

void Launcher::on_service_channel(std::uint32_t index) {
    ServiceProcess& service = *services_[index];
    // Bounded: a control process that floods must not keep the loop from its actors.
    for (int n = 0; n < 64 && service.channel(); ++n) {
        auto message = service.channel().receive();
        if (message && !*message) return;
        if (!message || index != control_service) return service.give_up();
        service.heard();
        const auto replace = control_link::replace_request_in((*message)->bytes);
        const auto request =
            replace ? std::optional(replace->request) : control_link::request_in((*message)->bytes);
        if (!request) return service.give_up();
        on_request(*request,
                   replace ? std::span(replace->settings).first(replace->count) : Settings{});
    }
}

void Launcher::pump_control() {
    if (!desk_) return;
    ServiceProcess& control = *services_[control_service];
    const bool full = desk_->pump(control.channel());
    if (control.channel())
        loop_->watch_writable(control.channel().fd(), {Source::service_channel, control_service},
                              full);
}

MonotonicTime Launcher::next_deadline() {
    const MonotonicTime now = MonotonicTime::now();
    MonotonicTime next =
        std::min({stop_rest_at_, kill_at_, time_is_up_, totals_at_, zygotes_->restart_due(now)});
    for (auto& service : services_) {
        if (service) next = std::min(next, service->restart_due(now));
    }
    if (dirty_) next = std::min(next, settle_at_);
    if (dynamic_.is_busy()) return now;
    if (tree_) next = std::min(next, tree_->next_due());
    next = std::min({next, look_at_, undead_.due, twins_due()});
    return kill_times_.empty() ? next : std::min(next, kill_times_.top().at);
}

void Launcher::on_deadlines() {
    const MonotonicTime now = MonotonicTime::now();
    if (now >= totals_at_) {
        totals_at_ = totals_at_ + 1'000'000'000;
        observer_.totals(totals());
        publish_tree();  // restarts that are old enough are given back
        if (rings_) rings_->drop_superseded();
        if (zygotes_->kill_stopped()) tell_event("hung", "sl-zygote", "it was stopped");
        auto& control = services_[control_service];
        if (const std::string why = control ? control->look(now) : ""; !why.empty()) {
            tell_event("hung", "sl-control", why);
            control->give_up();
        }
    }
    if (tree_ && now >= tree_->next_due()) carry_out(tree_->on_time(now));
    watch_for_hangs(now);
    watch_deaths(now);
    if (now >= twins_due()) tend_twins(now);
    if (now >= time_is_up_) {
        time_is_up_ = {INT64_MAX};
        begin_stop(StopReason::time_is_up);
    }
    if (now >= stop_rest_at_) stop_all_now();
    if (now >= kill_at_) kill_all();
    for (; !kill_times_.empty() && now >= kill_times_.top().at; kill_times_.pop()) {
        const KillTime& due = kill_times_.top();
        const ChildState& state = children_[due.actor].state;
        const bool same = children_[due.actor].spawned == due.spawned;  // numbers are used again
        if (!same || state.incarnation != due.incarnation || state.phase != ChildPhase::stopping)
            continue;
        ++killed_;
        apply(due.actor, ChildEvent::kill);
    }
}

/// Zombies that no pidfd of ours speaks for: intermediates of a zygote that was killed, processes that an actor left
/// behind, and actors which died before their pid was reported.
void Launcher::reap_strangers() {
    zombies_ = false;
    const bool births = zygotes_ && zygotes_->has_open_orders();
    if (!births) early_exits_.clear();
    while (const pid_t pid = dead_child()) {
        const bool ours =
            std::any_of(children_.begin(), children_.end(), [pid](const Child& child) {
                const auto& next = child.replacement;  // how it died is to be told
                return (child.process.pidfd && child.process.pid == pid) ||
                       (next && next->twin.process.pidfd && next->twin.process.pid == pid);
            });
        const bool service =
            (zygotes_ && zygotes_->is_ours(pid)) ||
            std::any_of(std::begin(services_), std::end(services_),
                        [pid](const auto& one) { return one && one->is_ours(pid); });
        if (ours || undead_.has(pid) || service) {
            zombies_ = true;  // its pidfd is readable: it goes first, then we look again
            return;
        }
        const ExitReason how = reap_stranger(pid);
        if (births) early_exits_.emplace_back(pid, how);
    }
}

}  // namespace streamlib::supervision
