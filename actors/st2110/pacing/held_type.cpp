// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/held_type.hpp"

#include <algorithm>
#include <string_view>

namespace streamlib::st2110 {
namespace {

constexpr std::uint32_t a_miss = 1000, forgiven = 3 * a_miss, most = 1000 * a_miss;

constexpr std::string_view names[] = {"2110TPN", "2110TPNL", "2110TPW"};

constexpr std::size_t index_of(SenderType type) { return static_cast<std::size_t>(type); }

}  // namespace

std::optional<HeldType::Finding> HeldType::add(const FrameByType& frame) noexcept {
    for (std::size_t i = index_of(told_); i < misses_.size(); ++i) {
        if (frame.kept[i])
            misses_[i] -= std::min(misses_[i], 1U);
        else
            misses_[i] = std::min(misses_[i] + a_miss, most);
        if (misses_[i] > forgiven) given_up_[i] = true;
    }
    const FrameTraffic& told = frame.traffic[index_of(told_)];
    const bool first = seen_.frames++ == 0;
    if (!frame.kept[index_of(told_)]) ++seen_.missed;
    seen_.cinst = std::max(seen_.cinst, told.cinst_max);
    seen_.vrx_min = first ? told.vrx_min : std::min(seen_.vrx_min, told.vrx_min);
    seen_.vrx_max = first ? told.vrx_max : std::max(seen_.vrx_max, told.vrx_max);
    return seen_.frames < span_ ? std::nullopt : look();
}

/// The span is over.
std::optional<HeldType::Finding> HeldType::look() noexcept {
    Finding found = seen_;
    seen_ = {};
    found.told = told_;
    std::size_t type = index_of(told_);
    while (type < index_of(SenderType::wide) && given_up_[type]) ++type;
    found.tells = static_cast<SenderType>(type);
    found.holds = !given_up_[type];
    if (found.tells == told_ && found.holds == holds_) return std::nullopt;
    told_ = found.tells;
    holds_ = found.holds;
    return found;
}

std::string to_string(const HeldType::Finding& finding, const TrafficLimits& limits) {
    const std::string what =
        std::to_string(finding.missed) + " of " + std::to_string(finding.frames) +
        " frames missed " + std::string(names[index_of(finding.told)]) + " (CINST " +
        std::to_string(finding.cinst) + " of " + std::to_string(limits.cmax) + ", VRX " +
        std::to_string(finding.vrx_min) + " to " + std::to_string(finding.vrx_max) + " of 0 to " +
        std::to_string(limits.vrx_full) + ")";
    const std::string cure = "give it nice, cpus, spin, troff, or a core more";
    if (finding.tells != finding.told)
        return what + ": the SDP tells " + std::string(names[index_of(finding.tells)]) +
               (finding.holds ? "" : ", not held either") + "; " + cure;
    return what + ", the widest type there is; " + cure;
}

}  // namespace streamlib::st2110
