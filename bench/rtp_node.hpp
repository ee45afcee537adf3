// SPDX-License-Identifier: Apache-2.0
/// @file
/// A node that sends ready frames by VideoRtpSend, and receives them by VideoRtpReceive, seen from outside.
///
/// Model     BenchFrames → VideoRtpSend → UDP → VideoRtpReceive → back to BenchFrames, which counts. CPU time is what the
///           kernel says of each process: user and system, with its io_uring workers.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "bench/rtp_notes.hpp"
#include "bench/trial.hpp"

namespace streamlib::bench {

inline constexpr const char* rtp_1080p = "1920x1080 YCbCr-4:2:2 10 pgroup @60000/1001 BT709";

struct RtpNodeWish {
    std::string to;  ///< "127.0.0.1:5004"
    std::string format = rtp_1080p;
    std::string pacing = "none";
    unsigned troff_us = 0;  ///< 0: the standard's.
    unsigned window = 0;    ///< Frames on their way at once; 0: one a tick.
    bool sends = true;      ///< False: somebody else does.
    bool receives = true;
    bool pinned = true;  ///< Sender on CPU 0, receiver on CPU 1; false: where the kernel likes.
};

/// What has happened until now. Differences of two are what is reported.
struct RtpSample {
    double seconds = 0, send_cpu = 0, receive_cpu = 0;
    std::uint64_t published = 0, whole = 0, incomplete = 0, lost = 0;
    [[nodiscard]] RtpSample since(const RtpSample& before) const;
};

class RtpNode {
public:
    /// Returns once frames flow; throws where they do not within 20 s.
    explicit RtpNode(const RtpNodeWish& wish);
    RtpNode(const RtpNode&) = delete;
    RtpNode& operator=(const RtpNode&) = delete;
    ~RtpNode();  ///< Stops it.
    [[nodiscard]] RtpSample sample() const;
    /// What happens in so many seconds.
    [[nodiscard]] RtpSample watch(double seconds) const;

private:
    void stop() noexcept;
    std::string path_;
    RtpNotes* notes_;
    bool sends_, receives_;
    pid_t node_ = 0;
};

/// CPU seconds of a process, user and system, all its threads, those that have ended included.
[[nodiscard]] double cpu_seconds_of(pid_t pid);
/// "127.0.0.1:PORT" with a port that nobody has now and the kernel gives to nobody who asks for any; another one each time.
[[nodiscard]] std::string free_loopback_address();

}  // namespace streamlib::bench
