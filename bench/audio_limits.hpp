// SPDX-License-Identifier: Apache-2.0
/// @file
/// What many sound streams over loopback cost at least: processes that do nothing but wait, send and receive.
///
/// Model     Every packet leaves when its time has come, by clock_nanosleep and send(), the same octets as ours; at the other
///           end recv() and nothing else. All streams leave at the same instants, as ours do. Pairs: a process a sender and a
///           process a receiver, which is what processes for actors cost at best. One: one process sends all of them, one
///           receives all of them (epoll), which is what sharing a process could save.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "bench/processes.hpp"
#include "bench/trial.hpp"

namespace streamlib::bench {

struct AudioLoad {
    unsigned streams = 64, packet_us = 1000;
    /// Of 8 channels of L24 at 48 kHz, with the RTP header.
    [[nodiscard]] std::size_t packet_bytes() const { return 12 + 48 * packet_us / 1000 * 24; }
    [[nodiscard]] double packets_per_second() const { return 1e6 / packet_us * streams; }
};

/// kpps, send_ns, receive_ns (CPU of a packet), send_cpu, receive_cpu (% of a core), packets_per_cpu_s, late_percent, lost.
[[nodiscard]] Numbers audio_limit_pairs(const AudioLoad& load, double seconds);
[[nodiscard]] Numbers audio_limit_one(const AudioLoad& load, double seconds);

/// The same numbers of GStreamer, a pipeline a direction in one gst-launch process, a thread a stream: send_ns, send_cpu; and
/// receive_ns, receive_cpu, lost, of what the limit's sender sends. Throw Absent where it is not installed.
[[nodiscard]] Numbers audio_gstreamer_sends(const AudioLoad& load, double seconds);
[[nodiscard]] Numbers audio_gstreamer_receives(const AudioLoad& load, double seconds);

/// For those: sends valid RTP to these ports until it is killed. Returns its pid.
[[nodiscard]] pid_t start_audio_sender(const AudioLoad& load, const std::vector<std::uint16_t>& to);

/// And a process that takes what comes at ports of its own, and counts.
class AudioDrain {
public:
    explicit AudioDrain(unsigned streams);
    AudioDrain(const AudioDrain&) = delete;
    AudioDrain& operator=(const AudioDrain&) = delete;
    ~AudioDrain();
    [[nodiscard]] const std::vector<std::uint16_t>& ports() const { return ports_; }
    [[nodiscard]] double packets() const;

private:
    SharedBytes sums_;
    std::vector<std::uint16_t> ports_;
    pid_t pid_ = 0;
};

}  // namespace streamlib::bench
