// SPDX-License-Identifier: Apache-2.0
/// @file
/// The page a clock publishes the ticks of one domain on.
///
/// Model     Two records and a word. Tick `seq` stands in record seq & 1; the word says which seq is newest. A clock killed
///           while it writes leaves the last tick whole; the next clock goes on with seq + 1.
/// Memory    A control segment with tick_page_layout_hash, writable by the clock process, read-only for everybody else.
/// Orders    word: release store, pairs with the acquire load in read_tick().
/// Cost      Reading: two loads and a copy of 64 bytes. Publishing: one system call that wakes all sleepers.
#pragma once

#include <atomic>
#include <cstdint>

#include "ipc/base/time.hpp"
#include "runtime/tick.hpp"

namespace streamlib {

inline constexpr std::uint64_t tick_page_layout_hash = 0x2026'11'22'0003'0001;

/// One tick, and the relation of TAI to CLOCK_MONOTONIC at that tick, so that readers tell the time between ticks.
struct alignas(64) TickRecord {
    std::uint64_t seq = 0;
    std::uint64_t index = 0;
    std::int64_t time_ns = 0;       ///< TAI.
    std::int64_t monotonic_ns = 0;  ///< CLOCK_MONOTONIC at that TAI time.
    std::int32_t rate_num = 0, rate_den = 1;
    std::uint64_t generation = 0;
    /// Indices the clock itself jumped over since it began (it was starved or dead).
    std::uint64_t skipped = 0;
    std::uint64_t reserved = 0;
};
static_assert(sizeof(TickRecord) == 64);

struct TickPage {
    alignas(64) std::atomic<std::uint64_t> seq{
        0};  ///< Newest tick; its low half is the shared futex. 0: no tick yet.
    alignas(64) TickRecord records[2]{};
};
static_assert(sizeof(TickPage) == 192);

/// A tick as read from the page, with what is needed to tell the time between ticks.
struct TickReading {
    Tick tick{};
    MonotonicTime monotonic{};  ///< CLOCK_MONOTONIC at tick.time.
    /// TAI at a monotonic instant, by this tick's relation.
    [[nodiscard]] TaiTime tai_at(MonotonicTime at) const noexcept {
        return tick.time + (at - monotonic);
    }
};

/// Clock: publishes `record` (its seq must be the page's seq + 1) and wakes the sleepers. [realtime]
void publish_tick(TickPage& page, const TickRecord& record) noexcept;
/// Anybody: the newest tick; tick.seq 0 if there is none yet. [realtime]
[[nodiscard]] TickReading read_tick(const TickPage& page) noexcept;
/// The word to sleep on, and what it holds for tick `seq`.
[[nodiscard]] const std::uint32_t* tick_word(const TickPage& page) noexcept;

}  // namespace streamlib
