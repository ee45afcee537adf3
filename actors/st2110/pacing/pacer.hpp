// SPDX-License-Identifier: Apache-2.0
/// @file
/// When a software sender sends which packets of a frame, so that it stays legal by ST 2110-21 whenever it happens to wake up.
///
/// Model     Packets go in bursts, since a thread cannot wake for each: burst b is planned a `lead` before its first packet is
///           due. The pacer keeps the network model's bucket itself and never lets it rise above its ceiling (<= CMAX), so
///           after a stall it catches up at 1.1 times the rate by itself, in bursts as large as the bucket takes. Nothing is
///           ever left out: giving a frame up is the caller's decision, and counted.
/// Clock     TAI, given by the caller; a clock that is set back is followed within a frame.
/// Threads   One pacer, one thread. Cost: no allocation, no system call; two divisions a decision.
///
///     Pacer pacer(*video_timing(stream));
///     pacer.begin_frame(timing.frame_at(origin));
///     for (;;) {
///         const Pacer::Decision next = pacer.decide(now());
///         if (next.act == Pacer::Act::done) break;
///         if (next.act == Pacer::Act::sleep) { sleep_until(next.until); continue; }
///         const auto count = send_burst(next.first, next.packets);   // GSO
///         pacer.sent(count, now());
///     }
#pragma once

#include <cstdint>
#include <vector>

#include "actors/st2110/pacing/traffic_meter.hpp"
#include "actors/st2110/pacing/video_timing.hpp"

namespace streamlib::st2110 {

/// How coarse a sender may be. The zeros mean: as the stream's limits allow, with room for jitter.
struct PacingGrain {
    std::uint32_t burst = 0;  ///< Packets a burst; at most CMAX. 0: three quarters of CMAX.
    std::uint32_t ceiling =
        0;  ///< Most packets in the bucket, `burst` … CMAX. 0: half way between burst and CMAX.
    Nanoseconds lead =
        0;  ///< How early; at most what VRXFULL allows. 0: 7/8 of that, and of TROFFSET.
    friend bool operator==(const PacingGrain&, const PacingGrain&) = default;
};

/// `wanted` with zeros filled in and cut to what the stream's limits allow.
[[nodiscard]] PacingGrain fitting_grain(const VideoTiming& timing,
                                        PacingGrain wanted = {}) noexcept;

struct Burst {
    std::uint32_t first = 0;
    std::uint32_t packets = 0;
    Nanoseconds start = 0;  ///< After the frame's start; negative: before it.
    friend bool operator==(const Burst&, const Burst&) = default;
};

/// All bursts of a frame as they are sent if nothing stalls. `grain` as from `fitting_grain`.
[[nodiscard]] std::vector<Burst> burst_plan(const VideoTiming& timing, const PacingGrain& grain);

class Pacer {
public:
    enum class Act : std::uint8_t {
        send,   ///< `packets` from `first` on, now.
        sleep,  ///< Nothing before `until`, which is never more than a frame away.
        done,   ///< The frame is sent.
    };
    struct Decision {
        Act act = Act::done;
        std::uint32_t first = 0;
        std::uint32_t packets = 0;
        TaiTime until{};
        Nanoseconds late =
            0;  ///< How long ago `first` was planned; above `grain().lead` it misses its read time.
    };
    /// Since the pacer was made.
    struct Counts {
        std::uint64_t frames = 0;  ///< Begun.
        std::uint64_t packets = 0;
        std::uint64_t late_packets = 0;  ///< Sent after they were due.
        std::uint64_t late_frames = 0;   ///< With at least one of those.
        std::uint64_t abandoned_frames = 0;
        std::uint64_t abandoned_packets = 0;
        std::uint64_t held_back = 0;  ///< Bursts that waited for the bucket.
        std::uint64_t clock_steps = 0;
        Nanoseconds latest = 0;  ///< The most that a packet came after it was due.
        std::int64_t cinst_max = 0;
    };

    explicit Pacer(const VideoTiming& timing, const PacingGrain& wanted = {}) noexcept;

    /// The next frame, numbered since the epoch (a smaller number only after the clock was set back). The last one must be done
    /// or abandoned.
    void begin_frame(std::int64_t frame) noexcept;
    [[nodiscard]] Decision decide(TaiTime now) noexcept;
    /// `packets` of the last decision (or fewer) left, the last of them by `finished`.
    void sent(std::uint32_t packets, TaiTime finished) noexcept;
    /// Gives up what is left of the frame, and counts it; returns how many packets.
    std::uint32_t abandon_frame() noexcept;

    [[nodiscard]] std::uint32_t remaining() const noexcept {
        return timing_.stream.packets - next_;
    }
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const PacingGrain& grain() const noexcept { return grain_; }
    [[nodiscard]] const VideoTiming& timing() const noexcept { return timing_; }

private:
    [[nodiscard]] std::uint32_t planned_by(TaiTime now, std::uint32_t first_burst) const noexcept;
    [[nodiscard]] Decision sleep_until(TaiTime time, TaiTime now) const noexcept;

    VideoTiming timing_;
    PacingGrain grain_;
    CinstBucket bucket_;
    Counts counts_;
    TaiTime last_{};
    std::int64_t frame_ = -1;
    std::uint32_t next_;
    bool frame_late_ = false;
    bool waiting_ = false;  // For the bucket, and counted.
};

}  // namespace streamlib::st2110
