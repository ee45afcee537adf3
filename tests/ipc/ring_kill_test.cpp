// SPDX-License-Identifier: Apache-2.0
// SIGKILL after every instruction of publish, pin, unpin and attach, by single-stepping a child under ptrace; and random
// kills under load. STREAMLIB_LONG=1 steps every instruction, else a sample of them.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <random>
#include <set>

#include "tests/ipc/local_ring.hpp"
#include "tests/ipc/single_step.hpp"

namespace streamlib::ipc::test {
namespace {

constexpr std::uint32_t slots = 4;  // 1 newest + 1 open + 2 readers
constexpr std::uint64_t payload = 256;

bool is_whole(const BlockView& view) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(view.payload().data());
    for (std::size_t i = 0; i < view.payload().size() / 8; ++i)
        if (words[i] != view.header().sequence) return false;
    return true;
}

void publish_next(RingWriter& writer) { publish_value(writer, writer.sequence() + 1); }

int stride() { return stride_of(23); }

/// After the dead were cleared away, every slot can be written again.
void expect_no_slot_lost(const LocalRing& ring, RingWriter& writer) {
    std::set<std::uint32_t> used;
    for (std::uint32_t i = 0; i < 4 * slots; ++i) {
        publish_next(writer);
        used.insert(word::slot_of(ring.memory.header().newest.load()));
    }
    EXPECT_EQ(used.size(), slots);
    EXPECT_EQ(writer.counters().no_free_slot, 0u);
}

TEST(RingKill, a_writer_killed_after_any_instruction_of_publish) {
    int killed = 0;
    for (int steps = 0;; steps += stride()) {
        LocalRing ring({.slots = slots, .cells = 2, .payload_capacity = payload});
        RingReader reader = RingReader::attach(ring.memory, 0, 1, false).value();
        BlockView view;
        const bool more = kill_after(steps, [&] {
            RingWriter writer = RingWriter::attach(ring.memory, 1).value();
            for (int i = 0; i < 5; ++i) publish_next(writer);
            raise(SIGSTOP);
            publish_next(writer);
        });
        const std::uint64_t newest = reader.newest_sequence();
        ASSERT_TRUE(newest == 5 || newest == 6) << steps;
        ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
        ASSERT_TRUE(is_whole(view)) << "after " << steps << " instructions";
        wake_readers_of_the_dead(ring.memory);
        RingWriter next = RingWriter::attach(ring.memory, 2).value();
        publish_next(next);
        ASSERT_EQ(reader.read_latest(view), ReadStatus::fresh);
        ASSERT_TRUE(is_whole(view));
        ASSERT_EQ(view.header().sequence, newest + 1);
        view.release();
        expect_no_slot_lost(ring, next);
        if (!more || HasFatalFailure()) break;
        ++killed;
    }
    EXPECT_GT(killed * stride(), 100);
}

TEST(RingKill, a_writer_killed_after_any_instruction_of_attach) {
    int killed = 0;
    for (int steps = 0;; steps += stride()) {
        LocalRing ring({.slots = slots, .cells = 2, .payload_capacity = payload});
        RingReader reader = RingReader::attach(ring.memory, 0, 1, false).value();
        BlockView view;
        {
            RingWriter dead = RingWriter::attach(ring.memory, 1).value();
            for (int i = 0; i < 5; ++i) publish_next(dead);
            OpenSlot half = dead.claim();  // killed between the two stores of publish
            ring.memory.slot(half.slot).state.store(word::clean(6));
        }
        const bool more = kill_after(steps, [&] {
            raise(SIGSTOP);
            RingWriter writer = RingWriter::attach(ring.memory, 2).value();
            publish_next(writer);
        });
        RingWriter next = RingWriter::attach(ring.memory, 3).value();
        publish_next(next);
        while (reader.read_new(view) == ReadStatus::fresh) ASSERT_TRUE(is_whole(view)) << steps;
        ASSERT_EQ(view.header().sequence, next.sequence());
        view.release();
        expect_no_slot_lost(ring, next);
        if (!more || HasFatalFailure()) break;
        ++killed;
    }
    EXPECT_GT(killed * stride(), 100);
}

/// A reader in cell 1 is killed while it reads in `how`; the writer lives on and loses nothing.
void kill_reader(const std::function<void(RingReader&)>& how) {
    int killed = 0;
    for (int steps = 0;; steps += stride()) {
        LocalRing ring({.slots = slots, .cells = 2, .payload_capacity = payload});
        RingWriter writer = RingWriter::attach(ring.memory, 1).value();
        for (int i = 0; i < 5; ++i) publish_next(writer);
        const bool more = kill_after(steps, [&] {
            RingReader dying = RingReader::attach(ring.memory, 1, 1, false).value();
            raise(SIGSTOP);
            how(dying);
        });
        RingReader other = RingReader::attach(ring.memory, 0, 1, false).value();
        BlockView view;
        for (int i = 0; i < 20; ++i) {  // not cleared away yet: the writer always finds a slot
            publish_next(writer);
            ASSERT_EQ(other.read_latest(view), ReadStatus::fresh);
            ASSERT_TRUE(is_whole(view));
        }
        view.release();
        clear_cell(ring.memory, 1);
        expect_no_slot_lost(ring, writer);
        RingReader again = RingReader::attach(ring.memory, 1, 2, false).value();
        ASSERT_EQ(again.read_latest(view), ReadStatus::fresh);
        ASSERT_TRUE(is_whole(view));
        view.release();
        if (!more || ::testing::Test::HasFatalFailure()) break;
        ++killed;
    }
    EXPECT_GT(killed * stride(), 50);
}

TEST(RingKill, a_reader_killed_after_any_instruction_of_pin_and_unpin) {
    kill_reader([](RingReader& reader) {
        BlockView view;
        (void)reader.read_latest(view);
        view.release();
    });
}

TEST(RingKill, a_reader_killed_after_any_instruction_of_read_new) {
    kill_reader([](RingReader& reader) {
        BlockView view;
        (void)reader.read_new(view);
        (void)reader.read_new(view);
    });
}

TEST(RingKill, a_sleeper_killed_in_its_sleep_costs_the_writer_nothing_once_it_is_cleared) {
    LocalRing ring({.slots = slots, .cells = 2, .payload_capacity = payload});
    RingWriter writer = RingWriter::attach(ring.memory, 1).value();
    const pid_t pid = fork();
    if (pid == 0) {
        RingReader reader = RingReader::attach(ring.memory, 1, 1, false).value();
        RingReader* list[] = {&reader};
        (void)wait_for_blocks(list, {}, never, 0);
        _exit(0);
    }
    while (ring.memory.cell(1).sleeping.load() == 0) usleep(100);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    publish_next(writer);
    EXPECT_EQ(writer.counters().wakes, 1u);  // its bit is still set
    clear_cell(ring.memory, 1);
    for (int i = 0; i < 100; ++i) publish_next(writer);
    EXPECT_EQ(writer.counters().wakes, 1u);
}

// ---- random kills under load -------------------------------------------------------------------------------------------------

struct Score {
    std::atomic<std::uint64_t> torn{0}, no_slot{0}, backwards{0}, written{0}, read{0};
};

enum class Part { writer, latest, every };

[[noreturn]] void play(Part part, LocalRing& ring, Score& score, std::uint64_t incarnation) {
    const std::uint32_t cell = part == Part::latest ? 0 : 1;
    if (part == Part::writer) {
        RingWriter writer = RingWriter::attach(ring.memory, incarnation).value();
        for (;;) {
            OpenSlot slot = writer.claim();
            if (!slot) {
                score.no_slot.fetch_add(1);
                _exit(1);
            }
            auto* words = reinterpret_cast<volatile std::uint64_t*>(slot.payload.data());
            for (std::size_t i = 0; i < payload / 8; ++i) words[i] = writer.sequence() + 1;
            writer.publish(slot, {.payload_bytes = payload});
            score.written.fetch_add(1, std::memory_order_relaxed);
        }
    }
    RingReader reader = RingReader::attach(ring.memory, cell, incarnation, false).value();
    BlockView view;
    std::uint64_t last = 0;
    for (;;) {
        const ReadStatus status =
            part == Part::latest ? reader.read_latest(view) : reader.read_new(view);
        if (status != ReadStatus::fresh) continue;
        if (!is_whole(view)) score.torn.fetch_add(1);
        if (view.header().sequence <= last) score.backwards.fetch_add(1);
        last = view.header().sequence;
        score.read.fetch_add(1, std::memory_order_relaxed);
    }
}

TEST(RingKill, random_kills_of_everybody_for_twenty_seconds_under_load) {
    LocalRing ring({.slots = slots, .cells = 2, .payload_capacity = payload});
    auto* score = new (mmap(nullptr, sizeof(Score), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Score;
    std::uint64_t incarnation = 0;
    const auto start = [&](Part part) {
        ++incarnation;
        const pid_t pid = fork();
        if (pid == 0) play(part, ring, *score, incarnation);
        return pid;
    };
    pid_t pids[] = {start(Part::writer), start(Part::latest), start(Part::every)};
    std::mt19937 random(std::random_device{}());
    int kills = 0;
    const MonotonicTime end = MonotonicTime::now() + 20'000'000'000;
    while (MonotonicTime::now() < end) {
        usleep(static_cast<useconds_t>(random() % 4000));
        const auto who = random() % 3;
        kill(pids[who], SIGKILL);
        waitpid(pids[who], nullptr, 0);
        if (who == 0)
            wake_readers_of_the_dead(ring.memory);
        else
            clear_cell(ring.memory, static_cast<std::uint32_t>(who - 1));
        pids[who] = start(static_cast<Part>(who));
        ++kills;
    }
    for (const pid_t pid : pids) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    clear_cell(ring.memory, 0);
    clear_cell(ring.memory, 1);
    RecordProperty("kills", kills);
    std::printf("%d kills, %llu blocks written, %llu read\n", kills,
                static_cast<unsigned long long>(score->written.load()),
                static_cast<unsigned long long>(score->read.load()));
    EXPECT_GT(kills, 100);
    EXPECT_GT(score->read.load(), 1000u);
    EXPECT_EQ(score->torn.load(), 0u);
    EXPECT_EQ(score->backwards.load(), 0u);
    EXPECT_EQ(score->no_slot.load(), 0u);
    RingWriter writer = RingWriter::attach(ring.memory, incarnation + 1).value();
    expect_no_slot_lost(ring, writer);
    munmap(score, sizeof(Score));
}

}  // namespace
}  // namespace streamlib::ipc::test
