// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "tests/ipc/local_ring.hpp"

namespace streamlib::ipc::test {
namespace {

RingWriter writer_of(LocalRing& ring, std::uint64_t incarnation = 1) {
    return RingWriter::attach(ring.memory, incarnation).value();
}
RingReader reader_of(LocalRing& ring, std::uint32_t cell = 0, bool from_now = false) {
    return RingReader::attach(ring.memory, cell, 1, from_now).value();
}

TEST(Ring, gives_nothing_before_the_first_block) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingReader reader = reader_of(ring);
    BlockView view;
    EXPECT_EQ(reader.read_latest(view), ReadStatus::empty);
    EXPECT_EQ(reader.read_new(view), ReadStatus::empty);
    EXPECT_FALSE(reader.has_new());
    EXPECT_FALSE(view);
}

TEST(Ring, read_latest_gives_the_newest_block_and_then_says_same) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    BlockView view;
    for (std::uint64_t v = 1; v <= 5; ++v) publish_value(writer, v * 10);
    EXPECT_EQ(reader.read_latest(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 50u);
    EXPECT_EQ(view.header().sequence, 5u);
    EXPECT_EQ(reader.read_latest(view), ReadStatus::same);
    EXPECT_EQ(value_of(view), 50u);
}

TEST(Ring, read_latest_after_the_view_was_released_gives_the_block_again) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    publish_value(writer, 7);
    BlockView view;
    ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
    view.release();
    EXPECT_EQ(reader.read_latest(view), ReadStatus::same);
    EXPECT_EQ(value_of(view), 7u);
}

TEST(Ring, never_overwrites_a_pinned_block_however_much_is_published) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    publish_value(writer, 1);
    BlockView view;
    ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
    for (std::uint64_t v = 2; v < 1000; ++v) {
        publish_value(writer, v);
        ASSERT_EQ(value_of(view), 1u);
        ASSERT_EQ(view.header().sequence, 1u);
    }
    EXPECT_EQ(writer.counters().no_free_slot, 0u);
    EXPECT_EQ(reader.read_latest(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 999u);
}

TEST(Ring, read_new_gives_every_block_once_oldest_first) {
    LocalRing ring({.slots = 10, .depth = 8, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    BlockView view;
    std::uint64_t next = 1;
    for (std::uint64_t round = 0; round < 50; ++round) {
        for (std::uint64_t v = 0; v < round % 8; ++v) publish_value(writer, writer.sequence() + 1);
        while (reader.read_new(view) == ReadStatus::fresh) {
            ASSERT_EQ(value_of(view), next);
            ++next;
        }
    }
    EXPECT_EQ(next, writer.sequence() + 1);
    EXPECT_EQ(reader.missed(), 0u);
}

TEST(Ring, read_new_counts_exactly_what_was_overwritten) {
    LocalRing ring({.slots = 5, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    BlockView view;
    for (std::uint64_t v = 1; v <= 20; ++v) publish_value(writer, v);
    std::uint64_t delivered = 0, last = 0;
    while (reader.read_new(view) == ReadStatus::fresh) {
        EXPECT_GT(value_of(view), last);
        last = value_of(view);
        ++delivered;
    }
    EXPECT_EQ(last, 20u);
    EXPECT_EQ(delivered + reader.missed(), 20u);
    EXPECT_EQ(delivered, 4u);  // five slots, of which one is the writer's next
}

TEST(Ring, a_reader_that_comes_back_goes_on_after_what_its_last_incarnation_took) {
    LocalRing ring({.slots = 6, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    for (std::uint64_t v = 1; v <= 4; ++v) publish_value(writer, v);
    {
        RingReader first = reader_of(ring);
        BlockView view;
        ASSERT_EQ(first.read_new(view), ReadStatus::fresh);
        ASSERT_EQ(first.read_new(view), ReadStatus::fresh);
        ASSERT_EQ(value_of(view), 2u);  // the block that it dies of
    }
    auto again = RingReader::attach(ring.memory, 0, 2, false);
    ASSERT_TRUE(again);
    BlockView view;
    ASSERT_EQ(again->read_new(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 3u);
    EXPECT_EQ(again->missed(), 0u);
    // The newest is new to it all the same: a tick that its predecessor did not finish is worked off.
    auto latest = RingReader::attach(ring.memory, 0, 3, false);
    ASSERT_TRUE(latest);
    BlockView newest;
    EXPECT_EQ(latest->read_latest(newest), ReadStatus::fresh);
}

TEST(Ring, a_reader_that_joins_late_can_start_from_now) {
    LocalRing ring({.slots = 4, .cells = 2, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    publish_value(writer, 1);
    RingReader reader = reader_of(ring, 1, true);
    BlockView view;
    EXPECT_EQ(reader.read_new(view), ReadStatus::empty);
    publish_value(writer, 2);
    EXPECT_EQ(reader.read_new(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 2u);
    EXPECT_EQ(reader.missed(), 0u);
}

TEST(Ring, open_slots_may_be_published_in_any_order_or_given_up) {
    LocalRing ring({.slots = 4, .open_slots = 2, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    OpenSlot first = writer.claim(), second = writer.claim();
    ASSERT_TRUE(first && second);
    EXPECT_NE(first.slot, second.slot);
    const std::uint32_t second_slot = second.slot;
    EXPECT_EQ(writer.publish(second, {.payload_bytes = 8}), 1u);
    BlockView view;
    ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
    EXPECT_EQ(view.payload().data(), ring.memory.payload(second_slot));
    EXPECT_EQ(writer.publish(first, {.payload_bytes = 8}), 2u);
    OpenSlot lost = writer.claim();
    writer.abandon(lost);
    EXPECT_EQ(writer.counters().abandoned, 1u);
    EXPECT_EQ(publish_value(writer, 9), 3u);
    ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 9u);
}

TEST(Ring, holds_as_many_blocks_as_declared_and_no_more) {
    LocalRing ring({.slots = 1 + 1 + 3, .payload_capacity = 64}, 3);
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    std::vector<BlockView> held(3);
    for (auto& view : held) {
        publish_value(writer, writer.sequence() + 1);
        ASSERT_EQ(reader.read_new(view), ReadStatus::fresh);
    }
    for (int i = 0; i < 100; ++i) publish_value(writer, writer.sequence() + 1);
    for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(value_of(held[i]), i + 1);
    EXPECT_EQ(writer.counters().no_free_slot, 0u);
    BlockView one_more;
    EXPECT_DEATH((void)reader.read_latest(one_more), "holds no more blocks");
}

TEST(Ring, a_ring_with_too_few_slots_counts_instead_of_overwriting) {
    LocalRing ring({.slots = 2, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    publish_value(writer, 1);
    BlockView view;
    ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
    publish_value(writer, 2);
    EXPECT_FALSE(writer.claim());  // slot 0 pinned, slot 1 newest
    EXPECT_EQ(writer.counters().no_free_slot, 1u);
    EXPECT_EQ(value_of(view), 1u);
    view.release();
    EXPECT_TRUE(writer.claim());
}

TEST(Ring, a_new_writer_goes_on_with_the_next_sequence_and_a_new_epoch) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingReader reader = reader_of(ring);
    BlockView view;
    {
        RingWriter writer = writer_of(ring, 1);
        publish_value(writer, 1);
        publish_value(writer, 2);
        OpenSlot half = writer.claim();  // dies with an open slot
        ASSERT_TRUE(half);
    }
    EXPECT_EQ(ring.memory.header().epoch.load(), 1u);
    RingWriter again = writer_of(ring, 2);
    EXPECT_EQ(ring.memory.header().epoch.load(), 2u);
    ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 2u);
    EXPECT_EQ(view.header().incarnation, 1u);
    EXPECT_EQ(publish_value(again, 3), 3u);
    ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
    EXPECT_EQ(view.header().incarnation, 2u);
    EXPECT_EQ(value_of(view), 3u);
}

TEST(Ring, a_block_finished_but_never_made_newest_is_given_to_nobody) {
    LocalRing ring({.slots = 4, .payload_capacity = 64});
    RingWriter writer = writer_of(ring, 1);
    publish_value(writer, 1);
    // What a SIGKILL between the two stores of publish() leaves: slot clean with sequence 2, newest still 1.
    OpenSlot slot = writer.claim();
    ring.memory.slot(slot.slot).block.sequence = 2;
    ring.memory.slot(slot.slot).state.store(word::clean(2));
    RingReader reader = reader_of(ring);
    BlockView view;
    ASSERT_EQ(reader.read_new(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 1u);
    EXPECT_EQ(reader.read_new(view), ReadStatus::empty);
    RingWriter again = writer_of(ring, 2);
    EXPECT_TRUE(word::is_dirty(ring.memory.slot(slot.slot).state.load()));
    EXPECT_EQ(publish_value(again, 22), 2u);
    ASSERT_EQ(reader.read_new(view), ReadStatus::fresh);
    EXPECT_EQ(value_of(view), 22u);
    EXPECT_EQ(reader.missed(), 0u);
}

TEST(Ring, the_cell_of_a_dead_reader_gives_its_slot_back) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    publish_value(writer, 1);
    {
        RingReader dead = reader_of(ring);
        auto* leaked = new BlockView;  // its process was killed: nothing is released
        ASSERT_EQ(dead.read_latest(*leaked), ReadStatus::fresh);
        EXPECT_NE(ring.memory.cell(0).pins[0].load(), 0u);
        ring.memory.cell(0).sleeping.store(1);
        clear_cell(ring.memory, 0);
        operator delete(leaked);  // not its destructor, which would touch the reader
    }
    EXPECT_EQ(ring.memory.cell(0).pins[0].load(), 0u);
    EXPECT_EQ(ring.memory.cell(0).sleeping.load(), 0u);
    std::set<std::uint32_t> used;
    for (std::uint64_t v = 2; v < 20; ++v) {
        publish_value(writer, v);
        used.insert(word::slot_of(ring.memory.header().newest.load()));
    }
    EXPECT_EQ(used.size(), 3u);
}

TEST(Ring, a_cell_that_does_not_exist_or_was_not_assigned_is_a_clear_error) {
    LocalRing ring({.slots = 3, .cells = 1, .payload_capacity = 64});
    const auto none = RingReader::attach(ring.memory, 1, 1, false);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::no_memory);
    EXPECT_NE(none.error().text.find("spare_readers"), std::string::npos);
    release_cell(ring.memory, 0);
    EXPECT_FALSE(RingReader::attach(ring.memory, 0, 1, false));
}

TEST(Ring, foreign_or_cut_memory_is_refused) {
    LocalRing ring({.slots = 3, .payload_capacity = 4096});
    EXPECT_FALSE(RingMemory::open(ring.ring_bytes(), ring.ring_size() - 4096, ring.cell_bytes(),
                                  ring.cell_size()));
    EXPECT_FALSE(RingMemory::open(ring.ring_bytes(), 10, ring.cell_bytes(), ring.cell_size()));
    EXPECT_FALSE(RingMemory::open(ring.ring_bytes(), ring.ring_size(), ring.cell_bytes(), 64));
    ring.memory.header().slots = 1'000'000;
    EXPECT_FALSE(
        RingMemory::open(ring.ring_bytes(), ring.ring_size(), ring.cell_bytes(), ring.cell_size()));
    ring.memory.header().slots = 3;
    ring.memory.header().magic = 1;
    EXPECT_FALSE(
        RingMemory::open(ring.ring_bytes(), ring.ring_size(), ring.cell_bytes(), ring.cell_size()));
}

TEST(Ring, payloads_are_aligned_for_frames_and_for_small_blocks) {
    EXPECT_EQ(slot_stride_bytes(1), 64u);
    EXPECT_EQ(slot_stride_bytes(65), 128u);
    EXPECT_EQ(slot_stride_bytes(5'184'000), 5'185'536u);
    LocalRing ring({.slots = 3, .payload_capacity = 5000});
    for (std::uint32_t i = 0; i < 3; ++i)
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ring.memory.payload(i)) % 4096, 0u);
}

TEST(Ring, a_tap_copies_without_a_cell) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    std::array<std::byte, 64> target{};
    BlockHeader header;
    EXPECT_EQ(copy_latest(ring.memory, target, header), ReadStatus::empty);
    publish_value(writer, 42);
    ASSERT_EQ(copy_latest(ring.memory, target, header), ReadStatus::fresh);
    EXPECT_EQ(header.sequence, 1u);
    EXPECT_EQ(static_cast<std::uint8_t>(target[0]), 42u);
}

TEST(Wake, a_sleeper_is_woken_by_the_next_publication) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    RingReader reader = reader_of(ring);
    RingReader* list[] = {&reader};
    std::thread sleeper(
        [&] { EXPECT_EQ(wait_for_blocks(list, {}, never, 0), WaitStatus::changed); });
    while (ring.memory.cell(0).sleeping.load() == 0) std::this_thread::yield();
    publish_value(writer, 1);
    sleeper.join();
    EXPECT_EQ(writer.counters().wakes, 1u);
    EXPECT_EQ(ring.memory.cell(0).sleeping.load(), 0u);
}

TEST(Wake, nobody_asleep_costs_no_call) {
    LocalRing ring({.slots = 6, .cells = 4, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    for (std::uint64_t v = 0; v < 1000; ++v) publish_value(writer, v);
    EXPECT_EQ(writer.counters().wakes, 0u);
}

TEST(Wake, several_rings_are_waited_for_at_once) {
    LocalRing a({.slots = 3, .payload_capacity = 64}), b({.slots = 3, .payload_capacity = 64});
    RingWriter writer = writer_of(b);
    RingReader ra = reader_of(a), rb = reader_of(b);
    RingReader* list[] = {&ra, &rb};
    std::thread sleeper([&] {
        while (!rb.has_new()) (void)wait_for_blocks(list, {}, never, 0);
    });
    while (b.memory.cell(0).sleeping.load() == 0) std::this_thread::yield();
    publish_value(writer, 1);
    sleeper.join();
    EXPECT_TRUE(rb.has_new());
    EXPECT_FALSE(ra.has_new());
}

TEST(Wake, a_cell_that_names_an_eventfd_is_woken_through_it) {
    LocalRing ring({.slots = 4, .cells = 2, .payload_capacity = 64});
    RingWriter writer = writer_of(ring);
    const int fd = eventfd(0, EFD_NONBLOCK);
    writer.set_wake_fd(1, fd);
    Cell& cell = ring.memory.cell(1);
    cell.wake_kind.store(WakeKind::eventfd);
    publish_value(writer, 1);
    std::uint64_t count = 0;
    EXPECT_EQ(read(fd, &count, sizeof count), -1);  // awake: not signalled
    cell.sleeping.store(1);
    publish_value(writer, 2);
    EXPECT_EQ(read(fd, &count, sizeof count), 8);
    EXPECT_EQ(writer.counters().wakes, 1u);
    close(fd);
}

TEST(Wake, a_deadline_that_has_passed_returns_at_once) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingReader reader = reader_of(ring);
    RingReader* list[] = {&reader};
    EXPECT_EQ(wait_for_blocks(list, {}, MonotonicTime::now() + 1'000'000, 0),
              WaitStatus::timed_out);
    EXPECT_EQ(wait_for_blocks(list, {}, MonotonicTime{1}, 100'000), WaitStatus::timed_out);
}

TEST(Wake, a_changed_word_beside_the_rings_ends_the_wait) {
    LocalRing ring({.slots = 3, .payload_capacity = 64});
    RingReader reader = reader_of(ring);
    RingReader* list[] = {&reader};
    std::atomic<std::uint32_t> command{0};
    const WaitWord words[] = {{reinterpret_cast<const std::uint32_t*>(&command), 0}};
    std::thread sleeper([&] {
        while (command.load() == 0) (void)wait_for_blocks(list, words, never, 0);
    });
    while (ring.memory.cell(0).sleeping.load() == 0) std::this_thread::yield();
    command.store(1);
    while (futex_wake_all(words[0].word) == 0 && ring.memory.cell(0).sleeping.load() != 0)
        std::this_thread::yield();
    sleeper.join();
}

}  // namespace
}  // namespace streamlib::ipc::test
