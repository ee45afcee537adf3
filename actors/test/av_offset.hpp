// SPDX-License-Identifier: Apache-2.0
/// @file
/// AvOffset: how far sound is from the picture it belongs to, by the time of capture that both carry.
///
/// Model     Looks for the white frames of a TestPattern (`flash_every`) and the beeps of a Tone (`beep_every`) that belong
///           together, whatever way each of them came, and takes the beep's first sample's instant minus the frame's
///           `origin`. A frame and a sample meet at best within a sample (21 us at 48 kHz); a beep more than 200 ms
///           from any flash counts as `alone`.
/// Output    A line on stdout when it stops: pairs, smallest and largest offset. With `limit`, pairs farther apart count
///           in `apart`, and the actor fails at the first one: a graph with it is a test.
/// Cost      16 samples a picture, each sample of a sound. No allocation.
#pragma once

#include <optional>

#include "runtime/actor.hpp"

namespace streamlib::actors {

/// Matches instants of flashes and beeps; pure. [realtime]
class OffsetMatcher {
public:
    static constexpr Nanoseconds widest = 200'000'000;
    /// The offset of the pair that is complete by it, if one is.
    [[nodiscard]] std::optional<Nanoseconds> flash(TaiTime at) noexcept;
    [[nodiscard]] std::optional<Nanoseconds> beep(TaiTime at) noexcept;
    /// Flashes and beeps to which nothing came.
    [[nodiscard]] std::uint64_t alone() const noexcept { return alone_; }
    [[nodiscard]] std::uint64_t pairs() const noexcept { return pairs_; }

private:
    [[nodiscard]] std::optional<Nanoseconds> match() noexcept;
    std::optional<TaiTime> flash_, beep_;
    std::uint64_t alone_ = 0, pairs_ = 0;
};

class AvOffset final : public Actor {
public:
    static constexpr const char* class_name = "AvOffset";
    static constexpr const char* class_text =
        "Measures how far the beeps of a Tone are from the flashes of a TestPattern";

    AvOffset();
    [[nodiscard]] Result<> configure() override;
    void process(const Tick& tick) override;
    void stop() override;

    Input<VideoFrame> video{*this, "video", "Pictures with flashes"};
    Input<AudioBlock> audio{*this, "audio", "Sound with beeps"};
    Property<double> limit{*this,
                           "limit",
                           0.0,
                           {.text = "Fails at a pair that is farther apart; 0: never",
                            .unit = "ms",
                            .min = 0,
                            .max = 200}};
    Counter pairs{*this, "pairs", "Flashes with their beep"};
    Counter alone{*this, "alone", "Flashes and beeps without the other"};
    Counter apart{*this, "apart", "Pairs farther apart than the limit"};

private:
    [[nodiscard]] bool is_white() const noexcept;
    void look();
    void listen();
    void note(std::optional<Nanoseconds> offset);

    OffsetMatcher matcher_;
    std::uint64_t silent_ = 0;  ///< Sample frames without sound, up to now.
    bool was_white_ = false;
    Nanoseconds least_ = INT64_MAX, largest_ = INT64_MIN;
};

}  // namespace streamlib::actors
