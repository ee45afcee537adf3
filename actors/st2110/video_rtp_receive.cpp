// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/video_rtp_receive.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "actors/st2110/rtp/media_time.hpp"

namespace streamlib::actors {
namespace {

using st2110::MissingPolicy;
using st2110::Outcome;
using st2110::PacketStatus;
using st2110::StreamEvent;

// At the SDP of a stream that does not fit; of one that begins anew, however often it does.
constexpr Nanoseconds look_every = 1'000'000'000, look_soonest = 100'000'000;

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
    if (auto made = assemble(*plan); !made) return made;
    video.set_format(plan->given);
    return {};
}

/// Everything that depends on the format.
Result<> VideoRtpReceive::assemble(const st2110::ReceivePlan& plan) {
    const VideoFormat& carried = plan.format.video;
    auto shape = st2110::PictureShape::of(carried);
    if (!shape) return tl::unexpected(shape.error());
    std::optional<st2110::RowConversion> conversion;
    if (plan.given != carried) {
        auto made = st2110::RowConversion::make(carried, plan.given);
        if (!made) return tl::unexpected(made.error());
        if (made->instruction_set() == st2110::InstructionSet::scalar)
            log(LogLevel::warning, "layout: " + to_string(carried) + " to " +
                                       to_string(plan.given) +
                                       " is plain code here, some 4 ns a sample");
        conversion.emplace(std::move(*made));
    }
    st2110::VideoAssembly assembly;
    assembly.format = carried;
    assembly.payload_type = plan.payload_type;
    assembly.missing = policy_of(*missing);
    assembly.reorder_window = window_ns();
    assembler_.emplace(*shape, assembly, static_cast<st2110::FrameSink&>(*this),
                       std::move(conversion));
    watch_.emplace(*shape);
    suspicious_ = false;
    carried_ = carried;
    payload_type_carried_ = plan.payload_type;
    return {};
}

void VideoRtpReceive::take(const Datagrams& datagrams, MonotonicTime now) {
    for (std::size_t n = 0; n < datagrams.size(); ++n) {
        const PacketStatus status = assembler_->take(datagrams[n], now);
        suspicious_ = suspicious_ || status == PacketStatus::outside ||
                      status == PacketStatus::bad_size || status == PacketStatus::truncated;
        if (suspicious_) watch_->see(datagrams[n]);
    }
}

void VideoRtpReceive::poll(MonotonicTime now) {
    assembler_->poll(now);
    const bool settled = suspicious_ && watch_->settled() != nullptr;
    if (settled || (look_ && now >= next_look_)) look_again(now);
}

/// The stream does not fit, or is another's.
void VideoRtpReceive::look_again(MonotonicTime now) {
    std::string what;
    if (const auto* seen = watch_->settled()) what = describe_difference(*seen, carried_);
    watch_->reset();
    suspicious_ = !what.empty();
    const bool due = now >= next_look_ && (look_ || !what.empty());
    if (due) {
        last_look_ = now;
        next_look_ = now + look_every;
        look_ = false;
        if (!sdp->empty() && follow()) return;
    }
    if (what.empty() || what == told_) return;
    log(LogLevel::warning, what + ": correct format or sdp");
    told_ = std::move(what);
}

/// What the description names now, if that is another format.
bool VideoRtpReceive::follow() {
    auto plan = plan_again(*layout);
    if (!plan && plan.error().code == Errc::mismatch)
        throw std::runtime_error("format_changed: " + plan.error().text);
    if (!plan) {
        look_ = true;  // it may be being written
        log(LogLevel::warning, plan.error().text);
        return false;
    }
    if (plan->format.video == carried_ && plan->payload_type == payload_type_carried_) return false;
    assembler_->flush();
    before_ += assembler_->counters();
    log(LogLevel::info, "format_changed: " + to_string(plan->format.video) + " is followed, " +
                            to_string(carried_) + " was before");
    if (auto made = assemble(*plan); !made)
        throw std::runtime_error("format_changed: " + made.error().text);
    newest_ = {};
    told_.clear();
    resize_buffer(plan->wish);
    video.change_format(plan->given);
    return true;
}

void VideoRtpReceive::event(st2110::StreamEvent event) noexcept {
    note_stream(event);
    // A sender that was started anew may keep its SSRC.
    const bool anew = event == StreamEvent::ssrc_changed || event == StreamEvent::time_jumped ||
                      event == StreamEvent::sequence_restarted;
    if (anew) next_look_ = std::min(next_look_, last_look_ + look_soonest);
    look_ = look_ || anew || event == StreamEvent::format_mismatch;
}

std::span<std::byte> VideoRtpReceive::open(const st2110::OpeningFrame& frame) noexcept {
    open_[frame.slot] = video.claim();
    return open_[frame.slot] ? open_[frame.slot].payload() : std::span<std::byte>{};
}

void VideoRtpReceive::finish(const st2110::FinishedFrame& frame) noexcept {
    Slot slot = std::move(open_[frame.slot]);
    const bool whole = frame.outcome == Outcome::complete;
    if (whole && suspicious_) watch_->reset();
    suspicious_ = !whole && (suspicious_ || frame.outcome != Outcome::joined_late);
    if (frame.outcome == Outcome::given_up || frame.outcome == Outcome::joined_late) return;
    if (is_ending() && !whole) return;
    slot.origin(st2110::frame_origin(frame.timestamp, carried_.rate, now()));
    if (!whole) slot.flags(ipc::block_incomplete).user(missing_bands(carried_, frame));
    newest_ = slot.payload();
    slot.publish();
}

void VideoRtpReceive::count() {
    st2110::VideoCounters c = before_;
    c += assembler_->counters();
    count_packets(c.packets, c.bytes, c.lost, c.reordered, c.by_status);
    raise(frames, c.frames);
    raise(incomplete, c.incomplete_frames);
    raise(missing_frames, c.missing_frames);
    raise(no_slot, c.unplaced);
}

STREAMLIB_ACTOR(VideoRtpReceive)

}  // namespace streamlib::actors
