// SPDX-License-Identifier: Apache-2.0
/// @file
/// Two kinds of time that never convert silently, and exact rates.
///
/// Model     `TaiTime` is TAI nanoseconds since the PTP epoch 1970-01-01T00:00:00 TAI (IEEE 1588, ST 2059-1).
///           `MonotonicTime` is CLOCK_MONOTONIC nanoseconds: for deadlines and waiting only.
/// Threads   Values. `now()` is one vDSO call.
#pragma once

#include <compare>
#include <cstdint>

namespace streamlib {

/// A span of time in nanoseconds; signed.
using Nanoseconds = std::int64_t;

/// A point in TAI time, nanoseconds since the PTP epoch. 0 means "not set".
struct TaiTime {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(TaiTime, TaiTime) = default;
    friend constexpr TaiTime operator+(TaiTime t, Nanoseconds d) { return {t.ns + d}; }
    friend constexpr Nanoseconds operator-(TaiTime a, TaiTime b) { return a.ns - b.ns; }
};

/// A point in CLOCK_MONOTONIC, nanoseconds.
struct MonotonicTime {
    std::int64_t ns = 0;
    [[nodiscard]] static MonotonicTime now() noexcept;
    friend constexpr auto operator<=>(MonotonicTime, MonotonicTime) = default;
    friend constexpr MonotonicTime operator+(MonotonicTime t, Nanoseconds d) { return {t.ns + d}; }
    friend constexpr Nanoseconds operator-(MonotonicTime a, MonotonicTime b) { return a.ns - b.ns; }
};

/// An exact rate in events a second, `num/den` hertz, both positive; 60000/1001 is 59.94 Hz. {0,1}: not set.
struct Rate {
    std::int32_t num = 0;
    std::int32_t den = 1;
    friend constexpr bool operator==(Rate, Rate) = default;
    /// Nominal period in nanoseconds, rounded; for tolerances only, never to be summed.
    [[nodiscard]] constexpr Nanoseconds period_ns() const {
        return num == 0 ? 0 : (std::int64_t{1'000'000'000} * den + num / 2) / num;
    }
    [[nodiscard]] constexpr double hertz() const { return static_cast<double>(num) / den; }
};

}  // namespace streamlib
