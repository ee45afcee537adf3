// SPDX-License-Identifier: Apache-2.0
#include "runtime/clock/software_clock.hpp"

#include <sys/timex.h>

#include <ctime>

#include "runtime/clock/tick_math.hpp"

namespace streamlib {

ClockLine continue_line(const TickReading& last, const ClockLine& fresh) noexcept {
    return last.tick.seq == 0 ? fresh : ClockLine{last.tick.time, last.monotonic};
}

TickSchedule::TickSchedule(Rate rate, const ClockLine& line, const TickReading& last,
                           MonotonicTime now) noexcept
    : rate_(rate), line_(line), seq_(last.tick.seq), generation_(last.tick.generation) {
    const std::uint64_t current = tick_index_at(line_.tai_at(now), rate_);
    next_index_ = seq_ == 0 ? current + 1 : last.tick.index + 1;
}

MonotonicTime TickSchedule::due() const noexcept {
    return line_.monotonic_at(time_of_tick(next_index_, rate_));
}

std::optional<TickRecord> TickSchedule::take(MonotonicTime now) noexcept {
    if (now < due()) return std::nullopt;
    const std::uint64_t index = tick_index_at(line_.tai_at(now), rate_);
    skipped_ += index - next_index_;
    TickRecord record;
    record.seq = ++seq_;
    record.index = index;
    const TaiTime time = time_of_tick(index, rate_);
    record.time_ns = time.ns;
    record.monotonic_ns = line_.monotonic_at(time).ns;
    record.rate_num = rate_.num;
    record.rate_den = rate_.den;
    record.generation = generation_;
    record.skipped = skipped_;
    next_index_ = index + 1;
    return record;
}

SystemTai system_tai() noexcept {
    SystemTai result;
    timex state{};
    const bool known = adjtimex(&state) >= 0 && state.tai != 0;
    timespec t{};
    clock_gettime(known ? CLOCK_TAI : CLOCK_REALTIME, &t);
    result.line.monotonic = MonotonicTime::now();
    constexpr std::int64_t offset_s = 37;  // TAI - UTC since 2017-01-01 (IERS Bulletin C)
    const std::int64_t seconds = t.tv_sec + (known ? 0 : offset_s);
    result.line.tai = {seconds * 1'000'000'000 + t.tv_nsec};
    result.kernel_offset = known;
    return result;
}

TickReading read_tick_or_now(const TickPage& page) noexcept {
    TickReading reading = read_tick(page);
    if (reading.tick.seq != 0) return reading;
    const ClockLine line = system_tai().line;
    reading.tick.time = line.tai;
    reading.monotonic = line.monotonic;
    return reading;
}

}  // namespace streamlib
