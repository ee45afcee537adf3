// SPDX-License-Identifier: Apache-2.0
// 1080p59.94 sent as ST 2110-21 says, received at the same time, and captured on the cable between them.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <new>
#include <optional>
#include <string>
#include <thread>

#include "bench/processes.hpp"
#include "bench/rtp_capture.hpp"
#include "bench/rtp_node.hpp"
#include "bench/section.hpp"
#include "bench/veth.hpp"

namespace streamlib::bench {
namespace {

using namespace std::chrono_literals;

constexpr const char* to = "10.77.0.2:5004";
constexpr std::uint16_t port = 5004;

/// Where the two ends wait for each other.
struct Steps {
    std::atomic<bool> cable_is_laid{false}, begin{false}, end{false};
    double send_cpu = 0;  ///< Cores; there once the sending end has ended.
};

void wait_for(const std::atomic<bool>& step) {
    for (int tries = 0; !step.load(); ++tries) {
        if (tries > 200'000) throw std::runtime_error("the other end is not there");
        std::this_thread::sleep_for(2ms);
    }
}

struct Stream {
    std::string format;
    unsigned troff_us = 0;  ///< 0: the standard's.
};

RtpNodeWish wish_of(const Stream& stream) {
    RtpNodeWish wish;
    wish.to = to;
    wish.format = stream.format;
    wish.troff_us = stream.troff_us;
    wish.pacing = "wide";
    wish.pinned = false;
    return wish;
}

st2110::VideoTiming timing_of(const Stream& stream) {
    const VideoFormat format = parse_video_format(stream.format).value();
    // Rows of whole packets of 1,200 octets, as VideoRtpSend makes them.
    const auto packets = static_cast<std::uint32_t>(format.bytes() / 1200);
    st2110::VideoPackets wanted{.packets = packets, .rate = format.rate, .height = format.height};
    if (stream.troff_us != 0) wanted.tr_offset_us = stream.troff_us;
    return st2110::video_timing(wanted).value();
}

/// The end that sends: a process and a network namespace of its own.
void send(Steps& steps, pid_t far, const Stream& stream) {
    enter_network_namespace();
    lay_cable("near", "far", far);
    bring_up("near", "10.77.0.1/24");
    steps.cable_is_laid.store(true);
    RtpNodeWish wish = wish_of(stream);
    wish.receives = false;
    const RtpNode node(wish);
    wait_for(steps.begin);
    const RtpSample before = node.sample();
    wait_for(steps.end);
    const RtpSample seen = node.sample().since(before);
    steps.send_cpu = seen.send_cpu / seen.seconds;
}

/// The end that receives and captures.
Numbers receive(Steps& steps, const Stream& stream, double seconds) {
    RtpNodeWish wish = wish_of(stream);
    wish.sends = false;
    const RtpNode node(wish);
    RtpCapture capture("far", port, timing_of(stream));
    const RtpSample before = node.sample();
    steps.begin.store(true);
    capture.run(seconds);
    const RtpSample seen = node.sample().since(before);
    steps.end.store(true);
    Numbers numbers = capture.numbers();
    for (const std::string& line : capture.stalls()) std::fprintf(stderr, "\n%s", line.c_str());
    numbers["receive_cpu"] = 100 * seen.receive_cpu / seen.seconds;
    numbers["incomplete"] = static_cast<double>(seen.incomplete);
    numbers["left_out"] = static_cast<double>(seen.lost);
    return numbers;
}

Numbers both_ends(const Stream& stream, double seconds) {
    const SharedBytes memory(sizeof(Steps));
    auto* steps = new (memory.data()) Steps;
    enter_network_namespace();
    const pid_t far = ::getpid();
    const pid_t near = start_process([&] { send(*steps, far, stream); }, 600);
    Numbers numbers;
    try {
        wait_for(steps->cable_is_laid);
        bring_up("far", "10.77.0.2/24");
        numbers = receive(*steps, stream, seconds);
    } catch (...) {
        kill_process(near);
        throw;
    }
    finish_process(near, "the sending end");
    numbers["send_cpu"] = 100 * steps->send_cpu;
    return numbers;
}

void add(Section& section, const std::string& words, const Stream& stream, double seconds,
         bool goals) {
    const std::string trial = "paced/" + words;
    section.trials.push_back({trial, [=] {
                                  return measure_in_process(
                                      [=] { return both_ends(stream, seconds); }, -1,
                                      static_cast<unsigned>(seconds) + 90);
                              }});
    const auto report = [&](const std::string& figure, const std::string& unit,
                            const std::string& number, std::optional<double> goal = {}) {
        section.comparisons.push_back({"RTP " + words + " wide, " + figure, unit, trial, number, "",
                                       "", "", goal && goals ? Bound::ours : Bound::none,
                                       goal.value_or(0)});
    };
    report("frames captured", "", "frames");
    report("frames with CINST above CMAX", "%", "over_cmax", 0.1);
    report("CINST at most", "packets", "cinst");
    report("frames out of VRX", "%", "out_of_vrx");
    report("packets at once, at most", "", "burst");
    report("lateness p50", "us", "p50");
    report("lateness p99", "us", "p99");
    report("lateness p99.9", "us", "p99.9");
    report("stalls over 0.5 ms", "", "stalls");
    report("packets that the cable missed", "", "missing");
    report("frames received with a loss", "", "incomplete", 0.0);
    report("frames left out", "", "left_out");
    report("sender", "% of a core", "send_cpu");
    report("receiver", "% of a core", "receive_cpu");
}

}  // namespace

Section rtp_paced(unsigned seconds) {
    Section section;
    add(section, "1080p59.94", {rtp_1080p}, seconds, true);
    add(section, "1080p59.94, TROFF 3 ms", {rtp_1080p, 3000}, seconds, true);
    return section;
}

Section rtp_paced_uhd(unsigned seconds) {
    Section section;
    add(section, "2160p29.97", {"3840x2160 YCbCr-4:2:2 10 pgroup @30000/1001 BT709"}, seconds,
        false);
    return section;
}

}  // namespace streamlib::bench
