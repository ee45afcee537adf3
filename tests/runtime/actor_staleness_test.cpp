// SPDX-License-Identifier: Apache-2.0
// Inputs to which nothing comes: who is told, when, and how often.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <vector>

#include "running_actor.hpp"
#include "runtime/harness.hpp"
#include "tests/ipc/local_ring.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;

constexpr Nanoseconds ms = 1'000'000;

DataFormat anything() {
    DataFormat format;
    std::strcpy(format.content_type.data(), "application/x-number");
    format.max_bytes = 8;
    return format;
}

class Listener final : public Actor {
public:
    Input<Data> left{*this, "left", "One"};
    Input<Data> right{*this, "right", "Another", {.optional = true}};
    void process(const Tick&) override {
        for (InputBase* input : {static_cast<InputBase*>(&left), static_cast<InputBase*>(&right)})
            while (input->linked() && input->read() == InputStatus::fresh &&
                   trigger() == Trigger::input) {
            }
        age = left.age();
        told_before_turn = told.load();
        ++turns;  // last: the test waits for it
    }
    void stale_changed(InputBase& input) override {
        events.push_back(input.spec().name + (input.stale() ? " stale" : " fresh"));
        ++told;
    }
    std::vector<std::string> events;  // the loop's thread, until it is joined
    std::atomic<int> told{0}, turns{0}, told_before_turn{0};
    std::atomic<Nanoseconds> age{-1};
};

/// The decision alone, at times that the test makes up.
struct Judged {
    ActorHarness harness{std::make_unique<Listener>()};
    Listener& listener = static_cast<Listener&>(harness.actor());
    ActorCore& core = ActorCore::of(listener);
    MonotonicTime start{1'000'000 * ms};

    explicit Judged(Nanoseconds stale_after = 100 * ms) {
        harness.link("left", anything());
        EXPECT_TRUE(harness.configure() && harness.start());
        core.stale_after = stale_after;
        core.begin_staleness(start);
    }
    void feed() {
        const std::vector<std::byte> bytes(8);
        harness.feed("left", bytes);
    }
    void at(Nanoseconds after_start) { core.check_stale(listener, start + after_start); }
};

TEST(Staleness, is_told_once_and_once_when_it_is_over) {
    Judged j;
    j.at(99 * ms);
    EXPECT_FALSE(j.listener.left.stale());
    j.at(100 * ms);
    EXPECT_TRUE(j.listener.left.stale());
    j.at(200 * ms);
    j.at(5000 * ms);
    EXPECT_THAT(j.listener.events, ElementsAre("left stale")) << "not again and again";
    j.feed();
    j.at(5010 * ms);
    EXPECT_FALSE(j.listener.left.stale());
    j.at(5100 * ms);
    EXPECT_THAT(j.listener.events, ElementsAre("left stale", "left fresh"));
    j.at(5110 * ms);
    EXPECT_THAT(j.listener.events, ElementsAre("left stale", "left fresh", "left stale"));
}

TEST(Staleness, does_not_come_while_blocks_do) {
    Judged j;
    for (Nanoseconds t = 90 * ms; t < 2000 * ms; t += 90 * ms) {
        j.feed();
        j.at(t);
    }
    EXPECT_TRUE(j.listener.events.empty());
}

TEST(Staleness, is_off_unless_the_graph_asks_for_it_and_unlinked_inputs_have_none) {
    Judged off(0);
    off.at(1'000'000 * ms);
    EXPECT_TRUE(off.listener.events.empty());
    EXPECT_EQ(off.core.stale_deadline(), ipc::never);
    Judged on;
    on.at(1000 * ms);
    EXPECT_THAT(on.listener.events, ElementsAre("left stale")) << "right is not linked";
}

TEST(Staleness, is_not_that_of_a_stream_which_has_ended) {
    Judged j;
    j.feed();
    j.harness.end("left");
    j.harness.tick(2);
    ASSERT_TRUE(j.listener.left.ended());
    j.at(10 * ms);
    j.at(5000 * ms);
    EXPECT_TRUE(j.listener.events.empty());
    EXPECT_EQ(j.core.stale_deadline(), ipc::never);
}

TEST(Staleness, has_a_deadline_until_it_is_there) {
    Judged j;
    EXPECT_EQ(j.core.stale_deadline(), j.start + 100 * ms);
    j.feed();
    j.at(50 * ms);
    EXPECT_EQ(j.core.stale_deadline(), j.start + 150 * ms);
    j.at(150 * ms);
    EXPECT_EQ(j.core.stale_deadline(), ipc::never) << "it has been told";
}

TEST(Staleness, age_is_that_of_the_block_which_is_held) {
    Judged j;
    EXPECT_EQ(j.listener.left.age(), 0);
    j.feed();
    j.harness.tick();
    const Nanoseconds fresh = j.listener.age;
    EXPECT_GE(fresh, 0);
    j.harness.jump_to(1000 + 600);  // ten seconds of ticks later, and nothing came
    j.harness.tick();
    EXPECT_GE(j.listener.age, 9'900 * ms);
}

/// A running listener with one linked input.
struct RunningListener : RunningActor {
    Listener& listener;
    ipc::test::LocalRing ring{{.slots = 4, .cells = 1, .payload_capacity = 64}};
    ipc::RingWriter writer = ipc::RingWriter::attach(ring.memory, 1).value();

    explicit RunningListener(Trigger trigger)
        : RunningActor(std::make_unique<Listener>(), trigger),
          listener(static_cast<Listener&>(*actor)) {
        core.set_input_format(0, anything());
        EXPECT_TRUE(core.attach_input(0, ring.memory, 0));
        core.stale_after = 20 * ms;
    }
    ~RunningListener() {  // thread and actor go before the ring they look at
        stop();
        actor.reset();
    }
    void publish() { ipc::test::publish_value(writer, 7); }
};

TEST(Staleness, wakes_an_actor_that_waits_for_input_and_gets_none) {
    RunningListener one(Trigger::input);
    one.publish();
    one.run();
    until([&] { return one.listener.turns.load() == 1; });
    until([&] { return one.listener.told.load() == 1; });  // no tick, no block wakes it
    EXPECT_EQ(one.page->stale_inputs.load(), 1u);
    EXPECT_EQ(one.page->stale_events.load(), 1u);
    one.publish();
    until([&] { return one.listener.turns.load() == 2; });
    EXPECT_EQ(one.listener.told_before_turn.load(), 2) << "fresh is told before the block is read";
    one.stop();
    EXPECT_EQ(one.listener.events[0], "left stale");
    EXPECT_EQ(one.listener.events[1], "left fresh");
}

TEST(Staleness, is_told_to_a_ticked_actor_with_and_without_ticks) {
    for (const Trigger trigger : {Trigger::tick, Trigger::cascade}) {
        RunningListener one(trigger);
        one.run();
        until([&] { return one.listener.told.load() == 1; });  // the clock stands
        EXPECT_EQ(one.listener.turns.load(), 0);
        one.publish();
        one.turn();
        EXPECT_GE(one.listener.told_before_turn.load(), 2);
        until([&] {  // ticks pass, blocks do not come
            one.turn();
            return one.listener.told.load() == 3;
        });
        EXPECT_EQ(one.page->stale_events.load(), 2u);
    }
}

}  // namespace
}  // namespace streamlib::test
