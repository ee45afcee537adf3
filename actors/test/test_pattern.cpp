// SPDX-License-Identifier: Apache-2.0
#include "actors/test/test_pattern.hpp"

#include "runtime/clock/tick_math.hpp"

namespace streamlib::actors {
namespace {

StillPattern still_of(const std::string& word) {
    if (word == "ramp") return StillPattern::ramp;
    if (word == "black") return StillPattern::black;
    if (word == "grey") return StillPattern::grey;
    if (word == "white") return StillPattern::white;
    return StillPattern::bars;
}

/// a > b, exactly.
bool faster(Rate a, Rate b) { return std::int64_t{a.num} * b.den > std::int64_t{b.num} * a.den; }

}  // namespace

Result<VideoFormat> TestPattern::read_format() const {
    auto parsed = parse_video_format(*format);
    if (!parsed) return fail(parsed.error().code, "format: " + parsed.error().text);
    if (parsed->rate.num == 0) parsed->rate = tick_rate();
    if (faster(parsed->rate, tick_rate()))
        return fail(Errc::invalid_argument, "format: " + to_string(parsed->rate) +
                                                " frames a second need faster ticks than " +
                                                to_string(tick_rate()) +
                                                "; leave the rate out or raise that of the clock");
    return parsed;
}

Result<> TestPattern::configure() {
    const Result<VideoFormat> parsed = read_format();
    if (!parsed) return Unexpected(parsed.error());
    PatternOptions options;
    options.still = still_of(*pattern);
    options.patches = *patches == "iq" ? Patches::iq : Patches::white_black;
    options.moving_bar = *bar;
    options.index = *index;
    options.flash_every = static_cast<std::uint64_t>(*flash_every);
    painter_.emplace(*parsed, options);
    video.set_format(*parsed);
    return {};
}

void TestPattern::process(const Tick& tick) {
    const Rate rate = painter_->format().rate;
    const std::uint64_t frame = rate == tick.rate ? tick.index : tick_index_at(tick.time, rate);
    if (frame <= last_ && last_ != 0)
        return;  // Its own rate is lower: nothing is due on this tick.
    last_ = frame;
    Slot slot = video.claim();
    if (!slot) return;
    painter_->paint(slot.payload().data(), frame);
    slot.origin(time_of_tick(frame, rate));
    slot.publish();
    frames.add();
    if (*count != 0 && frames.value() >= static_cast<std::uint64_t>(*count)) finish();
}

STREAMLIB_ACTOR(TestPattern)

}  // namespace streamlib::actors
