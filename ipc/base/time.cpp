// SPDX-License-Identifier: Apache-2.0
#include "ipc/base/time.hpp"

#include <ctime>

namespace streamlib {

MonotonicTime MonotonicTime::now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return {std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec};
}

}  // namespace streamlib
