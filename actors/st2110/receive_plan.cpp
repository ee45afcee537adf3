// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/receive_plan.hpp"

#include <fstream>
#include <iterator>

#include "actors/st2110/given_layout.hpp"
#include "actors/st2110/sdp/formats.hpp"

namespace streamlib::st2110 {
namespace {

constexpr Nanoseconds longest_stall =
    100'000'000;                                  // the kernel keeps what comes while nobody reads
constexpr std::uint64_t shortest_packets = 8000;  // of sound, a second: 125 us, whatever is sent
constexpr std::uint64_t header_share = 16;        // headers are at most a sixteenth of what comes

Result<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(Errc::not_found, "sdp: " + path + " cannot be opened");
    std::string text(max_sdp_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

Unexpected named(const std::string& property, const Error& error) {
    return fail(error.code, property + ": " + error.text);
}

std::uint64_t bytes_per_second(const MediaFormat& format) {
    const auto& video = format.video;
    const auto& audio = format.audio;
    const auto rate =
        static_cast<std::uint64_t>(format.kind == MediaKind::video ? video.rate.hertz() + 1 : 1.0);
    const std::uint64_t net = format.kind == MediaKind::video
                                  ? video.bytes() * rate
                                  : std::uint64_t{audio.rate} * audio.channels * 4;
    return net + net / header_share;
}

class Planner {
public:
    Planner(MediaKind kind, const ReceiveWords& words) : kind_(kind), words_(words) {}

    Result<ReceivePlan> run() {
        plan_.payload_type = kind_ == MediaKind::video ? 96 : 97;
        plan_.wish.use = SocketUse::receive;
        if (words_.sdp.empty() && words_.from.empty())
            return fail(Errc::invalid_argument,
                        "from: where does the stream come from? Give an address such as "
                        "239.1.2.3:5004, or sdp = FILE");
        for (const auto step : {&Planner::read_sdp_file, &Planner::read_address,
                                &Planner::read_source, &Planner::read_format})
            if (auto done = (this->*step)(); !done) return tl::unexpected(done.error());
        if (words_.payload_type != 0)
            plan_.payload_type = static_cast<std::uint8_t>(words_.payload_type);
        plan_.wish.port_rule = words_.ports == "even" ? PortRule::even : PortRule::dynamic;
        plan_.wish.receive_buffer_bytes =
            buffer_bytes(bytes_per_second(plan_.format), longest_stall,
                         kind_ == MediaKind::audio ? shortest_packets : 0);
        // Packets of sound come one by one, and when is not asked.
        if (kind_ == MediaKind::audio) plan_.wish.receive_joined = plan_.wish.timestamps = 0;
        return std::move(plan_);
    }

private:
    Result<> read_sdp_file() {
        if (words_.sdp.empty()) return {};
        auto text = read_text(words_.sdp);
        if (!text) return tl::unexpected(text.error());
        const Reading reading = read_sdp(*text);
        auto found =
            kind_ == MediaKind::video ? video_reception(reading) : audio_reception(reading);
        if (!found) return named("sdp: " + words_.sdp, found.error());
        const Media& media = found->media;
        plan_.warnings = found->warnings;
        plan_.format = found->format;
        plan_.payload_type = media.payload_type;
        plan_.deep = media.audio.encoding == AudioParameters::Encoding::l24;
        auto address = parse_host(media.connection.address.text);
        if (!address) return named("sdp: " + words_.sdp, address.error());
        plan_.wish.local = *address;
        plan_.wish.local.port = media.port;
        // A unicast address there is the receiver's as the sender knows it: here any of ours will do.
        if (!address->is_multicast()) plan_.wish.local = any_address(address->family, media.port);
        for (const SourceFilter& filter : media.source_filters) {
            if (!filter.include || filter.sources.size() != 1 || !address->is_multicast()) continue;
            auto source = parse_host(filter.sources.front().text);
            if (!source) return named("sdp: " + words_.sdp, source.error());
            plan_.wish.source = *source;
        }
        return {};
    }

    Result<> read_address() {
        if (words_.from.empty()) return {};
        auto endpoint = resolve_endpoint(words_.from);
        if (!endpoint) return named("from", endpoint.error());
        plan_.wish.local = endpoint->address;
        plan_.wish.interface.set(endpoint->interface);
        return {};
    }

    Result<> read_source() {
        if (words_.source.empty()) return {};
        auto source = parse_host(words_.source);
        if (!source) return named("source", source.error());
        plan_.wish.source = *source;
        return {};
    }

    Result<> read_format() { return kind_ == MediaKind::video ? video() : audio(); }

    Result<> video() {
        if (!words_.format.empty()) {
            auto format = parse_video_format(words_.format);
            if (!format) return named("format", format.error());
            plan_.format = MediaFormat(*format);
        }
        VideoFormat& video = plan_.format.video;
        if (plan_.format.kind != MediaKind::video)
            return fail(Errc::invalid_argument,
                        "format: what does the stream carry? Give it, such as \"1080p59.94 "
                        "YCbCr-4:2:2 10\", or sdp = FILE");
        if (video.rate.num == 0)
            return fail(Errc::invalid_argument,
                        "format: the frame rate is missing; write it, such as \"1080p59.94\" or "
                        "\"1920x1080 @50\"");
        video.layout = Layout::pgroup;
        if (auto valid = video.validate(); !valid) return named("format", valid.error());
        auto given =
            given_format(video, words_.layout.empty() ? layout_word(words_.format) : words_.layout);
        if (!given) return tl::unexpected(given.error());
        plan_.given = *given;
        return {};
    }

    Result<> audio() {
        if (!words_.format.empty()) {
            auto format = parse_audio_format(words_.format);
            if (!format) return named("format", format.error());
            plan_.format = MediaFormat(*format);
            plan_.deep = format->sample != SampleType::s16;
        }
        if (plan_.format.kind != MediaKind::audio)
            return fail(Errc::invalid_argument,
                        "format: what does the stream carry? Give it, such as \"48000 2ch "
                        "s24in32 block=48\", or sdp = FILE");
        return {};
    }

    MediaKind kind_;
    const ReceiveWords& words_;
    ReceivePlan plan_;
};

}  // namespace

Result<ReceivePlan> plan_reception(MediaKind kind, const ReceiveWords& words) {
    return Planner(kind, words).run();
}

}  // namespace streamlib::st2110
