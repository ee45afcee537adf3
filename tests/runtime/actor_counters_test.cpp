// SPDX-License-Identifier: Apache-2.0
// What is counted stays in the actor's page, over all incarnations.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "ipc/actor_page.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/harness.hpp"

using namespace streamlib;

namespace {

constexpr std::array<std::byte, 8> block{};

/// Reads what is there in order, and claims `holds` slots a turn, of which it publishes none.
class Loser final : public Actor {
public:
    Input<Data> in{*this, "in", "Anything"};
    Output<Data> out{*this, "out", "Nothing"};
    Counter lost{*this, "lost", "What was lost"};
    std::size_t holds = 0;
    Result<> configure() override {
        out.set_format(data_format("application/octet-stream", 8));
        return {};
    }
    void process(const Tick&) override {
        while (in.read_new() == InputStatus::fresh) lost.add();
        std::vector<Slot> slots;
        for (std::size_t n = 0; n < holds; ++n) slots.push_back(out.claim());
    }
};

/// The next incarnation of an actor with that page.
struct Incarnation {
    ActorHarness harness{std::make_unique<Loser>()};
    Loser& actor = static_cast<Loser&>(harness.actor());

    explicit Incarnation(ipc::ActorPage& page) {
        harness.link("in", data_format("application/octet-stream", 8), 3);
        EXPECT_TRUE(harness.configure());
        EXPECT_TRUE(harness.start());
        ActorCore::of(actor).page = &page;
        ActorCore::of(actor).bind_counters();
    }
    void feed(int blocks) {
        for (int n = 0; n < blocks; ++n) harness.feed("in", block);
        harness.tick();
    }
};

TEST(ActorCounters, those_of_the_class_go_on_in_the_next_incarnation) {
    const auto page = std::make_unique<ipc::ActorPage>();
    for (std::uint64_t incarnation = 1; incarnation <= 3; ++incarnation) {
        Incarnation now(*page);
        now.actor.lost.add(5);
        EXPECT_EQ(now.actor.lost.value(), 5U);
        EXPECT_EQ(page->counters[0].value.load(), 5 * incarnation);
        EXPECT_EQ(page->counters[0].name.view(), "lost");
    }
}

TEST(ActorCounters, the_most_of_something_does_not_add_up) {
    const auto page = std::make_unique<ipc::ActorPage>();
    for (const std::uint64_t most : {14U, 12U, 16U}) {
        Incarnation now(*page);
        now.actor.lost.reach(most);
        now.actor.lost.reach(3);
        EXPECT_EQ(now.actor.lost.value(), most);
        EXPECT_EQ(page->counters[0].value.load(), std::max<std::uint64_t>(most, 14));
    }
}

TEST(ActorCounters, what_was_counted_before_there_is_a_page_joins_it) {
    const auto page = std::make_unique<ipc::ActorPage>();
    Loser early;
    early.lost.add(2);
    ActorCore::of(early).page = page.get();
    ActorCore::of(early).bind_counters();
    early.lost.add(3);
    EXPECT_EQ(page->counters[0].value.load(), 5U);
}

TEST(ActorCounters, blocks_missed_add_up_over_incarnations) {
    const auto page = std::make_unique<ipc::ActorPage>();
    std::uint64_t missed = 0;
    for (const int blocks : {40, 20, 60}) {
        Incarnation now(*page);
        now.feed(blocks);
        ASSERT_GT(now.actor.in.missed(), 0U);
        now.feed(blocks);
        missed += now.actor.in.missed();
        EXPECT_EQ(page->ports[0].missed.load(), missed);
        EXPECT_EQ(page->missed.load(), missed);
    }
}

TEST(ActorCounters, a_block_for_which_there_is_no_slot_is_counted) {
    const auto page = std::make_unique<ipc::ActorPage>();
    std::uint64_t none = 0;
    for (int incarnation = 0; incarnation < 2; ++incarnation) {
        Incarnation now(*page);
        now.actor.holds = 100;
        now.harness.tick();
        ASSERT_GT(now.actor.out.no_free_slot(), 0U);
        none += now.actor.out.no_free_slot();
        EXPECT_EQ(page->ports[1].missed.load(), none);
        EXPECT_EQ(page->ports[1].blocks.load(), 0U);
    }
}

}  // namespace
