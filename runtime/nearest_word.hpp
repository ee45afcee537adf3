// SPDX-License-Identifier: Apache-2.0
/// @file
/// "Did you mean": the known word that a mistyped one is closest to.
///
/// Model     Edit distance with swaps of neighbours (optimal string alignment), case ignored; a word is near if at
///           most a third of its letters (at least one) must change.
/// Threads   Pure functions. Cost: not for the frame path.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace streamlib {

/// Edits between two words, case ignored.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `known`, or empty if none is near. The first wins a tie.
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string_view> known);

}  // namespace streamlib
