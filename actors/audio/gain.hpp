// SPDX-License-Identifier: Apache-2.0
/// @file
/// Gain: makes sound louder or softer.
#pragma once

#include "runtime/actor.hpp"

namespace streamlib::actors {

class Gain final : public Actor {
public:
    static constexpr const char* class_name = "Gain";
    static constexpr const char* class_text = "Makes sound louder or softer, every sample type";

    Gain() { default_trigger(Trigger::input); }
    [[nodiscard]] Result<> configure() override;
    void process(const Tick& tick) override;

    Input<AudioBlock> audio{*this, "audio", "Sound"};
    Output<AudioBlock> out{*this, "audio", "The same at another level", {.depth = 16}};
    Property<double> gain{
        *this,
        "gain",
        0.0,
        {.text = "Change of level; 0 changes no bit", .unit = "dB", .min = -144, .max = 60}};
    Property<bool> mute{*this, "mute", false, {.text = "Whether it gives silence"}};
    Counter clipped{*this, "clipped", "Integer samples that met full scale"};

private:
    double factor_ = 1;
};

}  // namespace streamlib::actors
