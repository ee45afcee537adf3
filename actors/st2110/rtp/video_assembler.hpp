// SPDX-License-Identifier: Apache-2.0
/// @file
/// ST 2110-20 packets to frames, in place, in memory that the caller gives, as pgroups or converted on the way.
///
///     VideoAssembler assembler(*PictureShape::of(format), {.format = format, .payload_type = 96}, sink);
///     for (std::span<const std::byte> datagram : received) assembler.take(datagram, arrival);
///     assembler.poll(MonotonicTime::now());    // whenever idle, at the latest at assembler.deadline()
///
/// Model     Each SRD is copied to its row and offset, in any order; a bit a pgroup says what is there. Two
///           frames are open at
///           once. A frame is closed when all of it is there, with or without a marker; incomplete, when
///           `reorder_window` has passed since its end was known (its marker, or a packet of a newer frame),
///           when a third frame
///           begins, or when no packet came for two periods.
/// Fields    Interlaced: the fields of a frame are paired by F and by timestamps half a period apart (2 ticks
///           of tolerance), PsF by the
///           same timestamp. One frame is one slot.
/// Loss      `lost` counts packets by their 32-bit number, once they are too late to come; the loss map counts octets.
/// Stream    See StreamLock. After a start, an SSRC change or a jump, a frame whose beginning was missed is no loss.
/// Layout    With a RowConversion, rows go to the frame in the layout that it makes, each when it is whole. The loss map counts
///           octets of pgroups all the same.
/// Threads   One thread. Cost: a header, a few words of bits and one memcpy a packet; no allocation after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "actors/st2110/rtp/coverage.hpp"
#include "actors/st2110/rtp/frame_sink.hpp"
#include "actors/st2110/rtp/row_conversion.hpp"
#include "actors/st2110/rtp/sequence.hpp"
#include "actors/st2110/rtp/video_packet.hpp"

namespace streamlib::st2110 {

struct VideoAssembly {
    VideoFormat format{};  ///< Layout pgroup; a rate of 0 pairs fields less strictly.
    std::uint8_t payload_type = 96;
    MissingPolicy missing = MissingPolicy::previous;
    Nanoseconds reorder_window = 10'000'000;
    Nanoseconds follow_after = 50'000'000;  ///< Silence after which another SSRC is followed.
};

/// All count from the start, and never fall.
struct VideoCounters {
    std::uint64_t packets = 0;  ///< Datagrams taken, good or not.
    std::uint64_t bytes = 0;    ///< Their octets, without UDP and IP.
    std::uint64_t lost = 0;
    std::uint64_t reordered = 0;
    std::array<std::uint64_t, packet_status_count>
        by_status{};           ///< How each packet was judged: duplicate, late, foreign …
    std::uint64_t frames = 0;  ///< Complete.
    std::uint64_t incomplete_frames = 0;  ///< Mended or given up.
    std::uint64_t missing_frames = 0;     ///< Not one packet came: by the step of the timestamps.
    std::uint64_t unplaced = 0;           ///< The sink had no memory.
    std::uint64_t missing_bytes = 0;
    [[nodiscard]] std::uint64_t of(PacketStatus status) const noexcept {
        return by_status[static_cast<std::size_t>(status)];
    }
    /// What a stream had before its format changed, and since.
    VideoCounters& operator+=(const VideoCounters& other) noexcept;
};

class VideoAssembler {
public:
    /// Contract: `shape` is that of `assembly.format`, which `conversion` was made for; `sink` outlives this.
    VideoAssembler(const PictureShape& shape, const VideoAssembly& assembly, FrameSink& sink,
                   std::optional<RowConversion> conversion = {});

    /// Takes one datagram (UDP payload) that arrived at `now`, which must not go backwards by more than it jitters.
    PacketStatus take(std::span<const std::byte> datagram, MonotonicTime now) noexcept;
    /// Closes what is overdue.
    void poll(MonotonicTime now) noexcept;
    /// When poll() has something to do if no packet comes; {INT64_MAX} if nothing is open.
    [[nodiscard]] MonotonicTime deadline() const noexcept;
    /// Closes all open frames as they are, and settles the count of lost packets: the end of a stream.
    void flush() noexcept;

    [[nodiscard]] const VideoCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] std::uint32_t ssrc() const noexcept { return lock_.ssrc(); }

private:
    struct Frame {
        Frame(std::uint32_t groups) : coverage(groups) {}
        Coverage coverage;
        std::byte* memory = nullptr;  ///< nullptr: the sink had none.
        std::uint32_t timestamp = 0;  ///< Of field 0, known or computed.
        std::array<std::uint32_t, 2> field_time{};
        std::array<bool, 2> field_known{};
        bool open = false;
        bool ended = false;   ///< No more is expected but what is delayed.
        bool joined = false;  ///< The first of a stream: its beginning may be from before.
        std::uint32_t packets = 0;
        MonotonicTime first_arrival{}, last_arrival{}, ended_at{};
    };

    [[nodiscard]] PacketStatus judge(std::span<const std::byte> datagram,
                                     MonotonicTime now) noexcept;
    [[nodiscard]] PacketStatus accept(const VideoPacket& packet, MonotonicTime now) noexcept;
    [[nodiscard]] PacketStatus store(Frame& frame, const VideoPacket& packet,
                                     MonotonicTime now) noexcept;
    [[nodiscard]] PacketStatus find_frame(const VideoPacket& packet, MonotonicTime now,
                                          Frame*& found) noexcept;
    [[nodiscard]] Frame* paired(std::uint32_t timestamp, unsigned field) noexcept;
    [[nodiscard]] Frame& open_frame(std::uint32_t time, MonotonicTime now) noexcept;
    [[nodiscard]] std::uint32_t frame_time(std::uint32_t timestamp, unsigned field) const noexcept;
    [[nodiscard]] Frame* oldest() noexcept;
    [[nodiscard]] MonotonicTime deadline_of(const Frame& frame) const noexcept;
    [[nodiscard]] PacketStatus place_in_time(std::uint32_t time, MonotonicTime now) noexcept;
    [[nodiscard]] Arrival note_number(const VideoPacket& packet) noexcept;
    [[nodiscard]] unsigned slot_of(const Frame& frame) const noexcept {
        return static_cast<unsigned>(&frame - frames_.data());
    }
    static void end_frame(Frame& frame, MonotonicTime now) noexcept;
    void close_ready(MonotonicTime now) noexcept;
    void close(Frame& frame) noexcept;
    void finish(Frame& frame, const FinishedFrame& finished) noexcept;
    void mend(Frame& frame, FinishedFrame& finished) noexcept;
    void count_missing_frames(std::uint32_t timestamp) noexcept;
    void restart() noexcept;
    void give_up_all() noexcept;

    VideoAssembly assembly_;
    FrameSink& sink_;
    VideoDepacketiser depacketiser_;
    StreamLock lock_;
    SequenceExtender numbers_;
    SequenceWindow window_;
    std::array<Frame, 2> frames_;
    Frame* current_ = nullptr;  ///< The frame of the last packet, if it is open.
    std::vector<Span> gaps_;
    std::array<std::byte, 16> black_{};
    std::optional<RowConversion> conversion_;
    std::uint64_t picture_bytes_ = 0;  ///< Of a frame as it is given out.
    VideoCounters counters_{};
    Nanoseconds idle_ = 0;            ///< Without a packet for this long, a frame is over.
    std::uint32_t period_ticks_ = 0;  ///< Of a frame, rounded; 0: unknown.
    std::uint32_t last_closed_ = 0;   ///< Timestamp of the frame closed last.
    bool anything_closed_ = false;    ///< Since the stream started or jumped.
    bool joining_ = true;             ///< The next frame is the first of a stream.
    bool rows_of_frame_ = false;
    bool misfit_told_ = false;  ///< Since the last frame that was complete.
    std::uint32_t misfits_ = 0;
};

}  // namespace streamlib::st2110
