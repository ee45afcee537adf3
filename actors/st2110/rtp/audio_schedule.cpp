// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/audio_schedule.hpp"

#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

/// Samples that last at least so long.
Ticks samples_for(Nanoseconds time, std::uint32_t rate) {
    return ticks_at(TaiTime{time}, rate) + 1;
}

}  // namespace

AudioSchedule::AudioSchedule(std::uint32_t rate, std::uint32_t packet_samples, Nanoseconds margin)
    : rate_(rate), packet_(packet_samples), margin_(margin) {
    STREAMLIB_ASSERT(rate > 0 && packet_samples > 0 && margin >= 0,
                     "a schedule needs a rate, a packet time and a margin");
}

bool AudioSchedule::fit(Ticks first, Nanoseconds lag) noexcept {
    const bool had = delay_.has_value();
    if (had && lag <= time_of_ticks(first + *delay_, rate_) - time_of_ticks(first, rate_))
        return false;
    const Ticks least = first + samples_for(lag + margin_, rate_);
    // Up to the next multiple of the packet time; before the epoch as well.
    const Ticks over = (least % packet_ + packet_) % packet_;
    delay_ = least + (over == 0 ? 0 : packet_ - over) - first;
    return had;
}

}  // namespace streamlib::st2110
