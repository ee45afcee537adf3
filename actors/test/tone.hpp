// SPDX-License-Identifier: Apache-2.0
/// @file
/// Tone: a sound source whose samples depend on their place in TAI time alone.
///
/// Model     A block a tick: the samples whose instants lie in the tick, so 800 or 801 of them at 59.94 Hz and 48 kHz.
///           Sample n is at TAI n / rate. Ticks that were dropped are made up for, up to 16 blocks, so a late
///           actor leaves no hole. With `beep_every` it is silent but for a beep that begins with the first sample at or
///           after the instant of each frame whose index is a multiple: the frames that TestPattern's
///           `flash_every` makes white.
/// Cost      One sin() a sample. No allocation.
#pragma once

#include "runtime/actor.hpp"

namespace streamlib::actors {

class Tone final : public Actor {
public:
    static constexpr const char* class_name = "Tone";
    static constexpr const char* class_text =
        "Makes a sine tone, or beeps that meet the flashes of a TestPattern";

    [[nodiscard]] Result<> configure() override;
    void process(const Tick& tick) override;

    Output<AudioBlock> audio{*this, "audio", "The tone, the same in all channels", {.depth = 16}};
    Property<double> frequency{*this,
                               "frequency",
                               1000.0,
                               {.text = "Of the tone, exact to a millihertz; below half the rate",
                                .unit = "Hz",
                                .min = 0.001,
                                .max = 384000}};
    Property<double> level{
        *this,
        "level",
        -18.0,
        {.text = "Peak of the sine against full scale", .unit = "dBFS", .min = -144, .max = 0}};
    Property<std::int64_t> rate{
        *this,
        "rate",
        48000,
        {.text = "Sample frames a second", .unit = "Hz", .min = 1000, .max = 768000}};
    Property<std::int64_t> channels{
        *this, "channels", 2, {.text = "Channels", .min = 1, .max = 64}};
    Property<std::string> sample{
        *this,
        "sample",
        "f32",
        {.text = "How a sample is stored", .choices = {"s16", "s24in32", "s32", "f32"}}};
    Property<bool> ident{*this,
                         "ident",
                         false,
                         {.text = "Whether channel n is silent n times at the start of each 4 s"}};
    Property<std::int64_t> beep_every{
        *this,
        "beep_every",
        0,
        {.text = "Beeps at frames whose index is a multiple; 0: always sounds",
         .unit = "frames",
         .min = 0,
         .max = 1e9}};
    Property<std::string> beep_rate{
        *this,
        "beep_rate",
        "",
        {.text = "Frame rate that beep_every counts; empty: the ticks'", .unit = "Hz"}};
    Property<double> beep_length{
        *this, "beep_length", 40.0, {.text = "Of a beep", .unit = "ms", .min = 1, .max = 1000}};
    Property<std::int64_t> count{
        *this,
        "count",
        0,
        {.text = "Ends after this many blocks; 0: never", .unit = "blocks", .min = 0}};
    Counter blocks{*this, "blocks", "Blocks made"};
    Counter blocks_lost{*this, "blocks_lost", "Blocks of dropped ticks that were not made up for"};

private:
    void make_block(std::uint64_t index);
    /// The sample `n` before level and ident.
    [[nodiscard]] double wave(std::uint64_t n) const noexcept;

    AudioFormat format_{};
    Rate beep_rate_{};
    double amplitude_ = 0;
    std::uint64_t millihertz_ = 0;
    std::uint64_t beep_samples_ = 0;
    std::uint64_t last_ = 0;
};

}  // namespace streamlib::actors
