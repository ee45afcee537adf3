// SPDX-License-Identifier: Apache-2.0
/// @file
/// VideoRtpReceive: ST 2110-20 video from the network.
///
///     [actors.camera]
///     class  = "VideoRtpReceive"
///     from   = "239.1.2.3:5004@eth0"       # or sdp = "camera.sdp"
///     source = "192.168.1.7"
///     format = "1080p59.94 YCbCr-4:2:2 10"
///     layout = "planar"                    # what is given out; else pgroups, as they came
///
/// Model     Frames are put together in the slots of the ring, two at a time, packets in any order; a frame is published when
///           it is whole, else `window` after its end, with what is missing mended as `missing` says, the flag `incomplete`, and
///           in the header's `user` which 32nds of its rows miss something (runtime/loss_map.hpp). `origin` is the media time
///           of the RTP timestamp.
/// Layout    What `layout` says, or a layout word in `format` ("1080p50 v210"), else pgroup. Rows are converted into the slot
///           as they come (actors/pgroup.hpp); what cannot be had is refused in configure() with what can.
/// Events    A change of sender, a jump of the media time, rows numbered otherwise: followed, and a line in the log. A stream
///           that does not fit any more, or begins anew: the SDP is read again, and if it names another format the
///           output carries that from then on (event `format`); another address ends the actor as `format_changed`, and
///           its next incarnation begins with it. Without an SDP, or if that has not changed, the log says what comes.
/// Cost      A header and one copy a packet; with another layout also a conversion a row.
#pragma once

#include <array>
#include <optional>

#include "actors/st2110/rtp/raster_watch.hpp"
#include "actors/st2110/rtp/video_assembler.hpp"
#include "actors/st2110/rtp_receive.hpp"

namespace streamlib::actors {

class VideoRtpReceive final : public RtpReceive, private st2110::FrameSink {
public:
    static constexpr const char* class_name = "VideoRtpReceive";
    static constexpr const char* class_text = "Receives uncompressed video (ST 2110-20)";

    VideoRtpReceive() : RtpReceive(MediaKind::video) {}
    [[nodiscard]] Result<> configure() override;

    Output<VideoFrame> video{*this, "video", "The pictures", {.open_slots = 2, .depth = 2}};
    Property<std::string> layout{
        *this,
        "layout",
        "",
        {.text = "How samples are given out: pgroup, planar, packed, v210, uyvy, and a depth if it "
                 "is another, such as \"planar 8\"; empty: as `format` says, else pgroup"}};
    Property<std::string> missing{
        *this,
        "missing",
        "previous",
        {.text =
             "What stands where nothing came: the picture before, black, or the frame is dropped",
         .choices = {"previous", "black", "drop"}}};
    Counter frames{*this, "frames", "Frames that were whole"};
    Counter incomplete{*this, "incomplete", "Frames with something missing, mended or dropped"};
    Counter missing_frames{*this, "missing_frames", "Frames of which nothing came"};
    Counter no_slot{*this, "no_slot", "Frames for which the ring had no slot"};

private:
    void take(const Datagrams& datagrams, MonotonicTime now) override;
    void poll(MonotonicTime now) override;
    [[nodiscard]] MonotonicTime deadline() const override { return assembler_->deadline(); }
    void count() override;
    void flush() override { assembler_->flush(); }

    [[nodiscard]] std::span<std::byte> open(const st2110::OpeningFrame& frame) noexcept override;
    void finish(const st2110::FinishedFrame& frame) noexcept override;
    [[nodiscard]] std::span<const std::byte> previous() noexcept override { return newest_; }
    void event(st2110::StreamEvent event) noexcept override;
    [[nodiscard]] Result<> assemble(const st2110::ReceivePlan& plan);
    void look_again(MonotonicTime now);
    [[nodiscard]] bool follow();

    std::optional<st2110::VideoAssembler> assembler_;
    std::optional<st2110::RasterWatch> watch_;
    st2110::VideoCounters before_{};  ///< Of the formats that the stream had.
    bool suspicious_ = false;         ///< Something did not fit: `watch_` sees all that comes.
    bool look_ = false;               ///< The SDP is to be read again.
    MonotonicTime last_look_{}, next_look_{};
    std::string told_;
    std::uint8_t payload_type_carried_ = 0;
    VideoFormat carried_{};  ///< As pgroups.
    std::array<Slot, 2> open_;
    std::span<const std::byte>
        newest_;  ///< Of the frame published last: the ring never reuses its newest slot.
};

/// Which 32nds of a picture's rows the gaps touch; bit 0 is the top. `format`: layout pgroup. [realtime]
[[nodiscard]] std::uint32_t missing_bands(const VideoFormat& format,
                                          const st2110::FinishedFrame& frame) noexcept;

}  // namespace streamlib::actors
