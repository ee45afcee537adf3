// SPDX-License-Identifier: Apache-2.0
// An actor with a page and the loop of an actor process, in a thread of the test; the test is its clock and launcher.
#pragma once

#include <sched.h>

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "ipc/actor_page.hpp"
#include "runtime/actor.hpp"
#include "runtime/process/actor_loop.hpp"

namespace streamlib::test {

/// Waits until it is so; the test's own time-out ends a wait in vain.
inline void until(const std::function<bool()>& so) {
    while (!so()) ::sched_yield();
}

struct RunningActor {
    std::unique_ptr<ipc::ActorPage> page = std::make_unique<ipc::ActorPage>();
    TickPage ticks{};
    std::unique_ptr<Actor> actor;
    ActorCore& core;
    Result<LoopEnd> end = LoopEnd::stopped;
    std::thread thread;

    explicit RunningActor(std::unique_ptr<Actor> made, Trigger trigger = Trigger::tick)
        : actor(std::move(made)), core(ActorCore::of(*actor)) {
        core.page = page.get();
        core.log = ipc::LogWriter(&page->log, 1);
        core.trigger = trigger;
    }
    ~RunningActor() { stop(); }
    RunningActor(const RunningActor&) = delete;
    RunningActor& operator=(const RunningActor&) = delete;

    /// Returns once the loop waits for the next tick: a first incarnation leaves the one that is there.
    void run() {
        tick();
        thread = std::thread([this] {
            ActorLoop loop({*actor, core, *page, ticks, {}, {}});
            end = loop.run();
        });
        if (core.trigger != Trigger::input) until([&] { return page->tick_seen.load() != 0; });
    }
    void stop() {
        if (!thread.joinable()) return;
        ipc::give_command(*page, ipc::ActorCommand::stop);
        thread.join();
    }
    void tick() {
        TickRecord record;
        record.seq = ticks.seq.load() + 1;
        record.index = 1000 + record.seq;
        record.time_ns = 1'000'000'000 + static_cast<std::int64_t>(record.seq) * 10'000'000;
        record.monotonic_ns = MonotonicTime::now().ns;
        record.rate_num = 100;
        publish_tick(ticks, record);
    }
    /// A tick, worked off: another one if it came while the loop was still about the last, and was dropped.
    void turn() {
        const std::uint64_t before = page->ticks.load();
        while (page->ticks.load() == before) {
            const std::uint64_t dropped = page->ticks_dropped.load();
            tick();
            until([&] {
                return page->ticks.load() > before || page->ticks_dropped.load() > dropped;
            });
        }
    }
};

}  // namespace streamlib::test
