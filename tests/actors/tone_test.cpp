// SPDX-License-Identifier: Apache-2.0
#include "actors/test/tone.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "actors/test/sine.hpp"
#include "runtime/clock/tick_math.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

constexpr Rate ntsc{60000, 1001};

TEST(SampleOfTick, is_the_first_at_or_after_its_instant) {
    EXPECT_EQ(first_sample_of(0, ntsc, 48000), 0U);
    EXPECT_EQ(first_sample_of(1, ntsc, 48000), 801U);  // 800.8
    EXPECT_EQ(first_sample_of(5, ntsc, 48000), 4004U);
    EXPECT_EQ(first_sample_of(107'000'000'000, {60, 1}, 48000), 107'000'000'000U * 800);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const std::uint64_t n = first_sample_of(i, ntsc, 48000);
        EXPECT_EQ(tick_of_sample(n, ntsc, 48000), i);
        if (n > 0) {
            EXPECT_EQ(tick_of_sample(n - 1, ntsc, 48000), i - 1);
        }
    }
}

TEST(Tone, is_one_unbroken_sine_over_all_blocks) {
    ActorHarness h(std::make_unique<Tone>(), ntsc);
    ASSERT_TRUE(h.set("level", "-6"));
    ASSERT_TRUE(h.configure() && h.start());
    EXPECT_EQ(to_string(h.format("audio")), "48000 2ch f32 block=801");
    h.jump_to(106'000'000'000);
    std::uint64_t n = first_sample_of(106'000'000'000, ntsc, 48000);
    for (int i = 0; i < 20; ++i) {
        const Tick tick = h.next_tick();
        h.tick();
        const auto blocks = h.take("audio");
        ASSERT_EQ(blocks.size(), 1U);
        const std::size_t frames = blocks[0].payload.size() / 8;
        ASSERT_TRUE(frames == 800 || frames == 801);
        EXPECT_EQ(blocks[0].header.tick_index, tick.index);
        EXPECT_EQ(blocks[0].header.time_ns, tick.time.ns);
        EXPECT_NEAR(static_cast<double>(blocks[0].header.origin_ns),
                    static_cast<double>(n) / 48000 * 1e9, 300);
        for (std::size_t s = 0; s < frames; ++s, ++n)
            for (std::size_t c = 0; c < 2; ++c)
                ASSERT_NEAR(load_sample(blocks[0].payload, SampleType::f32, s * 2 + c),
                            amplitude_of(-6) * sine_sample(n, 1'000'000, 48000), 1e-6);
    }
}

TEST(Tone, makes_up_for_dropped_ticks_and_counts_what_it_cannot) {
    ActorHarness h(std::make_unique<Tone>(), {50, 1});
    ASSERT_TRUE(h.configure() && h.start());
    h.jump_to(2000);
    h.tick();
    h.jump_to(2006);
    h.tick();
    const auto blocks = h.take("audio");
    ASSERT_EQ(blocks.size(), 7U);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        EXPECT_EQ(blocks[i].header.tick_index, 2000 + i);
        EXPECT_EQ(blocks[i].header.time_ns, time_of_tick(2000 + i, {50, 1}).ns);
    }
    EXPECT_EQ(h.counter("blocks_lost"), 0U);
    h.jump_to(2106);
    h.tick();
    EXPECT_EQ(h.take("audio").size(), 16U);
    EXPECT_EQ(h.counter("blocks_lost"), 84U);
}

TEST(Tone, beeps_from_the_first_sample_of_a_flash) {
    ActorHarness h(std::make_unique<Tone>(), ntsc);
    ASSERT_TRUE(h.set("beep_every", "60"));
    ASSERT_TRUE(h.set("beep_length", "10"));
    ASSERT_TRUE(h.set("level", "0"));
    ASSERT_TRUE(h.configure() && h.start());
    const std::uint64_t flash = 60 * 1'700'000'000ULL;
    h.jump_to(flash - 3);
    h.tick(6);
    const std::uint64_t begin = first_sample_of(flash, ntsc, 48000);
    std::uint64_t n = first_sample_of(flash - 3, ntsc, 48000);
    for (const SeenBlock& block : h.take("audio"))
        for (std::size_t s = 0; s < block.payload.size() / 8; ++s, ++n) {
            const double value = load_sample(block.payload, SampleType::f32, s * 2);
            if (n < begin || n >= begin + 480) {
                ASSERT_EQ(value, 0) << n - begin;
            } else {
                ASSERT_NEAR(value, sine_sample(n - begin, 1'000'000, 48000, 0.25), 1e-6);
            }
        }
    EXPECT_GT(n, begin + 480);
}

TEST(Tone, beeps_at_the_flashes_of_another_rate) {
    ActorHarness h(std::make_unique<Tone>(), {1000, 1});
    ASSERT_TRUE(h.set("beep_every", "25"));
    ASSERT_TRUE(h.set("beep_rate", "25"));
    ASSERT_TRUE(h.configure() && h.start());
    EXPECT_EQ(to_string(h.format("audio")), "48000 2ch f32 block=48");
    h.jump_to(1'700'000'000'000 - 2);  // A whole second of TAI is a multiple of 25 frames.
    h.tick(4);
    const auto blocks = h.take("audio");
    ASSERT_EQ(blocks.size(), 4U);
    EXPECT_EQ(load_sample(blocks[1].payload, SampleType::f32, 94), 0);
    EXPECT_NEAR(load_sample(blocks[2].payload, SampleType::f32, 0), amplitude_of(-18), 1e-6);
}

TEST(Tone, has_every_sample_type_and_channel_count) {
    for (const char* type : {"s16", "s24in32", "s32", "f32"}) {
        ActorHarness h(std::make_unique<Tone>(), {1000, 1});
        ASSERT_TRUE(h.set("sample", type));
        ASSERT_TRUE(h.set("channels", "3"));
        ASSERT_TRUE(h.configure() && h.start());
        h.jump_to(5000);
        h.tick();
        const SeenBlock block = h.latest("audio");
        const AudioFormat f = h.format("audio").audio;
        ASSERT_EQ(block.payload.size(), f.bytes());
        for (std::size_t c = 0; c < 3; ++c)
            EXPECT_NEAR(load_sample(block.payload, f.sample, 12 * 3 + c), amplitude_of(-18), 1e-4)
                << type;
    }
}

TEST(Tone, identifies_its_channels) {
    ActorHarness h(std::make_unique<Tone>(), {1000, 1});
    ASSERT_TRUE(h.set("ident", "true"));
    ASSERT_TRUE(h.configure() && h.start());
    h.jump_to(4'000'250);  // 250 ms into a cycle: the second break, which only channel 2 has.
    h.tick();
    const SeenBlock block = h.latest("audio");
    EXPECT_NEAR(load_sample(block.payload, SampleType::f32, 12 * 2), amplitude_of(-18), 1e-6);
    EXPECT_EQ(load_sample(block.payload, SampleType::f32, 12 * 2 + 1), 0);
}

TEST(Tone, ends_after_its_count_and_refuses_what_cannot_be) {
    ActorHarness h(std::make_unique<Tone>());
    ASSERT_TRUE(h.set("count", "2"));
    ASSERT_TRUE(h.configure() && h.start());
    h.tick(5);
    EXPECT_TRUE(h.finished());
    EXPECT_EQ(h.take("audio").size(), 2U);
    ActorHarness high(std::make_unique<Tone>());
    ASSERT_TRUE(high.set("frequency", "24000"));
    const auto result = high.configure();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text, "frequency: must be below half the rate of 48000 Hz");
    ActorHarness odd(std::make_unique<Tone>());
    ASSERT_TRUE(odd.set("beep_rate", "fast"));
    EXPECT_FALSE(odd.configure());
}

}  // namespace
}  // namespace streamlib::actors
