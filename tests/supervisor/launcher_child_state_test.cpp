// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/child_state.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace streamlib::supervision {
namespace {

using enum ChildPhase;
using E = ChildEvent;

ChildState in(ChildPhase phase) {
    ChildState state;
    state.phase = phase;
    state.incarnation = 1;
    return state;
}

/// The whole table: what every event does in every phase, as it is meant. "!" is "broken: kill".
struct Row {
    ChildPhase from;
    std::map<E, ChildPhase> moves;  ///< Events that move it; all others leave the phase.
    std::vector<E> breaks;          ///< Events that nobody may send here.
};
const std::vector<Row> table{
    {idle,
     {{E::spawn, spawned}, {E::restart, spawned}, {E::stop, stopped}, {E::give_up, failed}},
     {}},
    {spawned,
     {{E::exited_for_now, restarting},
      {E::hello, waiting},
      {E::stop, stopping},
      {E::kill, stopping},
      {E::exited_well, failed},
      {E::exited_badly, failed}},
     {E::configure, E::configured, E::start, E::ready, E::broken}},
    {waiting,
     {{E::exited_for_now, restarting},
      {E::configure, configuring},
      {E::stop, stopping},
      {E::kill, stopping},
      {E::exited_well, failed},
      {E::exited_badly, failed},
      {E::never_born, spawned}},
     {E::hello, E::configured, E::start, E::ready, E::broken}},
    {configuring,
     {{E::exited_for_now, restarting},
      {E::configured, configured},
      {E::stop, stopping},
      {E::kill, stopping},
      {E::exited_well, failed},
      {E::exited_badly, failed},
      {E::never_born, spawned}},
     {E::hello, E::configure, E::start, E::ready, E::broken}},
    {configured,
     {{E::exited_for_now, restarting},
      {E::start, starting},
      {E::stop, stopping},
      {E::kill, stopping},
      {E::exited_well, failed},
      {E::exited_badly, failed},
      {E::never_born, spawned}},
     {E::hello, E::configure, E::configured, E::ready, E::broken}},
    {starting,
     {{E::exited_for_now, restarting},
      {E::ready, running},
      {E::stop, stopping},
      {E::kill, stopping},
      {E::exited_well, stopped},
      {E::exited_badly, failed},
      {E::never_born, spawned}},
     {E::hello, E::configure, E::configured, E::start, E::broken}},
    {running,
     {{E::exited_for_now, restarting},
      {E::stop, stopping},
      {E::kill, stopping},
      {E::exited_well, stopped},
      {E::exited_badly, failed},
      {E::never_born, spawned}},
     {E::hello, E::configure, E::configured, E::start, E::ready, E::broken}},
    {stopping,
     {{E::exited_for_now, restarting},
      {E::exited_well, stopped},
      {E::exited_badly, failed},
      {E::never_born, spawned}},
     {E::broken}},
    {stopped, {{E::spawn, spawned}, {E::restart, spawned}, {E::give_up, failed}}, {}},
    {failed, {{E::spawn, spawned}, {E::restart, spawned}}, {}},
    {restarting,
     {{E::spawn, spawned},
      {E::restart, spawned},
      {E::stop, stopped},
      {E::kill, failed},
      {E::give_up, failed}},
     {}},
};

TEST(ChildState, moves_as_the_table_says_for_every_phase_and_event) {
    ASSERT_EQ(table.size(), static_cast<std::size_t>(child_phases));
    for (const Row& row : table) {
        for (int n = 0; n < child_events; ++n) {
            const auto event = static_cast<E>(n);
            const ChildStep step = next_step(in(row.from), event);
            const auto move = row.moves.find(event);
            const ChildPhase expected = move == row.moves.end() ? row.from : move->second;
            const bool breaks =
                std::find(row.breaks.begin(), row.breaks.end(), event) != row.breaks.end();
            const std::string where = "phase " + std::to_string(static_cast<int>(row.from)) +
                                      " event " + std::to_string(n);
            EXPECT_EQ(static_cast<int>(step.state.phase), static_cast<int>(expected)) << where;
            EXPECT_EQ(step.state.broken, breaks) << where;
            if (breaks) {
                EXPECT_EQ(step.actions, act_kill) << where;
            }
        }
    }
}

TEST(ChildState, numbers_its_incarnations) {
    ChildState state;
    for (std::uint64_t incarnation = 1; incarnation <= 3; ++incarnation) {
        state = next_step(state, E::spawn).state;
        EXPECT_EQ(state.incarnation, incarnation);
        state = next_step(state, E::exited_badly).state;
        EXPECT_EQ(state.phase, failed);
    }
}

TEST(ChildState, says_gone_exactly_once_for_every_process) {
    for (const ChildPhase phase :
         {spawned, waiting, configuring, configured, starting, running, stopping}) {
        for (const E exit : {E::exited_well, E::exited_badly, E::exited_for_now}) {
            const ChildStep first = next_step(in(phase), exit);
            EXPECT_NE(first.actions & act_gone, 0U);
            EXPECT_NE(first.actions & act_publish, 0U);
            for (int n = 0; n < child_events; ++n) {
                if (static_cast<E>(n) == E::spawn || static_cast<E>(n) == E::restart) continue;
                EXPECT_EQ(next_step(first.state, static_cast<E>(n)).actions & act_gone, 0U);
            }
        }
    }
}

TEST(ChildState, disables_restarting_before_a_stop_is_sent) {
    for (int n = 0; n < child_phases; ++n) {
        for (const E event : {E::stop, E::kill}) {
            const ChildStep step = next_step(in(static_cast<ChildPhase>(n)), event);
            EXPECT_FALSE(step.state.restart_allowed);
        }
    }
}

TEST(ChildState, does_not_spawn_again_what_is_to_stop) {
    ChildState state = next_step(in(running), E::stop).state;
    state = next_step(state, E::exited_well).state;
    EXPECT_EQ(state.phase, stopped);
    EXPECT_EQ(next_step(state, E::spawn).actions & act_spawn, 0U);
}

TEST(ChildState, comes_back_after_a_stop_only_when_the_tree_wants_it) {
    ChildState state = next_step(in(running), E::stop).state;
    state = next_step(state, E::exited_for_now).state;
    EXPECT_EQ(next_step(state, E::spawn).actions & act_spawn, 0U);
    const ChildStep back = next_step(state, E::restart);
    EXPECT_NE(back.actions & act_spawn, 0U);
    EXPECT_TRUE(back.state.restart_allowed);
    EXPECT_EQ(back.state.incarnation, state.incarnation + 1);
}

TEST(ChildState, sends_one_stop_only) {
    const ChildStep first = next_step(in(running), E::stop);
    EXPECT_NE(first.actions & act_send_stop, 0U);
    EXPECT_EQ(next_step(first.state, E::stop).actions, act_nothing);
}

TEST(ChildState, forgives_messages_that_crossed_its_stop) {
    const ChildState state = next_step(in(starting), E::stop).state;
    const ChildStep late = next_step(state, E::ready);
    EXPECT_EQ(late.actions, act_nothing);
    EXPECT_EQ(late.state, state);
}

TEST(ChildState, asks_again_for_a_process_that_its_zygote_never_forked) {
    ChildState state = next_step({}, E::spawn).state;
    for (int lost = 1; lost < max_lost_births; ++lost) {
        const ChildStep step = next_step(state, E::never_born);
        EXPECT_EQ(step.actions, act_spawn);
        EXPECT_EQ(step.state.incarnation, 1U);
        state = step.state;
    }
    const ChildStep last = next_step(state, E::never_born);
    EXPECT_EQ(last.state.phase, failed);
    EXPECT_NE(last.actions & act_gone, 0U);
}

TEST(ChildState, is_stopped_and_not_failed_when_its_process_was_never_born_after_a_stop) {
    ChildState state = next_step({}, E::spawn).state;
    state = next_step(state, E::stop).state;
    const ChildStep step = next_step(state, E::never_born);
    EXPECT_EQ(step.state.phase, stopped);
    EXPECT_NE(step.actions & act_gone, 0U);
}

TEST(ChildState, fails_when_it_had_to_be_killed) {
    ChildState state = next_step(in(running), E::stop).state;
    const ChildStep killed = next_step(state, E::kill);
    EXPECT_EQ(killed.actions, act_kill);
    EXPECT_EQ(next_step(killed.state, E::exited_badly).state.phase, failed);
}

TEST(ChildState, is_shown_as_what_a_person_needs_to_know) {
    EXPECT_EQ(shown_state(configuring), ipc::ActorState::starting);
    EXPECT_EQ(shown_state(running), ipc::ActorState::running);
    EXPECT_EQ(shown_state(stopping), ipc::ActorState::stopping);
    EXPECT_EQ(shown_state(failed), ipc::ActorState::failed);
}

}  // namespace
}  // namespace streamlib::supervision
