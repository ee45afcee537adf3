// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/video_rtp_receive.hpp"

#include "actors/st2110/rtp/media_time.hpp"

namespace streamlib::actors {
namespace {

using st2110::MissingPolicy;
using st2110::Outcome;

MissingPolicy policy_of(const std::string& word) {
    if (word == "black") return MissingPolicy::black;
    return word == "drop" ? MissingPolicy::drop : MissingPolicy::previous;
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
    auto plan = RtpReceive::open(*layout);
    if (!plan) return tl::unexpected(plan.error());
    carried_ = plan->format.video;
    auto shape = st2110::PictureShape::of(carried_);
    if (!shape) return tl::unexpected(shape.error());
    std::optional<st2110::RowConversion> conversion;
    if (plan->given != carried_) {
        auto made = st2110::RowConversion::make(carried_, plan->given);
        if (!made) return tl::unexpected(made.error());
        if (made->instruction_set() == st2110::InstructionSet::scalar)
            log(LogLevel::warning, "layout: " + to_string(carried_) + " to " +
                                       to_string(plan->given) +
                                       " is plain code here, some 4 ns a sample");
        conversion.emplace(std::move(*made));
    }
    st2110::VideoAssembly assembly;
    assembly.format = carried_;
    assembly.payload_type = plan->payload_type;
    assembly.missing = policy_of(*missing);
    assembly.reorder_window = window_ns();
    assembler_.emplace(*shape, assembly, static_cast<st2110::FrameSink&>(*this),
                       std::move(conversion));
    video.set_format(plan->given);
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
    const bool whole = frame.outcome == Outcome::complete;
    if (frame.outcome == Outcome::given_up || frame.outcome == Outcome::joined_late) return;
    if (is_ending() && !whole) return;
    slot.origin(st2110::frame_origin(frame.timestamp, carried_.rate, now()));
    if (!whole) slot.flags(ipc::block_incomplete).user(missing_bands(carried_, frame));
    newest_ = slot.payload();
    slot.publish();
}

void VideoRtpReceive::count() {
    const st2110::VideoCounters& c = assembler_->counters();
    count_packets(c.packets, c.bytes, c.lost, c.reordered, c.by_status);
    raise(frames, c.frames);
    raise(incomplete, c.incomplete_frames);
    raise(missing_frames, c.missing_frames);
    raise(no_slot, c.unplaced);
}

STREAMLIB_ACTOR(VideoRtpReceive)

}  // namespace streamlib::actors
