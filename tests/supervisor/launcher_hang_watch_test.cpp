// SPDX-License-Identifier: Apache-2.0
// Who hangs: tables of looks at a page, without a process; and what the kernel says of real ones.
#include "supervisor/launcher/hang_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

namespace streamlib::supervision {
namespace {

using ipc::ActorPhase;
using testing::HasSubstr;

constexpr Nanoseconds ms = 1'000'000;
constexpr MonotonicTime born{10'000 * ms};

/// One actor over time: what it does, what its process is, and a look every `step`.
struct Scene {
    HangWatch watch;
    HangReading reading{};
    ProcessState state = ProcessState::running;
    MonotonicTime now = born;
    Nanoseconds tick_period = 0;  // 0: the clock stands
    Nanoseconds step = 100 * ms;
    int asked = 0;

    explicit Scene(HangLimits limits = {}) : watch(limits) {
        reading.spawned = born;
        reading.reported = reading.running = true;
    }
    void enter(ActorPhase phase) { reading.activity = {phase, now}; }
    void leave() { reading.activity = {}; }
    void follow_clock() { reading.tick_seen = reading.tick_newest; }
    std::optional<std::string> look() {
        return watch.look(reading, now, [this] {
            ++asked;
            return state;
        });
    }
    /// Looks for `span`; the first text, if any.
    std::optional<std::string> pass(Nanoseconds span) {
        const MonotonicTime end = now + span;
        while (now < end) {
            now = std::min(end, now + step);
            if (tick_period != 0)
                reading.tick_newest = static_cast<std::uint64_t>((now - born) / tick_period);
            if (auto text = look()) return text;
        }
        return std::nullopt;
    }
};

struct Case {
    const char* name;
    ActorPhase phase;
    Nanoseconds last_good, first_hung;
    const char* text;
};

TEST(HangWatch, gives_each_call_its_limit) {
    const Case cases[] = {
        {"process", ActorPhase::processing, 1000 * ms, 1100 * ms,
         "process() has not returned for 1.10 s (hang_after 1s)"},
        {"start", ActorPhase::starting, 1000 * ms, 1100 * ms, "start() has not returned"},
        {"message", ActorPhase::handling, 1000 * ms, 1100 * ms,
         "a message handler has not returned"},
        {"snapshot", ActorPhase::snapshotting, 1000 * ms, 1100 * ms, "snapshot() has not"},
        {"constructor", ActorPhase::constructing, 10'000 * ms, 10'100 * ms,
         "its constructor has not returned for 10.10 s (start-up deadline 10s)"},
        {"configure", ActorPhase::configuring, 10'000 * ms, 10'100 * ms, "configure() has not"},
        {"restore", ActorPhase::restoring, 10'000 * ms, 10'100 * ms, "restore() has not"},
    };
    for (const Case& c : cases) {
        Scene good;
        good.enter(c.phase);
        EXPECT_EQ(good.pass(c.last_good), std::nullopt) << c.name;
        good.leave();
        EXPECT_EQ(good.pass(100'000 * ms), std::nullopt) << c.name << ": it waits, for ever";
        Scene bad;
        bad.enter(c.phase);
        const auto text = bad.pass(c.first_hung);
        ASSERT_TRUE(text) << c.name;
        EXPECT_THAT(*text, HasSubstr(c.text));
    }
}

TEST(HangWatch, leaves_stop_to_its_own_deadline) {
    Scene scene;
    scene.enter(ActorPhase::stopping);
    EXPECT_EQ(scene.pass(100'000 * ms), std::nullopt);
}

TEST(HangWatch, counts_each_call_by_itself) {
    Scene scene;
    for (int i = 0; i < 100; ++i) {
        scene.enter(ActorPhase::processing);  // all the time in process(), never long in one
        EXPECT_EQ(scene.pass(900 * ms), std::nullopt);
    }
}

TEST(HangWatch, lets_long_work_tell_its_progress) {
    Scene scene;
    for (int i = 0; i < 20; ++i) {
        scene.enter(ActorPhase::processing);  // what Actor::progress() stores
        EXPECT_EQ(scene.pass(900 * ms), std::nullopt);
    }
    EXPECT_TRUE(scene.pass(300 * ms)) << "then it told none any more";
}

TEST(HangWatch, takes_an_actor_for_hung_that_never_reports) {
    Scene scene;
    scene.reading.reported = false;
    scene.reading.running = false;
    EXPECT_EQ(scene.pass(10'000 * ms), std::nullopt);
    const auto text = scene.pass(200 * ms);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("has not reported for 10.10 s after it was spawned"));
}

TEST(HangWatch, sees_a_tick_driven_actor_idle_while_ticks_pass) {
    Scene scene;
    scene.tick_period = 20 * ms;
    EXPECT_TRUE(scene.pass(2000 * ms)) << "it never saw one";
    Scene late;
    late.tick_period = 20 * ms;
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(late.pass(900 * ms), std::nullopt) << "late, but it follows";
        late.follow_clock();
    }
    const auto text = late.pass(1200 * ms);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("ticks passed since tick 4500 (hang_after 1s)"));
}

TEST(HangWatch, asks_nobody_to_follow_a_clock_that_stands_or_does_not_drive_it) {
    Scene clock_dead;
    clock_dead.reading.tick_newest = 500;
    clock_dead.follow_clock();
    EXPECT_EQ(clock_dead.pass(100'000 * ms), std::nullopt);
    Scene by_input({.tick_driven = false});
    by_input.tick_period = 20 * ms;
    EXPECT_EQ(by_input.pass(100'000 * ms), std::nullopt);
    Scene before_ready;
    before_ready.tick_period = 20 * ms;
    before_ready.reading.running = false;
    EXPECT_EQ(before_ready.pass(100'000 * ms), std::nullopt) << "waits to be told to start";
    Scene paused;
    paused.tick_period = 20 * ms;
    paused.reading.exempt = true;
    EXPECT_EQ(paused.pass(100'000 * ms), std::nullopt);
}

TEST(HangWatch, does_not_count_time_in_which_it_was_stopped_or_traced) {
    for (const ProcessState rest : {ProcessState::stopped, ProcessState::traced}) {
        Scene scene;
        scene.tick_period = 20 * ms;
        scene.follow_clock();
        scene.enter(ActorPhase::processing);
        EXPECT_EQ(scene.pass(700 * ms), std::nullopt);
        scene.state = rest;
        EXPECT_EQ(scene.pass(60'000 * ms), std::nullopt);
        scene.state = ProcessState::running;
        EXPECT_EQ(scene.pass(900 * ms), std::nullopt) << "it has its second again";
        EXPECT_TRUE(scene.pass(400 * ms)) << "which is over now";
    }
    Scene idle;  // stopped while it waited: it cannot follow the clock
    idle.tick_period = 20 * ms;
    idle.state = ProcessState::stopped;
    EXPECT_EQ(idle.pass(60'000 * ms), std::nullopt);
    idle.state = ProcessState::running;
    EXPECT_EQ(idle.pass(200 * ms), std::nullopt);
    idle.follow_clock();
    EXPECT_EQ(idle.pass(900 * ms), std::nullopt);
}

TEST(HangWatch, still_takes_a_process_for_hung_that_is_blocked_in_the_kernel) {
    Scene scene;
    scene.state = ProcessState::blocked;
    scene.enter(ActorPhase::processing);
    EXPECT_TRUE(scene.pass(1100 * ms));
}

TEST(HangWatch, does_not_judge_after_one_look_when_it_was_itself_starved) {
    Scene scene;
    scene.enter(ActorPhase::processing);
    scene.now = scene.now + 5000 * ms;  // the launcher did not run for five seconds
    EXPECT_EQ(scene.look(), std::nullopt);
    EXPECT_EQ(scene.pass(100 * ms), std::nullopt);
    EXPECT_TRUE(scene.pass(100 * ms));
}

TEST(HangWatch, counts_ticks_where_the_limit_is_in_ticks) {
    Scene scene({.hang_ticks = 5});
    scene.tick_period = 20 * ms;
    scene.step = 4 * ms;
    EXPECT_EQ(scene.pass(100 * ms), std::nullopt);
    scene.follow_clock();
    scene.enter(ActorPhase::processing);
    EXPECT_EQ(scene.pass(100 * ms), std::nullopt) << "five ticks, and not more";
    const auto text = scene.pass(40 * ms);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("process() has not returned for 0.12 s (hang_after 5 ticks)"));

    Scene no_clock({.hang_ticks = 5});
    no_clock.enter(ActorPhase::processing);
    EXPECT_EQ(no_clock.pass(100'000 * ms), std::nullopt) << "no tick passes";
    Scene configuring({.hang_ticks = 5});
    configuring.tick_period = 20 * ms;
    configuring.enter(ActorPhase::configuring);
    EXPECT_EQ(configuring.pass(10'000 * ms), std::nullopt) << "has its own deadline";
    Scene behind({.hang_ticks = 5});
    behind.tick_period = 20 * ms;
    EXPECT_EQ(behind.pass(100 * ms), std::nullopt);
    EXPECT_TRUE(behind.pass(200 * ms));
}

TEST(HangWatch, asks_for_the_process_only_when_a_call_is_seen_twice) {
    Scene scene;
    scene.tick_period = 20 * ms;
    for (int i = 0; i < 100; ++i) {
        scene.follow_clock();
        scene.enter(ActorPhase::processing);
        EXPECT_EQ(scene.pass(100 * ms), std::nullopt);
        scene.leave();
    }
    EXPECT_EQ(scene.asked, 0);
}

TEST(HangWatch, looks_often_enough_for_its_limit_and_not_more) {
    EXPECT_EQ(HangWatch().look_every(16 * ms), 125 * ms);
    EXPECT_EQ(HangWatch({.hang_after = 80 * ms}).look_every(16 * ms), 10 * ms);
    EXPECT_EQ(HangWatch({.hang_after = 60'000 * ms}).look_every(16 * ms), 125 * ms);
    EXPECT_EQ(HangWatch({.hang_ticks = 5}).look_every(16 * ms), 10 * ms);
    EXPECT_EQ(HangWatch({.hang_ticks = 1}).look_every(1 * ms), 2 * ms);
}

TEST(HangWatch, reads_only_what_the_incarnation_itself_wrote) {
    const auto page = std::make_unique<ipc::ActorPage>();
    page->activity = ipc::activity_word(ActorPhase::processing, born);
    page->incarnation = 3;
    page->tick_seen = 77;
    page->progress = ipc::ActorProgress::ready;
    const HangReading old = read_page(*page, 4, born, 100);
    EXPECT_FALSE(old.reported);
    EXPECT_EQ(old.activity.phase, ActorPhase::waiting);
    const HangReading own = read_page(*page, 3, born, 100);
    EXPECT_TRUE(own.reported && own.running);
    EXPECT_EQ(own.activity.phase, ActorPhase::processing);
    EXPECT_EQ(own.activity.since, born);
    EXPECT_EQ(own.tick_seen, 77u);
    ipc::give_command(*page, ipc::ActorCommand::stop);
    EXPECT_FALSE(read_page(*page, 3, born, 100).running);
}

TEST(ProcessStateText, is_read_from_two_lines) {
    const auto text = [](const char* state, const char* tracer) {
        return std::string("Name:\tcamera\nUmask:\t0022\nState:\t") + state +
               "\nTgid:\t7\nTracerPid:\t" + tracer + "\nUid:\t0\n";
    };
    EXPECT_EQ(parse_process_status(text("S (sleeping)", "0")), ProcessState::running);
    EXPECT_EQ(parse_process_status(text("R (running)", "0")), ProcessState::running);
    EXPECT_EQ(parse_process_status(text("D (disk sleep)", "0")), ProcessState::blocked);
    EXPECT_EQ(parse_process_status(text("T (stopped)", "0")), ProcessState::stopped);
    EXPECT_EQ(parse_process_status(text("t (tracing stop)", "1")), ProcessState::traced);
    EXPECT_EQ(parse_process_status(text("S (sleeping)", "4711")), ProcessState::traced);
    EXPECT_EQ(parse_process_status(text("Z (zombie)", "0")), ProcessState::gone);
    EXPECT_EQ(parse_process_status(""), ProcessState::gone);
    EXPECT_EQ(parse_process_status("State:"), ProcessState::gone);
    EXPECT_EQ(parse_process_status("Name:\tState: T\nState:\tS"), ProcessState::running);
}

TEST(ProcessStateOfTheKernel, tells_running_stopped_traced_and_gone) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (;;) ::pause();
    }
    EXPECT_EQ(process_state(child), ProcessState::running);
    int status = 0;
    ::kill(child, SIGSTOP);
    ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
    EXPECT_EQ(process_state(child), ProcessState::stopped);
    ::kill(child, SIGCONT);
    ASSERT_EQ(::waitpid(child, &status, WCONTINUED), child);
    EXPECT_EQ(process_state(child), ProcessState::running);
    if (::ptrace(PTRACE_SEIZE, child, nullptr, nullptr) == 0) {
        EXPECT_EQ(process_state(child), ProcessState::traced);
        ASSERT_EQ(::ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr), 0);
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(process_state(child), ProcessState::traced);
    }
    ::kill(child, SIGKILL);
    siginfo_t dead{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &dead, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(process_state(child), ProcessState::gone) << "a zombie";
    ::waitpid(child, &status, 0);
    EXPECT_EQ(process_state(child), ProcessState::gone);
}

}  // namespace
}  // namespace streamlib::supervision
