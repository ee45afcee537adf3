// SPDX-License-Identifier: Apache-2.0
/// @file
/// FileSink: writes pictures and sound into a new file, every block once and in order.
///
/// Model     Triggered by its inputs; reads each block in the order in which it came (`read_new`)
///           and puts it where its `origin` says, counted from the first block. Blocks that were
///           overwritten before they were read are counted.
/// Files     The extension picks the container: mkv, mov, wav, y4m. Lossless unless `codec` says
///           otherwise. Nothing is ever overwritten: where `out.mkv` exists, `out.0001.mkv` is
///           made, and so on; the log says which.
///           A format that changes on the way begins a new file by the same rule: no container here
///           holds two.
/// Lifetime  The file is created in start(), finished in stop(). What a SIGKILL leaves is readable
///           up to about the last second.
/// Errors    configure(): a combination of format, codec and container that cannot be. A full disk
///           ends the actor as FAILED.
#pragma once

#include <memory>

#include "actors/ffmpeg.hpp"
#include "actors/file/file_timeline.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class FileSink final : public Actor {
public:
    static constexpr const char* class_name = "FileSink";
    static constexpr const char* class_text =
        "Writes pictures and sound to a new MKV, MOV, WAV or Y4M file, lossless by default, every "
        "block once (FFmpeg)";

    FileSink();
    Result<> configure() override;
    Result<> start() override;
    void process(const Tick& tick) override;
    void stop() override;
    Result<> format_changed() override;

    Input<VideoFrame> video{*this, "video", "Pictures to write", {.optional = true}};
    Input<AudioBlock> audio{*this, "audio", "Sound to write", {.optional = true}};

    Property<std::string> path{*this,
                               "path",
                               "",
                               {.text = "File to make; .mkv, .mov, .wav or .y4m. Where it exists, "
                                        "a number is put before the extension",
                                .required = true,
                                .is_path = true}};
    Property<std::string> codec{*this,
                                "codec",
                                "",
                                {.text = "Video codec; empty: a lossless one",
                                 .choices = {"", "ffv1", "v210", "rawvideo", "h264"}}};
    Property<std::string> audio_codec{
        *this,
        "audio_codec",
        "",
        {.text = "Audio codec; empty: PCM as it comes", .choices = {"", "pcm", "flac"}}};
    Property<std::int64_t> threads{
        *this, "threads", 1, {.text = "Threads of the video encoder", .min = 1, .max = 64}};

    Counter pictures{*this, "pictures", "Pictures written"};
    Counter blocks{*this, "blocks", "Blocks of sound written"};
    Counter missed{*this, "missed", "Blocks that were overwritten before they were read"};

    /// The file being written; empty before start().
    [[nodiscard]] const std::string& file() const noexcept { return options_.path; }

private:
    void finish_file();
    [[nodiscard]] bool write_next_picture();
    [[nodiscard]] bool write_next_sound();
    void count_missed() noexcept;

    WriteOptions options_;
    const FfmpegApi* api_ = nullptr;
    std::unique_ptr<MediaWriter> writer_;
    FileTimeline timeline_;
};

}  // namespace streamlib::actors
