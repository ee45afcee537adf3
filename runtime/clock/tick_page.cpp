// SPDX-License-Identifier: Apache-2.0
#include "runtime/clock/tick_page.hpp"

#include <array>
#include <bit>

#include "ipc/wake.hpp"

namespace streamlib {
namespace {

// Written and read as single words, so that a reader that is overtaken sees old or new words and never undefined ones.
constexpr std::size_t record_words = sizeof(TickRecord) / sizeof(std::uint64_t);
using Words = std::array<std::uint64_t, record_words>;

std::uint64_t* words_of(TickRecord& record) noexcept {
    return reinterpret_cast<std::uint64_t*>(&record);
}
const std::uint64_t* words_of(const TickRecord& record) noexcept {
    return reinterpret_cast<const std::uint64_t*>(&record);
}

TickReading to_reading(const TickRecord& record) noexcept {
    TickReading reading;
    reading.tick.seq = record.seq;
    reading.tick.index = record.index;
    reading.tick.time = {record.time_ns};
    reading.tick.rate = {record.rate_num, record.rate_den};
    reading.tick.generation = record.generation;
    reading.monotonic = {record.monotonic_ns};
    return reading;
}

}  // namespace

void publish_tick(TickPage& page, const TickRecord& record) noexcept {
    const auto source = std::bit_cast<Words>(record);
    std::uint64_t* target = words_of(page.records[record.seq & 1]);
    for (std::size_t i = 0; i < record_words; ++i)
        __atomic_store_n(target + i, source[i], __ATOMIC_RELAXED);
    page.seq.store(record.seq, std::memory_order_release);  // pairs with read_tick
    (void)ipc::futex_wake_all(tick_word(page));
}

TickReading read_tick(const TickPage& page) noexcept {
    for (;;) {
        const std::uint64_t seq = page.seq.load(std::memory_order_acquire);
        if (seq == 0) return {};
        Words copy;
        const std::uint64_t* source = words_of(page.records[seq & 1]);
        for (std::size_t i = 0; i < record_words; ++i)
            copy[i] = __atomic_load_n(source + i, __ATOMIC_RELAXED);
        std::atomic_thread_fence(std::memory_order_acquire);
        // The clock may be two ticks further only if this reader was held up; then the copy may be torn.
        if (page.seq.load(std::memory_order_relaxed) == seq)
            return to_reading(std::bit_cast<TickRecord>(copy));
    }
}

const std::uint32_t* tick_word(const TickPage& page) noexcept {
    return reinterpret_cast<const std::uint32_t*>(&page.seq);
}

}  // namespace streamlib
