// SPDX-License-Identifier: Apache-2.0
#include "bench/rtp_capture.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "runtime/clock/software_clock.hpp"

namespace streamlib::bench {
namespace {

constexpr Nanoseconds stall_ns = 500'000;  ///< Longer between two packets of a frame is a stall.
constexpr std::size_t most_stalls = 100, at_once = 64;

std::uint16_t be16(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
std::uint32_t be32(const std::uint8_t* at) { return std::uint32_t{be16(at)} << 16 | be16(at + 2); }

Nanoseconds offset_of_tai() {
    timespec real{};
    ::clock_gettime(CLOCK_REALTIME, &real);
    const TaiTime tai = system_tai().line.tai_at(MonotonicTime::now());
    return tai.ns - (real.tv_sec * 1'000'000'000 + real.tv_nsec);
}

std::int64_t time_of(msghdr& header) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
        timespec time{};
        std::memcpy(&time, CMSG_DATA(c), sizeof time);
        return time.tv_sec * 1'000'000'000 + time.tv_nsec;
    }
    return 0;
}

double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

RtpCapture::RtpCapture(const std::string& interface, std::uint16_t port,
                       const st2110::VideoTiming& timing)
    : socket_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      port_(port),
      timing_(timing),
      meter_(timing),
      tai_minus_realtime_(offset_of_tai()) {
    const int room = 256 << 20, one = 1;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(ETH_P_IP);
    at.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
        throw Absent("packets on " + interface + " may not be captured here");
}

void RtpCapture::run(double seconds) {
    constexpr std::size_t headers = 64, control = 64;
    static std::array<std::array<std::uint8_t, headers>, at_once> memory;
    alignas(cmsghdr) static std::array<std::array<char, control>, at_once> controls;
    std::array<iovec, at_once> parts{};
    std::array<mmsghdr, at_once> messages{};
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
        for (std::size_t n = 0; n < at_once; ++n) {
            parts[n] = {memory[n].data(), headers};
            messages[n].msg_hdr = {};
            messages[n].msg_hdr.msg_iov = &parts[n];
            messages[n].msg_hdr.msg_iovlen = 1;
            messages[n].msg_hdr.msg_control = controls[n].data();
            messages[n].msg_hdr.msg_controllen = control;
        }
        // Many at a time: who looks at each packet as it comes takes the core from those who are looked at.
        const timespec pause{0, 2'000'000};
        ::nanosleep(&pause, nullptr);
        int came = 0;
        do {
            came = ::recvmmsg(socket_.get(), messages.data(), at_once, MSG_DONTWAIT, nullptr);
            for (int n = 0; n < came; ++n) {
                auto& one = messages[static_cast<std::size_t>(n)];
                take(memory[static_cast<std::size_t>(n)].data(), one.msg_len, time_of(one.msg_hdr));
                one.msg_hdr.msg_controllen = control;
            }
        } while (came == static_cast<int>(at_once));
    }
}

/// From the IP header on, at most 64 octets of it.
void RtpCapture::take(const std::uint8_t* packet, std::size_t length, std::int64_t realtime_ns) {
    const std::size_t ip = std::size_t{packet[0] & 0x0FU} * 4;
    if (length < ip + 20 || ip + 20 > 64 || packet[9] != IPPROTO_UDP) return;
    if (be16(packet + ip + 2) != port_) return;
    const std::uint8_t* rtp = packet + ip + 8;
    take_packet(be32(rtp + 4), be16(rtp + 2), {realtime_ns + tai_minus_realtime_});
}

void RtpCapture::take_packet(std::uint32_t timestamp, std::uint16_t sequence, TaiTime time) {
    const auto step = static_cast<std::uint16_t>(sequence - sequence_);
    if (any_ && step > 1 && step < 32768) missing_ += step - 1U;
    const bool new_frame = any_ && timestamp != timestamp_;
    if (new_frame) begin_frame(timestamp - timestamp_, time);
    if (begun_ != 0) {
        const Nanoseconds gap = time - last_;
        burst_ = static_cast<double>(gap) < timing_.spacing_ns / 2 ? burst_ + 1 : 1;
        burst_max_ = std::max(burst_max_, burst_);
        if (gap > stall_ns && !new_frame) {
            ++stall_count_;
            if (stalls_.size() < most_stalls) {
                char line[96];
                std::snprintf(line, sizeof line,
                              "stall: frame %u of the capture, packet %u: %.0f us", begun_, packet_,
                              static_cast<double>(gap) / 1e3);
                stalls_.emplace_back(line);
            }
        }
        late_us_.push_back(static_cast<double>(time - timing_.due(frame_, packet_)) / 1e3);
        if (const auto over = meter_.add(frame_, time)) judge(*over);
        ++packet_;
    }
    timestamp_ = timestamp;
    sequence_ = sequence;
    last_ = time;
    any_ = true;
}

/// Frames that were left out are seen by the RTP timestamp: by the time alone, a late frame looks like the next one.
void RtpCapture::begin_frame(std::uint32_t ticks, TaiTime time) {
    const double period = timing_.frame_ns * 90e-6;
    const auto step = static_cast<std::int64_t>(std::lround(ticks / period));
    frame_ = begun_ != 0 && step < 1000 ? frame_ + step : timing_.frame_at(time);
    packet_ = 0;
    ++begun_;
}

void RtpCapture::judge(const st2110::FrameTraffic& frame) {
    ++frames_;
    cinst_max_ = std::max(cinst_max_, frame.cinst_max);
    if (frame.cinst_max > timing_.limits.cmax) ++over_cmax_;
    if (frame.vrx_min < 0 || frame.vrx_max > timing_.limits.vrx_full) ++out_of_vrx_;
}

Numbers RtpCapture::numbers() {
    if (frames_ == 0) throw std::runtime_error("no whole frame was captured");
    Numbers numbers = summary_of(late_us_);  // p50, p99, p99.9, max, mean
    numbers["frames"] = static_cast<double>(frames_);
    numbers["cinst"] = static_cast<double>(cinst_max_);
    numbers["over_cmax"] = percent(over_cmax_, frames_);
    numbers["out_of_vrx"] = percent(out_of_vrx_, frames_);
    numbers["burst"] = burst_max_;
    numbers["stalls"] = static_cast<double>(stall_count_);
    numbers["missing"] = static_cast<double>(missing_);
    return numbers;
}

}  // namespace streamlib::bench
