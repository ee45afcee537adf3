// SPDX-License-Identifier: Apache-2.0
#include "actors/test/av_offset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "actors/picture.hpp"
#include "actors/test/sine.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib::actors {
namespace {

constexpr double audible = 0.01;    // of full scale; a beep begins with its loudest sample
constexpr std::uint32_t strip = 8;  // rows at the top that carry the index

std::string milliseconds(Nanoseconds span) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f ms", static_cast<double>(span) / 1e6);
    return text.data();
}

}  // namespace

std::optional<Nanoseconds> OffsetMatcher::flash(TaiTime at) noexcept {
    if (flash_) ++alone_;
    flash_ = at;
    return match();
}

std::optional<Nanoseconds> OffsetMatcher::beep(TaiTime at) noexcept {
    if (beep_) ++alone_;
    beep_ = at;
    return match();
}

/// Both are there: they belong together, or the older of them has nobody.
std::optional<Nanoseconds> OffsetMatcher::match() noexcept {
    if (!flash_ || !beep_) return {};
    const Nanoseconds offset = *beep_ - *flash_;
    if (offset < widest && offset > -widest) {
        flash_.reset();
        beep_.reset();
        ++pairs_;
        return offset;
    }
    ++alone_;
    (offset > 0 ? flash_ : beep_).reset();
    return {};
}

AvOffset::AvOffset() { default_trigger(Trigger::input); }

Result<> AvOffset::configure() {
    if (video.format().width < 8 || video.format().height < 2 * strip)
        return video.refuse("looks for flashes in pictures of 8x16 or more");
    silent_ = 0;
    return {};
}

void AvOffset::process(const Tick&) {
    while (video.read_new() == InputStatus::fresh) look();
    while (audio.read_new() == InputStatus::fresh) listen();
}

/// A grid of 16 points below the strip: no pattern but the flash is white in all of them.
bool AvOffset::is_white() const noexcept {
    const PictureView picture(video.format(), video.payload().data());
    const std::uint32_t bright = picture.max_code() * 4 / 5;
    for (std::uint32_t row = 0; row < 4; ++row) {
        const std::uint32_t y = strip + (picture.height() - 1 - strip) * row / 3;
        for (std::uint32_t column = 0; column < 4; ++column)
            if (picture.get(picture.luma(), (picture.width() - 1) * column / 3, y) < bright)
                return false;
    }
    return true;
}

void AvOffset::look() {
    if (video.payload().size() < video.format().bytes()) return;
    const bool white = is_white();
    if (white && !was_white_) note(matcher_.flash(video.origin()));
    was_white_ = white;
}

void AvOffset::listen() {
    const AudioFormat& format = audio.format();
    const std::size_t frame_bytes = std::size_t{format.channels} * format.sample_bytes();
    const std::size_t frames = audio.payload().size() / frame_bytes;
    const std::uint64_t pause = format.rate / 20;
    for (std::size_t n = 0; n < frames; ++n) {
        if (std::fabs(load_sample(audio.payload(), format.sample, n * format.channels)) < audible) {
            ++silent_;
            continue;
        }
        const Rate rate{static_cast<std::int32_t>(format.rate), 1};
        if (silent_ >= pause) note(matcher_.beep(audio.origin() + time_of_tick(n, rate).ns));
        silent_ = 0;
    }
}

void AvOffset::note(std::optional<Nanoseconds> offset) {
    alone.add(matcher_.alone() - alone.value());
    if (!offset) return;
    pairs.add();
    least_ = std::min(least_, *offset);
    largest_ = std::max(largest_, *offset);
    const auto most = static_cast<Nanoseconds>(*limit * 1e6);
    if (most == 0 || (*offset <= most && *offset >= -most)) return;
    apart.add();
    throw std::runtime_error("the sound is " + milliseconds(*offset) + " after its picture, " +
                             milliseconds(most) + " are allowed");
}

void AvOffset::stop() {
    if (pairs.value() == 0) {
        std::printf("%s: no flash met a beep\n", name().c_str());
        return;
    }
    std::printf("%s: %llu pairs, sound after picture by %s to %s\n", name().c_str(),
                static_cast<unsigned long long>(pairs.value()), milliseconds(least_).c_str(),
                milliseconds(largest_).c_str());
}

STREAMLIB_ACTOR(AvOffset)

}  // namespace streamlib::actors
