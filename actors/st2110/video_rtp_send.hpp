// SPDX-License-Identifier: Apache-2.0
/// @file
/// VideoRtpSend: ST 2110-20 video to the network, paced by ST 2110-21.
///
///     [actors.out]
///     class  = "VideoRtpSend"
///     to     = "239.1.2.3:5004@eth0"
///     pacing = "wide"
///
/// Model     Frame N of TAI time leaves as ST 2110-21 says: from N x TFRAME + TROFFSET on, a burst at a time: what is newest.
///           Pictures that are pgroups already go from the ring's slot to the socket; others are converted row by row
///           just before they leave. Without pacing every picture leaves at once, in order.
/// Time      The RTP timestamp is the picture's `origin`, exact and truncated, and it always grows. The latency, from media time
///           to frame, is what the first picture had and `delay` more, and stays so: a picture that is there when its frame
///           begins leaves in it, whatever else was late. One that comes later is left out (`replaced`): a repeat has its time.
/// Stale     Where nothing newer is there: the last picture again; once the input is stale (`stale_after`): again, black,
///           or nothing, as `stale` says.
/// Stall     After one the frame in hand catches up at no more than 1.1 times the rate; whole frames that were missed are
///           left out and counted (`skipped`).
/// TP        The sender measures itself by when the kernel took its packets. Where the declared type does not hold, the
///           description is written anew with the one that does, by a thread of its own; the log says what was measured.
///           Unpaced, the description tells no TP: there is none that it would keep to.
/// Format    A change of the input's is followed: what is under way leaves, then the stream goes on as another one, in the
///           description too.
/// Cost      One system call a burst; no copy of ours where the layout is pgroup.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "actors/pgroup.hpp"
#include "actors/st2110/finding_thread.hpp"
#include "actors/st2110/pacing/own_traffic.hpp"
#include "actors/st2110/pacing/pacer.hpp"
#include "actors/st2110/pacing/picture_choice.hpp"
#include "actors/st2110/rtp/video_plan.hpp"
#include "actors/st2110/rtp_send.hpp"
#include "runtime/net/launch_qdisc.hpp"

namespace streamlib::actors {

class VideoRtpSend final : public RtpSend {
public:
    static constexpr const char* class_name = "VideoRtpSend";
    static constexpr const char* class_text = "Sends uncompressed video (ST 2110-20, -21)";

    VideoRtpSend();
    [[nodiscard]] Result<> configure() override;
    [[nodiscard]] Result<> start() override;
    [[nodiscard]] Result<> format_changed() override;
    void process(const Tick& tick) override;
    void woken(MonotonicTime now) override;
    [[nodiscard]] bool drained() const override;
    void stop() override;

    Input<VideoFrame> video{*this, "video", "Pictures, best as pgroups", {.hold = 3}};
    Property<std::string> pacing{*this,
                                 "pacing",
                                 "wide",
                                 {.text = "Sender type of ST 2110-21, or none: as fast as it goes",
                                  .choices = {"wide", "narrow_linear", "narrow", "none"}}};
    Property<std::string> pacing_by{
        *this,
        "pacing_by",
        "thread",
        {.text =
             "Who keeps the time: this thread, or the kernel, by launch times (SO_TXTIME; needs "
             "the fq or ETF "
             "qdisc on the interface; not proven: no such interface was at hand); auto: who can",
         .choices = {"thread", "launch_time", "auto"}}};
    Property<std::int64_t> troff{
        *this,
        "troff",
        0,
        {.text =
             "TROFF: from the frame's time to the receiver's reading of its first packet, so much "
             "may a machine stall; 0: ST 2110-21's default",
         .unit = "us",
         .min = 0,
         .max = 16'000}};
    Property<std::int64_t> delay{
        *this,
        "delay",
        0,
        {.text = "Frames that a picture leaves later than it could: so much later may it come",
         .unit = "frames",
         .min = 0,
         .max = 1}};
    Property<std::string> packing{
        *this,
        "packing",
        "gpm",
        {.text = "General or block packing mode", .choices = {"gpm", "bpm"}}};
    Property<std::int64_t> max_udp{
        *this,
        "max_udp",
        1460,
        {.text = "Largest datagram, 1460 or 8960", .unit = "octets", .min = 1460, .max = 8960}};
    Property<std::int64_t> payload_type{
        *this, "payload_type", 96, {.text = "Of RTP", .min = 96, .max = 127}};
    Property<std::string> stale{
        *this,
        "stale",
        "repeat",
        {.text = "What leaves when the input is stale", .choices = {"repeat", "black", "stop"}}};
    Property<double> spin{*this,
                          "spin",
                          40.0,
                          {.text = "The end of a wait that it does not sleep through, since the "
                                   "kernel wakes late: less costs evenness, more costs CPU",
                           .unit = "us",
                           .min = 0,
                           .max = 1000}};
    Counter frames{*this, "frames", "Frames that left"};
    Counter repeated{*this, "repeated", "Of them: the picture before again, or black"};
    Counter skipped{*this, "skipped", "Frames left out after a stall"};
    Counter replaced{*this, "replaced", "Pictures that came too late: repeats had left for them"};
    Counter late{*this, "late", "Frames with packets that left after they were due"};
    Counter cinst{*this, "cinst", "Most packets in the network model's bucket so far"};
    Counter off_type{*this, "off_type", "Frames beyond the limits of the sender type told in SDP"};
    Counter off_wide{*this, "off_wide", "Of them: beyond the limits of any sender type"};
    Counter widened{*this, "widened",
                    "Times that the declared sender type, or wide itself, was found not to hold"};

private:
    [[nodiscard]] bool is_paced() const { return *pacing != "none"; }
    [[nodiscard]] st2110::SenderType sender_type() const;
    [[nodiscard]] std::optional<std::uint32_t> offset_us() const;
    [[nodiscard]] Result<> plan_stream();
    void make_pictures();
    [[nodiscard]] Result<> choose_clockwork();
    [[nodiscard]] Result<> describe_traffic();
    void act_on(const std::optional<st2110::HeldType::Finding>& finding) noexcept;
    void log_findings();
    void send_at_once();
    [[nodiscard]] Nanoseconds spin_ns() const { return static_cast<Nanoseconds>(*spin * 1e3); }
    void wait_until(TaiTime time) const noexcept;
    [[nodiscard]] TaiTime choosing_time() const noexcept;
    void wake_at_tai(TaiTime time) noexcept { wake_at(monotonic_at(time)); }
    [[nodiscard]] std::int64_t media_frame() const noexcept;
    [[nodiscard]] bool choose(std::int64_t frame);
    [[nodiscard]] bool repeat(std::int64_t frame);
    void begin(std::span<const std::byte> pixels, std::int64_t index);
    void finish_frame();
    void send_packets(std::uint32_t first, std::uint32_t count);
    void add(SendBatch& batch, const st2110::PlannedPacket& packet, const std::byte* header);
    void convert_up_to(std::uint64_t end);

    std::optional<st2110::VideoPlan> plan_;
    std::optional<st2110::Pacer> pacer_;
    std::optional<st2110::OwnTraffic> own_traffic_;
    std::optional<FindingThread> findings_;
    LaunchTimes launches_ = LaunchTimes::none;  ///< None: each burst leaves when it is sent.
    TaiTime launched_{};                        ///< Up to there bursts have launch times.
    std::optional<st2110::PgroupConverter> converter_;
    VideoFormat wire_{};  ///< What leaves: the input's format as pgroups.
    std::vector<std::byte> black_;
    std::array<std::vector<std::byte>, 2>
        converted_;  ///< Where pictures are converted to, in turn.
    std::size_t turn_ = 0;
    std::uint32_t rows_done_ = 0;  ///< Of the picture in hand, converted.

    Block current_, before_;  ///< In hand; the one before, until the kernel has let go of it.
    bool fresh_ = false;      ///< The input has one in hand that was not sent.
    std::optional<st2110::PictureChoice> choice_;
    bool begun_ = false;                         ///< There was a first picture.
    std::span<const std::byte> given_, pixels_;  ///< As it came; as it leaves.
    std::int64_t epoch_ = 0;                     ///< Frame of TAI time that is next.
    std::optional<std::int64_t> last_index_;     ///< Media frame that left last.
    /// Counted before the format changed.
    struct {
        std::uint64_t late = 0, off_type = 0, off_wide = 0;
    } before_change_;
    st2110::VideoStamp stamp_{};
    std::uint32_t sequence_ = 0;
    bool numbered_ = false;  ///< Packets: on through changes of format.
    std::uint32_t field_time_[2]{};
};

}  // namespace streamlib::actors
