// SPDX-License-Identifier: Apache-2.0
/// @file
/// What VideoRtpReceive and AudioRtpReceive have in common: where the stream comes from, the loop, the counters.
///
/// Model     The socket is the launcher's (runtime/endpoint.hpp). The actor's loop sleeps in a reactor; packets are judged and
///           put where they belong as they come, ticks only close what is overdue and bring the counters up to date.
/// Threads   The actor's own.
#pragma once

#include <array>
#include <memory>

#include "actors/st2110/raise.hpp"
#include "actors/st2110/receive_plan.hpp"
#include "actors/st2110/rtp/stream_lock.hpp"
#include "actors/st2110/rtp/video_packet.hpp"
#include "runtime/actor.hpp"
#include "runtime/net/reactor.hpp"

namespace streamlib::actors {

class RtpReceive : public Actor, private Sleeper {
public:
    [[nodiscard]] Result<> start() override;
    void process(const Tick& tick) override;
    void ending() override;
    void stop() override;

    Property<std::string> from{
        *this,
        "from",
        "",
        {.text = "Address to bind or group to join, such as 239.1.2.3:5004@eth0"}};
    Property<std::string> source{
        *this, "source", "", {.text = "Address of the only sender that counts; empty: any"}};
    Property<std::string> sdp{
        *this,
        "sdp",
        "",
        {.text = "Session description; what is given beside it wins", .is_path = true}};
    Property<std::string> format{*this, "format", "", {.text = "What the stream carries"}};
    Property<std::int64_t> payload_type{
        *this,
        "payload_type",
        0,
        {.text = "Of RTP; 0: the SDP's, else 96 for video and 97 for audio", .min = 0, .max = 127}};
    Property<std::string> ports{*this,
                                "ports",
                                "dynamic",
                                {.text = "Where the port comes from if `from` has port 0: any, or "
                                         "even ones from 5004 on",
                                 .choices = {"dynamic", "even"}}};
    Property<double> window{*this,
                            "window",
                            10.0,
                            {.text = "How long a packet may be late before what it belongs to is "
                                     "given on without it",
                             .unit = "ms",
                             .min = 0,
                             .max = 1000}};
    Counter packets{*this, "packets", "Datagrams that came"};
    Counter bytes{*this, "bytes", "Their octets"};
    Counter lost{*this, "lost", "Packets that never came"};
    Counter reordered{*this, "reordered", "Packets that came after later ones"};
    Counter duplicate{*this, "duplicate", "Packets that came twice"};
    Counter late{*this, "late", "Packets that came when their frame was closed"};
    Counter foreign{*this, "foreign", "Packets of other streams"};
    Counter bad{*this, "bad", "Packets that are damaged, or not what was expected"};
    Counter kernel_drops{*this, "kernel_drops", "Packets for which the socket had no room"};
    Counter streams{*this, "streams", "Streams followed: 1, and one more a change of sender"};

protected:
    explicit RtpReceive(MediaKind kind);
    /// In configure(): reads the properties, opens the socket. `layout`: see ReceiveWords.
    [[nodiscard]] Result<st2110::ReceivePlan> open(const std::string& layout = {});
    /// The same once more, for a stream that is no longer what it was; the socket stays. Errc::mismatch: it wants another one.
    [[nodiscard]] Result<st2110::ReceivePlan> plan_again(const std::string& layout);
    /// The buffer that a changed plan needs.
    void resize_buffer(const SocketWish& wish);
    [[nodiscard]] Nanoseconds window_ns() const { return static_cast<Nanoseconds>(*window * 1e6); }
    /// What is not whole by now is nobody's loss: it is given up.
    [[nodiscard]] bool is_ending() const noexcept { return ending_; }
    /// What became of the stream, in the log and in `streams`. [realtime]
    void note_stream(st2110::StreamEvent event) noexcept;
    using ByStatus = std::array<std::uint64_t, st2110::packet_status_count>;
    void count_packets(std::uint64_t came, std::uint64_t octets, std::uint64_t never,
                       std::uint64_t out_of_order, const ByStatus& by_status) noexcept;

    // The stream's own part. [realtime]
    virtual void take(const Datagrams& datagrams, MonotonicTime now) = 0;
    virtual void poll(MonotonicTime now) = 0;  ///< Closes what is overdue.
    [[nodiscard]] virtual MonotonicTime deadline() const = 0;
    /// Until then packets may wait in the socket: none of them completes anything. {0}: they are taken as they come.
    [[nodiscard]] virtual MonotonicTime quiet_until() const { return {}; }
    virtual void count() = 0;
    virtual void flush() = 0;

private:
    [[nodiscard]] Result<st2110::ReceivePlan> plan(const std::string& layout) const;
    void sleep(MonotonicTime until) override;
    void listen();

    MediaKind kind_;
    Endpoint endpoint_{*this, "rtp"};
    SocketWish wish_{};
    std::unique_ptr<Reactor> reactor_;
    ReactorHandle socket_{};
    bool listening_ = false, ending_ = false;
};

}  // namespace streamlib::actors
