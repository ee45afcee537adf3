// SPDX-License-Identifier: Apache-2.0
/// @file
/// When a process that is always restarted (clock, control, zygote) comes back.
#pragma once

#include <cstdint>

#include "ipc/base/time.hpp"

namespace streamlib::supervision {

/// At once after a life of a second or more; else 5 ms, doubling with each early death, at most 1 s.
class BackOff {
public:
    [[nodiscard]] Nanoseconds delay_after(Nanoseconds lived_ns) noexcept {
        if (lived_ns >= healthy_ns) {
            early_deaths_ = 0;
            return 0;
        }
        const Nanoseconds delay =
            early_deaths_ == 0 ? 0 : first_ns << (early_deaths_ < 9 ? early_deaths_ - 1 : 8);
        ++early_deaths_;
        return delay < longest_ns ? delay : longest_ns;
    }

private:
    static constexpr Nanoseconds healthy_ns = 1'000'000'000, first_ns = 5'000'000,
                                 longest_ns = 1'000'000'000;
    std::uint32_t early_deaths_ = 0;
};

}  // namespace streamlib::supervision
