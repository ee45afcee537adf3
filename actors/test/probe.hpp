// SPDX-License-Identifier: Apache-2.0
/// @file
/// Probe: measures what arrives at the end of a chain.
///
/// Model     Sees every block once (trigger `input`); with the triggers tick or cascade it looks as a display does, and a
///           turn without a newer block counts as a repeat. Repeats, gaps and backward steps go by the index that
///           TestPattern burns in; where there is none, by the tick index of the block, whose step is ticks
///           a block; sound in blocks shorter than a tick by their place in the media clock (`origin`). Latency is
///           from arrival here to the block's `origin` (capture) and `time` (its tick).
/// Output    A line on stdout when it stops, or one JSON object in the file `path`; every `every` seconds a line in
///           the log. The counters can be read at any time, also after SIGKILL.
/// Cost      About 10 us a picture. No allocation but for the lines of `every`.
#pragma once

#include "actors/test/probe_stats.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class Probe final : public Actor {
public:
    static constexpr const char* class_name = "Probe";
    static constexpr const char* class_text =
        "Measures latency, jitter, repeats and gaps of what arrives";

    Probe();
    [[nodiscard]] Result<> configure() override;
    void process(const Tick& tick) override;
    void stop() override;
    [[nodiscard]] const ProbeStats& stats() const noexcept { return stats_; }

    Input<AnyMedia> in{*this, "in", "What is measured"};
    Property<std::string> path{
        *this,
        "path",
        "",
        {.text = "File for the figures as one JSON object; empty: a line on stdout",
         .is_path = true}};
    Property<double> every{*this,
                           "every",
                           0.0,
                           {.text = "Logs the figures this often; 0: only at the end",
                            .unit = "s",
                            .min = 0,
                            .max = 86400}};
    Property<double> step{
        *this,
        "step",
        0.0,
        {.text = "Ticks from block to block, where no index is burnt in; 0: by the rates",
         .unit = "ticks",
         .min = 0,
         .max = 1e6}};
    Counter blocks{*this, "blocks", "Blocks seen"};
    Counter repeats{*this, "repeats", "Blocks seen again"};
    Counter missing{*this, "missing", "Frames that the indices say never came"};
    Counter backward{*this, "backward", "Blocks with an earlier index than the one before"};

private:
    [[nodiscard]] double ticks_a_block() const noexcept;
    void look_at_index() noexcept;
    void follow(std::uint64_t index) noexcept;
    void log_now_and_then(TaiTime now);

    ProbeStats stats_;
    double tick_step_ = 1;
    Rate blocks_a_second_{};  ///< Of sound that goes by its place in the media clock.
    bool pictures_ = false;   ///< Of a size that can carry an index.
    TaiTime next_line_{};
};

}  // namespace streamlib::actors
