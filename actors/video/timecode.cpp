// SPDX-License-Identifier: Apache-2.0
#include "actors/video/timecode.hpp"

#include "ipc/base/assert.hpp"

namespace streamlib::actors {
namespace {

/// Frame numbers that are skipped in nine of ten minutes; 0 where none are.
std::uint64_t dropped_per_minute(Rate rate, bool drop_frame) {
    return drop_frame && can_drop_frames(rate) ? nominal_rate(rate) / 15 : 0;
}

}  // namespace

std::uint32_t nominal_rate(Rate rate) noexcept {
    return static_cast<std::uint32_t>((std::int64_t{rate.num} + rate.den - 1) / rate.den);
}

bool can_drop_frames(Rate rate) noexcept {
    return rate == Rate{30000, 1001} || rate == Rate{60000, 1001};
}

Timecode timecode_of_frame(std::uint64_t count, Rate rate, bool drop_frame) noexcept {
    STREAMLIB_ASSERT(rate.num > 0 && rate.den > 0, "a timecode needs a rate");
    const std::uint64_t nominal = nominal_rate(rate);
    const std::uint64_t dropped = dropped_per_minute(rate, drop_frame);
    // Count as if no number were ever skipped: add the skipped ones that lie before.
    const std::uint64_t minute = nominal * 60 - dropped;
    const std::uint64_t ten_minutes = minute * 10 + dropped;
    count %= ten_minutes * 6 * 24;
    const std::uint64_t tens = count / ten_minutes;
    const std::uint64_t rest = count % ten_minutes;
    const std::uint64_t minutes_in = rest < nominal * 60 ? 0 : 1 + (rest - nominal * 60) / minute;
    const std::uint64_t number = count + dropped * (tens * 9 + minutes_in);
    Timecode t;
    t.frames = static_cast<std::uint16_t>(number % nominal);
    const std::uint64_t seconds = number / nominal;
    t.seconds = static_cast<std::uint8_t>(seconds % 60);
    t.minutes = static_cast<std::uint8_t>(seconds / 60 % 60);
    t.hours = static_cast<std::uint8_t>(seconds / 3600);
    t.drop_frame = dropped != 0;
    return t;
}

std::uint64_t frame_of_timecode(const Timecode& t, Rate rate) noexcept {
    const std::uint64_t minutes = std::uint64_t{t.hours} * 60 + t.minutes;
    const std::uint64_t dropped = dropped_per_minute(rate, t.drop_frame);
    return (minutes * 60 + t.seconds) * nominal_rate(rate) + t.frames -
           dropped * (minutes - minutes / 10);
}

std::uint64_t frame_of_day(TaiTime time, Rate rate, std::int64_t tai_minus_local_s) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t day = 86'400 * second;
    const std::int64_t local = time.ns - tai_minus_local_s * second;
    const std::int64_t into_day = (local % day + day) % day;
    const auto seconds = static_cast<std::uint64_t>(into_day / second);
    const auto rest = static_cast<std::uint64_t>(into_day % second);
    const auto num = static_cast<std::uint64_t>(rate.num);
    const auto den = static_cast<std::uint64_t>(rate.den);
    // Seconds and the rest apart, so that no product leaves 64 bits.
    const std::uint64_t frames_num = seconds * num;
    return frames_num / den +
           (frames_num % den * second + rest * num) / (den * static_cast<std::uint64_t>(second));
}

TimecodeText to_text(const Timecode& t, Rate rate) noexcept {
    TimecodeText text;
    const auto add = [&](char c) { text.characters[text.size++] = c; };
    const auto add_two = [&](unsigned v) {
        add(static_cast<char>('0' + v / 10 % 10));
        add(static_cast<char>('0' + v % 10));
    };
    add_two(t.hours);
    add(':');
    add_two(t.minutes);
    add(':');
    add_two(t.seconds);
    add(t.drop_frame ? ';' : ':');
    if (nominal_rate(rate) > 100) add(static_cast<char>('0' + t.frames / 100 % 10));
    add_two(t.frames);
    return text;
}

}  // namespace streamlib::actors
