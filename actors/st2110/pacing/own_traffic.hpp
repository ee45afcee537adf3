// SPDX-License-Identifier: Apache-2.0
/// @file
/// A sender's measurement of itself: when the kernel really took its packets, and what sender type that holds.
///
/// Model     Fed with how many packets the kernel has taken in all, and when that was seen: never earlier than they left, so a
///           burst looks as late as it can have been. What of a frame was not taken when the next begins counts as of then.
/// Clock     TAI, given by the caller; set back by more than a frame: measuring begins anew, what is told stays.
/// Threads   One. Cost: four divisions of 128 bits a type and burst; wider types than declared only. [realtime]
#pragma once

#include <cstdint>
#include <optional>

#include "actors/st2110/pacing/held_type.hpp"

namespace streamlib::st2110 {

class OwnTraffic {
public:
    /// `stream.sender` is what is declared.
    explicit OwnTraffic(const VideoPackets& stream);

    /// The next packets are those of `frame`.
    std::optional<HeldType::Finding> begin_frame(std::int64_t frame, TaiTime time) noexcept;
    /// The kernel has taken that many packets since this was made.
    std::optional<HeldType::Finding> taken(std::uint64_t packets, TaiTime time) noexcept;

    [[nodiscard]] const HeldType& held() const noexcept { return held_; }
    [[nodiscard]] TrafficLimits limits(SenderType sender) const noexcept {
        return limits_of(stream_, sender);
    }
    /// Frames beyond the limits of the type that was told, and of any type.
    [[nodiscard]] std::uint64_t off_type() const noexcept { return off_type_; }
    [[nodiscard]] std::uint64_t off_wide() const noexcept { return off_wide_; }

private:
    std::optional<HeldType::Finding> add(std::uint32_t packets, TaiTime time) noexcept;

    VideoPackets stream_;
    SenderTypeMeter meter_;
    HeldType held_;
    Nanoseconds frame_ns_;
    TaiTime last_{};
    std::int64_t frame_ = 0;
    std::uint32_t left_ = 0;  ///< Packets of the frame that were not taken yet.
    std::uint64_t taken_ = 0;
    std::uint64_t off_type_ = 0, off_wide_ = 0;
};

}  // namespace streamlib::st2110
