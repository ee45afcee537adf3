// SPDX-License-Identifier: Apache-2.0
// The way of a packet. Frames are opened, closed and mended in video_assembler_frames.cpp.
#include "actors/st2110/rtp/video_assembler.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "actors/st2110/rtp/media_time.hpp"
#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

/// Bits of the window of packet numbers: two frames of small packets.
std::size_t window_of(const PictureShape& shape) {
    return std::max<std::size_t>(256, std::size_t{2} * shape.frame_bytes() / 1000);
}

constexpr std::uint32_t misfits_told = 64;

}  // namespace

VideoCounters& VideoCounters::operator+=(const VideoCounters& other) noexcept {
    packets += other.packets;
    bytes += other.bytes;
    lost += other.lost;
    reordered += other.reordered;
    for (std::size_t i = 0; i < by_status.size(); ++i) by_status[i] += other.by_status[i];
    frames += other.frames;
    incomplete_frames += other.incomplete_frames;
    missing_frames += other.missing_frames;
    unplaced += other.unplaced;
    missing_bytes += other.missing_bytes;
    return *this;
}

VideoAssembler::VideoAssembler(const PictureShape& shape, const VideoAssembly& assembly,
                               FrameSink& sink, std::optional<RowConversion> conversion)
    : assembly_(assembly),
      sink_(sink),
      depacketiser_(shape, assembly.payload_type),
      lock_(assembly.follow_after),
      window_(window_of(shape)),
      frames_{Frame(shape.groups()), Frame(shape.groups())},
      gaps_(max_gaps),
      black_(black_pgroup(assembly.format, shape)),
      conversion_(std::move(conversion)),
      picture_bytes_(conversion_ ? conversion_->bytes() : shape.frame_bytes()) {
    STREAMLIB_ASSERT(shape.groups() > 0 && assembly.reorder_window >= 0,
                     "a video assembler needs a shape and a window that is not negative");
    const Rate rate = assembly.format.rate;
    const Nanoseconds period = rate.num > 0 ? rate.period_ns() : 50'000'000;
    idle_ = std::max(assembly.reorder_window, 2 * period);
    if (rate.num > 0)
        period_ticks_ = static_cast<std::uint32_t>(ticks_of_frame(1, rate, video_clock));
}

PacketStatus VideoAssembler::take(std::span<const std::byte> datagram, MonotonicTime now) noexcept {
    ++counters_.packets;
    counters_.bytes += datagram.size();
    const PacketStatus status = judge(datagram, now);
    ++counters_.by_status[static_cast<std::size_t>(status)];
    return status;
}

PacketStatus VideoAssembler::judge(std::span<const std::byte> datagram,
                                   MonotonicTime now) noexcept {
    VideoPacket packet;
    const PacketStatus status = depacketiser_.parse(datagram, packet);
    if (status != PacketStatus::ok) {
        if (++misfits_ == misfits_told && !std::exchange(misfit_told_, true))
            sink_.event(StreamEvent::format_mismatch);
        return status;
    }
    if (depacketiser_.frame_rows() != rows_of_frame_) {
        rows_of_frame_ = !rows_of_frame_;
        give_up_all();
        sink_.event(StreamEvent::rows_renumbered);
    }
    return accept(packet, now);
}

PacketStatus VideoAssembler::accept(const VideoPacket& packet, MonotonicTime now) noexcept {
    const StreamLock::Verdict verdict = lock_.look(packet.header.ssrc, now);
    if (verdict == StreamLock::Verdict::foreign) return PacketStatus::foreign;
    if (verdict != StreamLock::Verdict::ours) {
        restart();
        numbers_.reset();
        window_.settle();
        sink_.event(verdict == StreamLock::Verdict::first ? StreamEvent::started
                                                          : StreamEvent::ssrc_changed);
    }
    misfits_ = 0;
    const Arrival arrival = note_number(packet);
    Frame* frame = current_;
    const unsigned field = packet.field;
    if (frame == nullptr || !frame->field_known[field] ||
        frame->field_time[field] != packet.header.timestamp) {
        const PacketStatus status = find_frame(packet, now, frame);
        if (status != PacketStatus::ok) {
            const bool twice = status == PacketStatus::late && arrival == Arrival::duplicate;
            return twice ? PacketStatus::duplicate : status;
        }
        current_ = frame;
    }
    lock_.used(now);
    return store(*frame, packet, now);
}

Arrival VideoAssembler::note_number(const VideoPacket& packet) noexcept {
    const Arrival arrival = window_.note(numbers_.extend(packet.header.sequence, packet.extended));
    counters_.lost = window_.lost();
    if (arrival == Arrival::reordered) ++counters_.reordered;
    if (arrival == Arrival::restart) sink_.event(StreamEvent::sequence_restarted);
    return arrival;
}

PacketStatus VideoAssembler::store(Frame& frame, const VideoPacket& packet,
                                   MonotonicTime now) noexcept {
    const PictureShape& shape = depacketiser_.shape();
    std::uint32_t fresh = 0, groups = 0;
    for_each_part(packet, shape, rows_of_frame_, [&](const VideoPart& part) {
        const std::uint32_t marked = frame.coverage.mark(part.first_group, part.groups);
        groups += part.groups;
        fresh += marked;
        if (marked == 0 || frame.memory == nullptr) return;
        if (conversion_)
            conversion_->put(slot_of(frame), part, marked);
        else
            std::memcpy(frame.memory + part.offset, part.data.data(), part.data.size());
    });
    const bool duplicate = fresh == 0 && groups != 0;
    if (!duplicate) {
        ++frame.packets;
        frame.last_arrival = now;
    }
    if (packet.header.marker && packet.field + 1U == shape.fields) end_frame(frame, now);
    // Alone and unfinished, the usual case: nothing can be ready.
    if (frame.coverage.complete() || (frames_[0].open && frames_[1].open) || frame.ended)
        close_ready(now);
    return duplicate ? PacketStatus::duplicate : PacketStatus::ok;
}

void VideoAssembler::end_frame(Frame& frame, MonotonicTime now) noexcept {
    if (frame.ended) return;
    frame.ended = true;
    frame.ended_at = now;
}

void VideoAssembler::poll(MonotonicTime now) noexcept { close_ready(now); }

MonotonicTime VideoAssembler::deadline() const noexcept {
    MonotonicTime earliest{std::numeric_limits<std::int64_t>::max()};
    for (const Frame& frame : frames_)
        if (frame.open) earliest = std::min(earliest, deadline_of(frame));
    return earliest;
}

void VideoAssembler::flush() noexcept {
    restart();
    window_.settle();
    counters_.lost = window_.lost();
}

}  // namespace streamlib::st2110
