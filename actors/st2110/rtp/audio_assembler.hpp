// SPDX-License-Identifier: Apache-2.0
/// @file
/// ST 2110-30 packets to blocks of sound in media time: reordered, without duplicates, gaps as silence.
///
///     AudioAssembler assembler({.format = format, .wire = WireSample::l24}, sink);
///     assembler.take(datagram, now, tai_now);
///     assembler.poll(now);               // whenever idle, at the latest at assembler.deadline()
///
/// Model     Block b holds samples b·B … b·B + B - 1 of the media clock (B = block_frames), so the blocks of
///           all streams lie on one
///           grid. A block goes out as soon as all of it is there, or, with silence where samples are missing, when
///           `reorder_window` has passed since later samples came (or it stayed half full). In order, each at most once.
///           Packets may have any number of whole sample frames, whatever the SDP said.
/// Stream    See StreamLock. More than 100 ms ahead or behind is a jump in time: it is followed without silence for the gap.
/// Threads   One thread. No allocation after construction. Cost: a conversion a sample.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/st2110/rtp/audio_samples.hpp"
#include "actors/st2110/rtp/media_time.hpp"
#include "actors/st2110/rtp/sequence.hpp"
#include "actors/st2110/rtp/stream_lock.hpp"
#include "actors/st2110/rtp/video_packet.hpp"

namespace streamlib::st2110 {

struct AudioAssembly {
    AudioFormat
        format{};  ///< Of the blocks: rate and channels are the stream's, block_frames is B.
    WireSample wire = WireSample::l24;
    std::uint8_t payload_type = 97;
    Nanoseconds reorder_window = 10'000'000;
    Nanoseconds follow_after = 50'000'000;  ///< Silence after which another SSRC is followed.
};

struct AudioBlock {
    Ticks first_sample = 0;                ///< Its number in the media clock.
    TaiTime origin{};                      ///< When it was sampled.
    std::uint32_t concealed = 0;           ///< Sample frames of silence that stand for lost ones.
    MonotonicTime first_arrival{};         ///< Of its first packet; {0} if none came.
    std::span<const std::byte> samples{};  ///< block_frames sample frames. Valid during the call.
};

class BlockSink {
public:
    virtual ~BlockSink() = default;
    virtual void block(const AudioBlock& block) noexcept = 0;
    virtual void event(StreamEvent event) noexcept = 0;
};

/// All count from the start, and never fall.
struct AudioCounters {
    std::uint64_t packets = 0;  ///< Datagrams taken, good or not.
    std::uint64_t bytes = 0;    ///< Their octets, without UDP and IP.
    std::uint64_t lost = 0;
    std::uint64_t reordered = 0;
    std::array<std::uint64_t, packet_status_count> by_status{};  ///< How each packet was judged.
    std::uint64_t blocks = 0;                                    ///< Given to the sink.
    std::uint64_t incomplete_blocks = 0;  ///< Of those, with silence in them.
    std::uint64_t concealed = 0;          ///< Sample frames of silence in them.
    [[nodiscard]] std::uint64_t of(PacketStatus status) const noexcept {
        return by_status[static_cast<std::size_t>(status)];
    }
};

class AudioAssembler {
public:
    /// Contract: a valid format at a media clock's rate (at most 1 MHz); `sink` outlives this.
    AudioAssembler(const AudioAssembly& assembly, BlockSink& sink);

    /// Takes one datagram that arrived at `now`; `tai` is the same moment, from which the wraps of a stream's
    /// first timestamp are known.
    PacketStatus take(std::span<const std::byte> datagram, MonotonicTime now, TaiTime tai) noexcept;
    /// Gives out what is overdue.
    void poll(MonotonicTime now) noexcept;
    /// When poll() has something to do if no packet comes; {INT64_MAX} if nothing waits.
    [[nodiscard]] MonotonicTime deadline() const noexcept;
    /// When the packet that completes the next block should come, by the earliest of those that came; {0}: nothing is known.
    /// Until then packets can wait in the socket: none of them makes a block whole.
    [[nodiscard]] MonotonicTime completes_at() const noexcept;
    /// How many more packets, as long as the last one, that block needs; 0: it waits for something that should have come.
    [[nodiscard]] std::uint32_t packets_to_come() const noexcept;
    /// Gives out all that is there, and settles the count of lost packets: the end of a stream.
    void flush() noexcept;

    [[nodiscard]] const AudioCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] std::uint32_t ssrc() const noexcept { return lock_.ssrc(); }

private:
    struct Slot {
        std::uint32_t filled = 0;  ///< Sample frames that are there.
        MonotonicTime first_arrival{};
    };

    [[nodiscard]] PacketStatus judge(std::span<const std::byte> datagram, MonotonicTime now,
                                     TaiTime tai) noexcept;
    [[nodiscard]] PacketStatus place(const RtpPacket& packet, MonotonicTime now,
                                     TaiTime tai) noexcept;
    [[nodiscard]] std::uint32_t store(Ticks first, const std::byte* octets, std::uint32_t frames,
                                      MonotonicTime now) noexcept;
    [[nodiscard]] std::size_t slot_of(std::int64_t block) const noexcept;
    void start_at(Ticks first) noexcept;
    void note_arrival(MonotonicTime now) noexcept;
    void give_head() noexcept;
    void give_ready() noexcept;
    void give_all() noexcept;

    AudioAssembly assembly_;
    BlockSink& sink_;
    StreamLock lock_;
    SequenceExtender numbers_;
    SequenceWindow window_;
    std::uint32_t frame_octets_ = 0;  ///< Of a sample frame on the wire.
    std::uint32_t frame_bytes_ = 0;   ///< Of a sample frame in memory.
    Nanoseconds block_ns_ = 0;
    std::vector<Slot> slots_;            ///< The blocks from head_ on, in turn.
    std::vector<std::byte> samples_;     ///< Their sample frames.
    std::vector<std::uint8_t> present_;  ///< A flag a sample frame.
    std::int64_t head_ = 0;              ///< The block that goes out next.
    Ticks begin_ = 0;                    ///< Of the first whole block of the stream.
    Ticks newest_ = 0;                   ///< After the newest sample frame that came.
    std::uint32_t packet_frames_ = 1;    ///< Sample frames of the last packet.
    Nanoseconds behind_ = 0;  ///< From the end of a packet's last sample to when it comes, at best.
    TaiTime behind_of_{};     ///< The end of the packet that it was looked at with last.
    std::size_t waiting_ = 0;    ///< Slots with anything in them.
    std::int64_t earliest_ = 0;  ///< The first block with anything in it, if any has.
    bool started_ = false;
    AudioCounters counters_{};
};

}  // namespace streamlib::st2110
