// SPDX-License-Identifier: Apache-2.0
#include "ipc/actor_page.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "ipc/segment.hpp"
#include "ipc/wake.hpp"

namespace streamlib::ipc {
namespace {

TEST(ActorPage, is_whole_when_it_is_nothing_but_zero_bytes) {
    // The launcher never constructs one: fresh shared memory is one.
    auto segment = OwnedSegment::create({.purpose = "actor x",
                                         .payload_bytes = sizeof(ActorPage),
                                         .layout_hash = actor_page_layout_hash,
                                         .kind = SegmentKind::control});
    ASSERT_TRUE(segment);
    const auto& page = *reinterpret_cast<const ActorPage*>(segment->payload());
    const auto constructed = std::make_unique<ActorPage>();
    EXPECT_EQ(std::memcmp(static_cast<const void*>(constructed.get()), segment->payload(),
                          sizeof(ActorPage)),
              0);
    EXPECT_EQ(page.progress, ActorProgress::starting);
    EXPECT_EQ(error_of(page), "");
    EXPECT_TRUE(LogReader(&page.log).read(Unfinished::skip).lines.empty());
}

TEST(ActorPage, changes_its_word_with_every_command) {
    const auto page = std::make_unique<ActorPage>();
    const std::uint32_t first = page->command;
    give_command(*page, ActorCommand::look);
    const std::uint32_t second = page->command;
    give_command(*page, ActorCommand::look);
    const std::uint32_t third = page->command;
    EXPECT_NE(first, second);
    EXPECT_NE(second, third);
    EXPECT_EQ(command_of(third), ActorCommand::look);
    give_command(*page, ActorCommand::stop);
    give_command(*page, ActorCommand::look);
    EXPECT_EQ(command_of(page->command), ActorCommand::stop) << "a request to stop stays";
    give_command(*page, ActorCommand::none);
    EXPECT_EQ(command_of(page->command), ActorCommand::none);
    give_command(*page, ActorCommand::make_way);
    give_command(*page, ActorCommand::look);
    EXPECT_EQ(command_of(page->command), ActorCommand::make_way);
    EXPECT_TRUE(is_stop(command_of(page->command)));
    give_command(*page, ActorCommand::stop);
    EXPECT_EQ(command_of(page->command), ActorCommand::stop) << "nobody comes after it";
    give_command(*page, ActorCommand::none);
    EXPECT_FALSE(is_stop(command_of(page->command)));
}

TEST(ActorPage, wakes_an_actor_that_sleeps_on_its_command) {
    const auto page = std::make_unique<ActorPage>();
    std::thread actor([&] {
        for (;;) {
            const std::uint32_t seen = page->command.load(std::memory_order_acquire);
            if (command_of(seen) == ActorCommand::stop) return;
            const WaitWord word{futex_word(*page), seen};
            static_cast<void>(wait_any({&word, 1}, never));
        }
    });
    give_command(*page, ActorCommand::look);
    give_command(*page, ActorCommand::stop);
    actor.join();
}

TEST(ActorPage, keeps_the_text_of_the_last_error) {
    const auto page = std::make_unique<ActorPage>();
    set_error(*page, "open(clip.avi): No such file");
    EXPECT_EQ(error_of(*page), "open(clip.avi): No such file");
    set_error(*page, std::string(1000, 'x'));
    EXPECT_EQ(error_of(*page), std::string(255, 'x'));
    set_error(*page, "");
    EXPECT_EQ(error_of(*page), "");
}

TEST(ActorPage, is_valid_after_its_actor_was_killed_at_any_moment_and_counts_on) {
    auto segment = OwnedSegment::create({.purpose = "actor x",
                                         .payload_bytes = sizeof(ActorPage),
                                         .layout_hash = actor_page_layout_hash,
                                         .kind = SegmentKind::control});
    ASSERT_TRUE(segment);
    auto& page = *reinterpret_cast<ActorPage*>(segment->payload());
    std::uint64_t ticks = 0, bytes = 0;
    for (std::uint64_t incarnation = 1; incarnation <= 100; ++incarnation) {
        const pid_t child = ::fork();
        if (child == 0) {
            page.incarnation.store(incarnation, std::memory_order_relaxed);
            for (;;) {
                count(page.ports[31].bytes, 1000);
                count(page.ticks);
                set_error(page, std::string(100, static_cast<char>('a' + page.ticks % 26)));
            }
        }
        while (page.incarnation.load() != incarnation ||
               page.ticks.load() < ticks + 100 + incarnation) {
            ::sched_yield();
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        EXPECT_GE(page.ticks, ticks + 100);
        // One event apart at most, for each death so far.
        EXPECT_EQ(page.ports[31].bytes % 1000, 0U);
        EXPECT_GE(page.ports[31].bytes / 1000, page.ticks);
        EXPECT_LE(page.ports[31].bytes / 1000, page.ticks + incarnation);
        EXPECT_GT(page.ports[31].bytes, bytes);
        ticks = page.ticks;
        bytes = page.ports[31].bytes;
        const std::string error = error_of(page);  // whole, or none if it died inside
        EXPECT_TRUE(error.empty() || (error.size() == 100 && error == std::string(100, error[0])))
            << error;
    }
    set_error(page, "after all that");
    EXPECT_EQ(error_of(page), "after all that");
}

}  // namespace
}  // namespace streamlib::ipc
