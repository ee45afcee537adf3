// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/audio_rtp_receive.hpp"

#include <cstring>

namespace streamlib::actors {

Result<> AudioRtpReceive::configure() {
    auto plan = RtpReceive::open();
    if (!plan) return tl::unexpected(plan.error());
    st2110::AudioAssembly assembly;
    assembly.format = plan->format.audio;
    assembly.wire = plan->deep ? st2110::WireSample::l24 : st2110::WireSample::l16;
    assembly.payload_type = plan->payload_type;
    assembly.reorder_window = window_ns();
    assembler_.emplace(assembly, static_cast<st2110::BlockSink&>(*this));
    audio.set_format(plan->format.audio);
    return {};
}

void AudioRtpReceive::take(const Datagrams& datagrams, MonotonicTime now) {
    const TaiTime tai = Actor::now();
    for (std::size_t n = 0; n < datagrams.size(); ++n)
        static_cast<void>(assembler_->take(datagrams[n], now, tai));
}

void AudioRtpReceive::block(const st2110::AudioBlock& block) noexcept {
    if (is_ending() && block.concealed != 0) return;
    Slot slot = audio.claim();
    if (!slot) return no_slot.add();
    std::memcpy(slot.payload().data(), block.samples.data(), block.samples.size());
    slot.bytes(block.samples.size()).origin(block.origin);
    if (block.concealed != 0) slot.flags(ipc::block_incomplete).user(block.concealed);
    slot.publish();
}

MonotonicTime AudioRtpReceive::quiet_until() const {
    // Early enough to see when the packet comes that completes the block: by it the next one is foretold.
    constexpr Nanoseconds ahead = 150'000;
    constexpr std::uint32_t worth_it = 3;  // one wake-up by time and one by the last packet are two
    if (assembler_->packets_to_come() < worth_it) return {};
    return assembler_->completes_at() + -ahead;
}

void AudioRtpReceive::count() {
    const st2110::AudioCounters& c = assembler_->counters();
    count_packets(c.packets, c.bytes, c.lost, c.reordered, c.by_status);
    raise(blocks, c.blocks);
    raise(incomplete, c.incomplete_blocks);
    raise(concealed, c.concealed);
}

STREAMLIB_ACTOR(AudioRtpReceive)

}  // namespace streamlib::actors
