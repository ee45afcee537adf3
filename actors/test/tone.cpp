// SPDX-License-Identifier: Apache-2.0
#include "actors/test/tone.hpp"

#include <algorithm>
#include <cmath>

#include "actors/test/sine.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib::actors {
namespace {

constexpr std::uint64_t most_made_up = 16;

}  // namespace

Result<> Tone::configure() {
    const std::string text =
        std::to_string(*rate) + " " + std::to_string(*channels) + "ch " + *sample;
    auto parsed = parse_audio_format(text);
    if (!parsed) return Unexpected(parsed.error());
    format_ = *parsed;
    const Rate ticks = tick_rate();
    format_.block_frames =
        static_cast<std::uint32_t>(first_sample_of(1, ticks, format_.rate));  // The longest block.
    if (auto ok = format_.validate(); !ok) return ok;
    millihertz_ = static_cast<std::uint64_t>(std::llround(*frequency * 1000));
    if (millihertz_ * 2 >= std::uint64_t{format_.rate} * 1000)
        return fail(Errc::invalid_argument, "frequency: must be below half the rate of " +
                                                std::to_string(format_.rate) + " Hz");
    amplitude_ = amplitude_of(*level);
    beep_rate_ = ticks;
    if (!beep_rate->empty()) {
        auto given = parse_rate(*beep_rate);
        if (!given) return fail(given.error().code, "beep_rate: " + given.error().text);
        beep_rate_ = *given;
    }
    beep_samples_ = static_cast<std::uint64_t>(*beep_length * format_.rate / 1000);
    audio.set_format(format_);
    return {};
}

void Tone::process(const Tick& tick) {
    std::uint64_t first = last_ == 0 ? tick.index : last_ + 1;
    if (tick.index >= first + most_made_up) {
        blocks_lost.add(tick.index - first - most_made_up + 1);
        first = tick.index - most_made_up + 1;
    }
    for (std::uint64_t index = first; index <= tick.index; ++index) {
        make_block(index);
        last_ = index;
        if (*count == 0 || blocks.value() < static_cast<std::uint64_t>(*count)) continue;
        finish();
        return;
    }
}

void Tone::make_block(std::uint64_t index) {
    Slot slot = audio.claim();
    if (!slot) return;
    const std::uint64_t begin = first_sample_of(index, tick_rate(), format_.rate);
    const std::uint64_t end = first_sample_of(index + 1, tick_rate(), format_.rate);
    std::size_t at = 0;
    for (std::uint64_t n = begin; n < end; ++n) {
        const double value = amplitude_ * wave(n);
        for (std::uint32_t c = 0; c < format_.channels; ++c) {
            const bool sounds = !*ident || ident_sounds(n, c, format_.rate);
            store_sample(slot.payload(), format_.sample, at++, sounds ? value : 0.0);
        }
    }
    slot.bytes(at * format_.sample_bytes());
    slot.index(index).time(time_of_tick(index, tick_rate()));
    slot.origin(time_of_tick(begin, {static_cast<std::int32_t>(format_.rate), 1}));
    slot.publish();
    blocks.add();
}

double Tone::wave(std::uint64_t n) const noexcept {
    if (*beep_every == 0) return sine_sample(n, millihertz_, format_.rate);
    const auto every = static_cast<std::uint64_t>(*beep_every);
    const std::uint64_t frame = tick_of_sample(n, beep_rate_, format_.rate) / every * every;
    const std::uint64_t since = n - first_sample_of(frame, beep_rate_, format_.rate);
    if (since >= beep_samples_) return 0;
    return sine_sample(since, millihertz_, format_.rate,
                       0.25);  // Its very first sample is the loudest.
}

STREAMLIB_ACTOR(Tone)

}  // namespace streamlib::actors
