// SPDX-License-Identifier: Apache-2.0
/// @file
/// Whole nodes: ticks, start, memory, first frame. Each runs as its own program would, in a process of its own.
#pragma once

#include <cstdint>

#include "bench/trial.hpp"

namespace streamlib::bench {

/// Lateness of actors in a node at 60 Hz: from the instant of the tick to the entry of process(), us.
[[nodiscard]] Numbers lateness_of_ticks(std::uint32_t actors, unsigned seconds);
/// cyclictest with as many threads at the same rate, all due at the same instant, default policy, us.
[[nodiscard]] Numbers lateness_of_cyclictest(std::uint32_t threads, unsigned seconds);

/// From `run` to all RUNNING: "ready" in ms. With `pss`, also what an actor takes of memory: "pss" in kB of 1000 bytes.
[[nodiscard]] Numbers start_of_actors(std::uint32_t actors, bool pss);
/// The same, with half of the actors linked to the other half.
[[nodiscard]] Numbers start_of_pairs(std::uint32_t actors);
/// As many bare fork()s until all have said that they run: "ready" in ms.
[[nodiscard]] Numbers start_of_bare_forks(std::uint32_t processes);

/// The demo, as a program: from its exec to the first picture in its file, ms: "first", and to the file's header: "opened".
[[nodiscard]] Numbers first_frame_of_demo();
/// FFmpeg's own program doing the same to the same clip.
[[nodiscard]] Numbers first_frame_of_ffmpeg();

}  // namespace streamlib::bench
