// SPDX-License-Identifier: Apache-2.0
/// @file
/// What GStreamer and FFmpeg take for 1080p 4:2:2 10 bit over RTP, as their own programs.
///
/// Model     A sender pays for no picture: one frame, pushed again and again, to a socket of the bench's that is read all the
///           time. A receiver is given what our own sender sends. Each program runs on one CPU, the other end on the other.
#pragma once

#include "bench/trial.hpp"

namespace streamlib::bench {

/// frames_per_s, frames_per_cpu_s. Throws Absent where the program or a part of it is not installed.
[[nodiscard]] Numbers gstreamer_sends(double seconds);
[[nodiscard]] Numbers ffmpeg_sends(double seconds);
/// frames_per_s, frames_per_cpu_s, of a stream of 24 frames a second.
[[nodiscard]] Numbers gstreamer_receives(double seconds);

}  // namespace streamlib::bench
