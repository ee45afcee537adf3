// SPDX-License-Identifier: Apache-2.0
#include "actors/test/sine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace streamlib::actors {
namespace {

__extension__ using Wide = unsigned __int128;

template <class Word>
void put(std::span<std::byte> samples, std::size_t index, Word word) {
    std::memcpy(samples.data() + index * sizeof word, &word, sizeof word);
}

template <class Word>
Word take(std::span<const std::byte> samples, std::size_t index) {
    Word word{};
    std::memcpy(&word, samples.data() + index * sizeof word, sizeof word);
    return word;
}

/// Full scale is one step above the largest positive code, as two's complement has it.
std::int32_t quantise(double value, double full_scale) {
    return static_cast<std::int32_t>(
        std::clamp(std::nearbyint(value * full_scale), -full_scale, full_scale - 1));
}

constexpr double scale_16 = 32768.0;
constexpr double scale_24 = 8388608.0;
constexpr double scale_32 = 2147483648.0;

}  // namespace

double amplitude_of(double dbfs) noexcept { return std::pow(10.0, dbfs / 20.0); }

double sine_sample(std::uint64_t n, std::uint64_t millihertz, std::uint32_t rate,
                   double lead) noexcept {
    // A turn is rate * 1000 steps; millihertz * n stays far below 2^64 once n is reduced to that period.
    const std::uint64_t turn = std::uint64_t{rate} * 1000;
    const std::uint64_t step = (n % turn) * (millihertz % turn) % turn;
    return std::sin(2 * std::numbers::pi *
                    (static_cast<double>(step) / static_cast<double>(turn) + lead));
}

std::uint64_t first_sample_of(std::uint64_t index, Rate rate,
                              std::uint32_t samples_a_second) noexcept {
    const auto num = static_cast<std::uint32_t>(rate.num);
    const Wide product =
        static_cast<Wide>(index) * static_cast<std::uint32_t>(rate.den) * samples_a_second;
    return static_cast<std::uint64_t>((product + num - 1) / num);
}

std::uint64_t tick_of_sample(std::uint64_t n, Rate rate, std::uint32_t samples_a_second) noexcept {
    const Wide product = static_cast<Wide>(n) * static_cast<std::uint32_t>(rate.num);
    return static_cast<std::uint64_t>(
        product / (static_cast<Wide>(samples_a_second) * static_cast<std::uint32_t>(rate.den)));
}

bool ident_sounds(std::uint64_t n, std::uint32_t channel, std::uint32_t rate) noexcept {
    const std::uint64_t in_cycle = n % (std::uint64_t{rate} * 4);
    const std::uint64_t tenth = in_cycle * 10 / rate;
    const std::uint64_t breaks = channel % 16 + 1;
    return tenth % 2 == 1 || tenth / 2 >= breaks;
}

void store_sample(std::span<std::byte> samples, SampleType type, std::size_t index,
                  double value) noexcept {
    switch (type) {
        case SampleType::s16:
            put(samples, index, static_cast<std::int16_t>(quantise(value, scale_16)));
            return;
        case SampleType::s24in32: put(samples, index, quantise(value, scale_24)); return;
        case SampleType::s32: put(samples, index, quantise(value, scale_32)); return;
        case SampleType::f32: put(samples, index, static_cast<float>(value)); return;
    }
}

double load_sample(std::span<const std::byte> samples, SampleType type,
                   std::size_t index) noexcept {
    switch (type) {
        case SampleType::s16: return take<std::int16_t>(samples, index) / scale_16;
        case SampleType::s24in32: return take<std::int32_t>(samples, index) / scale_24;
        case SampleType::s32: return take<std::int32_t>(samples, index) / scale_32;
        case SampleType::f32: return static_cast<double>(take<float>(samples, index));
    }
    return 0;
}

}  // namespace streamlib::actors
