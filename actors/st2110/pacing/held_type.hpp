// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which sender type a description may tell (`TP`): the declared one, as long as what was measured holds it.
///
/// Model     A type holds while no more than one frame in a thousand misses its limits; three at once are forgiven (a
///           machine that stood still once). Looked at when a second of frames is over. What is told never gets
///           narrower than declared, since the schedule promises no more, and never narrower again: it was not held.
/// Threads   A value, no clock. Cost: a few additions a frame. [realtime]
///
///     HeldType held(SenderType::narrow, 60);
///     if (const auto finding = held.add(*meter.add(frame, time, packets))) tell(finding->tells);
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "actors/st2110/pacing/traffic_meter.hpp"

namespace streamlib::st2110 {

class HeldType {
public:
    /// What a second of frames has shown, where it changes what may be told.
    struct Finding {
        SenderType told{};  ///< Until now.
        SenderType
            tells{};  ///< From now on; the same where wide itself does not hold: there is no wider.
        bool holds = true;         ///< False: not even `tells`.
        std::uint32_t frames = 0;  ///< Of that second.
        std::uint32_t missed = 0;  ///< Of them, not within the limits of `told`.
        std::int64_t cinst = 0;    ///< By the model of `told`, in the worst frames.
        std::int64_t vrx_min = 0;
        std::int64_t vrx_max = 0;
    };
    /// Never more: each type is given up once.
    static constexpr std::size_t most_findings = 3;

    HeldType(SenderType declared, std::uint32_t frames_a_span) noexcept
        : told_(declared), span_(frames_a_span) {}

    /// A frame that is over.
    std::optional<Finding> add(const FrameByType& frame) noexcept;
    [[nodiscard]] SenderType told() const noexcept { return told_; }
    /// False: what is told, wide, does not hold.
    [[nodiscard]] bool holds() const noexcept { return holds_; }

private:
    [[nodiscard]] std::optional<Finding> look() noexcept;

    std::array<std::uint32_t, 3> misses_{};  ///< In thousandths: a miss adds 1000, a frame takes 1.
    std::array<bool, 3> given_up_{};
    SenderType told_;
    bool holds_ = true;
    std::uint32_t span_;
    Finding seen_{};  ///< In the span that is going on.
};

/// For the log: what was measured, what the description tells now, what to do about it.
[[nodiscard]] std::string to_string(const HeldType::Finding& finding, const TrafficLimits& limits);

}  // namespace streamlib::st2110
