// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/zygote_pool.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "supervisor/launcher/reap.hpp"
#include "supervisor/zygote/zygote_main.hpp"

namespace streamlib::supervision {

using zygote_link::SpawnRequest;

namespace {

/// Longest that a zygote may owe an answer, loading its libraries included; as an actor's start-up deadline.
constexpr Nanoseconds answer_within_ns = 10'000'000'000;
/// Of what it was forking when it died.
constexpr Nanoseconds last_words_ns = 1'000'000'000;

}  // namespace

ZygotePool::ZygotePool(EventLoop& loop, std::string node, int lifeline)
    : loop_(loop), node_(std::move(node)), lifeline_(lifeline) {}

ZygotePool::~ZygotePool() { end(); }

Result<std::uint32_t> ZygotePool::zygote_for(const std::string& of_class,
                                             const std::string& plugin) {
    const std::string family = plugin.empty() ? of_class : std::string();
    for (std::uint32_t index = 0; index < zygotes_.size(); ++index) {
        if (zygotes_[index].family == family && zygotes_[index].plugin == plugin) return index;
    }
    const auto index = static_cast<std::uint32_t>(zygotes_.size());
    zygotes_.emplace_back();
    zygotes_.back().family = family;
    zygotes_.back().plugin = plugin;
    if (auto started = start(index); !started) return tl::unexpected(started.error());
    return index;
}

Result<> ZygotePool::start(std::uint32_t index) {
    Zygote& zygote = zygotes_[index];
    auto ends = ipc::Channel::pair();
    if (!ends) return tl::unexpected(ends.error());
    RoleArguments role{
        .role = Role::zygote, .launcher_pid = ::getpid(), .node = node_, .family = zygote.family};
    if (!zygote.plugin.empty()) role.plugins.push_back(zygote.plugin);
    auto process = exec_role(role, {.channel = ends->second.fd(), .lifeline = lifeline_});
    if (!process) return tl::unexpected(process.error());
    zygote.process = std::move(*process);
    zygote.group = zygote.process.pid;
    zygote.stopped = {};
    zygote.channel = std::move(ends->first);
    zygote.born = MonotonicTime::now();
    zygote.due = {INT64_MAX};
    zygote.blocked = false;
    loop_.watch(zygote.channel.fd(), {Source::zygote_channel, index});
    loop_.watch(zygote.process.pidfd.get(), {Source::zygote_process, index});
    return {};
}

void ZygotePool::order(std::uint32_t zygote, SpawnOrder order) {
    order.number = zygotes_[zygote].open.next(order.child);
    zygotes_[zygote].queue.push_back(std::move(order));
}

void ZygotePool::keep_spares(std::uint32_t zygote, std::uint32_t count) {
    zygotes_[zygote].spares.want(count, MonotonicTime::now());
}

std::optional<ChildProcess> ZygotePool::take_spare(std::uint32_t zygote, const std::string& comm,
                                                   const ipc::Channel& channel, int page) {
    return zygotes_[zygote].spares.take(comm, channel, page, MonotonicTime::now());
}

void ZygotePool::order_spare(std::uint32_t index, MonotonicTime now) {
    Zygote& zygote = zygotes_[index];
    if (zygote.spares.due() > now || !is_up(index)) return;
    auto theirs = zygote.spares.begin();
    if (theirs) order(index, {zygote_link::spare_child, "sl-spare", std::move(theirs), lifeline_});
}

void ZygotePool::flush() {
    const MonotonicTime now = MonotonicTime::now();
    for (std::uint32_t index = 0; index < zygotes_.size(); ++index) {
        Zygote& zygote = zygotes_[index];
        order_spare(index, now);
        while (zygote.channel && !zygote.blocked && !zygote.queue.empty()) send_batch(index);
    }
}

void ZygotePool::send_batch(std::uint32_t index) {
    Zygote& zygote = zygotes_[index];
    const std::size_t count = std::min(zygote.queue.size(), zygote_link::max_batch);
    std::vector<SpawnRequest> requests(count);
    std::vector<int> fds;
    for (std::size_t n = 0; n < count; ++n) {
        const SpawnOrder& order = zygote.queue[n];
        requests[n].order = order.number;
        requests[n].child = order.child;
        std::memcpy(requests[n].comm, order.comm.data(),
                    std::min<std::size_t>(order.comm.size(), 15));
        fds.push_back(order.channel.fd());
        fds.push_back(order.page);
    }
    if (const auto sent = zygote.channel.send(std::as_bytes(std::span(requests)), fds); !sent) {
        zygote.blocked = true;  // full: until it is writable; gone: the next zygote gets the queue
        if (sent.error().code != Errc::gone) {
            loop_.watch_writable(zygote.channel.fd(), {Source::zygote_channel, index}, true);
        }
        return;
    }
    if (zygote.open.empty()) zygote.answer_due = MonotonicTime::now() + answer_within_ns;
    for (std::size_t n = 0; n < count; ++n) {
        zygote.open.begin(zygote.queue.front().number, zygote.queue.front().child);
        zygote.queue.pop_front();
    }
}

void ZygotePool::on_writable(std::uint32_t index) {
    Zygote& zygote = zygotes_[index];
    zygote.blocked = false;
    if (zygote.channel)
        loop_.watch_writable(zygote.channel.fd(), {Source::zygote_channel, index}, false);
}

ZygotePool::News ZygotePool::on_channel(std::uint32_t index) {
    Zygote& zygote = zygotes_[index];
    News news;
    while (zygote.channel) {
        auto message = zygote.channel.receive();
        if (message && !*message) return news;
        if (message) {
            for (const auto& report :
                 zygote_link::records_in<zygote_link::SpawnReport>((*message)->bytes)) {
                if (zygote.open.end(report.order, report.child) != OpenOrders::Answer::wanted)
                    continue;
                if (report.child == zygote_link::spare_child)
                    zygote.spares.on_born(report, MonotonicTime::now());
                else
                    news.born.push_back(report);
            }
            zygote.answer_due = zygote.open.empty() ? MonotonicTime{INT64_MAX}
                                                    : MonotonicTime::now() + answer_within_ns;
            continue;
        }
        if (message.error().code == Errc::invalid_argument) continue;
        loop_.forget(zygote.channel.fd());
        zygote.channel.close();
        note_gone(index, news);
    }
    return news;
}

ZygotePool::News ZygotePool::on_process(std::uint32_t index) {
    Zygote& zygote = zygotes_[index];
    News news;
    if (!zygote.process.pidfd) return news;
    const auto how = reap(zygote.process);
    if (!how) return news;
    news.died = comm_of({.role = Role::zygote}) +
                (zygote.family.empty() ? "" : " (" + zygote.family + ")") + ": " +
                exit_text(*how, "");
    if (how->kind == ipc::ExitKind::exited && how->code == unusable_zygote_status)
        zygote.usable = false;
    loop_.forget(zygote.process.pidfd.get());
    zygote.process = {};
    // The process that forked holds the other end: for as long as it takes, or since it is stopped.
    if (zygote.channel)
        zygote.answer_due = std::min(zygote.answer_due, MonotonicTime::now() + last_words_ns);
    note_gone(index, news);
    return news;
}

/// Only when both process and channel are gone is it known what was born: an intermediate may still be reporting.
void ZygotePool::note_gone(std::uint32_t index, News& news) {
    Zygote& zygote = zygotes_[index];
    if (zygote.process.pidfd || zygote.channel) return;
    zygote.answer_due = {INT64_MAX};
    // One that was born unseen finds its channel closed, and ends.
    news.lost = zygote.open.lose_all();
    if (std::erase(news.lost, zygote_link::spare_child) != 0)
        zygote.spares.on_lost(MonotonicTime::now());
    if (!zygote.usable) {
        for (const SpawnOrder& order : zygote.queue)
            if (order.child != zygote_link::spare_child) news.lost.push_back(order.child);
        zygote.queue.clear();
        return;
    }
    const MonotonicTime now = MonotonicTime::now();
    zygote.due = now + zygote.back_off.delay_after(now - zygote.born);
}

MonotonicTime ZygotePool::restart_due(MonotonicTime now) {
    MonotonicTime next{INT64_MAX};
    for (std::uint32_t index = 0; index < zygotes_.size(); ++index) {
        Zygote& zygote = zygotes_[index];
        if (zygote.due <= now && !start(index)) zygote.due = now + 1'000'000'000;
        // Stopped, or stuck in a library: restarts must not wait for it. With it goes the process that forks, of its group.
        if (zygote.answer_due <= now) {
            zygote.answer_due = {INT64_MAX};
            if (zygote.process.pidfd || zygote.channel) ::kill(-zygote.group, SIGKILL);
            kill_process(zygote.process.pidfd, SIGKILL);
        }
        next = std::min({next, zygote.due, zygote.answer_due});
        if (is_up(index)) next = std::min(next, zygote.spares.due());
    }
    return next;
}

bool ZygotePool::kill_stopped() {
    bool any = false;
    for (Zygote& zygote : zygotes_) {
        if (!zygote.process.pidfd || !zygote.stopped.look(process_state(zygote.process.pid)))
            continue;
        ::kill(-zygote.group, SIGKILL);
        kill_process(zygote.process.pidfd, SIGKILL);
        any = true;
    }
    return any;
}

bool ZygotePool::has_open_orders() const noexcept {
    return std::any_of(zygotes_.begin(), zygotes_.end(), [](const Zygote& zygote) {
        return !zygote.open.empty() || !zygote.queue.empty();
    });
}

bool ZygotePool::is_ours(pid_t pid) const noexcept {
    return std::any_of(zygotes_.begin(), zygotes_.end(),
                       [pid](const Zygote& zygote) { return zygote.process.pid == pid; });
}

void ZygotePool::end() {
    for (Zygote& zygote : zygotes_) {
        if (zygote.process.pidfd) loop_.forget(zygote.process.pidfd.get());
        if (zygote.channel) loop_.forget(zygote.channel.fd());
        kill_and_reap(zygote.process);
        zygote.spares.end();
    }
    zygotes_.clear();
}

}  // namespace streamlib::supervision
