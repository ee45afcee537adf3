// SPDX-License-Identifier: Apache-2.0
/// @file
/// Changes the level of samples: the arithmetic of Gain. Pure, no allocation. [realtime]
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/format.hpp"

namespace streamlib::actors {

/// What became of a block.
struct LevelResult {
    std::size_t clipped = 0;  ///< Integer samples that met full scale. f32 never clips.
};

/// Multiplies each sample of `in` by `factor` into `out` (same size, may be the same bytes). Integers are rounded to the
/// nearest and clipped to their type's range (s24in32 to 24 bits); a factor of 1 changes no bit.
LevelResult change_level(std::span<const std::byte> in, std::span<std::byte> out, SampleType type,
                         double factor) noexcept;

}  // namespace streamlib::actors
