// SPDX-License-Identifier: Apache-2.0
/// @file
/// How many restarts a supervisor has left: at most `intensity` within any `period`, as OTP counts them.
///
/// Memory    `intensity` times, taken once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ipc/base/time.hpp"

namespace streamlib::supervision {

class RestartBudget {
public:
    RestartBudget(std::uint32_t intensity, Nanoseconds period_ns)
        : times_(intensity), period_ns_(period_ns) {}

    /// One restart at `now`; false, and nothing is counted: they are spent. Two exactly a period apart are in one window.
    [[nodiscard]] bool charge(MonotonicTime now) noexcept {
        if (times_.empty()) return false;
        if (used_ == times_.size()) {
            if (now - times_[oldest_] <= period_ns_) return false;
            oldest_ = (oldest_ + 1) % times_.size();
            --used_;
        }
        times_[(oldest_ + used_) % times_.size()] = now;
        ++used_;
        return true;
    }

    [[nodiscard]] std::uint32_t left(MonotonicTime now) const noexcept {
        std::size_t past = 0;
        while (past < used_ && now - times_[(oldest_ + past) % times_.size()] > period_ns_) ++past;
        return static_cast<std::uint32_t>(times_.size() - (used_ - past));
    }

    void clear() noexcept { used_ = 0; }

private:
    std::vector<MonotonicTime> times_;  ///< A ring of `used_` from `oldest_`.
    std::size_t oldest_ = 0, used_ = 0;
    Nanoseconds period_ns_;
};

}  // namespace streamlib::supervision
