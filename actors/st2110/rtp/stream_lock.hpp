// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which of the streams that reach one socket is ours: by SSRC and by time, for video and audio alike.
///
/// Model     The first good packet decides. Another SSRC is foreign until ours has been silent for
///           `follow_after`, so that two
///           senders on one group never mix; then it is followed. A media time far away (a sender that was
///           set anew) is followed after that silence too, or at its fourth packet in a row.
/// Threads   One thread. Cost: two comparisons a packet.
#pragma once

#include <cstdint>

#include "ipc/base/time.hpp"

namespace streamlib::st2110 {

/// What a receiver is told beside its frames.
enum class StreamEvent : std::uint8_t {
    started,             ///< The first packet of a stream; also after a reset.
    ssrc_changed,        ///< Another sender is followed now.
    time_jumped,         ///< The same sender, at another media time.
    sequence_restarted,  ///< The same sender counts its packets anew.
    rows_renumbered,  ///< Interlaced rows turned out to be the frame's, or the field's again; open frames were given up.
    format_mismatch,  ///< 64 packets in a row do not fit the format; told once until a frame is complete.
};

class StreamLock {
public:
    enum class Verdict : std::uint8_t { ours, foreign, first, changed };

    explicit StreamLock(Nanoseconds follow_after) : follow_after_(follow_after) {}

    /// Judges a packet that is good in itself; `now` is when it arrived.
    [[nodiscard]] Verdict look(std::uint32_t ssrc, MonotonicTime now) noexcept {
        if (locked_ && ssrc == ssrc_) return Verdict::ours;
        if (locked_ && !silent(now)) return Verdict::foreign;
        const Verdict verdict = locked_ ? Verdict::changed : Verdict::first;
        locked_ = true;
        ssrc_ = ssrc;
        jumps_ = 0;
        return verdict;
    }
    /// A packet of ours was of use.
    void used(MonotonicTime now) noexcept {
        last_ = now;
        jumps_ = 0;
    }
    /// A packet of ours is far from the stream's time. True: follow it.
    [[nodiscard]] bool follow_jump(MonotonicTime now) noexcept {
        return silent(now) || ++jumps_ >= 4;
    }
    [[nodiscard]] std::uint32_t ssrc() const noexcept { return ssrc_; }

private:
    [[nodiscard]] bool silent(MonotonicTime now) const noexcept {
        return now - last_ >= follow_after_;
    }

    Nanoseconds follow_after_;
    MonotonicTime last_{};
    std::uint32_t ssrc_ = 0;
    int jumps_ = 0;
    bool locked_ = false;
};

}  // namespace streamlib::st2110
