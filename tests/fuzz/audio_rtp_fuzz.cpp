// SPDX-License-Identifier: Apache-2.0
// Octets as L16 or L24 samples into every type of memory and out again: exact where the memory is as wide. And octets as a format
// and packing: what is accepted makes packets that fit.
#include <algorithm>

#include "actors/st2110/rtp/audio_packetiser.hpp"
#include "ipc/base/assert.hpp"
#include "tests/fuzz/rtp_fuzz_formats.hpp"

using namespace streamlib;
using namespace streamlib::st2110;

namespace {

void there_and_back(WireSample wire, SampleType type, std::span<const std::byte> octets) {
    const std::size_t count = octets.size() / octets_of(wire);
    std::vector<std::byte> memory(count * (type == SampleType::s16 ? 2 : 4));
    std::vector<std::byte> again(count * octets_of(wire));
    decode_samples(wire, type, octets.data(), count, memory.data());
    encode_samples(type, wire, memory.data(), count, again.data());
    const bool exact = wire == WireSample::l16 || type != SampleType::s16;
    STREAMLIB_ASSERT(!exact || std::equal(again.begin(), again.end(), octets.begin()),
                     "samples do not come back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    constexpr std::uint32_t rates[] = {44100, 48000, 96000, 32000};
    AudioFormat format;
    format.rate = rates[input.byte() % 4];
    format.channels = input.byte() % 80;
    format.sample = static_cast<SampleType>(input.byte() % 4);
    format.block_frames = input.byte() + 1U;
    const auto wire = static_cast<WireSample>(input.byte() % 2);
    auto made = AudioPacketiser::make(format, {.wire = wire, .packet_samples = input.byte() * 2U});
    const auto rest = input.bytes(size);
    for (const SampleType type :
         {SampleType::s16, SampleType::s24in32, SampleType::s32, SampleType::f32})
        there_and_back(wire, type, rest);
    if (!made) return 0;
    STREAMLIB_ASSERT(made->packet_bytes() + udp_header_bytes <= 1460, "a packet that does not fit");
    std::vector<std::byte> out;
    const std::size_t frame = std::size_t{format.channels} * format.sample_bytes();
    Ticks number = -1000;
    for (std::size_t at = 0; at + frame <= rest.size() && at < 64 * frame;) {
        const std::size_t frames = std::min<std::size_t>(
            (rest.size() - at) / frame, std::to_integer<std::size_t>(rest[at]) % 9);
        out.resize(made->most_bytes(frames));
        (void)made->push(number, rest.subspan(at, frames * frame), out);
        number += static_cast<Ticks>(frames) + (std::to_integer<int>(rest[at]) > 250 ? 1 : 0);
        at += std::max<std::size_t>(frames, 1) * frame;
    }
    return 0;
}
