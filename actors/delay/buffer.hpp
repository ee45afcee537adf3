// SPDX-License-Identifier: Apache-2.0
/// @file
/// Buffer: an explicit delay and an explicit depth, for graphs that want more than the newest block.
///
/// Model     A block of tick n is given on at tick n + delay: exact to the tick, also when ticks were dropped (then all
///           that is due is given on, in order). `origin` is carried through; `time` and index are those of the new tick.
///           The output keeps its newest `depth` blocks, and read_new behind it sees all of them.
/// End       When the input has ended the rest is given on in time, then the output ends.
#pragma once

#include "actors/delay/block_queue.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class Buffer final : public Actor {
public:
    static constexpr const char* class_name = "Buffer";
    static constexpr const char* class_text =
        "Delays any stream by a number of ticks and keeps the newest blocks readable";
    Input<AnyMedia> in{*this, "in", "Stream to delay"};
    Output<AnyMedia> out{*this, "out", "The same stream, later"};
    Property<std::int64_t> delay{
        *this, "delay", 0, {.text = "Delay", .unit = "ticks", .min = 0, .max = 4000}};
    Property<std::int64_t> blocks{*this,
                                  "blocks",
                                  8,
                                  {.text = "Newest blocks that stay readable behind it",
                                   .unit = "blocks",
                                   .min = 1,
                                   .max = 4000}};
    Counter lost{*this, "lost", "Blocks lost because more came in a tick than there is room for"};

    Buffer();
    Result<> configure() override;
    Result<> start() override;
    void process(const Tick& tick) override;
    [[nodiscard]] bool drained() const override { return queue_.empty(); }

private:
    BlockQueue queue_;
};

}  // namespace streamlib::actors
