// SPDX-License-Identifier: Apache-2.0
/// @file
/// AudioRtpReceive: ST 2110-30 sound from the network.
///
///     [actors.desk]
///     class  = "AudioRtpReceive"
///     from   = "239.1.2.4:5004@eth0"       # or sdp = "desk.sdp"
///     format = "48000 8ch s24in32 block=48"
///
/// Model     Packets of any length become blocks of `block` sample frames on the grid of the media clock; a block is given
///           on when it is whole, else `window` after later samples came, with silence where samples are missing, the flag
///           `incomplete`, and their number in the header's `user`. s16 is received as L16, every other sample as L24.
/// Waking    Packets that complete no block wait in the socket: the actor sleeps until shortly before the one that should, and
///           takes them together. No block is later by that, but longer blocks cost less CPU time.
/// Cost      A conversion a sample; two or three wake-ups a block, or one a packet where a block is no longer.
#pragma once

#include <optional>

#include "actors/st2110/rtp/audio_assembler.hpp"
#include "actors/st2110/rtp_receive.hpp"

namespace streamlib::actors {

class AudioRtpReceive final : public RtpReceive, private st2110::BlockSink {
public:
    static constexpr const char* class_name = "AudioRtpReceive";
    static constexpr const char* class_text = "Receives PCM sound (ST 2110-30, AES67)";

    AudioRtpReceive() : RtpReceive(MediaKind::audio) {}
    [[nodiscard]] Result<> configure() override;

    Output<streamlib::AudioBlock> audio{*this, "audio", "The sound", {.depth = 32}};
    Counter blocks{*this, "blocks", "Blocks given on"};
    Counter incomplete{*this, "incomplete", "Of them, with silence for what did not come"};
    Counter concealed{*this, "concealed", "Sample frames of that silence"};
    Counter no_slot{*this, "no_slot", "Blocks for which the ring had no slot"};

private:
    void take(const Datagrams& datagrams, MonotonicTime now) override;
    void poll(MonotonicTime now) override { assembler_->poll(now); }
    [[nodiscard]] MonotonicTime deadline() const override { return assembler_->deadline(); }
    [[nodiscard]] MonotonicTime quiet_until() const override;
    void count() override;
    void flush() override { assembler_->flush(); }

    void block(const st2110::AudioBlock& block) noexcept override;
    void event(st2110::StreamEvent event) noexcept override { note_stream(event); }

    std::optional<st2110::AudioAssembler> assembler_;
};

}  // namespace streamlib::actors
