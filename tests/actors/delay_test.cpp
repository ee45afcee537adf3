// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>

#include "actors/delay/av_sync.hpp"
#include "actors/delay/buffer.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

std::vector<std::byte> bytes_of(std::uint64_t value) {
    std::vector<std::byte> bytes(8);
    std::memcpy(bytes.data(), &value, 8);
    return bytes;
}

std::uint64_t value_of(const SeenBlock& block) {
    std::uint64_t value = 0;
    std::memcpy(&value, block.payload.data(), 8);
    return value;
}

DataFormat small() {
    DataFormat format;
    format.max_bytes = 8;
    return format;
}

ActorHarness buffer(const char* delay) {
    ActorHarness h(std::make_unique<Buffer>());
    EXPECT_TRUE(h.set("delay", delay));
    h.link("in", small());
    EXPECT_TRUE(h.configure() && h.start());
    return h;
}

TEST(Buffer, delays_each_block_by_exactly_so_many_ticks) {
    auto h = buffer("3");
    for (std::uint64_t v = 0; v < 10; ++v) {
        const Tick tick = h.next_tick();
        h.feed("in", bytes_of(v), tick.time);
        h.tick();
        const auto blocks = h.take("out");
        ASSERT_EQ(blocks.size(), v < 3 ? 0u : 1u);
        if (v < 3) continue;
        EXPECT_EQ(value_of(blocks[0]), v - 3);
        EXPECT_EQ(blocks[0].header.tick_index, tick.index);
        EXPECT_EQ(blocks[0].header.time_ns, tick.time.ns);
        EXPECT_LT(blocks[0].header.origin_ns, tick.time.ns);
    }
}

TEST(Buffer, gives_all_that_is_due_when_ticks_were_dropped) {
    auto h = buffer("2");
    for (std::uint64_t v = 0; v < 3; ++v) {
        h.feed("in", bytes_of(v));
        h.tick();
    }
    (void)h.take("out");
    h.jump_to(h.next_tick().index + 10);
    h.tick();
    const auto blocks = h.take("out");
    ASSERT_EQ(blocks.size(), 2u);
    EXPECT_EQ(value_of(blocks[0]), 1u);
    EXPECT_EQ(value_of(blocks[1]), 2u);
}

TEST(Buffer, empties_itself_in_time_after_the_end) {
    auto h = buffer("4");
    h.feed("in", bytes_of(5));
    h.tick();
    h.end("in");
    for (int i = 0; i < 3; ++i) {
        h.tick();
        EXPECT_FALSE(h.finished());
    }
    h.tick();
    EXPECT_TRUE(h.finished());
    const auto blocks = h.take("out");
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(value_of(blocks[0]), 5u);
    EXPECT_TRUE(h.output_ended("out"));
}

TEST(Buffer, asks_for_a_ring_as_deep_as_it_was_told) {
    ActorHarness h(std::make_unique<Buffer>());
    ASSERT_TRUE(h.set("blocks", "120"));
    h.link("in", small());
    ASSERT_TRUE(h.configure());
    EXPECT_EQ(static_cast<Buffer&>(h.actor()).out.spec().depth, 120u);
}

TEST(BlockQueue, a_full_queue_loses_its_oldest_block_and_says_so) {
    BlockQueue queue;
    queue.reserve(2, 8);
    const auto push = [&](std::uint64_t v) {
        const auto bytes = bytes_of(v);
        return queue.push({.tick_index = v, .payload = bytes});
    };
    EXPECT_TRUE(push(1));
    EXPECT_TRUE(push(2));
    EXPECT_FALSE(push(3));
    EXPECT_EQ(queue.front().tick_index, 2u);
    queue.pop();
    EXPECT_EQ(queue.front().tick_index, 3u);
    queue.pop();
    EXPECT_TRUE(queue.empty());
}

TEST(AvSync, streams_of_different_delay_meet_at_origin_plus_delay) {
    ActorHarness h(std::make_unique<AvSync>(), Rate{1000, 1});
    ASSERT_TRUE(h.set("delay", "50"));
    h.link("in1", small(), 64);
    h.link("in2", small(), 64);
    ASSERT_TRUE(h.configure() && h.start());
    const TaiTime flash = h.next_tick().time;
    TaiTime seen1{}, seen2{};
    for (int i = 0; i < 100; ++i) {
        if (i == 10) h.feed("in1", bytes_of(1), flash);  // came by the short way
        if (i == 37) h.feed("in2", bytes_of(2), flash);  // came by the long way
        const TaiTime now = h.next_tick().time;
        h.tick();
        if (!h.take("out1").empty()) seen1 = now;
        if (!h.take("out2").empty()) seen2 = now;
    }
    EXPECT_EQ(seen1, seen2);
    EXPECT_EQ(seen1 - flash, 50'000'000);
    EXPECT_EQ(h.latest("out1").header.time_ns, (flash + 50'000'000).ns);
    EXPECT_EQ(h.latest("out2").header.time_ns, h.latest("out1").header.time_ns);
    EXPECT_EQ(h.counter("late"), 0u);
}

TEST(AvSync, counts_and_gives_on_at_once_what_comes_too_late) {
    ActorHarness h(std::make_unique<AvSync>(), Rate{1000, 1});
    ASSERT_TRUE(h.set("delay", "5"));
    h.link("in1", small());
    ASSERT_TRUE(h.configure() && h.start());
    const TaiTime origin = h.next_tick().time;
    h.tick(20);
    h.feed("in1", bytes_of(1), origin);
    h.tick();
    EXPECT_EQ(h.take("out1").size(), 1u);
    EXPECT_EQ(h.counter("late"), 1u);
}

}  // namespace
}  // namespace streamlib::actors
