// SPDX-License-Identifier: Apache-2.0
/// @file
/// AvSync: brings streams that took different ways back together by their time of capture.
///
/// Model     A block captured at `origin` is given on at the first tick at or after origin + delay, whatever way it came, and
///           says so in its `time`: origin + delay, exactly. Blocks that come later than that are given on at once and counted.
///           How fine the streams meet in real time is the period of its tick domain: `domain = "1000"` for 1 ms.
/// Memory    Each input waits in room for `delay` at its own rate, made at start().
/// End       When all inputs have ended the rest is given on in time, then the outputs end.
#pragma once

#include <array>

#include "actors/delay/block_queue.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class AvSync final : public Actor {
public:
    static constexpr const char* class_name = "AvSync";
    static constexpr const char* class_text =
        "Aligns streams by their time of capture to a common delay";
    static constexpr std::size_t lanes = 4;
    Input<AnyMedia> in1{*this, "in1", "First stream"},
        in2{*this, "in2", "Second stream", {.optional = true}},
        in3{*this, "in3", "Third stream", {.optional = true}},
        in4{*this, "in4", "Fourth stream", {.optional = true}};
    Output<AnyMedia> out1{*this, "out1", "First stream, aligned", {.depth = 8}},
        out2{*this, "out2", "Second stream, aligned", {.optional = true, .depth = 8}},
        out3{*this, "out3", "Third stream, aligned", {.optional = true, .depth = 8}},
        out4{*this, "out4", "Fourth stream, aligned", {.optional = true, .depth = 8}};
    Property<double> delay{
        *this,
        "delay",
        100.0,
        {.text = "From capture to output", .unit = "ms", .min = 0, .max = 10000}};
    Counter late{*this, "late", "Blocks that came after their time"};
    Counter lost{*this, "lost", "Blocks for which there was no room"};

    AvSync();
    Result<> configure() override;
    Result<> start() override;
    void process(const Tick& tick) override;
    [[nodiscard]] bool drained() const override;

private:
    struct Lane {
        Input<AnyMedia>* in;
        Output<AnyMedia>* out;
        BlockQueue queue{};
    };
    void take(Lane& lane, TaiTime now);
    void give(Lane& lane, TaiTime now);
    [[nodiscard]] Nanoseconds delay_ns() const { return static_cast<Nanoseconds>(*delay * 1e6); }
    std::array<Lane, lanes> lanes_;
};

}  // namespace streamlib::actors
