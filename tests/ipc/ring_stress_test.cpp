// SPDX-License-Identifier: Apache-2.0
// One process, many threads: a writer at full speed, readers of both kinds, a sleeper, a tap. Runs under TSan, too.
#include <gtest/gtest.h>

#include <thread>

#include "tests/ipc/local_ring.hpp"

namespace streamlib::ipc::test {
namespace {

constexpr std::uint64_t payload_bytes = 4096;

/// Whole means: every word is the block's own sequence.
bool is_whole(const BlockView& view) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(view.payload().data());
    for (std::size_t i = 0; i < view.payload().size() / 8; ++i)
        if (words[i] != view.header().sequence) return false;
    return true;
}

struct Stress {
    static constexpr std::uint64_t blocks = 200'000;
    static constexpr std::uint32_t readers = 4;
    LocalRing ring{{.slots = 1 + 1 + readers,
                    .cells = readers,
                    .depth = 1,
                    .payload_capacity = payload_bytes}};
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> torn{0}, backwards{0}, reads{0};

    void write() {
        RingWriter writer = RingWriter::attach(ring.memory, 1).value();
        for (std::uint64_t i = 1; i <= blocks; ++i) {
            publish_value(writer, i);
            if (i % 64 == 0)
                std::this_thread::yield();  // two cores: let the readers meet every state
        }
        EXPECT_EQ(writer.counters().no_free_slot, 0u);
        EXPECT_EQ(writer.sequence(), blocks);
        done = true;
    }

    void read_latest(std::uint32_t cell) {
        RingReader reader = RingReader::attach(ring.memory, cell, 1, false).value();
        BlockView view;
        std::uint64_t last = 0;
        while (last != blocks) {
            if (reader.read_latest(view) != ReadStatus::fresh) continue;
            if (!is_whole(view)) ++torn;
            if (view.header().sequence < last) ++backwards;
            last = view.header().sequence;
            ++reads;
        }
    }

    void read_new(std::uint32_t cell, bool sleeps) {
        RingReader reader = RingReader::attach(ring.memory, cell, 1, false).value();
        RingReader* list[] = {&reader};
        BlockView view;
        std::uint64_t last = 0, seen = 0;
        while (last != blocks) {
            if (sleeps) (void)wait_for_blocks(list, {}, MonotonicTime::now() + 1'000'000'000, 0);
            if (reader.read_new(view) != ReadStatus::fresh) continue;
            if (!is_whole(view)) ++torn;
            if (view.header().sequence <= last) ++backwards;
            last = view.header().sequence;
            ++seen;
        }
        EXPECT_EQ(seen + reader.missed(), blocks);
    }
};

TEST(RingStress, no_torn_block_none_twice_and_missed_is_exact) {
    auto s = std::make_unique<Stress>();
    std::vector<std::thread> threads;
    threads.emplace_back([&] { s->read_latest(0); });
    threads.emplace_back([&] { s->read_latest(1); });
    threads.emplace_back([&] { s->read_new(2, false); });
    threads.emplace_back([&] { s->read_new(3, true); });
    s->write();
    for (auto& t : threads) t.join();
    EXPECT_EQ(s->torn, 0u);
    EXPECT_EQ(s->backwards, 0u);
    EXPECT_GT(s->reads, 0u);
}

TEST(RingStress, two_open_slots_published_in_any_order_while_read) {
    LocalRing ring({.slots = 1 + 2 + 1, .open_slots = 2, .payload_capacity = payload_bytes});
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> torn{0};
    std::thread reader([&] {
        RingReader r = RingReader::attach(ring.memory, 0, 1, false).value();
        BlockView view;
        while (!done) {
            if (r.read_latest(view) != ReadStatus::fresh) continue;
            const auto* words = reinterpret_cast<const std::uint64_t*>(view.payload().data());
            for (std::size_t i = 1; i < view.payload().size() / 8; ++i)
                if (words[i] != words[0]) ++torn;
        }
    });
    RingWriter writer = RingWriter::attach(ring.memory, 1).value();
    const auto fill = [](OpenSlot& slot, std::uint64_t v) {
        auto* words = reinterpret_cast<std::uint64_t*>(slot.payload.data());
        for (std::size_t i = 0; i < slot.payload.size() / 8; ++i) words[i] = v;
    };
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        OpenSlot a = writer.claim(), b = writer.claim();
        ASSERT_TRUE(a && b);
        fill(a, 2 * i);
        fill(b, 2 * i + 1);
        if (i % 3 == 0)
            writer.abandon(a);
        else if (i % 2 == 0)
            writer.publish(a, {.payload_bytes = payload_bytes});
        writer.publish(b, {.payload_bytes = payload_bytes});
        if (a) writer.publish(a, {.payload_bytes = payload_bytes});
    }
    done = true;
    reader.join();
    EXPECT_EQ(torn, 0u);
    EXPECT_EQ(writer.counters().no_free_slot, 0u);
}

}  // namespace
}  // namespace streamlib::ipc::test
