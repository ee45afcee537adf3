// SPDX-License-Identifier: Apache-2.0
/// @file
/// Spans of time as people write them: "10s", "250ms", "1.5 s", "2min".
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"

namespace streamlib {

/// A number and a unit (ns, us, ms, s, min, h), blanks between them allowed; never negative, at
/// most 100 years. A number without a unit is an error that says so: nobody guesses between seconds
/// and milliseconds.
[[nodiscard]] Result<Nanoseconds> parse_duration(std::string_view text);

/// The shortest exact form with one unit: "10s", "250ms", "1500us".
[[nodiscard]] std::string duration_text(Nanoseconds span);

}  // namespace streamlib
