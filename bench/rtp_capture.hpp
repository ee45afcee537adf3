// SPDX-License-Identifier: Apache-2.0
/// @file
/// Each packet of a video stream with the kernel's time, judged by ST 2110-21 while it comes.
///
/// Model     A packet socket beside the receiver: it sees what the interface hands up, before anybody joins it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/st2110/pacing/traffic_meter.hpp"
#include "bench/trial.hpp"
#include "ipc/base/fd.hpp"

namespace streamlib::bench {

class RtpCapture {
public:
    RtpCapture(const std::string& interface, std::uint16_t port, const st2110::VideoTiming& timing);
    /// For so long. The first frame, of which the beginning may be missing, does not count.
    void run(double seconds);
    /// frames, cinst, over_cmax (% of frames), out_of_vrx (% of frames), burst, late p50 …, stalls, missing (packets).
    [[nodiscard]] Numbers numbers();
    /// Where and how long, a line each, at most a hundred.
    [[nodiscard]] const std::vector<std::string>& stalls() const { return stalls_; }

private:
    void take(const std::uint8_t* packet, std::size_t length, std::int64_t realtime_ns);
    void take_packet(std::uint32_t timestamp, std::uint16_t sequence, TaiTime time);
    void begin_frame(std::uint32_t ticks, TaiTime time);
    void judge(const st2110::FrameTraffic& frame);

    UniqueFd socket_;
    std::uint16_t port_;
    st2110::VideoTiming timing_;
    st2110::TrafficMeter meter_;
    Nanoseconds tai_minus_realtime_ = 0;
    std::vector<double> late_us_;
    std::vector<std::string> stalls_;
    std::uint64_t frames_ = 0, over_cmax_ = 0, out_of_vrx_ = 0, stall_count_ = 0, missing_ = 0;
    std::int64_t cinst_max_ = 0, frame_ = 0;
    std::uint32_t timestamp_ = 0, packet_ = 0, burst_ = 0, burst_max_ = 0;
    std::uint16_t sequence_ = 0;
    unsigned begun_ = 0;  ///< Frames of which the beginning was seen; 0: none yet.
    bool any_ = false;
    TaiTime last_{};
};

}  // namespace streamlib::bench
