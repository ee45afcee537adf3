// SPDX-License-Identifier: Apache-2.0
#include "actors/test/sine.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>

namespace streamlib::actors {
namespace {

TEST(Sine, is_exact_at_quarter_turns) {
    EXPECT_EQ(sine_sample(0, 1'000'000, 48000), 0.0);
    EXPECT_NEAR(sine_sample(12, 1'000'000, 48000), 1.0, 1e-12);
    EXPECT_NEAR(sine_sample(36, 1'000'000, 48000), -1.0, 1e-12);
    EXPECT_NEAR(sine_sample(4, 1'000'000, 48000), 0.5, 1e-12);
}

TEST(Sine, does_not_drift_in_fifty_years_of_samples) {
    const std::uint64_t fifty_years = 48000ULL * 86400 * 365 * 50;
    ASSERT_EQ(fifty_years % 48000, 0U);
    for (std::uint64_t n = 0; n < 100; ++n)
        EXPECT_EQ(sine_sample(fifty_years + n, 1'000'000, 48000), sine_sample(n, 1'000'000, 48000));
    // 997.123 Hz repeats after 1000 s exactly.
    for (std::uint64_t n = 0; n < 100; ++n)
        EXPECT_EQ(sine_sample(48'000'000 * 77ULL + n, 997'123, 48000),
                  sine_sample(n, 997'123, 48000));
}

TEST(Sine, has_its_frequency) {
    for (const std::uint64_t millihertz : {440'000ULL, 997'500ULL, 10'000'000ULL}) {
        int crossings = 0;
        for (std::uint64_t n = 1; n <= 480'000; ++n)
            crossings +=
                sine_sample(n - 1, millihertz, 48000) < 0 && sine_sample(n, millihertz, 48000) >= 0;
        EXPECT_NEAR(crossings, static_cast<double>(millihertz) / 100, 1) << millihertz;
    }
}

TEST(Sine, level_is_in_decibels) {
    EXPECT_DOUBLE_EQ(amplitude_of(0), 1.0);
    EXPECT_NEAR(amplitude_of(-6.0206), 0.5, 1e-5);
    EXPECT_NEAR(amplitude_of(-20), 0.1, 1e-12);
}

TEST(Ident, breaks_once_more_for_each_channel) {
    for (std::uint32_t channel = 0; channel < 20; ++channel) {
        int breaks = 0;
        bool sounding = true;
        for (std::uint64_t n = 0; n < 4 * 48000; ++n) {
            const bool now = ident_sounds(n, channel, 48000);
            if (sounding && !now) ++breaks;
            sounding = now;
        }
        EXPECT_EQ(breaks, static_cast<int>(channel % 16) + 1);
    }
    EXPECT_FALSE(ident_sounds(4 * 48000, 0, 48000));
    EXPECT_FALSE(ident_sounds(4799, 0, 48000));
    EXPECT_TRUE(ident_sounds(4800, 0, 48000));
}

TEST(Samples, come_back_from_every_type) {
    std::array<std::byte, 64> bytes{};
    const std::pair<SampleType, double> types[] = {{SampleType::s16, 1.0 / 32768},
                                                   {SampleType::s24in32, 1.0 / 8388608},
                                                   {SampleType::s32, 1.0 / 2147483648},
                                                   {SampleType::f32, 1e-7}};
    for (const auto& [type, step] : types)
        for (const double v : {0.0, 0.5, -0.25, 0.123456789, -0.999}) {
            store_sample(bytes, type, 3, v);
            EXPECT_NEAR(load_sample(bytes, type, 3), v, step) << to_string(type);
        }
}

TEST(Samples, are_clipped_to_full_scale_and_lie_as_documented) {
    std::array<std::byte, 16> bytes{};
    store_sample(bytes, SampleType::s16, 0, 2.0);
    store_sample(bytes, SampleType::s16, 1, -2.0);
    std::array<std::int16_t, 2> words{};
    std::memcpy(words.data(), bytes.data(), sizeof words);
    EXPECT_EQ(words[0], 32767);
    EXPECT_EQ(words[1], -32768);
    store_sample(bytes, SampleType::s24in32, 1, 1.0);
    std::int32_t word = 0;
    std::memcpy(&word, bytes.data() + 4, sizeof word);
    EXPECT_EQ(word, 0x7fffff);
    store_sample(bytes, SampleType::s32, 1, 1.0);
    std::memcpy(&word, bytes.data() + 4, sizeof word);
    EXPECT_EQ(word, 0x7fffffff);
}

}  // namespace
}  // namespace streamlib::actors
