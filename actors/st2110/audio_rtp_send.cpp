// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/audio_rtp_send.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "actors/st2110/rtp/big_endian.hpp"

namespace streamlib::actors {
namespace {

constexpr std::uint32_t send_buffer = 256U << 10;
constexpr std::uint32_t depth = 4;  // of batches: a packet each, gone when the call returns
constexpr Nanoseconds longest_queue = 250'000'000;  // of sound on its way
constexpr Nanoseconds together = 30'000;            // packets due within this leave with one call

}  // namespace

AudioRtpSend::AudioRtpSend() { default_trigger(Trigger::input); }

Result<> AudioRtpSend::configure() {
    if (auto planned = plan_stream(); !planned) return planned;
    return open(send_buffer);
}

/// All that follows from the format of the input.
Result<> AudioRtpSend::plan_stream() {
    const AudioFormat& format = audio.format();
    auto samples =
        st2110::samples_of_packet_time(format.rate, static_cast<std::uint32_t>(*packet_time));
    if (!samples) return fail(samples.error().code, "packet_time: " + samples.error().text);
    samples_ = *samples;
    st2110::AudioPacking packing;
    packing.wire = *encoding == "L16" ? st2110::WireSample::l16 : st2110::WireSample::l24;
    packing.packet_samples = samples_;
    packing.payload_type = static_cast<std::uint8_t>(*payload_type);
    packing.ssrc = ssrc_number();
    auto made = st2110::AudioPacketiser::make(format, packing);
    if (!made) return fail(made.error().code, "packet_time: " + made.error().text);
    if (!channel_order->empty())
        if (auto ok = st2110::check_channel_order(*channel_order, format.channels); !ok)
            return fail(ok.error().code, "channel_order: " + ok.error().text);
    packetiser_.emplace(std::move(*made));
    schedule_.emplace(format.rate, samples_, static_cast<Nanoseconds>(*margin * 1e6));
    return {};
}

Result<> AudioRtpSend::start() {
    if (auto begun = RtpSend::begin({.depth = depth}); !begun) return begun;
    make_queue();
    static_cast<void>(::prctl(PR_SET_TIMERSLACK, 1));
    return describe_traffic();
}

/// What waited in the queue does not leave: it would be taken for sound of the new format.
Result<> AudioRtpSend::format_changed() {
    settle(true);
    padded_before_ = padded.value();
    head_ = queued_ = 0;
    wake_at(ipc::never);
    if (auto planned = plan_stream(); !planned) return planned;
    make_queue();
    return describe_traffic();
}

void AudioRtpSend::make_queue() {
    const AudioFormat& format = audio.format();
    scratch_.assign(packetiser_->most_bytes(format.block_frames), std::byte{0});
    const auto queue_samples = static_cast<std::size_t>(
        longest_queue / 1'000'000 * format.rate / 1000 + 2 * format.block_frames);
    room_ = queue_samples / samples_ + 2;
    queue_.assign(room_ * packetiser_->packet_bytes(), std::byte{0});
    first_.assign(room_, 0);
}

Result<> AudioRtpSend::describe_traffic() {
    st2110::AudioTraffic traffic;
    traffic.encoding = *encoding == "L16" ? st2110::AudioParameters::Encoding::l16
                                          : st2110::AudioParameters::Encoding::l24;
    traffic.packet_samples = samples_;
    traffic.channel_order = *channel_order;
    traffic.payload_type = static_cast<std::uint8_t>(*payload_type);
    auto media = st2110::audio_media(audio.format(), address(), traffic);
    if (!media) return tl::unexpected(media.error());
    return describe(std::move(*media));
}

void AudioRtpSend::process(const Tick&) {
    while (audio.read_new() == InputStatus::fresh) take_block();
    wake_for_next();
}

void AudioRtpSend::take_block() {
    // A place in the queue is written again only once the kernel has let go of it: it has, but where the send buffer is full.
    if (sender().under_way() != 0) settle(true);
    const std::uint32_t rate = audio.format().rate;
    const st2110::Ticks first = st2110::ticks_at(audio.origin(), rate);
    if (schedule_->fit(first, now() - audio.origin())) delayed.add();
    const std::size_t size = packetiser_->packet_bytes();
    const std::size_t packets_made = packetiser_->push(first, audio.payload(), scratch_);
    for (std::size_t n = 0; n < packets_made; ++n) {
        if (queued_ == room_) {
            overflow.add(packets_made - n);
            break;
        }
        const std::size_t place = (head_ + queued_) % room_;
        const std::byte* packet = scratch_.data() + n * size;
        std::memcpy(queue_.data() + place * size, packet, size);
        first_[place] = st2110::unwrap_rtp(st2110::load_be32(packet + 4), first);
        ++queued_;
    }
    raise(padded, padded_before_ + packetiser_->padded());
}

TaiTime AudioRtpSend::due(std::size_t place) const noexcept {
    return schedule_->due(first_[place]);
}

void AudioRtpSend::woken(MonotonicTime) {
    send_due(now());
    wake_for_next();
}

/// Off the queue: its octets stay where they are until take_block() writes there again.
std::span<const std::byte> AudioRtpSend::pop(TaiTime time) noexcept {
    // Later than a packet's time: evenness is lost.
    const auto limit = static_cast<Nanoseconds>(*packet_time * 1000);
    if (time - due(head_) > limit) late.add();
    const std::size_t size = packetiser_->packet_bytes();
    const std::span<const std::byte> packet{queue_.data() + head_ * size, size};
    head_ = (head_ + 1) % room_;
    --queued_;
    return packet;
}

void AudioRtpSend::send_due(TaiTime time) {
    const auto is_due = [&](std::size_t nth) {
        return queued_ > nth && due((head_ + nth) % room_) <= time + together;
    };
    if (!is_due(0)) return;
    const std::size_t size = packetiser_->packet_bytes();
    if (!is_due(1) && send_alone({queue_.data() + head_ * size, size})) {
        static_cast<void>(pop(time));
        return;
    }
    while (is_due(0)) {
        SendBatch& batch = next_batch();
        while (is_due(0) && batch.fits(size, st2110::rtp_header_bytes)) {
            const std::span<const std::byte> packet = pop(time);
            const auto header =
                batch.add(st2110::rtp_header_bytes, packet.subspan(st2110::rtp_header_bytes));
            std::memcpy(header.data(), packet.data(), header.size());
        }
        sender().commit(batch, 0);
    }
    settle(false);
}

void AudioRtpSend::wake_for_next() noexcept {
    if (queued_ != 0) rest_until(monotonic_at(due(head_)));
}

void AudioRtpSend::stop() {
    settle(true);
    withdraw();
    log(LogLevel::info, std::to_string(packets.value()) + " packets left, " +
                            std::to_string(late.value()) + " late, " +
                            std::to_string(lost.value()) + " lost");
}

STREAMLIB_ACTOR(AudioRtpSend)

}  // namespace streamlib::actors
