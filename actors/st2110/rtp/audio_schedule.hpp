// SPDX-License-Identifier: Apache-2.0
/// @file
/// When packets of sound leave: evenly, on a grid that all senders of a machine share.
///
///     AudioSchedule schedule(48000, 48, 3'000'000);
///     schedule.fit(first_sample_of_the_block, now - origin);   // each block, when it came
///     send_at(schedule.due(first_sample_of_the_packet));
///
/// Model     A packet leaves a whole number of samples after its first sample: what a block needs to be there, and `margin`,
///           rounded up so that packets leave at multiples of the packet time since the PTP epoch. So every sender of that
///           rate and packet time wakes at the same instants, and the kernel wakes them all with one timer interrupt a CPU;
///           with phases of their own each packet costs about twice the CPU time (bench/README.md, "audio").
/// Threads   One. Cost: a few divisions, no system call.
#pragma once

#include <cstdint>
#include <optional>

#include "actors/st2110/rtp/media_time.hpp"

namespace streamlib::st2110 {

class AudioSchedule {
public:
    /// Contract: both positive, `margin` not negative. `rate`: samples a second, up to 1 MHz.
    AudioSchedule(std::uint32_t rate, std::uint32_t packet_samples, Nanoseconds margin);

    /// A block whose first sample is `first` came `lag` after that sample's time. The first one sets the delay, a later one
    /// that came after its own packets were due makes it grow: true.
    bool fit(Ticks first, Nanoseconds lag) noexcept;
    /// Contract: fit() was called.
    [[nodiscard]] TaiTime due(Ticks first) const noexcept {
        return time_of_ticks(first + *delay_, rate_);
    }
    /// Samples; nothing before the first block.
    [[nodiscard]] std::optional<Ticks> delay() const noexcept { return delay_; }

private:
    std::uint32_t rate_;
    Ticks packet_;
    Nanoseconds margin_;
    std::optional<Ticks> delay_;
};

}  // namespace streamlib::st2110
