// SPDX-License-Identifier: Apache-2.0
/// @file
/// Class specs as bytes: what the process that loads a plugin tells the launcher about it.
///
/// Errors    Decoding checks every length and enumerator: a plugin is foreign code. At most 1 MiB.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/class_spec.hpp"

namespace streamlib::supervision {

inline constexpr std::size_t max_class_spec_bytes = std::size_t{1} << 20;

[[nodiscard]] std::vector<std::byte> encode_specs(const std::vector<ClassSpec>& specs);
[[nodiscard]] Result<std::vector<ClassSpec>> decode_specs(std::span<const std::byte> bytes);

}  // namespace streamlib::supervision
