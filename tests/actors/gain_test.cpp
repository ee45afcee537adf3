// SPDX-License-Identifier: Apache-2.0
#include "actors/audio/gain.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "actors/audio/level.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

template <class Sample>
std::vector<std::byte> bytes_of(const std::vector<Sample>& samples) {
    std::vector<std::byte> bytes(samples.size() * sizeof(Sample));
    std::memcpy(bytes.data(), samples.data(), bytes.size());
    return bytes;
}

template <class Sample>
std::vector<Sample> changed(const std::vector<Sample>& in, SampleType type, double factor,
                            std::size_t clipped = 0) {
    std::vector<Sample> out(in.size());
    const auto result = change_level(std::as_bytes(std::span(in)),
                                     std::as_writable_bytes(std::span(out)), type, factor);
    EXPECT_EQ(result.clipped, clipped);
    return out;
}

TEST(ChangeLevel, a_factor_of_one_changes_no_bit) {
    const std::vector<std::int16_t> words = {0, 1, -1, 32767, -32768, 12345};
    EXPECT_EQ(changed(words, SampleType::s16, 1.0), words);
    const std::vector<std::int32_t> longs = {0, 1, -1, INT32_MAX, INT32_MIN, 123456789};
    EXPECT_EQ(changed(longs, SampleType::s32, 1.0), longs);
    const std::vector<std::int32_t> middle = {0, 8388607, -8388608};
    EXPECT_EQ(changed(middle, SampleType::s24in32, 1.0), middle);
    const std::vector<float> reals = {0.0F, 1.5F, -1e-20F};
    EXPECT_EQ(changed(reals, SampleType::f32, 1.0), reals);
}

TEST(ChangeLevel, rounds_to_nearest_and_clips_to_the_type) {
    EXPECT_EQ(changed<std::int16_t>({100, -100, 3, 30000, -30000}, SampleType::s16, 0.5),
              (std::vector<std::int16_t>{50, -50, 2, 15000, -15000}));
    EXPECT_EQ(changed<std::int16_t>({20000, -20000, 100}, SampleType::s16, 2.0, 2),
              (std::vector<std::int16_t>{32767, -32768, 200}));
    EXPECT_EQ(changed<std::int32_t>({5000000, -5000000}, SampleType::s24in32, 2.0, 2),
              (std::vector<std::int32_t>{8388607, -8388608}));
    EXPECT_EQ(changed<std::int32_t>({INT32_MAX, INT32_MIN}, SampleType::s32, 1.5, 2),
              (std::vector<std::int32_t>{INT32_MAX, INT32_MIN}));
    EXPECT_EQ(changed<float>({0.75F}, SampleType::f32, 2.0), (std::vector<float>{1.5F}));
    EXPECT_EQ(changed<std::int16_t>({32767, -32768}, SampleType::s16, 0.0),
              (std::vector<std::int16_t>{0, 0}));
}

TEST(ChangeLevel, may_work_in_place) {
    std::vector<std::int16_t> words = {100, 200};
    const auto bytes = std::as_writable_bytes(std::span(words));
    (void)change_level(bytes, bytes, SampleType::s16, 2.0);
    EXPECT_EQ(words, (std::vector<std::int16_t>{200, 400}));
}

TEST(Gain, changes_level_in_decibels_and_passes_blocks_of_any_length) {
    ActorHarness h(std::make_unique<Gain>(), {1000, 1});
    h.link("audio", *parse_audio_format("48k 2ch f32 block=48"));
    ASSERT_TRUE(h.set("gain", "-6.0206"));
    ASSERT_TRUE(h.configure() && h.start());
    EXPECT_EQ(to_string(h.format("audio")), "48000 2ch f32 block=48");
    h.feed("audio", bytes_of<float>({1.0F, -0.5F, 0.25F, 0.0F}), TaiTime{777});
    h.feed("audio", bytes_of<float>({0.5F, 0.5F}), TaiTime{888});
    h.tick();
    const auto blocks = h.take("audio");
    ASSERT_EQ(blocks.size(), 2U);
    ASSERT_EQ(blocks[0].payload.size(), 16U);
    ASSERT_EQ(blocks[1].payload.size(), 8U);
    EXPECT_EQ(blocks[0].header.origin_ns, 777);
    EXPECT_EQ(blocks[1].header.origin_ns, 888);
    float samples[4];
    std::memcpy(samples, blocks[0].payload.data(), sizeof samples);
    EXPECT_NEAR(samples[0], 0.5F, 1e-5);
    EXPECT_NEAR(samples[1], -0.25F, 1e-5);
}

TEST(Gain, counts_what_it_clips_and_can_mute) {
    ActorHarness loud(std::make_unique<Gain>());
    loud.link("audio", *parse_audio_format("48k 1ch s16 block=48"));
    ASSERT_TRUE(loud.set("gain", "20"));
    ASSERT_TRUE(loud.configure() && loud.start());
    loud.feed("audio", bytes_of<std::int16_t>({1000, 30000, -30000}));
    loud.tick();
    EXPECT_EQ(loud.counter("clipped"), 2U);
    EXPECT_TRUE(loud.latest("audio").payload == bytes_of<std::int16_t>({10000, 32767, -32768}));

    ActorHarness mute(std::make_unique<Gain>());
    mute.link("audio", *parse_audio_format("48k 1ch s32 block=48"));
    ASSERT_TRUE(mute.set("mute", "true"));
    ASSERT_TRUE(mute.configure() && mute.start());
    mute.feed("audio", bytes_of<std::int32_t>({INT32_MAX, -7}));
    mute.tick();
    EXPECT_TRUE(mute.latest("audio").payload == bytes_of<std::int32_t>({0, 0}));
    EXPECT_FALSE(mute.set("gain", "61"));
}

}  // namespace
}  // namespace streamlib::actors
