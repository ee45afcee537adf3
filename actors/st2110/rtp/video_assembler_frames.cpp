// SPDX-License-Identifier: Apache-2.0
// How frames are found, opened, closed and mended.
#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "actors/st2110/rtp/media_time.hpp"
#include "actors/st2110/rtp/video_assembler.hpp"

namespace streamlib::st2110 {
namespace {

/// Further ahead than this is a jump in time, not a pause.
constexpr std::int32_t far_ahead = video_clock;
/// Further behind than this is a jump as well, if the reorder window is not as long.
constexpr std::int64_t far_behind_ns = 100'000'000;

std::int32_t distance(std::uint32_t to, std::uint32_t from) {
    return static_cast<std::int32_t>(to - from);
}

void fill_black(std::byte* memory, Span gap, const std::array<std::byte, 16>& black,
                std::uint32_t group_octets) {
    for (std::uint32_t at = 0; at < gap.length; at += group_octets)
        std::memcpy(memory + gap.offset + at, black.data(), group_octets);
}

}  // namespace

/// Timestamp of the frame to which a field with this timestamp belongs.
std::uint32_t VideoAssembler::frame_time(std::uint32_t timestamp, unsigned field) const noexcept {
    const bool halved = assembly_.format.interlace == Interlace::interlaced;
    return field == 1 && halved ? timestamp - period_ticks_ / 2 : timestamp;
}

VideoAssembler::Frame* VideoAssembler::paired(std::uint32_t timestamp, unsigned field) noexcept {
    const auto half = static_cast<std::int32_t>(period_ticks_ / 2);
    const unsigned other = 1 - field;
    for (Frame& frame : frames_) {
        if (!frame.open || frame.field_known[field] || !frame.field_known[other]) continue;
        const std::uint32_t known = frame.field_time[other];
        const std::int32_t step =  // from the first field to the second
            field == 1 ? distance(timestamp, known) : distance(known, timestamp);
        const bool by_rate =
            half != 0 ? step >= half - 2 && step <= half + 2 : step > 0 && step < far_ahead / 10;
        if (step != 0 && (assembly_.format.interlace == Interlace::psf || !by_rate)) continue;
        frame.field_known[field] = true;
        frame.field_time[field] = timestamp;
        if (field == 0) frame.timestamp = timestamp;
        return &frame;
    }
    return nullptr;
}

PacketStatus VideoAssembler::find_frame(const VideoPacket& packet, MonotonicTime now,
                                        Frame*& found) noexcept {
    const std::uint32_t timestamp = packet.header.timestamp;
    const unsigned field = packet.field;
    for (Frame& frame : frames_) {
        if (!frame.open || !frame.field_known[field] || frame.field_time[field] != timestamp)
            continue;
        found = &frame;
        return PacketStatus::ok;
    }
    if (depacketiser_.shape().fields == 2) {
        found = paired(timestamp, field);
        if (found != nullptr) return PacketStatus::ok;
    }
    const std::uint32_t time = frame_time(timestamp, field);
    const PacketStatus status = place_in_time(time, now);
    if (status != PacketStatus::ok) return status;
    found = &open_frame(time, now);
    found->field_known[field] = true;
    found->field_time[field] = timestamp;
    return PacketStatus::ok;
}

/// Whether a frame of this time may be opened; makes room for it.
PacketStatus VideoAssembler::place_in_time(std::uint32_t time, MonotonicTime now) noexcept {
    Frame* first = oldest();
    if (first == nullptr && !anything_closed_) return PacketStatus::ok;
    const Frame& other = first == &frames_[0] ? frames_[1] : frames_[0];
    const bool both = first != nullptr && other.open;
    const std::uint32_t newest = both               ? other.timestamp
                                 : first != nullptr ? first->timestamp
                                                    : last_closed_;
    const std::int32_t ahead = distance(time, newest);
    const auto behind = std::max(far_behind_ns, 2 * assembly_.reorder_window) / 1000 * 9 / 100;
    if (ahead > far_ahead || ahead < -behind) {
        if (!lock_.follow_jump(now)) return PacketStatus::jump;
        restart();
        sink_.event(StreamEvent::time_jumped);
        return PacketStatus::ok;
    }
    // A computed time of an interlaced frame may be two ticks off.
    const std::int32_t tolerance = assembly_.format.interlace == Interlace::interlaced ? 2 : 0;
    if (anything_closed_ && distance(time, last_closed_) <= tolerance) return PacketStatus::late;
    if (!both) return PacketStatus::ok;
    if (distance(time, first->timestamp) < 0) return PacketStatus::late;
    close(*first);
    close_ready(now);
    return PacketStatus::ok;
}

VideoAssembler::Frame& VideoAssembler::open_frame(std::uint32_t time, MonotonicTime now) noexcept {
    const unsigned slot = frames_[0].open ? 1 : 0;
    Frame& frame = frames_[slot];
    Frame& other = frames_[1 - slot];
    frame.coverage.clear();
    frame.timestamp = time;
    frame.field_known = {};
    frame.open = true;
    frame.ended = false;
    frame.joined = std::exchange(joining_, false);
    frame.packets = 0;
    frame.first_arrival = frame.last_arrival = now;
    const std::span<std::byte> memory = sink_.open({.slot = slot, .timestamp = time});
    const bool fits = memory.size() >= picture_bytes_;
    frame.memory = fits ? memory.data() : nullptr;
    if (fits && conversion_) conversion_->open(slot, memory);
    if (!fits) ++counters_.unplaced;
    if (other.open) end_frame(distance(time, other.timestamp) > 0 ? other : frame, now);
    return frame;
}

VideoAssembler::Frame* VideoAssembler::oldest() noexcept {
    if (!frames_[0].open) return frames_[1].open ? &frames_[1] : nullptr;
    if (!frames_[1].open) return &frames_[0];
    return distance(frames_[0].timestamp, frames_[1].timestamp) <= 0 ? &frames_[0] : &frames_[1];
}

MonotonicTime VideoAssembler::deadline_of(const Frame& frame) const noexcept {
    // Complete, it only waits for the older one.
    if (frame.coverage.complete()) return {std::numeric_limits<std::int64_t>::max()};
    if (frame.ended) return frame.ended_at + assembly_.reorder_window;
    return frame.last_arrival + idle_;
}

void VideoAssembler::close_ready(MonotonicTime now) noexcept {
    while (Frame* frame = oldest()) {
        if (!frame->coverage.complete() && now < deadline_of(*frame)) return;
        close(*frame);
    }
}

void VideoAssembler::count_missing_frames(std::uint32_t timestamp) noexcept {
    if (!anything_closed_ || period_ticks_ == 0) return;
    const std::int32_t step = distance(timestamp, last_closed_);
    const auto period = static_cast<std::int32_t>(period_ticks_);
    if (step > period)
        counters_.missing_frames += static_cast<std::uint32_t>((step + period / 2) / period - 1);
}

void VideoAssembler::close(Frame& frame) noexcept {
    FinishedFrame finished;
    finished.slot = slot_of(frame);
    finished.timestamp = frame.timestamp;
    finished.packets = frame.packets;
    finished.first_arrival = frame.first_arrival;
    finished.last_arrival = frame.last_arrival;
    if (!frame.coverage.complete()) mend(frame, finished);
    count_missing_frames(frame.timestamp);
    finish(frame, finished);
    last_closed_ = frame.timestamp;
    anything_closed_ = true;
}

void VideoAssembler::finish(Frame& frame, const FinishedFrame& finished) noexcept {
    frame.open = false;
    if (current_ == &frame) current_ = nullptr;
    if (finished.outcome == Outcome::complete) {
        misfit_told_ = false;
        counters_.frames += frame.memory != nullptr ? 1U : 0U;
    } else if (finished.outcome != Outcome::joined_late) {
        ++counters_.incomplete_frames;
        counters_.missing_bytes += finished.missing_bytes;
    }
    if (frame.memory == nullptr) return;
    if (conversion_) conversion_->close(finished.slot);
    sink_.finish(finished);
}

void VideoAssembler::mend(Frame& frame, FinishedFrame& finished) noexcept {
    const PictureShape& shape = depacketiser_.shape();
    finished.missing_bytes = frame.coverage.missing() * shape.group_octets;
    finished.outcome =
        assembly_.missing == MissingPolicy::drop ? Outcome::given_up : Outcome::mended;
    std::span<const std::byte> source;
    if (assembly_.missing == MissingPolicy::previous && frame.memory != nullptr)
        source = sink_.previous();
    if (source.size() < picture_bytes_) source = {};
    std::size_t count = 0;
    frame.coverage.for_each_gap([&](std::uint32_t first, std::uint32_t groups) {
        if (first == 0 && frame.joined) finished.outcome = Outcome::joined_late;
        const Span gap{first * shape.group_octets, groups * shape.group_octets};
        if (count < gaps_.size()) {
            gaps_[count++] = gap;
        } else {
            gaps_.back().length = shape.frame_bytes() - gaps_.back().offset;
            finished.more_gaps = true;
        }
        if (finished.outcome != Outcome::mended || frame.memory == nullptr) return;
        if (conversion_)
            conversion_->mend(finished.slot, first, groups, source);
        else if (!source.empty())
            std::memcpy(frame.memory + gap.offset, source.data() + gap.offset, gap.length);
        else
            fill_black(frame.memory, gap, black_, shape.group_octets);
    });
    finished.gaps = {gaps_.data(), count};
}

void VideoAssembler::restart() noexcept {
    while (Frame* frame = oldest()) close(*frame);
    anything_closed_ = false;
    joining_ = true;
}

void VideoAssembler::give_up_all() noexcept {
    while (Frame* frame = oldest()) {
        FinishedFrame finished;
        finished.slot = slot_of(*frame);
        finished.timestamp = frame->timestamp;
        finished.packets = frame->packets;
        finished.outcome = Outcome::given_up;
        finished.missing_bytes = depacketiser_.shape().frame_bytes();
        finish(*frame, finished);
    }
    joining_ = true;
}

}  // namespace streamlib::st2110
