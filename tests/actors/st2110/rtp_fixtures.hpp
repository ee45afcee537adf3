// SPDX-License-Identifier: Apache-2.0
// Pictures as datagrams, and a sink that keeps what an assembler gives it.
#pragma once

#include <array>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "actors/st2110/rtp/frame_sink.hpp"
#include "actors/st2110/rtp/media_time.hpp"
#include "actors/st2110/rtp/video_plan.hpp"

namespace streamlib::st2110::fixtures {

using Bytes = std::vector<std::byte>;

inline VideoFormat pgroup_format(std::uint32_t width, std::uint32_t height,
                                 Sampling sampling = Sampling::ycbcr_422, unsigned depth = 10,
                                 Interlace interlace = Interlace::progressive,
                                 Rate rate = {60000, 1001}) {
    VideoFormat format;
    format.width = width;
    format.height = height;
    format.sampling = sampling;
    format.depth = static_cast<std::uint8_t>(depth);
    format.layout = Layout::pgroup;
    format.interlace = interlace;
    format.rate = rate;
    return format;
}

inline Bytes noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 0xff);
    return bytes;
}

/// A sender: frames to datagrams, numbered on.
class Sender {
public:
    Sender(VideoFormat format, VideoPacking packing = {})
        : format_(format), plan_(*VideoPlan::make(format, packing)) {
        stamp_.sequence = 0xffff'fff0U;  // so that every test crosses both wraps
        stamp_.ssrc = 0x1234;
    }

    /// Datagrams of frame `index` with these octets.
    std::vector<Bytes> frame(std::int64_t index, const Bytes& picture) {
        std::vector<Bytes> datagrams;
        for (unsigned field = 0; field < plan_.fields(); ++field) {
            stamp_.timestamp = timestamp(index, field);
            const auto packets = plan_.packets(field);
            Bytes headers(packets.size() * header_stride);
            plan_.write_headers(field, 0, packets.size(), stamp_, headers);
            for (std::size_t i = 0; i < packets.size(); ++i) {
                const auto* header = headers.data() + i * header_stride;
                Bytes datagram(header, header + packets[i].header_bytes);
                for (const Span& span : plan_.spans(packets[i]))
                    datagram.insert(datagram.end(), picture.begin() + span.offset,
                                    picture.begin() + span.offset + span.length);
                datagrams.push_back(std::move(datagram));
            }
            stamp_.sequence += static_cast<std::uint32_t>(packets.size());
        }
        return datagrams;
    }
    [[nodiscard]] std::uint32_t timestamp(std::int64_t index, unsigned field = 0) const {
        if (format_.interlace != Interlace::interlaced) field = 0;
        return rtp_of(ticks_of_field(index, field, format_.rate, video_clock));
    }
    VideoStamp& stamp() { return stamp_; }
    [[nodiscard]] const VideoPlan& plan() const { return plan_; }

private:
    VideoFormat format_;
    VideoPlan plan_;
    VideoStamp stamp_{};
};

/// Keeps every frame that is closed.
class Keeper : public FrameSink {
public:
    struct Kept {
        FinishedFrame frame;
        std::vector<Span> gaps;
        Bytes octets;
    };
    explicit Keeper(std::size_t bytes) {
        for (Bytes& slot : slots_) slot.resize(bytes);
    }

    std::span<std::byte> open(const OpeningFrame& frame) noexcept override {
        ++opened;
        is_open_[frame.slot] = true;
        if (no_memory) return {};
        std::fill(slots_[frame.slot].begin(), slots_[frame.slot].end(), std::byte{0xee});
        return slots_[frame.slot];
    }
    void finish(const FinishedFrame& frame) noexcept override {
        if (!is_open_[frame.slot]) broken = true;
        is_open_[frame.slot] = false;
        kept.push_back({frame, {frame.gaps.begin(), frame.gaps.end()}, slots_[frame.slot]});
        kept.back().frame.gaps = {};
        if (frame.outcome == Outcome::complete || frame.outcome == Outcome::mended)
            newest_ = kept.back().octets;
    }
    std::span<const std::byte> previous() noexcept override { return newest_; }
    void event(StreamEvent event) noexcept override { events.push_back(event); }

    std::vector<Kept> kept;
    std::vector<StreamEvent> events;
    int opened = 0;
    bool no_memory = false;
    bool broken = false;  ///< A frame was finished that was not open.

private:
    std::array<Bytes, 2> slots_;
    std::array<bool, 2> is_open_{};
    Bytes newest_;
};

inline MonotonicTime at_ms(double ms) {
    return {1'000'000'000 + static_cast<std::int64_t>(ms * 1e6)};
}

}  // namespace streamlib::st2110::fixtures
