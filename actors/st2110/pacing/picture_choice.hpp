// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which picture leaves in which frame of a paced stream, so that the latency stays what it was at the beginning.
///
/// Model     The first picture sets the latency: frames from its media time to the frame it leaves in, and so many more as are
///           asked for. From then on each frame has its picture by media time, whenever that comes before the frame begins. One
///           that comes later is left out (a repeat has taken its time), one that comes earlier waits for its frame. Where
///           three frames in turn find only pictures too late, or only too early, the latency is another one from then on; a
///           second or more off is another media time, which is followed at once.
/// Threads   A value, no clock. Cost: a few additions. [realtime]
///
///     choice.begin(frame, index);
///     while (there_is_a_picture())
///         switch (choice.look(frame, index_of_it())) { … }
///     if (choice.nothing_found(frame)) repeat();
#pragma once

#include <cstdint>
#include <optional>

namespace streamlib::st2110 {

class PictureChoice {
public:
    enum class Picture : std::uint8_t {
        leaves,    ///< In this frame.
        waits,     ///< For a later frame.
        too_late,  ///< For ever; the next one may be this frame's.
    };
    static constexpr int patience = 3;  ///< Frames in turn.

    explicit PictureChoice(std::int64_t frames_a_second) noexcept : second_(frames_a_second) {}

    /// The first picture, of media frame `index`, leaves in `frame`.
    void begin(std::int64_t frame, std::int64_t index) noexcept {
        latency_ = frame - index;
        last_.reset();
    }
    /// A picture that is there when `frame` begins; older ones first.
    [[nodiscard]] Picture look(std::int64_t frame, std::int64_t index) noexcept;
    /// None leaves in `frame`: true if a repeat is to, false if nothing, since its media time was told already.
    [[nodiscard]] bool nothing_found(std::int64_t frame) noexcept;
    /// The media frame that `frame` is stamped with.
    [[nodiscard]] std::int64_t index_of(std::int64_t frame) const noexcept {
        return frame - latency_;
    }
    /// Frames; of pictures whose media time is TAI, what the stream is behind it.
    [[nodiscard]] std::int64_t latency() const noexcept { return latency_; }

private:
    void told(std::int64_t index) noexcept { last_ = index; }

    std::int64_t second_;
    std::int64_t latency_ = 0;
    std::optional<std::int64_t> last_{};  ///< Media frame that was told last.
    std::int64_t late_ = 0, early_ = 0;   ///< Of this frame's pictures, in frames; the newest.
    int late_frames_ = 0, early_frames_ = 0;
};

}  // namespace streamlib::st2110
