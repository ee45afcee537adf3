// SPDX-License-Identifier: Apache-2.0
// What an actor asks for, and how it is told, without any process.
#include "runtime/actor_children.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/actor_core.hpp"
#include "runtime/harness.hpp"

namespace streamlib {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Keeps a worker alive.
class Keeper final : public Actor {
public:
    Result<> start() override {
        if (auto done = trap_exit(true); !done) return done;
        return spawn({.name = "w1",
                      .class_name = "Worker",
                      .properties = {{"speed", "3"}},
                      .strategy = RestartStrategy{5, 1'000'000'000},
                      .shutdown = Shutdown{Shutdown::Kind::kill},
                      .links = {"camera.video >> w1.video"}});
    }
    void process(const Tick&) override {}
    void child_ready(std::string_view name, std::uint64_t incarnation) override {
        said.push_back("ready " + std::string(name) + " " + std::to_string(incarnation));
    }
    void child_refused(std::string_view name, std::string_view why) override {
        said.push_back("refused " + std::string(name) + " " + std::string(why));
    }
    void down(const Down& down) override {
        said.push_back("down " + std::string(down.name) + " " + std::to_string(down.incarnation));
        if (down.over) static_cast<void>(spawn({.name = "w1", .class_name = "Worker"}));
    }
    void exit_signal(const Down& down) override {
        said.push_back("exit " + std::string(down.name));
    }
    using Actor::demonitor;
    using Actor::link;
    using Actor::monitor;
    using Actor::spawn;
    std::vector<std::string> said;
};

struct Kept {
    ActorHarness harness{std::make_unique<Keeper>()};
    std::unique_ptr<ipc::WatchTable> table = std::make_unique<ipc::WatchTable>();
    Keeper& keeper() { return static_cast<Keeper&>(harness.actor()); }
    std::vector<std::string> told() {
        ActorCore::of(keeper()).children.deliver(keeper(), *table);
        return std::exchange(keeper().said, {});
    }
};

ipc::WatchRecord record(std::uint32_t serial, std::uint64_t up, std::uint64_t deaths,
                        std::uint64_t died) {
    ipc::WatchRecord record;
    record.serial = serial;
    record.up = up;
    record.deaths = deaths;
    record.died = died;
    record.relations = ipc::watch_child;
    record.name.set("w1");
    return record;
}

TEST(ActorChildren, a_harness_shows_what_was_asked) {
    ActorHarness harness(std::make_unique<Keeper>());
    ASSERT_TRUE(harness.configure() && harness.start());
    const auto asked = harness.asked();
    ASSERT_THAT(asked, SizeIs(2));
    EXPECT_EQ(asked[0].what, "trap_exit");
    EXPECT_TRUE(asked[0].on);
    EXPECT_EQ(asked[1].what, "spawn");
    EXPECT_EQ(asked[1].child.class_name, "Worker");
    EXPECT_EQ(asked[1].child.properties.at("speed"), "3");
    EXPECT_EQ(asked[1].child.strategy->max_retries, 5U);
    EXPECT_EQ(asked[1].child.shutdown, (Shutdown{Shutdown::Kind::kill, 0}));
    EXPECT_THAT(asked[1].child.links, ElementsAre("camera.video >> w1.video"));
}

TEST(ActorChildren, a_harness_takes_what_a_test_tells) {
    Kept kept;
    kept.harness.actor().down({.name = "w1", .incarnation = 1, .over = true});
    const auto asked = kept.harness.asked();
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_EQ(asked[0].name, "w1");
}

TEST(ActorChildren, tells_what_came_in_the_order_in_which_it_happened) {
    Kept kept;
    ipc::tell_watch(*kept.table, 0, record(1, 1, 0, 0));
    EXPECT_THAT(kept.told(), ElementsAre("ready w1 1"));
    EXPECT_THAT(kept.told(), IsEmpty());
    ipc::tell_watch(*kept.table, 0, record(1, 2, 1, 1));
    EXPECT_THAT(kept.told(), ElementsAre("down w1 1", "ready w1 2"));
    ipc::tell_watch(*kept.table, 0, record(1, 3, 3, 3));
    EXPECT_THAT(kept.told(), ElementsAre("ready w1 3", "down w1 3")) << "the one between coalesced";
}

TEST(ActorChildren, a_place_that_is_another_s_now_begins_anew) {
    Kept kept;
    ipc::tell_watch(*kept.table, 0, record(1, 1, 1, 1));
    EXPECT_THAT(kept.told(), ElementsAre("ready w1 1", "down w1 1"));
    ipc::tell_watch(*kept.table, 0, record(2, 1, 1, 1));
    EXPECT_THAT(kept.told(), ElementsAre("ready w1 1", "down w1 1"));
}

TEST(ActorChildren, one_that_is_child_and_linked_is_told_as_both) {
    Kept kept;
    auto both = record(1, 0, 1, 1);
    both.relations = ipc::watch_child | ipc::watch_link;
    ipc::tell_watch(*kept.table, 9, both);
    EXPECT_THAT(kept.told(), ElementsAre("down w1 1", "exit w1"));
    auto refused = record(2, 0, 1, 0);
    refused.refused = 1;
    refused.text.set("no");
    ipc::tell_watch(*kept.table, 9, refused);
    EXPECT_THAT(kept.told(), ElementsAre("refused w1 no"));
}

TEST(ActorChildren, what_is_wrong_is_said_at_once) {
    Kept kept;
    const auto text = [&](const ChildSpec& spec) { return kept.keeper().spawn(spec).error().text; };
    EXPECT_THAT(text({.name = "a b", .class_name = "Worker"}), HasSubstr("\"a b\" is no name"));
    EXPECT_THAT(text({.name = "a", .class_name = ""}), HasSubstr("class_name is missing"));
    EXPECT_THAT(text({.name = "a",
                      .class_name = "Worker",
                      .supervisor = "pool",
                      .strategy = RestartStrategy{}}),
                HasSubstr("either a supervisor"));
    EXPECT_THAT(text({.name = "a", .class_name = "Worker", .strategy = RestartStrategy{3, 0}}),
                HasSubstr("retries in a period"));
    EXPECT_THAT(kept.harness.asked(), IsEmpty());
}

TEST(ActorChildren, a_hundred_and_twenty_eight_are_the_most_until_some_are_over) {
    Kept kept;
    for (int n = 0; n < 128; ++n) ASSERT_TRUE(kept.keeper().monitor("m" + std::to_string(n)));
    EXPECT_TRUE(kept.keeper().link("m5")) << "of the same";
    EXPECT_FALSE(kept.keeper().monitor("one-more"));
    auto over = record(1, 0, 1, 1);
    over.relations = ipc::watch_monitor;
    over.name.set("m5");
    over.over = 1;
    ipc::tell_watch(*kept.table, 0, over);
    EXPECT_THAT(kept.told(), SizeIs(1));
    EXPECT_TRUE(kept.keeper().demonitor("m6"));
    EXPECT_TRUE(kept.keeper().monitor("one-more"));
}

TEST(ActorChildren, what_was_asked_before_there_was_a_launcher_is_sent_then) {
    Kept kept;
    ASSERT_TRUE(kept.keeper().monitor("camera"));
    std::vector<std::string> sent;
    ActorChildren& children = ActorCore::of(kept.keeper()).children;
    ASSERT_TRUE(children.open([&](const protocol::Ask& ask) {
        sent.push_back(ask.name);
        return Result<>{};
    }));
    ASSERT_TRUE(kept.keeper().monitor("sink"));
    EXPECT_THAT(sent, ElementsAre("camera", "sink"));
    EXPECT_THAT(kept.harness.asked(), IsEmpty());
}

}  // namespace
}  // namespace streamlib
