// SPDX-License-Identifier: Apache-2.0
/// @file
/// The clock process: publishes the ticks of every domain, on time, and nothing else.
#pragma once

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

/// Role "clock": receives `ClockSetup` over `channel`, then publishes until the channel ends. Returns the exit status.
/// One thread; sleeps in one futex wait to the next due time (absolute, computed from the index, never summed).
[[nodiscard]] int clock_main(UniqueFd channel) noexcept;

}  // namespace streamlib::supervision
