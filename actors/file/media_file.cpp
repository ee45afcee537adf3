// SPDX-License-Identifier: Apache-2.0
#include "actors/file/media_file.hpp"

#include <algorithm>
#include <cmath>

namespace streamlib::actors {

MediaFile::MediaFile() { needs_family("ffmpeg"); }

Result<> MediaFile::configure() {
    const auto api = ffmpeg_load();
    if (!api) return Unexpected(api.error());
    ReadOptions options;
    options.video = *video_stream != -2;
    options.audio = *audio_stream != -2;
    options.video_stream = static_cast<int>(std::max<std::int64_t>(*video_stream, -1));
    options.audio_stream = static_cast<int>(std::max<std::int64_t>(*audio_stream, -1));
    options.block_frames = static_cast<std::uint32_t>(*block);
    options.threads = static_cast<int>(*threads);
    auto reader = (*api)->open_reader(*path, options);
    if (!reader) return Unexpected(reader.error());
    reader_ = std::move(*reader);
    if (const MediaStream* stream = reader_->chosen(MediaKind::video)) {
        video_ = {.kind = MediaKind::video, .output = &video, .counter = &pictures};
        video_.most_a_tick = blocks_a_tick(stream->video.rate.period_ns(), tick_rate(), *speed);
        video.set_format(stream->video);
        video.set_depth(video_.most_a_tick);
    }
    if (const MediaStream* stream = reader_->chosen(MediaKind::audio)) {
        const AudioFormat& format = stream->audio;
        audio_ = {.kind = MediaKind::audio, .output = &audio, .counter = &blocks};
        const Nanoseconds block_ns =
            std::int64_t{format.block_frames} * 1'000'000'000 / format.rate;
        audio_.most_a_tick = blocks_a_tick(block_ns, tick_rate(), *speed);
        audio.set_format(format);
        // Small blocks: a few more cost nothing and bridge a reader's hiccup.
        audio.set_depth(audio_.most_a_tick + 4);
    }
    begin_ = std::llround(*seek * 1e9);
    return {};
}

Result<> MediaFile::start() {
    clock_ = MediaClock(begin_, *speed);
    if (begin_ > 0) {
        if (auto ok = reader_->seek(begin_); !ok) return ok;
    }
    prepare(video_);
    prepare(audio_);
    if (all_over())
        return fail(Errc::not_found, *path + ": nothing to play from " + seek.text() + " s on");
    return {};
}

void MediaFile::prepare(Track& track) {
    // What nobody can read is not decoded.
    track.active = track.output != nullptr && track.output->carried();
    decode_ahead(track);
}

void MediaFile::decode_ahead(Track& track) {
    if (!track.active) return;
    const ReadStatus status = reader_->next(track.kind, track.next);
    track.pending = status == ReadStatus::frame;
    if (status == ReadStatus::failed) log(LogLevel::error, reader_->error().text);
}

void MediaFile::publish_due(Track& track) {
    for (std::uint32_t n = 0;
         n < track.most_a_tick && track.pending && clock_.is_due(track.next.pts); ++n) {
        Slot slot = track.output->claim();
        if (!slot) return;  // Counted by the output; the next tick tries again.
        reader_->copy(track.kind, slot.payload());
        slot.bytes(track.next.bytes).origin(clock_.origin_of(track.next.pts));
        slot.publish();
        track.counter->add();
        track.end = std::max(track.end, track.next.pts + track.next.duration);
        decode_ahead(track);
    }
    if (track.active && !track.pending && !*loop) track.output->end();
}

bool MediaFile::all_over() const noexcept { return !video_.pending && !audio_.pending; }

bool MediaFile::begin_again() {
    const Nanoseconds end = std::max(video_.end, audio_.end);
    if (end <= begin_) return false;  // A pass that showed nothing would go on for ever.
    if (auto ok = reader_->seek(begin_); !ok) {
        log(LogLevel::error, ok.error().text);
        return false;
    }
    clock_.loop(end);
    for (Track* track : {&video_, &audio_}) {
        track->end = 0;
        decode_ahead(*track);
    }
    passes.add();
    return !all_over();
}

void MediaFile::note_damage() {
    const std::uint64_t now_damaged = reader_->damaged();
    if (now_damaged <= damaged.value()) return;
    if (damaged.value() == 0)
        log(LogLevel::warning, *path + ": damaged; what cannot be decoded is left out");
    damaged.add(now_damaged - damaged.value());
}

void MediaFile::process(const Tick& tick) {
    clock_.follow(tick);
    publish_due(video_);
    publish_due(audio_);
    note_damage();
    if (!all_over()) return;
    if (*loop && begin_again()) {
        publish_due(video_);
        publish_due(audio_);
        return;
    }
    finish();
}

STREAMLIB_ACTOR(MediaFile)

}  // namespace streamlib::actors
