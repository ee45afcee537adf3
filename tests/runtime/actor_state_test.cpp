// SPDX-License-Identifier: Apache-2.0
// What the runtime tells of an actor at work, and the state that outlives it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "running_actor.hpp"

namespace streamlib::test {
namespace {

using ipc::ActorPhase;
using testing::HasSubstr;

struct Seen {
    std::uint64_t turns = 0;
    std::int64_t age_mark = 0;
};

/// Keeps how many turns it has had over all incarnations.
class Keeper final : public Actor {
public:
    explicit Keeper(std::uint32_t version = 1) {
        if (version != 0) keeps_state(version);
    }
    Result<> start() override { return {}; }
    void process(const Tick&) override {
        ++state.turns;
        phase_inside = phase();
        const auto before = activity();
        while (MonotonicTime::now() <= ipc::activity_of(before).since) {
        }
        progress();
        progress_renewed = activity() > before && phase() == ActorPhase::processing;
    }
    std::size_t snapshot(std::span<std::byte> room) override {
        phase_inside = phase();
        return put_state(room, state);
    }
    Result<> restore(const Snapshot& kept) override {
        ++restores;
        phase_inside = phase();
        age = kept.age;
        if (refuses) return fail(Errc::parse, "too old for me");
        if (dies) throw 1;
        if (const auto value = kept.as<Seen>(); value && kept.version == 1) state = *value;
        return {};
    }
    std::uint64_t activity() { return ActorCore::of(*this).page->activity.load(); }
    ActorPhase phase() { return ipc::activity_of(activity()).phase; }
    Seen state{};
    int restores = 0;
    bool refuses = false, dies = false;
    Nanoseconds age = -1;
    std::atomic<ActorPhase> phase_inside{};
    std::atomic<bool> progress_renewed{false};
};

/// A keeper in a page that an earlier one has left.
struct Incarnation : RunningActor {
    Keeper& keeper;
    explicit Incarnation(std::unique_ptr<Keeper> made = std::make_unique<Keeper>())
        : RunningActor(std::move(made)), keeper(static_cast<Keeper&>(*actor)) {}
    void inherit(Incarnation& before) {
        before.stop();
        page = std::move(before.page);
        before.page = std::make_unique<ipc::ActorPage>();
        ipc::give_command(*page, ipc::ActorCommand::none);
        core.page = page.get();
        core.incarnation = before.core.incarnation + 1;
        core.log = ipc::LogWriter(&page->log, core.incarnation);
        core.set_reading(read_tick_of(before));
    }
    static TickReading read_tick_of(const RunningActor& other) { return read_tick(other.ticks); }
    std::string log_text() const {
        std::string all;
        for (const auto& line : ipc::LogReader(&page->log).read(ipc::Unfinished::skip).lines)
            all += line.text + "\n";
        return all;
    }
    void keep() {
        const auto request = ipc::request_snapshot(page->snapshots);
        ipc::give_command(*page, ipc::ActorCommand::look);
        until([&] { return page->snapshots.answered.load() >= request; });
    }
};

TEST(ActorActivity, is_told_around_process_and_renewed_by_progress) {
    Incarnation one;
    one.run();
    EXPECT_EQ(one.page->activity.load(), 0u);
    one.turn();
    EXPECT_EQ(one.keeper.phase_inside.load(), ActorPhase::processing);
    EXPECT_TRUE(one.keeper.progress_renewed.load());
    until([&] { return one.page->activity.load() == 0; });
    one.keeper.phase_inside = ActorPhase::waiting;
    one.keep();
    EXPECT_EQ(one.keeper.phase_inside.load(), ActorPhase::snapshotting);
    until([&] { return one.page->tick_seen.load() == one.ticks.seq.load(); });
    one.stop();
    EXPECT_EQ(one.page->activity.load(), 0u);
}

TEST(ActorState, comes_back_in_the_next_incarnation_with_its_age) {
    Incarnation one;
    one.core.restore_state(one.keeper);
    EXPECT_EQ(one.keeper.restores, 0) << "there is nothing";
    one.run();
    for (int i = 0; i < 5; ++i) one.turn();
    one.keep();
    Incarnation two;
    two.inherit(one);
    two.core.restore_state(two.keeper);
    EXPECT_EQ(two.keeper.restores, 1);
    EXPECT_EQ(two.keeper.phase_inside.load(), ActorPhase::restoring);
    EXPECT_EQ(two.keeper.state.turns, 5u);
    EXPECT_GE(two.keeper.age, 0);
    EXPECT_EQ(two.page->activity.load(), 0u);
}

TEST(ActorState, is_kept_at_an_interval_and_only_when_it_worked_meanwhile) {
    Incarnation one;
    one.core.snapshot_every = 1;
    one.core.restore_state(one.keeper);
    one.run();
    const auto number = [&] {
        const auto copy = ipc::copy_snapshot(one.page->snapshots);
        return copy ? copy->label.number : 0;
    };
    for (std::uint64_t i = 1; i <= 5; ++i) {
        one.turn();
        until([&] { return number() == i; });
    }
    const std::uint64_t idle_looks = one.page->command.load();
    ipc::give_command(*one.page, ipc::ActorCommand::look);
    EXPECT_NE(one.page->command.load(), idle_looks);
    one.turn();
    until([&] { return number() == 6; });
    one.stop();
    EXPECT_EQ(number(), 6u) << "nothing was kept without work";
}

TEST(ActorState, that_is_asked_for_from_a_class_that_keeps_none_is_refused_and_not_waited_for) {
    Incarnation one(std::make_unique<Keeper>(0));
    one.run();
    one.keep();
    EXPECT_EQ(one.page->snapshots.refused.load(), 1u);
    EXPECT_FALSE(ipc::newest_snapshot(one.page->snapshots));
}

TEST(ActorState, that_restore_refuses_is_told_in_the_log_and_not_held_against_it) {
    Incarnation one;
    one.run();
    one.turn();
    one.keep();
    Incarnation two;
    two.inherit(one);
    two.keeper.refuses = true;
    for (int i = 0; i < 3; ++i) two.core.restore_state(two.keeper);
    EXPECT_EQ(two.keeper.restores, 3);
    EXPECT_THAT(two.log_text(),
                HasSubstr("begins afresh, snapshot 1 could not be restored: too old"));
}

TEST(ActorState, that_crashed_two_restores_is_put_aside_and_told_in_the_log) {
    Incarnation one;
    one.run();
    one.turn();
    one.keep();
    Incarnation two;
    two.inherit(one);
    two.keeper.dies = true;
    for (int i = 0; i < 2; ++i) EXPECT_ANY_THROW(two.core.restore_state(two.keeper));
    EXPECT_EQ(two.log_text(), "");
    two.core.restore_state(two.keeper);
    EXPECT_EQ(two.keeper.restores, 2) << "not a third time";
    EXPECT_THAT(two.log_text(),
                HasSubstr("snapshot 1 is put aside: restore() did not survive it twice"));
}

}  // namespace
}  // namespace streamlib::test
