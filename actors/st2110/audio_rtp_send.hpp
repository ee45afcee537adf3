// SPDX-License-Identifier: Apache-2.0
/// @file
/// AudioRtpSend: ST 2110-30 sound to the network.
///
///     [actors.out]
///     class       = "AudioRtpSend"
///     to          = "239.1.2.4:5004@eth0"
///     packet_time = 1000
///
/// Model     Blocks of any length become packets of `packet_time`, each of which leaves when its first sample's time plus a delay
///           has come, evenly. The delay is what the first block needs to be there, and `margin`; a block that comes later than
///           that leaves at once (`late`), and the delay grows to fit it (`delayed`).
/// Time      The RTP timestamp is the number of the packet's first sample in the media clock: its `origin`, never when it leaves.
/// Gaps      Where blocks do not follow each other a packet is filled up with silence, counted in sample frames (`padded`).
/// Cost      A conversion a sample; a send() and a timer a packet, or one batch (UDP_SEGMENT) where several are due.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "actors/st2110/rtp/audio_packetiser.hpp"
#include "actors/st2110/rtp/audio_schedule.hpp"
#include "actors/st2110/rtp_send.hpp"

namespace streamlib::actors {

class AudioRtpSend final : public RtpSend {
public:
    static constexpr const char* class_name = "AudioRtpSend";
    static constexpr const char* class_text = "Sends PCM sound (ST 2110-30, AES67)";

    AudioRtpSend();
    [[nodiscard]] Result<> configure() override;
    [[nodiscard]] Result<> start() override;
    [[nodiscard]] Result<> format_changed() override;
    void process(const Tick& tick) override;
    void woken(MonotonicTime now) override;
    [[nodiscard]] bool drained() const override { return queued_ == 0; }
    void stop() override;

    Input<AudioBlock> audio{*this, "audio", "The sound"};
    Property<std::int64_t> packet_time{*this,
                                       "packet_time",
                                       1000,
                                       {.text = "Of sound in a packet: 125, 250, 333, 1000 or 4000",
                                        .unit = "us",
                                        .min = 125,
                                        .max = 4000}};
    Property<std::string> encoding{
        *this, "encoding", "L24", {.text = "Bits of a sample", .choices = {"L16", "L24"}}};
    Property<std::string> channel_order{
        *this,
        "channel_order",
        "",
        {.text = "For the SDP, such as SMPTE2110.(51); empty: by the number of channels"}};
    Property<std::int64_t> payload_type{
        *this, "payload_type", 97, {.text = "Of RTP", .min = 96, .max = 127}};
    Property<double> margin{*this,
                            "margin",
                            3.0,
                            {.text = "How much later than the first one a block may come",
                             .unit = "ms",
                             .min = 0,
                             .max = 1000}};
    Counter padded{*this, "padded", "Sample frames of silence where blocks did not follow"};
    Counter late{*this, "late", "Packets that left later than they should"};
    Counter delayed{*this, "delayed", "Times that the delay had to grow"};
    Counter overflow{*this, "overflow", "Packets for which the queue had no room"};

private:
    [[nodiscard]] Result<> plan_stream();
    [[nodiscard]] Result<> describe_traffic();
    void make_queue();
    void take_block();
    void send_due(TaiTime time);
    [[nodiscard]] std::span<const std::byte> pop(TaiTime time) noexcept;
    [[nodiscard]] TaiTime due(std::size_t place) const noexcept;
    void wake_for_next() noexcept;

    std::optional<st2110::AudioPacketiser> packetiser_;
    std::optional<st2110::AudioSchedule> schedule_;
    std::uint32_t samples_ = 48;        ///< Sample frames a packet.
    std::vector<std::byte> scratch_;    ///< Packets of one block.
    std::vector<std::byte> queue_;      ///< Packets on their way, in turn.
    std::vector<st2110::Ticks> first_;  ///< Number of each one's first sample.
    std::size_t room_ = 0, head_ = 0, queued_ = 0;
    std::uint64_t padded_before_ = 0;  ///< The format changed.
};

}  // namespace streamlib::actors
