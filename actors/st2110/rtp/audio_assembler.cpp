// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/audio_assembler.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

/// Octets of samples in a packet: what the larger MAXUDP allows.
constexpr std::size_t max_payload = 8960;
constexpr Nanoseconds second_ns = 1'000'000'000;
/// Packets that the count of losses looks back on: more than 10 ms of the shortest ones.
constexpr std::size_t window_packets = 256;
/// A jump of more than this in 16 bits is a restart (RFC 3550 appendix A.1).
constexpr std::uint64_t max_dropout = 3000;

Ticks floor_div(Ticks a, Ticks b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Sample frames for which there must be room beside the block that goes out next: the window, and the longest packet.
std::uint64_t span_of(const AudioAssembly& assembly) {
    const auto window = static_cast<std::uint64_t>(std::min(assembly.reorder_window, second_ns));
    return window * assembly.format.rate / static_cast<std::uint64_t>(second_ns) +
           max_payload / (assembly.format.channels * octets_of(assembly.wire));
}

}  // namespace

AudioAssembler::AudioAssembler(const AudioAssembly& assembly, BlockSink& sink)
    : assembly_(assembly),
      sink_(sink),
      lock_(assembly.follow_after),
      window_(window_packets, max_dropout),
      frame_octets_(assembly.format.channels * octets_of(assembly.wire)),
      frame_bytes_(assembly.format.channels * assembly.format.sample_bytes()) {
    const AudioFormat& format = assembly.format;
    STREAMLIB_ASSERT(format.validate() && assembly.reorder_window >= 0,
                     "an audio assembler needs a valid format and a window that is not negative");
    const std::uint64_t frames = format.block_frames;
    block_ns_ =
        static_cast<Nanoseconds>(frames * static_cast<std::uint64_t>(second_ns) / format.rate);
    slots_.resize(span_of(assembly) / frames + 3);
    present_.resize(slots_.size() * frames);
    samples_.resize(present_.size() * frame_bytes_);
}

PacketStatus AudioAssembler::take(std::span<const std::byte> datagram, MonotonicTime now,
                                  TaiTime tai) noexcept {
    ++counters_.packets;
    counters_.bytes += datagram.size();
    const PacketStatus status = judge(datagram, now, tai);
    ++counters_.by_status[static_cast<std::size_t>(status)];
    poll(now);
    return status;
}

PacketStatus AudioAssembler::judge(std::span<const std::byte> datagram, MonotonicTime now,
                                   TaiTime tai) noexcept {
    RtpPacket packet;
    if (parse_rtp(datagram, packet) != RtpStatus::ok) return PacketStatus::not_rtp;
    if (packet.header.payload_type != assembly_.payload_type) return PacketStatus::other_type;
    if (packet.payload.empty() || packet.payload.size() > max_payload ||
        packet.payload.size() % frame_octets_ != 0)
        return PacketStatus::bad_size;
    const StreamLock::Verdict verdict = lock_.look(packet.header.ssrc, now);
    if (verdict == StreamLock::Verdict::foreign) return PacketStatus::foreign;
    if (verdict != StreamLock::Verdict::ours) {
        give_all();
        numbers_.reset();
        window_.settle();
        sink_.event(verdict == StreamLock::Verdict::first ? StreamEvent::started
                                                          : StreamEvent::ssrc_changed);
    }
    const Arrival arrival = window_.note(numbers_.extend(packet.header.sequence));
    counters_.lost = window_.lost();
    if (arrival == Arrival::reordered) ++counters_.reordered;
    if (arrival == Arrival::restart) sink_.event(StreamEvent::sequence_restarted);
    const PacketStatus status = place(packet, now, tai);
    const bool twice = status == PacketStatus::late && arrival == Arrival::duplicate;
    return twice ? PacketStatus::duplicate : status;
}

PacketStatus AudioAssembler::place(const RtpPacket& packet, MonotonicTime now,
                                   TaiTime tai) noexcept {
    const std::uint32_t rate = assembly_.format.rate;
    const auto frames = static_cast<std::uint32_t>(packet.payload.size() / frame_octets_);
    Ticks first = unwrap_rtp(packet.header.timestamp, started_ ? newest_ : ticks_at(tai, rate));
    if (started_) {
        const Ticks near = std::max<Ticks>(rate / 10, static_cast<Ticks>(span_of(assembly_)));
        if (first > newest_ + near || first < newest_ - 2 * near) {
            if (!lock_.follow_jump(now)) return PacketStatus::jump;
            give_all();
            sink_.event(StreamEvent::time_jumped);
            first = unwrap_rtp(packet.header.timestamp, ticks_at(tai, rate));
        }
    }
    if (!started_) start_at(first);
    lock_.used(now);
    if (first + frames > newest_) {
        newest_ = first + frames;
        packet_frames_ = frames;
        note_arrival(now);
    }
    const Ticks block = assembly_.format.block_frames;
    const Ticks head_begin = head_ * block;
    // What came before the first whole block is of no use, but not late.
    if (first + frames <= head_begin)
        return first + frames <= begin_ ? PacketStatus::ok : PacketStatus::late;
    // Make room: what is too old for the window goes out as it is.
    const std::int64_t last_block = floor_div(first + frames - 1, block);
    while (last_block >= head_ + static_cast<std::int64_t>(slots_.size())) give_head();
    const Ticks skipped = std::max<Ticks>(0, head_ * block - first);
    const auto kept = static_cast<std::uint32_t>(frames - skipped);
    const std::byte* octets =
        packet.payload.data() + static_cast<std::size_t>(skipped) * frame_octets_;
    const std::uint32_t fresh = store(first + skipped, octets, kept, now);
    give_ready();
    return fresh == 0 ? PacketStatus::duplicate : PacketStatus::ok;
}

std::size_t AudioAssembler::slot_of(std::int64_t block) const noexcept {
    const auto count = static_cast<std::int64_t>(slots_.size());
    return static_cast<std::size_t>(block - floor_div(block, count) * count);
}

/// Writes sample frames, a block at a time; how many were not there before.
std::uint32_t AudioAssembler::store(Ticks first, const std::byte* octets, std::uint32_t frames,
                                    MonotonicTime now) noexcept {
    const Ticks block = assembly_.format.block_frames;
    std::uint32_t fresh = 0;
    while (frames > 0) {
        const std::int64_t number = floor_div(first, block);
        const auto begin = static_cast<std::size_t>(first - number * block);
        const std::size_t slot = slot_of(number);
        const auto part = static_cast<std::uint32_t>(
            std::min<std::size_t>(frames, static_cast<std::size_t>(block) - begin));
        std::uint8_t* flags = present_.data() + slot * static_cast<std::size_t>(block) + begin;
        const auto there =
            static_cast<std::uint32_t>(std::count(flags, flags + part, std::uint8_t{1}));
        if (there != part) {
            const std::size_t at = static_cast<std::size_t>(flags - present_.data()) * frame_bytes_;
            decode_samples(assembly_.wire, assembly_.format.sample, octets,
                           std::size_t{part} * assembly_.format.channels, samples_.data() + at);
            std::fill_n(flags, part, std::uint8_t{1});
            if (slots_[slot].filled == 0) {
                slots_[slot].first_arrival = now;
                earliest_ = waiting_++ == 0 ? number : std::min(earliest_, number);
            }
            slots_[slot].filled += part - there;
            fresh += part - there;
        }
        first += part;
        frames -= part;
        octets += std::size_t{part} * frame_octets_;
    }
    return fresh;
}

/// A block that began before the stream did is not given out: nothing of it was lost.
void AudioAssembler::start_at(Ticks first) noexcept {
    const Ticks block = assembly_.format.block_frames;
    head_ = floor_div(first + block - 1, block);
    begin_ = head_ * block;
    newest_ = first;
    behind_of_ = {};
    started_ = true;
}

/// The earliest counts: who looks late takes an old packet for one that has just come. It is forgotten slowly, faster than
/// clocks drift apart.
void AudioAssembler::note_arrival(MonotonicTime now) noexcept {
    constexpr Nanoseconds forget = 1000;  // a thousandth of the time
    const TaiTime end = time_of_ticks(newest_, assembly_.format.rate);
    const Nanoseconds seen = now.ns - end.ns;
    behind_ =
        behind_of_ == TaiTime{} ? seen : std::min(seen, behind_ + (end - behind_of_) / forget);
    behind_of_ = end;
}

void AudioAssembler::give_head() noexcept {
    const std::size_t frames = assembly_.format.block_frames;
    const std::size_t index = slot_of(head_);
    Slot& slot = slots_[index];
    std::uint8_t* flags = present_.data() + index * frames;
    std::byte* samples = samples_.data() + index * frames * frame_bytes_;
    AudioBlock block;
    block.first_sample = head_ * static_cast<Ticks>(frames);
    block.origin = time_of_ticks(block.first_sample, assembly_.format.rate);
    block.concealed = static_cast<std::uint32_t>(frames) - slot.filled;
    block.first_arrival = slot.first_arrival;
    block.samples = {samples, frames * frame_bytes_};
    if (block.concealed > 0) {
        for (std::size_t i = 0; i < frames; ++i)
            if (flags[i] == 0) std::memset(samples + i * frame_bytes_, 0, frame_bytes_);
        ++counters_.incomplete_blocks;
        counters_.concealed += block.concealed;
    }
    ++counters_.blocks;
    sink_.block(block);
    const bool was_empty = slot.filled == 0;
    slot = {};
    std::fill_n(flags, frames, std::uint8_t{0});
    ++head_;
    if (was_empty) return;
    --waiting_;
    // What lies between is empty, and goes out as silence before this is looked for again.
    if (waiting_ > 0)
        for (earliest_ = head_; slots_[slot_of(earliest_)].filled == 0;) ++earliest_;
}

void AudioAssembler::give_ready() noexcept {
    while (waiting_ > 0 && slots_[slot_of(head_)].filled == assembly_.format.block_frames)
        give_head();
}

void AudioAssembler::give_all() noexcept {
    while (waiting_ > 0) give_head();
    started_ = false;
}

void AudioAssembler::poll(MonotonicTime now) noexcept {
    while (waiting_ > 0 && now >= deadline()) {
        give_head();
        give_ready();
    }
}

MonotonicTime AudioAssembler::deadline() const noexcept {
    if (waiting_ == 0) return {std::numeric_limits<std::int64_t>::max()};
    const Nanoseconds rest = earliest_ == head_ ? block_ns_ : 0;
    return slots_[slot_of(earliest_)].first_arrival + (rest + assembly_.reorder_window);
}

MonotonicTime AudioAssembler::completes_at() const noexcept {
    if (!started_ || behind_of_ == TaiTime{}) return {};
    const Ticks end = (head_ + 1) * static_cast<Ticks>(assembly_.format.block_frames);
    return {time_of_ticks(end, assembly_.format.rate).ns + behind_};
}

std::uint32_t AudioAssembler::packets_to_come() const noexcept {
    if (!started_) return 0;
    const Ticks lacking = (head_ + 1) * static_cast<Ticks>(assembly_.format.block_frames) - newest_;
    return lacking <= 0
               ? 0
               : (static_cast<std::uint32_t>(lacking) + packet_frames_ - 1) / packet_frames_;
}

void AudioAssembler::flush() noexcept {
    give_all();
    window_.settle();
    counters_.lost = window_.lost();
}

}  // namespace streamlib::st2110
