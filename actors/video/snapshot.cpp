// SPDX-License-Identifier: Apache-2.0
#include "actors/video/snapshot.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>

namespace streamlib::actors {
namespace {

void replace_all(std::string& text, std::string_view what, const std::string& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

}  // namespace

std::string snapshot_path(const std::string& pattern, std::uint64_t number, std::uint64_t index) {
    std::string path = pattern;
    replace_all(path, "{n}", std::to_string(number));
    replace_all(path, "{index}", std::to_string(index));
    return path;
}

bool wants_picture(std::uint64_t number, std::uint64_t at, std::uint64_t every) noexcept {
    if (number < at) return false;
    return every == 0 ? number == at : (number - at) % every == 0;
}

Snapshot::Snapshot() { needs_family("ffmpeg"); }

Result<> Snapshot::configure() {
    if (!path->ends_with(".png"))
        return fail(Errc::invalid_argument, "path \"" + *path + "\": must end in .png");
    const auto api = ffmpeg_load();
    if (!api) return Unexpected(api.error());
    auto image = (*api)->make_image_writer(video.format());
    if (!image) return Unexpected(image.error());
    image_ = std::move(*image);
    return {};
}

Result<> Snapshot::write_file(const std::string& file) {
    const auto bytes = image_->encode(video.payload());
    if (!bytes) return Unexpected(bytes.error());
    const std::string beside = file + "." + std::to_string(::getpid()) + ".part";
    std::unique_ptr<std::FILE, CloseFile> out(std::fopen(beside.c_str(), "wb"));
    if (!out) return fail_errno(Errc::io, "cannot write " + file);
    const bool whole = std::fwrite(bytes->data(), 1, bytes->size(), out.get()) == bytes->size() &&
                       std::fflush(out.get()) == 0;
    out.reset();
    if (whole && std::rename(beside.c_str(), file.c_str()) == 0) return {};
    const Result<> why = fail_errno(Errc::io, "cannot write " + file);
    ::unlink(beside.c_str());
    return why;
}

void Snapshot::process(const Tick&) {
    while (video.read_new() == InputStatus::fresh) {
        const std::uint64_t number = number_++;
        if (!wants_picture(number, static_cast<std::uint64_t>(*at),
                           static_cast<std::uint64_t>(*every)))
            continue;
        if (video.payload().size() < video.format().bytes()) continue;  // No whole picture.
        const std::string file = snapshot_path(*path, number, video.header().tick_index);
        if (const Result<> done = write_file(file); !done) {
            failed.add();
            log(LogLevel::error, done.error().text);
            continue;
        }
        written.add();
        log(LogLevel::info, "wrote " + file);
    }
}

STREAMLIB_ACTOR(Snapshot)

}  // namespace streamlib::actors
