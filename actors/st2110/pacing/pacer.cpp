// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/pacer.hpp"

#include <algorithm>

#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

/// Packets of the burst that begins at `first`: whole bursts from the start of the field, the last one shorter.
std::uint32_t burst_at(const VideoTiming& timing, std::uint32_t burst, std::uint32_t first) {
    const std::uint32_t field = timing.packets_a_field();
    const std::uint32_t in_field = first % field;
    return std::min(burst - in_field % burst, field - in_field);
}

}  // namespace

PacingGrain fitting_grain(const VideoTiming& timing, PacingGrain wanted) noexcept {
    const TrafficLimits& limits = timing.limits;
    const std::uint32_t most = std::max(1U, std::min(limits.cmax, limits.vrx_full));
    PacingGrain grain = wanted;
    if (grain.burst == 0) grain.burst = std::max(1U, limits.cmax * 3 / 4);
    grain.burst = std::clamp(grain.burst, 1U, most);
    if (grain.ceiling == 0) grain.ceiling = (grain.burst + limits.cmax + 1) / 2;
    grain.ceiling = std::clamp(grain.ceiling, grain.burst, std::max(grain.burst, limits.cmax));
    // A burst fills the receiver's buffer by itself and by what is not read yet at that time.
    const auto room = static_cast<Nanoseconds>((limits.vrx_full - grain.burst) * timing.spacing_ns);
    if (grain.lead == 0) grain.lead = std::min(room, timing.offset_ns) * 7 / 8;
    grain.lead = std::clamp<Nanoseconds>(grain.lead, 0, room);
    return grain;
}

std::vector<Burst> burst_plan(const VideoTiming& timing, const PacingGrain& grain) {
    STREAMLIB_ASSERT(grain.burst > 0, "a plan needs fitting_grain()");
    std::vector<Burst> plan;
    plan.reserve(timing.stream.packets / grain.burst + 2);
    for (std::uint32_t first = 0; first < timing.stream.packets; first += plan.back().packets)
        plan.push_back(
            {first, burst_at(timing, grain.burst, first), timing.due(0, first).ns - grain.lead});
    return plan;
}

Pacer::Pacer(const VideoTiming& timing, const PacingGrain& wanted) noexcept
    : timing_(timing),
      grain_(fitting_grain(timing, wanted)),
      bucket_(timing),
      next_(timing.stream.packets) {}

void Pacer::begin_frame(std::int64_t frame) noexcept {
    STREAMLIB_ASSERT(remaining() == 0, "a frame begins when the last is done or abandoned");
    frame_ = frame;
    next_ = 0;
    frame_late_ = false;
    ++counts_.frames;
}

Pacer::Decision Pacer::sleep_until(TaiTime time, TaiTime now) const noexcept {
    // Not longer than a frame: whatever happens to the clock meanwhile is seen then.
    const TaiTime longest = now + static_cast<Nanoseconds>(timing_.frame_ns);
    return {.act = Act::sleep, .first = next_, .packets = 0, .until = std::min(time, longest)};
}

/// Packets from the next one on whose bursts are planned by `now`, at most what the bucket holds and within the field;
/// `first_burst` of them are known to be.
std::uint32_t Pacer::planned_by(TaiTime now, std::uint32_t first_burst) const noexcept {
    const std::uint32_t field = timing_.packets_a_field();
    const std::uint32_t end = next_ - next_ % field + field;
    std::uint32_t count = first_burst;
    while (count < grain_.ceiling && next_ + count < end &&
           timing_.due(frame_, next_ + count) + -grain_.lead <= now)
        count += burst_at(timing_, grain_.burst, next_ + count);
    return std::min(count, grain_.ceiling);
}

Pacer::Decision Pacer::decide(TaiTime now) noexcept {
    if (remaining() == 0) return {};
    if (now < last_) {
        // Small steps back are the difference of two readings; a larger one would stop the bucket from draining.
        if (last_ - now > static_cast<Nanoseconds>(timing_.frame_ns)) {
            bucket_.rebase(now);
            last_ = now;
            ++counts_.clock_steps;
        } else {
            now = last_;
        }
    }
    last_ = now;
    const std::uint32_t packets = burst_at(timing_, grain_.burst, next_);
    const TaiTime planned = timing_.due(frame_, next_) + -grain_.lead;
    if (now < planned) return sleep_until(planned, now);
    const std::uint32_t wanted = planned_by(now, packets);
    // As much as the bucket takes, if that is worth a system call: who waits for room for whole bursts, and wakes late each
    // time, falls behind for good.
    const std::uint32_t least = std::min(wanted, std::max(1U, grain_.burst / 4));
    const auto ceiling = std::int64_t{grain_.ceiling};
    const std::int64_t room = ceiling - bucket_.level(now);
    if (room < least) {
        if (!waiting_) ++counts_.held_back;
        waiting_ = true;
        return sleep_until(bucket_.when_at_most(ceiling - least), now);
    }
    waiting_ = false;
    return {.act = Act::send,
            .first = next_,
            .packets = static_cast<std::uint32_t>(std::min(std::int64_t{wanted}, room)),
            .until = now,
            .late = now - planned};
}

void Pacer::sent(std::uint32_t packets, TaiTime finished) noexcept {
    STREAMLIB_ASSERT(packets <= remaining(), "more sent than there was");
    last_ = std::max(last_, finished);
    // Counted as of the end of sending: the bucket of the wire is never fuller than this one.
    counts_.cinst_max = std::max(counts_.cinst_max, bucket_.add(packets, last_));
    for (std::uint32_t i = 0; i < packets; ++i) {
        const Nanoseconds late = last_ - timing_.due(frame_, next_ + i);
        if (late <= 0) break;  // The ones behind it are due later still.
        ++counts_.late_packets;
        counts_.latest = std::max(counts_.latest, late);
        if (!frame_late_) ++counts_.late_frames;
        frame_late_ = true;
    }
    next_ += packets;
    counts_.packets += packets;
}

std::uint32_t Pacer::abandon_frame() noexcept {
    const std::uint32_t left = remaining();
    if (left == 0) return 0;
    ++counts_.abandoned_frames;
    counts_.abandoned_packets += left;
    next_ = timing_.stream.packets;
    return left;
}

}  // namespace streamlib::st2110
