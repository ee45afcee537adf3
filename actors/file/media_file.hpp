// SPDX-License-Identifier: Apache-2.0
/// @file
/// MediaFile: plays a file's pictures and sound at their own times.
///
/// Model     Media time begins with the first tick. On each tick every picture and block of sound
///           that is due is published, in order, each exactly once, with `origin` = start + pts /
///           speed. A tick that was missed is made up for by two at once; the output keeps as many
///           readable.
/// Formats   What the file has; pixel formats that the runtime does not know become the nearest
///           that loses nothing. A stream that the file does not have leaves its output without a
///           format.
/// End       The output of a stream ends with it; the actor finishes with the last. With `loop` it
///           begins again, where the longest stream has ended.
/// Errors    configure(): missing file, no media file, no such stream. Later: damage is counted and
///           passed over; a file that cannot be read on ends there, and the log says why.
/// Cost      Decodes one picture ahead, one copy into the slot.
#pragma once

#include <memory>

#include "actors/ffmpeg.hpp"
#include "actors/file/media_clock.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class MediaFile final : public Actor {
public:
    static constexpr const char* class_name = "MediaFile";
    static constexpr const char* class_text =
        "Plays a media file in real time: every picture and every sample once, at its own time "
        "(FFmpeg)";

    MediaFile();
    Result<> configure() override;
    Result<> start() override;
    void process(const Tick& tick) override;

    Output<VideoFrame> video{
        *this, "video", "Pictures of the file, in its own format", {.optional = true}};
    Output<AudioBlock> audio{*this, "audio", "Sound of the file, interleaved", {.optional = true}};

    Property<std::string> path{
        *this,
        "path",
        "",
        {.text = "File to play", .required = true, .is_path = true, .must_exist = true}};
    Property<bool> loop{*this, "loop", false, {.text = "Begin again at the end"}};
    Property<double> seek{
        *this,
        "seek",
        0.0,
        {.text = "Where in the file to begin, each time", .unit = "s", .min = 0, .max = 1e6}};
    Property<double> speed{
        *this,
        "speed",
        1.0,
        {.text = "Times real time; sound keeps its samples, its blocks come faster",
         .min = 0.01,
         .max = 100}};
    Property<std::int64_t> video_stream{
        *this,
        "video_stream",
        -1,
        {.text = "Number of the video stream in the file; -1: the best, -2: none",
         .min = -2,
         .max = 255}};
    Property<std::int64_t> audio_stream{
        *this,
        "audio_stream",
        -1,
        {.text = "Number of the audio stream in the file; -1: the best, -2: none",
         .min = -2,
         .max = 255}};
    Property<std::int64_t> block{
        *this,
        "block",
        0,
        {.text = "Sample frames in a block of sound; 0: a fiftieth of a second",
         .min = 0,
         .max = 48000}};
    Property<std::int64_t> threads{
        *this, "threads", 1, {.text = "Threads of each decoder", .min = 1, .max = 64}};

    Counter pictures{*this, "pictures", "Pictures published"};
    Counter blocks{*this, "blocks", "Blocks of sound published"};
    Counter passes{*this, "passes", "Times the file began again"};
    Counter damaged{*this, "damaged", "Packets and pictures that could not be decoded"};

private:
    /// One stream on its way to its output.
    struct Track {
        MediaKind kind = MediaKind::none;
        OutputBase* output = nullptr;
        Counter* counter = nullptr;
        std::uint32_t most_a_tick = 2;
        bool active = false;   ///< It is played at all.
        bool pending = false;  ///< `next` is decoded and not yet published.
        DecodedBlock next{};
        Nanoseconds end = 0;  ///< Where its last block of this pass ended.
    };

    void prepare(Track& track);
    void decode_ahead(Track& track);
    void publish_due(Track& track);
    [[nodiscard]] bool all_over() const noexcept;
    [[nodiscard]] bool begin_again();
    void note_damage();

    std::unique_ptr<MediaReader> reader_;
    MediaClock clock_;
    Nanoseconds begin_ = 0;
    Track video_{}, audio_{};
};

}  // namespace streamlib::actors
