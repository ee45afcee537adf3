// SPDX-License-Identifier: Apache-2.0
/// @file
/// Blocks of sound to ST 2110-30 packets.
///
///     auto packetiser = AudioPacketiser::make(format, {.wire = WireSample::l24, .packet_samples = 48});
///     std::vector<std::byte> out(packetiser->most_bytes(format.block_frames));
///     const std::size_t packets = packetiser->push(first_sample, block, out);
///     send(out.data(), packets, packetiser->packet_bytes());    // equal sizes: one segmented send
///
/// Times     A packet time is a number of sample frames (AES67-2018 and -2023, clause 7.2): 6, 12, 16, 48, 192 at 44.1 and 48
///           kHz, twice that at 96 kHz: 125, 250, 333 us, 1 and 4 ms. At 44.1 kHz, where none of these is whole, the same
///           numbers last 136, 272, 363 us, 1.088 and 4.354 ms, as other programs read that clause (RAVENNAKIT's tests of its
///           packet times have them); we have not the clause's own text. ST 2110-30 itself asks for 125 us and 1 ms at 48 and
///           96 kHz. At most 1440 octets of samples in a packet (MAXUDP 1460), 1 … 64 channels.
/// Blocks    Need not be whole packets: what is left waits for the next block. Where the sample number does not go on from the
///           last block, the rest of the packet is silence, and counted.
/// Threads   One thread. No allocation after make(). Errors: `make` names the legal combinations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "actors/st2110/rtp/audio_samples.hpp"
#include "actors/st2110/rtp/media_time.hpp"
#include "actors/st2110/rtp/rtp_header.hpp"

namespace streamlib::st2110 {

/// The most octets of samples in a packet.
inline constexpr std::uint32_t max_audio_octets = 1440;

struct AudioPacking {
    WireSample wire = WireSample::l24;
    std::uint32_t packet_samples =
        48;  ///< Sample frames in a packet: see samples_of_packet_time().
    std::uint8_t payload_type = 97;
    std::uint32_t ssrc = 0;
    std::uint16_t first_sequence = 0;
};

/// Sample frames of a packet time in microseconds (125, 250, 333, 1000, 4000) at a rate. Errors: a rate or time that
/// ST 2110-30 does not have; the text lists those it has.
[[nodiscard]] Result<std::uint32_t> samples_of_packet_time(std::uint32_t rate,
                                                           std::uint32_t microseconds);

/// Whether `format` can be sent so; the text of the error lists what can.
[[nodiscard]] Result<> check_packing(const AudioFormat& format, WireSample wire,
                                     std::uint32_t packet_samples);

class AudioPacketiser {
public:
    [[nodiscard]] static Result<AudioPacketiser> make(const AudioFormat& format,
                                                      const AudioPacking& packing);

    /// Octets of every packet, RTP header counted.
    [[nodiscard]] std::size_t packet_bytes() const noexcept { return packet_.size(); }
    /// Room that push() of `frames` sample frames may need.
    [[nodiscard]] std::size_t most_bytes(std::size_t frames) const noexcept {
        return (frames / packing_.packet_samples + 2) * packet_bytes();
    }
    /// Takes sample frames, interleaved, the first of which has this number (ticks_at() of its time); writes the packets
    /// that are full one after the other and returns how many. Contract: whole sample frames, `out` has most_bytes() of them.
    std::size_t push(Ticks first_sample, std::span<const std::byte> samples,
                     std::span<std::byte> out) noexcept;

    /// Sample frames of silence that were put in where blocks did not follow each other.
    [[nodiscard]] std::uint64_t padded() const noexcept { return padded_; }

private:
    AudioPacketiser(const AudioFormat& format, const AudioPacking& packing);
    std::byte* finish_packet(std::byte* out) noexcept;

    AudioFormat format_;
    AudioPacking packing_;
    std::vector<std::byte> packet_;  ///< The packet that is being filled.
    std::uint32_t filled_ = 0;       ///< Sample frames in it.
    Ticks next_ = 0;                 ///< The number that the next sample frame should have.
    std::uint64_t padded_ = 0;
    std::uint16_t sequence_ = 0;
};

}  // namespace streamlib::st2110
