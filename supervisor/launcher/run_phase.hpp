// SPDX-License-Identifier: Apache-2.0
/// @file
/// Small words of the launcher: how far a run has come, its services, and who is to be killed when.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "ipc/base/time.hpp"

namespace streamlib::supervision {

enum class RunPhase : std::uint8_t { preparing, configuring, starting, running, stopping };
enum Service : std::uint32_t { clock_service = 0, control_service = 1 };

/// An actor that was told to stop, and how long it may take.
struct KillTime {
    MonotonicTime at{};
    std::uint32_t actor = 0;
    std::uint64_t incarnation = 0;
    MonotonicTime spawned{};  ///< Of that incarnation.
    [[nodiscard]] bool operator>(const KillTime& other) const noexcept { return at > other.at; }
};
/// The next to be due on top.
using KillTimes = std::priority_queue<KillTime, std::vector<KillTime>, std::greater<>>;

}  // namespace streamlib::supervision
