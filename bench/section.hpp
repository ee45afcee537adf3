// SPDX-License-Identifier: Apache-2.0
/// @file
/// A part of a suite that can be asked for by name: what it measures, interleaved, and what is compared.
#pragma once

#include <vector>

#include "bench/figures.hpp"
#include "bench/trial.hpp"

namespace streamlib::bench {

struct Section {
    std::vector<Trial> trials;
    std::vector<Comparison> comparisons;
};

/// Pgroups to and from the other layouts, 1080p, cold, beside memcpy.
[[nodiscard]] Section pgroup_kernels();
/// Datagrams over loopback, sender and reactor, beside liburing alone.
[[nodiscard]] Section udp_rate();
/// 1080p over loopback, as fast as it goes, actors beside the limit, GStreamer and FFmpeg; `seconds` a trial.
[[nodiscard]] Section rtp_rate(unsigned seconds);

}  // namespace streamlib::bench
