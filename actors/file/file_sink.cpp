// SPDX-License-Identifier: Apache-2.0
#include "actors/file/file_sink.hpp"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace streamlib::actors {
namespace {

constexpr unsigned most_files = 9999;

/// A file cannot be made there: said before the graph starts, not by an actor that fails while others already run.
Result<> check_directory(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const std::string directory = parent.empty() ? "." : parent.string();
    if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
    return fail_errno(Errc::not_found, "path: cannot make " + path + " in " + directory);
}

}  // namespace

FileSink::FileSink() {
    needs_family("ffmpeg");
    default_trigger(Trigger::input);
    start_alone();  // two must not write one file
}

Result<> FileSink::configure() {
    if (!video.linked() && !audio.linked()) {
        return fail(Errc::invalid_argument,
                    "neither 'video' nor 'audio' is linked: there is nothing to write");
    }
    const auto api = ffmpeg_load();
    if (!api) return Unexpected(api.error());
    api_ = *api;
    options_.path = *path;
    if (video.linked()) options_.video = video.format();
    if (audio.linked()) options_.audio = audio.format();
    options_.video_codec = *codec;
    options_.audio_codec = *audio_codec;
    options_.threads = static_cast<int>(*threads);
    if (auto possible = api_->check_writer(options_); !possible) return possible;
    return check_directory(*path);
}

Result<> FileSink::start() {
    for (unsigned number = 0; number <= most_files; ++number) {
        options_.path = numbered_path(*path, number);
        auto writer = api_->create_writer(options_);
        if (writer) {
            writer_ = std::move(*writer);
            log(LogLevel::info, "writing " + options_.path);
            return {};
        }
        if (writer.error().code != Errc::already_exists) return Unexpected(writer.error());
    }
    return fail(Errc::already_exists,
                *path + " and its 9999 numbered successors exist; move them away");
}

bool FileSink::write_next_picture() {
    if (video.read_new() != InputStatus::fresh) return false;
    if (video.payload().size() < video.format().bytes()) return true;  // No whole picture.
    if (!writer_->write_video(video.payload(), timeline_.place(video.origin()))) {
        throw std::runtime_error(writer_->error().text);
    }
    pictures.add();
    return true;
}

bool FileSink::write_next_sound() {
    if (audio.read_new() != InputStatus::fresh) return false;
    const AudioFormat& format = audio.format();
    const std::size_t frame_bytes = std::size_t{format.channels} * format.sample_bytes();
    const auto frames = static_cast<std::uint32_t>(audio.payload().size() / frame_bytes);
    if (!writer_->write_audio(audio.payload(), frames, timeline_.place(audio.origin()))) {
        throw std::runtime_error(writer_->error().text);
    }
    blocks.add();
    return true;
}

void FileSink::process(const Tick&) {
    // In turns, so that neither stream is overwritten while the other is written.
    for (bool more = true; more;) {
        const bool picture = write_next_picture(), sound = write_next_sound();
        more = picture || sound;
    }
    count_missed();
}

void FileSink::count_missed() noexcept {
    const std::uint64_t now_missed = video.missed() + audio.missed();
    if (now_missed > missed.value()) missed.add(now_missed - missed.value());
}

Result<> FileSink::format_changed() {
    finish_file();
    timeline_ = {};
    if (auto ok = configure(); !ok) return ok;
    return start();
}

void FileSink::stop() { finish_file(); }

void FileSink::finish_file() {
    if (!writer_) return;
    if (const Result<> finished = writer_->finish(); !finished)
        log(LogLevel::error, finished.error().text);
    writer_.reset();
    log(LogLevel::info, "finished " + options_.path + ": " + std::to_string(pictures.value()) +
                            " pictures, " + std::to_string(blocks.value()) + " blocks of sound, " +
                            std::to_string(missed.value()) + " missed");
}

STREAMLIB_ACTOR(FileSink)

}  // namespace streamlib::actors
