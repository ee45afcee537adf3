// SPDX-License-Identifier: Apache-2.0
#include "actors/test/probe.hpp"

#include <cmath>
#include <cstdio>

#include "actors/test/burnt_index.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib::actors {

Probe::Probe() { default_trigger(Trigger::input); }

/// A picture's rate, or a sound block's longest length, against the ticks.
double Probe::ticks_a_block() const noexcept {
    const MediaFormat& format = in.media_format();
    const double ticks = tick_rate().hertz();
    double each = 1;
    if (format.kind == MediaKind::video && format.video.rate.num != 0)
        each = ticks / format.video.rate.hertz();
    if (format.kind == MediaKind::audio && format.audio.rate != 0)
        each = std::round(ticks * format.audio.block_frames / format.audio.rate);
    return each < 1 ? 1 : each;
}

Result<> Probe::configure() {
    const MediaFormat& format = in.media_format();
    pictures_ = format.kind == MediaKind::video && carries_burnt_index(format.video);
    tick_step_ = *step > 0 ? *step : ticks_a_block();
    stats_ = ProbeStats{};
    stats_.order = IndexFollower(tick_step_);
    const AudioFormat& sound = format.audio;
    if (format.kind == MediaKind::audio && sound.rate != 0 && *step <= 0 &&
        sound.block_frames * tick_rate().hertz() < sound.rate) {
        stats_.index = IndexKind::block;
        blocks_a_second_ = {static_cast<std::int32_t>(sound.rate),
                            static_cast<std::int32_t>(sound.block_frames)};
    }
    return {};
}

void Probe::process(const Tick&) {
    const InputStatus status = in.read();
    const TaiTime seen = now();
    if (status == InputStatus::same) {
        ++stats_.same;
        repeats.add();
    }
    if (status != InputStatus::fresh) return;
    stats_.arrive(seen, in.time(), in.origin());
    blocks.add();
    stats_.overwritten = in.missed();
    if (in.take_restarted()) ++stats_.restarts;
    look_at_index();
    log_now_and_then(seen);
}

void Probe::look_at_index() noexcept {
    if (stats_.index == IndexKind::block)
        return follow(tick_index_at(in.origin(), blocks_a_second_));
    if (!pictures_ || in.payload().size() < in.media_format().video.bytes())
        return follow(in.header().tick_index);
    const auto index = read_burnt_index(PictureView(in.media_format().video, in.payload().data()));
    if (!index) {
        if (stats_.index != IndexKind::burnt) return follow(in.header().tick_index);
        ++stats_.unreadable;
        return;
    }
    if (stats_.index !=
        IndexKind::burnt) {  // The first that carries one: what went before was counted by ticks.
        stats_.index = IndexKind::burnt;
        stats_.order = IndexFollower(1);
    }
    follow(*index);
}

void Probe::follow(std::uint64_t index) noexcept {
    const std::uint64_t missing_before = stats_.order.missing();
    switch (stats_.order.follow(index)) {
        case Order::repeated: repeats.add(); break;
        case Order::backward: backward.add(); break;
        case Order::gap: missing.add(stats_.order.missing() - missing_before); break;
        case Order::first:
        case Order::next: break;
    }
}

void Probe::log_now_and_then(TaiTime now) {
    if (*every <= 0) return;
    const auto period = static_cast<Nanoseconds>(*every * 1e9);
    if (next_line_.ns == 0) next_line_ = now + period;
    if (now < next_line_) return;
    next_line_ = now + period;
    log(LogLevel::info, stats_.line());
}

void Probe::stop() {
    if (path->empty()) {
        std::printf("%s: %s\n", name().c_str(), stats_.line().c_str());
        std::fflush(stdout);
        return;
    }
    std::FILE* file = std::fopen(path->c_str(), "w");
    const std::string text = stats_.json(name()) + "\n";
    const bool written = file != nullptr && std::fputs(text.c_str(), file) >= 0;
    const bool closed = file != nullptr && std::fclose(file) == 0;
    if (!written || !closed) log(LogLevel::error, "path: cannot write " + *path);
}

STREAMLIB_ACTOR(Probe)

}  // namespace streamlib::actors
