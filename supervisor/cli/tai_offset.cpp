// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/tai_offset.hpp"

#include <time.h>

#include "runtime/clock/software_clock.hpp"

namespace streamlib::supervision {

Nanoseconds tai_offset() {
    timespec wall{};
    ::clock_gettime(CLOCK_REALTIME, &wall);
    const std::int64_t wall_ns = std::int64_t{wall.tv_sec} * 1'000'000'000 + wall.tv_nsec;
    const ClockLine line = system_tai().line;
    const std::int64_t tai_ns = line.tai_at(MonotonicTime::now()).ns;
    return (tai_ns - wall_ns + 500'000'000) / 1'000'000'000 * 1'000'000'000;
}

}  // namespace streamlib::supervision
