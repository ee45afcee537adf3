// SPDX-License-Identifier: Apache-2.0
// Work that has times of its own, and loops that sleep in a reactor.
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "running_actor.hpp"
#include "runtime/harness.hpp"
#include "tests/ipc/local_ring.hpp"

namespace streamlib::test {
namespace {

constexpr Nanoseconds ms = 1'000'000;

/// Wakes itself `most` times, a millisecond apart, each time looking whether it came too early.
class Pacer final : public Actor {
public:
    Input<Data> in{*this, "in", "What triggers it, if anything does", {.optional = true}};
    Result<> start() override {
        wanted_ = MonotonicTime::now() + ms;
        wake_at(wanted_);
        return {};
    }
    void process(const Tick&) override { ++turns; }
    void woken(MonotonicTime now) override {
        if (now < wanted_) ++early;
        wanted_ = now + ms;
        if (++woken_times < most) wake_at(wanted_);
    }
    static constexpr int most = 5;
    std::atomic<int> turns{0}, woken_times{0}, early{0};

private:
    MonotonicTime wanted_{};
};

void wakes_between_turns(Trigger trigger) {
    auto made = std::make_unique<Pacer>();
    Pacer& pacer = *made;
    RunningActor running(std::move(made), trigger);
    ASSERT_TRUE(pacer.start());
    running.run();
    until([&] { return pacer.woken_times == Pacer::most; });
    const int turns = pacer.turns;
    if (trigger != Trigger::input) {
        running.turn();
        EXPECT_GT(pacer.turns, turns) << "it still follows the clock";
    }
    running.stop();
    EXPECT_EQ(pacer.woken_times, Pacer::most) << "once for each wake_at()";
    EXPECT_EQ(pacer.early, 0);
}

TEST(WakeAt, wakes_an_actor_that_works_on_ticks_although_none_comes) {
    wakes_between_turns(Trigger::tick);
}

TEST(WakeAt, wakes_an_actor_that_works_on_inputs_although_none_comes) {
    wakes_between_turns(Trigger::input);
}

/// Rests; what comes meanwhile waits until it wakes.
class Resting final : public Actor {
public:
    Input<Data> in{*this, "in", "What it would work on", {.optional = true}};
    Result<> start() override {
        rest_until(MonotonicTime::now() + ms);
        return {};
    }
    void process(const Tick&) override {}
    void woken(MonotonicTime now) override {
        ++woken_times;
        rest_until(now + (woken_times < most ? ms : hour));
    }
    static constexpr int most = 20;
    static constexpr Nanoseconds hour = 3600 * 1000 * ms;
    std::atomic<int> woken_times{0};
};

TEST(RestUntil, wakes_at_its_times_and_hears_a_stop_soon) {
    auto made = std::make_unique<Resting>();
    Resting& resting = *made;
    RunningActor running(std::move(made), Trigger::input);
    ASSERT_TRUE(resting.start());
    running.run();
    until([&] { return resting.woken_times == Resting::most; });
    running.stop();  // would last an hour
    EXPECT_EQ(resting.woken_times, Resting::most);
}

TEST(RestUntil, is_over_once_wake_at_is_asked_for) {
    ActorHarness harness(std::make_unique<Resting>());
    ASSERT_TRUE(harness.configure() && harness.start());
    EXPECT_TRUE(ActorCore::of(harness.actor()).rests);
    EXPECT_TRUE(harness.wake(MonotonicTime::now() + ms));
    ActorHarness other(std::make_unique<Pacer>());
    ActorCore::of(other.actor()).rests = true;
    ASSERT_TRUE(other.configure() && other.start());
    EXPECT_FALSE(ActorCore::of(other.actor()).rests);
}

TEST(WakeAt, is_called_off_by_never) {
    ActorHarness harness(std::make_unique<Pacer>());
    ASSERT_TRUE(harness.configure() && harness.start());
    ActorCore::of(harness.actor()).wake_time = ipc::never;
    EXPECT_FALSE(harness.wake({INT64_MAX - 1}));
}

TEST(WakeAt, comes_in_the_harness_when_the_test_says_so_and_not_before) {
    ActorHarness harness(std::make_unique<Pacer>());
    ASSERT_TRUE(harness.configure() && harness.start());
    auto& pacer = static_cast<Pacer&>(harness.actor());
    const MonotonicTime wanted = ActorCore::of(pacer).wake_time;
    EXPECT_FALSE(harness.wake({wanted.ns - 1}));
    EXPECT_TRUE(harness.wake(wanted));
    EXPECT_EQ(pacer.woken_times, 1);
}

/// Stands for a reactor: what comes in, comes from the test.
class Post final : public Sleeper {
public:
    void sleep(MonotonicTime until) override {
        ++sleeps;
        if (until > MonotonicTime::now() + 11 * ms) ++too_long;
        while (MonotonicTime::now() < until)
            if (letters.exchange(0) != 0) {
                ++opened;
                return;
            }
    }
    std::atomic<int> letters{0}, opened{0}, sleeps{0}, too_long{0};
};

class Receiver final : public Actor {
public:
    Receiver() { sleep_in(post); }
    void process(const Tick&) override { ++turns; }
    Post post;
    std::atomic<int> turns{0};
};

TEST(Sleeper, gets_what_comes_between_ticks_while_ticks_and_commands_are_still_seen) {
    auto made = std::make_unique<Receiver>();
    Receiver& receiver = *made;
    RunningActor running(std::move(made));
    running.run();
    for (int i = 1; i <= 3; ++i) {
        receiver.post.letters = 1;
        until([&] { return receiver.post.opened == i; });
        running.turn();
    }
    EXPECT_GE(receiver.turns, 3);
    running.stop();  // or this test times out
    EXPECT_EQ(receiver.post.too_long, 0) << "a command would have waited for it";
}

}  // namespace
}  // namespace streamlib::test
