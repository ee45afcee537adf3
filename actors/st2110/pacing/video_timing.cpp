// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/video_timing.hpp"

#include <algorithm>

#include "actors/st2110/pacing/exact.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::uint32_t max_packets = 1U << 20;

/// A part of the frame's time, exact.
struct Part {
    std::int32_t over = 1;
    std::int32_t under = 1;
};

/// Lines of the raster that the height belongs to (clause 6.3).
struct Raster {
    Part active;  ///< RACTIVE
    Part offset;  ///< TRO_DEFAULT in frames
    std::int32_t lines;
};

Raster raster_of(const VideoPackets& stream) {
    if (stream.interlace == Interlace::progressive)
        return {{1080, 1125},
                stream.height >= 1080 ? Part{43, 1125} : Part{28, 750},
                stream.height >= 1080 ? 1125 : 750};
    if (stream.height < 576) return {{487, 525}, {20, 525}, 525};
    if (stream.height < 1080) return {{576, 625}, {26, 625}, 625};
    return {{1080, 1125}, {22, 1125}, 1125};
}

/// floor(packets a second x over / (under x divisor)).
std::uint32_t packets_in(const VideoPackets& stream, Part part, std::int64_t divisor) {
    const Wide packets = Wide{stream.packets} * stream.rate.num * part.under;
    return static_cast<std::uint32_t>(std::min<std::int64_t>(
        floor_div(packets, Wide{stream.rate.den} * part.over * divisor), max_packets));
}

/// The largest IP packet (MAXIP): what the standard UDP sizes are counted as.
std::uint32_t max_ip(const VideoPackets& stream) { return stream.max_udp > 1460 ? 9000 : 1500; }

Result<> check(const VideoPackets& s) {
    const auto bad = [](const char* text) { return fail(Errc::invalid_argument, text); };
    if (s.packets == 0 || s.packets > max_packets)
        return bad("pacing: a frame has 1 to 1048576 packets");
    if (s.rate.num <= 0 || s.rate.den <= 0 || s.rate.num < s.rate.den)
        return bad("pacing: the frame rate must be known and at least 1; give the format a rate");
    if (s.rate.num > 1'000'000'000 || s.rate.den > 1'000'000)
        return bad("pacing: the frame rate must be in lowest terms, at most 1000000000/1000000");
    if (s.height == 0) return bad("pacing: the height must be known");
    if (s.interlace != Interlace::progressive && s.packets % 2 != 0)
        return bad("pacing: both fields need the same number of packets");
    if (s.tr_offset_us && *s.tr_offset_us > 1'000'000)
        return bad("pacing: TROFF is at most a second");
    if (s.cmax == 0U) return bad("pacing: CMAX must be 1 or more");
    return {};
}

}  // namespace

TrafficLimits limits_of(const VideoPackets& stream, SenderType sender) noexcept {
    constexpr Part all{};
    if (sender == SenderType::wide)
        return {.cmax = std::max(16U, packets_in(stream, all, 21600)),
                .vrx_full = std::max(1500 * 720 / max_ip(stream), packets_in(stream, all, 300))};
    const Part active = sender == SenderType::narrow ? raster_of(stream).active : all;
    return {.cmax = std::max(4U, packets_in(stream, active, 43200)),
            .vrx_full = std::max(1500 * 8 / max_ip(stream), packets_in(stream, all, 27000))};
}

Result<VideoTiming> video_timing(const VideoPackets& stream) {
    if (auto ok = check(stream); !ok) return Unexpected(ok.error());
    const Raster raster = raster_of(stream);
    const bool fields = stream.interlace != Interlace::progressive;
    VideoTiming timing{.stream = stream, .limits = limits_of(stream, stream.sender)};
    if (stream.cmax) timing.limits.cmax = *stream.cmax;
    timing.schedule = stream.schedule.value_or(
        stream.sender == SenderType::narrow ? ReadSchedule::gapped : ReadSchedule::linear);
    const bool gapped = timing.schedule == ReadSchedule::gapped;
    const Part active = gapped ? raster.active : Part{};
    const Wide frame_over = Wide{stream.rate.den} * second_ns;  // TFRAME is frame_over / rate.num.
    timing.offset_ns = stream.tr_offset_us ? Nanoseconds{*stream.tr_offset_us} * 1000
                                           : ceil_div(frame_over * raster.offset.over,
                                                      Wide{stream.rate.num} * raster.offset.under);
    // The second field of a raster begins half a line later than half a frame.
    if (fields) {
        const std::int32_t lines = gapped ? raster.lines + 1 : raster.lines;
        timing.field_ns = ceil_div(frame_over * lines, Wide{stream.rate.num} * raster.lines * 2);
    }
    timing.step_over = std::int64_t{stream.rate.den} * second_ns * active.over;
    timing.step_under = std::int64_t{stream.rate.num} * active.under * stream.packets;
    timing.frame_ns = static_cast<double>(second_ns) * stream.rate.den / stream.rate.num;
    timing.spacing_ns =
        static_cast<double>(timing.step_over) / static_cast<double>(timing.step_under);
    timing.drain_ns = timing.frame_ns / stream.packets / 1.1;
    return timing;
}

TaiTime VideoTiming::start(std::int64_t frame) const noexcept {
    return {ceil_div(Wide{frame} * stream.rate.den * second_ns, stream.rate.num)};
}

std::int64_t VideoTiming::frame_at(TaiTime time) const noexcept {
    return floor_div(Wide{time.ns} * stream.rate.num, Wide{stream.rate.den} * second_ns);
}

std::uint32_t VideoTiming::packets_a_field() const noexcept {
    return stream.interlace == Interlace::progressive ? stream.packets : stream.packets / 2;
}

TaiTime VideoTiming::due(std::int64_t frame, std::uint32_t packet) const noexcept {
    const std::uint32_t half = packets_a_field();
    const bool second = packet >= half;
    const std::uint32_t in_field = second ? packet - half : packet;
    return start(frame) +
           (offset_ns + (second ? field_ns : 0) + ceil_div(Wide{in_field} * step_over, step_under));
}

std::int64_t VideoTiming::read_by(TaiTime time) const noexcept {
    const std::int64_t frame = frame_at({time.ns - offset_ns});
    const Nanoseconds passed = time - start(frame) - offset_ns;
    const std::int64_t half = packets_a_field();
    // Of one field (or frame), `since` its first packet.
    const auto due_of = [&](Nanoseconds since) -> std::int64_t {
        if (since < 0) return 0;
        return std::min(half, floor_div(Wide{since} * step_under, step_over) + 1);
    };
    const std::int64_t before = frame * stream.packets;
    if (half == stream.packets) return before + due_of(passed);
    return before + due_of(passed) + due_of(passed - field_ns);
}

TaiTime audio_packet_time(TaiTime origin, std::uint64_t index, std::uint32_t packet_samples,
                          std::uint32_t rate) noexcept {
    return origin + ceil_div(Wide{index} * packet_samples * second_ns, rate);
}

std::uint64_t audio_packets_due(TaiTime origin, TaiTime now, std::uint32_t packet_samples,
                                std::uint32_t rate) noexcept {
    if (now < origin) return 0;
    return static_cast<std::uint64_t>(
        floor_div(Wide{now - origin} * rate, Wide{packet_samples} * second_ns) + 1);
}

}  // namespace streamlib::st2110
