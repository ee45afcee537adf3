// SPDX-License-Identifier: Apache-2.0
#include "actors/audio/level.hpp"

#include <cmath>
#include <cstring>

namespace streamlib::actors {
namespace {

template <class Sample>
LevelResult integers(std::span<const std::byte> in, std::span<std::byte> out, double factor,
                     double highest) {
    LevelResult result;
    const double lowest = -highest - 1;
    for (std::size_t at = 0; at + sizeof(Sample) <= in.size(); at += sizeof(Sample)) {
        Sample sample{};
        std::memcpy(&sample, in.data() + at, sizeof sample);
        double value = std::nearbyint(static_cast<double>(sample) * factor);
        if (value > highest || value < lowest) {
            value = value > 0 ? highest : lowest;
            ++result.clipped;
        }
        sample = static_cast<Sample>(value);
        std::memcpy(out.data() + at, &sample, sizeof sample);
    }
    return result;
}

LevelResult floats(std::span<const std::byte> in, std::span<std::byte> out, double factor) {
    const auto by = static_cast<float>(factor);
    for (std::size_t at = 0; at + sizeof(float) <= in.size(); at += sizeof(float)) {
        float sample = 0;
        std::memcpy(&sample, in.data() + at, sizeof sample);
        sample *= by;
        std::memcpy(out.data() + at, &sample, sizeof sample);
    }
    return {};
}

}  // namespace

LevelResult change_level(std::span<const std::byte> in, std::span<std::byte> out, SampleType type,
                         double factor) noexcept {
    switch (type) {
        case SampleType::s16: return integers<std::int16_t>(in, out, factor, 32767);
        case SampleType::s24in32: return integers<std::int32_t>(in, out, factor, 8388607);
        case SampleType::s32: return integers<std::int32_t>(in, out, factor, 2147483647);
        case SampleType::f32: return floats(in, out, factor);
    }
    return {};
}

}  // namespace streamlib::actors
