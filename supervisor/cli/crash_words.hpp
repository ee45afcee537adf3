// SPDX-License-Identifier: Apache-2.0
/// @file
/// How an actor died, as text for a person. Pure.
#pragma once

#include <string>

#include "ipc/base/time.hpp"
#include "supervisor/control/supervision_rows.hpp"

namespace streamlib::supervision {

/// Several lines; of an actor that never died one. `tai_offset_ns`: TAI - UTC.
[[nodiscard]] std::string crash_words(const CrashReport& report, const ActorRow& now,
                                      Nanoseconds tai_offset_ns, bool colours);

}  // namespace streamlib::supervision
