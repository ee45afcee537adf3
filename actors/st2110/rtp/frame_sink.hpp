// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the video assembler wants from, and gives to, who uses it: an actor with a ring, or a test.
///
/// Order     Frames are closed in the order of their timestamps. At most two are open at once.
/// Threads   Called from within the assembler's calls, on that thread, once or twice a frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "actors/st2110/rtp/stream_lock.hpp"
#include "actors/st2110/rtp/video_plan.hpp"

namespace streamlib::st2110 {

/// What is done about octets that did not come.
enum class MissingPolicy : std::uint8_t { previous, black, drop };

/// What happens to an opened frame.
enum class Outcome : std::uint8_t {
    complete,     ///< Publish it.
    mended,       ///< Publish it as incomplete: what was missing is the previous frame's, or black.
    given_up,     ///< Give the slot back: incomplete under MissingPolicy::drop, or useless.
    joined_late,  ///< Give the slot back: the stream was joined in the middle of this frame. No loss.
};

struct OpeningFrame {
    unsigned slot = 0;  ///< 0 or 1: which of the two open frames; the same number in FinishedFrame.
    std::uint32_t timestamp = 0;  ///< RTP timestamp of the frame (of its first field).
};

struct FinishedFrame {
    unsigned slot = 0;
    Outcome outcome = Outcome::complete;
    bool more_gaps =
        false;  ///< There were more gaps than the map holds; its last one reaches to the end.
    std::uint32_t timestamp =
        0;  ///< RTP timestamp of the frame (of its first field): see frame_origin().
    std::uint32_t packets = 0;  ///< Of use for this frame.
    MonotonicTime first_arrival{};
    MonotonicTime last_arrival{};
    std::uint32_t missing_bytes = 0;
    std::span<const Span>
        gaps{};  ///< The loss map: octets that did not come, in memory order. Valid during the call.
};

/// The most gaps a loss map names.
inline constexpr std::size_t max_gaps = 256;

class FrameSink {
public:
    virtual ~FrameSink() = default;
    /// Memory for a frame, at least VideoFormat::bytes() of the format that is given out; it is written until finish() with
    /// the same slot. Empty: there is none, and this frame is counted in `unplaced`.
    [[nodiscard]] virtual std::span<std::byte> open(const OpeningFrame& frame) noexcept = 0;
    /// Publish or give up, as `outcome` says. Not called for a frame that got no memory.
    virtual void finish(const FinishedFrame& frame) noexcept = 0;
    /// The frame that was published last, for MissingPolicy::previous: read before the finish() that wants it.
    /// Empty: black instead.
    [[nodiscard]] virtual std::span<const std::byte> previous() noexcept = 0;
    virtual void event(StreamEvent event) noexcept = 0;
};

}  // namespace streamlib::st2110
