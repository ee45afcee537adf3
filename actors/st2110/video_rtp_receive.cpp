// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/video_rtp_receive.hpp"

#include "actors/st2110/rtp/media_time.hpp"

namespace streamlib::actors {
namespace {

using st2110::MissingPolicy;
using st2110::Outcome;
using st2110::PacketStatus;
using st2110::StreamEvent;

MissingPolicy policy_of(const std::string& word) {
    if (word == "black") return MissingPolicy::black;
    return word == "drop" ? MissingPolicy::drop : MissingPolicy::previous;
}

constexpr std::string_view text_of(StreamEvent event) {
    switch (event) {
        case StreamEvent::started: return "the stream has begun";
        case StreamEvent::ssrc_changed: return "another sender (SSRC) is followed now";
        case StreamEvent::time_jumped: return "the sender's media time has jumped";
        case StreamEvent::sequence_restarted: return "the sender counts its packets anew";
        case StreamEvent::rows_renumbered:
            return "the rows of interlaced pictures are numbered otherwise (frame or field rows)";
        case StreamEvent::format_mismatch:
            return "what comes does not fit `format`: compare it with the sender's SDP";
    }
    return "?";
}

}  // namespace

std::uint32_t missing_bands(const VideoFormat& format,
                            const st2110::FinishedFrame& frame) noexcept {
    const std::uint64_t all = format.bytes();
    std::uint32_t bands = 0;
    for (const st2110::Span& gap : frame.gaps) {
        if (gap.length == 0) continue;
        const std::uint64_t end = frame.more_gaps && &gap == &frame.gaps.back()
                                      ? all
                                      : std::uint64_t{gap.offset} + gap.length;
        for (std::uint64_t band = std::uint64_t{gap.offset} * 32 / all;
             band < 32 && band * all < end * 32; ++band)
            bands |= 1U << band;
    }
    return bands;
}

Result<> VideoRtpReceive::configure() {
    auto plan = RtpReceive::open();
    if (!plan) return tl::unexpected(plan.error());
    const VideoFormat& carried = plan->format.video;
    auto shape = st2110::PictureShape::of(carried);
    if (!shape) return tl::unexpected(shape.error());
    st2110::VideoAssembly assembly;
    assembly.format = carried;
    assembly.payload_type = plan->payload_type;
    assembly.missing = policy_of(*missing);
    assembly.reorder_window = window_ns();
    assembler_.emplace(*shape, assembly, static_cast<st2110::FrameSink&>(*this));
    video.set_format(carried);
    return {};
}

void VideoRtpReceive::take(const Datagrams& datagrams, MonotonicTime now) {
    for (std::size_t n = 0; n < datagrams.size(); ++n)
        static_cast<void>(assembler_->take(datagrams[n], now));
}

std::span<std::byte> VideoRtpReceive::open(const st2110::OpeningFrame& frame) noexcept {
    open_[frame.slot] = video.claim();
    return open_[frame.slot] ? open_[frame.slot].payload() : std::span<std::byte>{};
}

void VideoRtpReceive::finish(const st2110::FinishedFrame& frame) noexcept {
    Slot slot = std::move(open_[frame.slot]);
    if (frame.outcome == Outcome::given_up || frame.outcome == Outcome::joined_late) return;
    const VideoFormat& carried = video.format();
    slot.origin(st2110::frame_origin(frame.timestamp, carried.rate, now()));
    if (frame.outcome == Outcome::mended)
        slot.flags(ipc::block_incomplete).user(missing_bands(carried, frame));
    newest_ = slot.payload();
    slot.publish();
}

void VideoRtpReceive::event(StreamEvent event) noexcept {
    note_event(text_of(event), event == StreamEvent::started || event == StreamEvent::ssrc_changed);
}

void VideoRtpReceive::count() {
    const st2110::VideoCounters& c = assembler_->counters();
    raise(packets, c.packets);
    raise(bytes, c.bytes);
    raise(lost, c.lost);
    raise(reordered, c.reordered);
    raise(duplicate, c.of(PacketStatus::duplicate));
    raise(late, c.of(PacketStatus::late));
    raise(foreign, c.of(PacketStatus::foreign) + c.of(PacketStatus::other_type));
    raise(bad, c.of(PacketStatus::not_rtp) + c.of(PacketStatus::truncated) +
                   c.of(PacketStatus::bad_size) + c.of(PacketStatus::outside) +
                   c.of(PacketStatus::jump));
    raise(frames, c.frames);
    raise(incomplete, c.incomplete_frames);
    raise(missing_frames, c.missing_frames);
    raise(no_slot, c.unplaced);
}

STREAMLIB_ACTOR(VideoRtpReceive)

}  // namespace streamlib::actors
