// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/audio_packetiser.hpp"

#include <algorithm>
#include <array>

#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

struct PacketTime {
    std::uint32_t microseconds, samples_48k;
};
constexpr std::array<PacketTime, 5> packet_times{
    {{125, 6}, {250, 12}, {333, 16}, {1000, 48}, {4000, 192}}};

/// Packet times of 96 kHz have twice the samples; 0: not a rate of ST 2110-30.
constexpr std::uint32_t factor_of(std::uint32_t rate) {
    if (rate == 44100 || rate == 48000) return 1;
    return rate == 96000 ? 2 : 0;
}

Unexpected wrong_rate(std::uint32_t rate) {
    return fail(Errc::invalid_argument,
                "rate " + std::to_string(rate) + ": ST 2110-30 has 44100, 48000 and 96000");
}

/// "6 (125 us), 12 (250 us)": the packets of a rate that have at most `most` sample frames.
std::string legal_samples(std::uint32_t factor, std::uint32_t most) {
    std::string text;
    for (const PacketTime& time : packet_times) {
        const std::uint32_t samples = time.samples_48k * factor;
        if (samples > most) break;
        if (!text.empty()) text += ", ";
        text += std::to_string(samples) + " (" + std::to_string(time.microseconds) + " us)";
    }
    return text.empty() ? "none" : text;
}

}  // namespace

Result<std::uint32_t> samples_of_packet_time(std::uint32_t rate, std::uint32_t microseconds) {
    const std::uint32_t factor = factor_of(rate);
    if (factor == 0) return wrong_rate(rate);
    for (const PacketTime& time : packet_times)
        if (time.microseconds == microseconds) return time.samples_48k * factor;
    return fail(Errc::invalid_argument, "packet time " + std::to_string(microseconds) +
                                            " us: use 125, 250, 333, 1000 or 4000");
}

Result<> check_packing(const AudioFormat& format, WireSample wire, std::uint32_t packet_samples) {
    if (auto ok = format.validate(); !ok) return ok;
    const std::uint32_t factor = factor_of(format.rate);
    if (factor == 0) return wrong_rate(format.rate);
    const std::uint32_t frame_octets = format.channels * octets_of(wire);
    const std::uint32_t most = max_audio_octets / frame_octets;
    const bool known = std::ranges::any_of(packet_times, [&](const PacketTime& time) {
        return time.samples_48k * factor == packet_samples;
    });
    if (known && packet_samples <= most) return {};
    const std::string what = std::to_string(packet_samples) + " samples a packet with " +
                             std::string(to_string(wire)) + ", " + std::to_string(format.channels) +
                             " channels, " + std::to_string(format.rate) + " Hz";
    const std::string why =
        known ? ": " + std::to_string(packet_samples * frame_octets) + " octets, at most 1440 fit"
              : ": no packet time of ST 2110-30";
    return fail(Errc::invalid_argument, what + why + "; use " + legal_samples(factor, most));
}

Result<AudioPacketiser> AudioPacketiser::make(const AudioFormat& format,
                                              const AudioPacking& packing) {
    if (auto ok = check_packing(format, packing.wire, packing.packet_samples); !ok)
        return Unexpected(ok.error());
    return AudioPacketiser(format, packing);
}

AudioPacketiser::AudioPacketiser(const AudioFormat& format, const AudioPacking& packing)
    : format_(format),
      packing_(packing),
      packet_(rtp_header_bytes +
              std::size_t{packing.packet_samples} * format.channels * octets_of(packing.wire)),
      sequence_(packing.first_sequence) {}

std::byte* AudioPacketiser::finish_packet(std::byte* out) noexcept {
    write_rtp({.payload_type = packing_.payload_type,
               .sequence = sequence_++,
               .timestamp = rtp_of(next_ - filled_),
               .ssrc = packing_.ssrc},
              packet_.data());
    filled_ = 0;
    return std::copy(packet_.begin(), packet_.end(), out);
}

std::size_t AudioPacketiser::push(Ticks first_sample, std::span<const std::byte> samples,
                                  std::span<std::byte> out) noexcept {
    const std::size_t frame_bytes = std::size_t{format_.channels} * format_.sample_bytes();
    const std::size_t frame_octets = std::size_t{format_.channels} * octets_of(packing_.wire);
    std::size_t left = samples.size() / frame_bytes;
    STREAMLIB_ASSERT(samples.size() % frame_bytes == 0 && out.size() >= most_bytes(left),
                     "push takes whole sample frames and most_bytes() of room");
    const std::byte* in = samples.data();
    std::byte* const begin = out.data();
    std::byte* at = begin;
    if (first_sample != next_ && filled_ > 0) {
        const std::uint32_t silent = packing_.packet_samples - filled_;
        std::fill_n(packet_.end() - static_cast<std::ptrdiff_t>(silent * frame_octets),
                    silent * frame_octets, std::byte{0});
        padded_ += silent;
        at = finish_packet(at);
    }
    next_ = first_sample;
    while (left > 0) {
        const std::size_t frames = std::min<std::size_t>(left, packing_.packet_samples - filled_);
        encode_samples(format_.sample, packing_.wire, in, frames * format_.channels,
                       packet_.data() + rtp_header_bytes + filled_ * frame_octets);
        in += frames * frame_bytes;
        left -= frames;
        filled_ += static_cast<std::uint32_t>(frames);
        next_ += static_cast<Ticks>(frames);
        if (filled_ == packing_.packet_samples) at = finish_packet(at);
    }
    return static_cast<std::size_t>(at - begin) / packet_.size();
}

}  // namespace streamlib::st2110
