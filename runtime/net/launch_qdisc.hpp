// SPDX-License-Identifier: Apache-2.0
/// @file
/// Whether the kernel can send packets at times that are given with them (SO_TXTIME): who queues them on the way out.
///
/// Model     Two queueing disciplines (tc-fq(8), tc-etf(8)) hold a packet until its time: fq by CLOCK_MONOTONIC, ETF by
///           CLOCK_TAI. All others send it at once, without a word.
/// Threads   Plain functions. Cost: a few system calls (rtnetlink). [setup]
#pragma once

#include <cstdint>
#include <string>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"
#include "runtime/net/address.hpp"

namespace streamlib {

/// The clock that launch times are told by.
enum class LaunchTimes : std::uint8_t { none, monotonic, tai };

struct LaunchQdisc {
    std::string interface {};  ///< "eth0"
    std::string
        kind{};  ///< "fq", "etf", "noqueue", "fq_codel"; of several (mq) the one that counts.
    LaunchTimes times = LaunchTimes::none;  ///< None: nothing is held.
};

/// Of the interface that has this address.
[[nodiscard]] Result<LaunchQdisc> launch_qdisc(const SocketAddress& from);

/// Who keeps the time of a stream, by the property `pacing_by`: "thread", "launch_time" (an error, with the fix, where nobody
/// holds packets), or "auto". Pure.
[[nodiscard]] Result<LaunchTimes> choose_launch_times(const std::string& pacing_by,
                                                      const LaunchQdisc& qdisc);

/// From now on batches of this socket may carry launch times (SO_TXTIME), CLOCK_TAI with CAP_NET_ADMIN only.
[[nodiscard]] Result<> ask_for_launch_times(int fd, LaunchTimes times);
/// A time as such a socket wants it, in SendBatch::launch_at(). [realtime]
[[nodiscard]] TaiTime launch_time(MonotonicTime time, LaunchTimes times) noexcept;

}  // namespace streamlib
