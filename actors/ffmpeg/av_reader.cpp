// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "actors/ffmpeg/av_conversion.hpp"
#include "actors/ffmpeg/av_decoder.hpp"
#include "actors/ffmpeg/av_formats.hpp"
#include "actors/ffmpeg/av_sound.hpp"
#include "actors/ffmpeg/av_streams.hpp"
#include "ipc/base/assert.hpp"

namespace streamlib::actors::av {
namespace {

constexpr Nanoseconds nothing_to_drop = std::numeric_limits<Nanoseconds>::min();

/// The decoded video stream.
struct VideoTrack {
    MediaStream stream;
    Decoder decoder;
    std::optional<Conversion> conversion{};  ///< Where the decoder's pictures are not as announced.
    PictureKind converts{};
};

/// The decoded audio stream.
struct AudioTrack {
    MediaStream stream;
    Decoder decoder;
    SoundQueue queue;
    std::size_t current = 0;  ///< Sample frames of the block that next() gave.
    /// The decoder's frame comes after a jump and waits for the queue to drain.
    bool pending = false;
    bool drained = false;
};

class Reader final : public MediaReader {
public:
    explicit Reader(Demuxer demuxer) : demuxer_(std::move(demuxer)) {}

    Result<> prepare(const std::string& path, const ReadOptions& options);

    const std::vector<MediaStream>& streams() const noexcept override { return streams_; }
    const MediaStream* chosen(MediaKind kind) const noexcept override {
        if (kind == MediaKind::video) return video_ ? &video_->stream : nullptr;
        return kind == MediaKind::audio && audio_ ? &audio_->stream : nullptr;
    }
    ReadStatus next(MediaKind kind, DecodedBlock& block) override {
        STREAMLIB_ASSERT(chosen(kind) != nullptr, "no stream of that kind was chosen");
        if (failed_) return ReadStatus::failed;
        return kind == MediaKind::video ? next_picture(block) : next_sound(block);
    }
    void copy(MediaKind kind, std::span<std::byte> payload) override {
        if (kind == MediaKind::video) return copy_picture(payload);
        const auto bytes = audio_->queue.bytes(audio_->current);
        STREAMLIB_ASSERT(payload.size() >= bytes.size(), "the payload is smaller than the block");
        std::memcpy(payload.data(), bytes.data(), bytes.size());
    }
    Result<> seek(Nanoseconds to) override;
    std::uint64_t damaged() const noexcept override {
        return demuxer_.damaged() + (video_ ? video_->decoder.damaged() : 0) +
               (audio_ ? audio_->decoder.damaged() : 0);
    }
    const Error& error() const noexcept override { return error_; }

private:
    Result<int> choose(MediaKind kind, bool wanted, int number,
                       const std::vector<DescribedStream>& all);
    ReadStatus next_picture(DecodedBlock& block);
    ReadStatus next_sound(DecodedBlock& block);
    ReadStatus fill_queue();
    void copy_picture(std::span<std::byte> payload);
    ReadStatus fail_with(Errc code, std::string text) {
        failed_ = true;
        error_ = Error{code, path_ + ": " + std::move(text)};
        return ReadStatus::failed;
    }
    ReadStatus too_far_apart() {
        return fail_with(Errc::no_memory,
                         "sound and picture lie too far apart to be read together");
    }

    std::string path_;
    Demuxer demuxer_;
    std::vector<MediaStream> streams_;
    std::optional<VideoTrack> video_;
    std::optional<AudioTrack> audio_;
    Nanoseconds drop_before_ = nothing_to_drop;
    bool failed_ = false;
    Error error_{};
};

Result<int> Reader::choose(MediaKind kind, bool wanted, int number,
                           const std::vector<DescribedStream>& all) {
    if (!wanted) return -1;
    auto index = choose_stream(demuxer_.context(), kind, number);
    if (!index) return fail(index.error().code, path_ + ": " + index.error().text);
    if (*index < 0) return -1;
    const DescribedStream& found = all[static_cast<std::size_t>(*index)];
    if (found.stream.kind != kind) {
        return fail(Errc::unsupported,
                    path_ + ": stream " + std::to_string(*index) + ": " + found.why);
    }
    return *index;
}

Result<> Reader::prepare(const std::string& path, const ReadOptions& options) {
    path_ = path;
    AVFormatContext& file = demuxer_.context();
    std::vector<DescribedStream> all;
    for (unsigned i = 0; i < file.nb_streams; ++i) {
        all.push_back(describe(file, static_cast<int>(i), options.block_frames));
        if (all.back().stream.kind != MediaKind::none) streams_.push_back(all.back().stream);
    }
    const auto video = choose(MediaKind::video, options.video, options.video_stream, all);
    if (!video) return Unexpected(video.error());
    const auto audio = choose(MediaKind::audio, options.audio, options.audio_stream, all);
    if (!audio) return Unexpected(audio.error());
    std::vector<int> selected;
    for (const int index : {*video, *audio}) {
        if (index >= 0) selected.push_back(index);
    }
    if (selected.empty())
        return fail(Errc::not_found, path + " has no picture or sound that was asked for");
    demuxer_.select(selected);
    for (const int index : selected) {
        auto decoder = Decoder::open(*file.streams[index], std::clamp(options.threads, 1, 64));
        if (!decoder) return fail(decoder.error().code, path + ": " + decoder.error().text);
        const MediaStream& stream = all[static_cast<std::size_t>(index)].stream;
        if (index == *video) {
            decoder->set_period(stream.video.rate.period_ns());
            video_.emplace(VideoTrack{stream, std::move(*decoder)});
        } else {
            audio_.emplace(AudioTrack{stream, std::move(*decoder), SoundQueue(stream.audio)});
        }
    }
    return {};
}

ReadStatus Reader::next_picture(DecodedBlock& block) {
    VideoTrack& track = *video_;
    for (;;) {
        switch (track.decoder.next(demuxer_)) {
            case Decoder::Next::end: return ReadStatus::end;
            case Decoder::Next::too_far_apart: return too_far_apart();
            case Decoder::Next::frame: break;
        }
        const Rate rate = track.stream.video.rate;
        block.pts = undo_rounding(track.decoder.pts(), track.decoder.time_base(), rate);
        if (block.pts < drop_before_) continue;
        const AVFrame& frame = track.decoder.frame();
        const bool interlaced = track.stream.video.interlace == Interlace::interlaced;
        const PictureKind is = kind_of(frame, interlaced);
        if (is.width < 1 || is.height < 1) continue;
        block.duration = rate.num > 0 ? rate.period_ns() : track.decoder.duration();
        block.bytes = track.stream.video.bytes();
        block.frames = 1;
        PictureKind announced = kind_of(track.stream.video);
        announced.space = is.space,
        announced.full_range = is.full_range;  // As announced, or nowhere said.
        if (is == announced || is == track.converts) return ReadStatus::frame;
        auto conversion = Conversion::make(is, kind_of(track.stream.video));
        if (!conversion) return fail_with(conversion.error().code, conversion.error().text);
        track.conversion.emplace(std::move(*conversion));
        track.converts = is;
        return ReadStatus::frame;
    }
}

void Reader::copy_picture(std::span<std::byte> payload) {
    const VideoFormat& format = video_->stream.video;
    const AVFrame& frame = video_->decoder.frame();
    const Picture to = picture_in(format, payload);
    if (kind_of(frame, format.interlace == Interlace::interlaced) == video_->converts) {
        return video_->conversion->run(picture_in(frame), to);
    }
    for (std::size_t i = 0; i < format.plane_count(); ++i) {
        const Plane plane = format.plane(i);
        const std::uint8_t* in = frame.data[i];
        for (std::uint32_t row = 0; row < plane.rows; ++row, in += frame.linesize[i]) {
            std::memcpy(to.data[i] + std::size_t{row} * plane.stride_bytes, in, plane.row_bytes);
        }
    }
}

/// Decodes until a block is whole, the sound jumps, or it ends.
ReadStatus Reader::fill_queue() {
    AudioTrack& track = *audio_;
    while (!track.drained && track.queue.frames() < track.stream.audio.block_frames) {
        if (!track.pending) {
            switch (track.decoder.next(demuxer_)) {
                case Decoder::Next::too_far_apart: return too_far_apart();
                case Decoder::Next::end: track.drained = true; continue;
                case Decoder::Next::frame: break;
            }
        }
        const Nanoseconds pts = track.decoder.pts();
        track.pending = !track.queue.continues(pts);
        if (track.pending) break;
        if (!track.queue.append(track.decoder.frame(), pts, drop_before_)) {
            return fail_with(Errc::unsupported, "its sound changes rate or channels on the way");
        }
    }
    return track.queue.frames() > 0 ? ReadStatus::frame : ReadStatus::end;
}

ReadStatus Reader::next_sound(DecodedBlock& block) {
    AudioTrack& track = *audio_;
    track.queue.pop(track.current);
    track.current = 0;
    if (const ReadStatus status = fill_queue(); status != ReadStatus::frame) return status;
    const AudioFormat& format = track.stream.audio;
    track.current = std::min<std::size_t>(track.queue.frames(), format.block_frames);
    block.pts = track.queue.pts();
    block.duration =
        av_rescale(static_cast<std::int64_t>(track.current), 1'000'000'000, format.rate);
    block.frames = static_cast<std::uint32_t>(track.current);
    block.bytes = std::uint64_t{block.frames} * format.channels * format.sample_bytes();
    return ReadStatus::frame;
}

Result<> Reader::seek(Nanoseconds to) {
    if (auto ok = demuxer_.seek(to); !ok) return ok;
    if (video_) video_->decoder.flush();
    if (audio_) {
        audio_->decoder.flush();
        audio_->queue.clear();
        audio_->current = 0;
        audio_->pending = audio_->drained = false;
    }
    drop_before_ = to == 0 ? nothing_to_drop : to;
    failed_ = false;
    return {};
}

}  // namespace

Result<std::unique_ptr<MediaReader>> open_reader(const std::string& path,
                                                 const ReadOptions& options) {
    auto demuxer = Demuxer::open(path);
    if (!demuxer) return Unexpected(demuxer.error());
    auto reader = std::make_unique<Reader>(std::move(*demuxer));
    if (auto ok = reader->prepare(path, options); !ok) return Unexpected(ok.error());
    return reader;
}

}  // namespace streamlib::actors::av
