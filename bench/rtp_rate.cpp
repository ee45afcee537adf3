// SPDX-License-Identifier: Apache-2.0
// 1080p over loopback as fast as it goes: VideoRtpSend and VideoRtpReceive beside the kernel's limit and others' programs.
#include <string>

#include "bench/rtp_node.hpp"
#include "bench/rtp_peers.hpp"
#include "bench/section.hpp"
#include "bench/udp_rate.hpp"

namespace streamlib::bench {
namespace {

/// With fewer an end waits for the other's turn; the socket has room for six.
constexpr unsigned window = 3;
/// Rows of 4,800 octets in packets of 1,200, as the limit's are.
constexpr double packets_a_frame = static_cast<double>(udp_frame_bytes) / udp_payload_bytes;

Numbers ours(double seconds) {
    RtpNodeWish wish;
    wish.to = free_loopback_address();
    wish.window = window;
    const RtpNode node(wish);
    const RtpSample seen = node.watch(seconds);
    const auto frames = static_cast<double>(seen.whole + seen.incomplete);
    if (frames == 0) throw std::runtime_error("no frames came any more");
    const double send_ns = seen.send_cpu / frames / packets_a_frame * 1e9,
                 receive_ns = seen.receive_cpu / frames / packets_a_frame * 1e9;
    return {{"frames_per_s", frames / seen.seconds},
            {"kpps", frames * packets_a_frame / seen.seconds / 1e3},
            {"send_ns", send_ns},
            {"receive_ns", receive_ns},
            {"packets_per_cpu_s", 1e9 / (send_ns + receive_ns)},
            {"send_frames", frames / seen.send_cpu},
            {"receive_frames", frames / seen.receive_cpu},
            {"lost", static_cast<double>(seen.lost + seen.incomplete)}};
}

}  // namespace

Section rtp_rate(unsigned seconds) {
    Section section;
    section.trials = {{"rtp/limit", [] { return measure_udp(udp_limit(), 1.0); }},
                      {"rtp/ours", [=] { return ours(seconds); }},
                      {"rtp/gst-send", [=] { return gstreamer_sends(seconds); }},
                      {"rtp/gst-receive", [=] { return gstreamer_receives(seconds); }},
                      {"rtp/ffmpeg-send", [=] { return ffmpeg_sends(seconds); }}};
    const auto compare = [&](const std::string& figure, const std::string& unit,
                             const std::string& number, const std::string& beside,
                             const std::string& peer, const std::string& peer_number, Bound bound,
                             double goal) {
        section.comparisons.push_back({"RTP 1080p 4:2:2 10 unpaced, " + figure, unit, "rtp/ours",
                                       number, beside, peer, peer_number, bound, goal});
    };
    const std::string limit = "limit: liburing alone, payload copied once";
    compare("packets per CPU second, both ends", "1/s", "packets_per_cpu_s", limit, "rtp/limit",
            "packets_per_cpu_s", Bound::ratio_at_least, 0.8);
    compare("send", "CPU ns a packet", "send_ns", limit, "rtp/limit", "send_ns", Bound::none, 0);
    compare("receive", "CPU ns a packet", "receive_ns", limit, "rtp/limit", "receive_ns",
            Bound::none, 0);
    compare("packets", "1000/s", "kpps", limit, "rtp/limit", "kpps", Bound::none, 0);
    compare("frames", "1/s", "frames_per_s", "GStreamer rtpvrawpay ! udpsink", "rtp/gst-send",
            "frames_per_s", Bound::none, 0);
    compare("frames lost", "", "lost", "", "", "", Bound::ours, 0);
    compare("frames sent per CPU second", "1/s", "send_frames", "GStreamer rtpvrawpay ! udpsink",
            "rtp/gst-send", "frames_per_cpu_s", Bound::ratio_at_least, 4);
    compare("frames sent per CPU second", "1/s", "send_frames", "FFmpeg, bitpacked",
            "rtp/ffmpeg-send", "frames_per_cpu_s", Bound::none, 0);
    compare("frames received per CPU second", "1/s", "receive_frames",
            "GStreamer udpsrc ! rtpvrawdepay", "rtp/gst-receive", "frames_per_cpu_s",
            Bound::ratio_at_least, 4);
    return section;
}

}  // namespace streamlib::bench
