// SPDX-License-Identifier: Apache-2.0
/// @file
/// A part of a suite that can be asked for by name: what it measures, interleaved, and what is compared.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/figures.hpp"
#include "bench/trial.hpp"

namespace streamlib::bench {

struct Section {
    std::vector<Trial> trials;
    std::vector<Comparison> comparisons;
    /// What it makes lives while its trials run.
    std::function<std::shared_ptr<void>()> around = [] { return std::shared_ptr<void>(); };
};

/// A section under the name that --only takes.
struct NamedSection {
    std::string name;
    std::function<Section()> make;
};

/// Pgroups to and from the other layouts, 1080p, cold, beside memcpy.
[[nodiscard]] Section pgroup_kernels();
/// Datagrams over loopback, sender and reactor, beside liburing alone.
[[nodiscard]] Section udp_rate();
/// 1080p over loopback, as fast as it goes, actors beside the limit, GStreamer and FFmpeg; `seconds` a trial.
[[nodiscard]] Section rtp_rate(unsigned seconds);
/// 1080p59.94 sent as ST 2110-21 says and received at once, captured on the way; and 2160p.
[[nodiscard]] Section rtp_paced(unsigned seconds);
[[nodiscard]] Section rtp_paced_uhd(unsigned seconds);
/// 64 streams of ST 2110-30 of 1 ms, and 16 of 125 us, a sender and a receiver each.
[[nodiscard]] Section rtp_audio(unsigned seconds);

}  // namespace streamlib::bench
