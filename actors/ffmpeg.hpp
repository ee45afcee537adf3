// SPDX-License-Identifier: Apache-2.0
/// @file
/// Files, codecs and picture conversion as the actors see them; FFmpeg itself is behind
/// `ffmpeg_load()`.
///
/// Model     Abstract classes without one FFmpeg type. Their implementation is
///           `libstreamlib_ffmpeg.so`, opened on first use, so that a process which needs no FFmpeg
///           carries none of it.
/// Places    The library is looked for in each directory of $STREAMLIB_MODULE_PATH (':' between
///           them), beside the executable, and in ../lib/streamlib from there.
/// Sound     Interleaved; s24in32 is a 24-bit number in the low end of its word, sign extended.
/// Scaling   Every conversion uses swscale with the flags below. The `ffmpeg` program makes the
///           same bytes with `-vf scale=W:H:flags=<ffmpeg_scale_flags>,format=<pix_fmt>`.
/// Threads   An object belongs to one thread at a time. `ffmpeg_load()` may be called from any
///           thread.
/// Errors    `Result` for set-up; a status for each frame, with `error()` saying why. Damaged files
///           end early and are counted; they are bounded (pictures up to 16384 x 16384, packets
///           queued up to 256 MiB).
/// Cost      A decoded picture is copied once, into the caller's payload. FFmpeg allocates as it
///           likes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/format.hpp"

namespace streamlib::actors {

/// swscale flags of every conversion, in the words of the `ffmpeg` program.
inline constexpr const char* ffmpeg_scale_flags =
    "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact";

/// One video or audio stream of a file.
struct MediaStream {
    int index = -1;                    ///< Its number in the file.
    MediaKind kind = MediaKind::none;  ///< video or audio.
    std::string codec;                 ///< FFmpeg's name: "h264", "pcm_s16le".
    VideoFormat video{};       ///< What `copy()` writes; the nearest format the runtime knows.
    AudioFormat audio{};       ///< The same; `block_frames` as in `ReadOptions`.
    Nanoseconds duration = 0;  ///< 0: unknown.
};

struct ReadOptions {
    bool video = true;      ///< Decode a video stream, if there is one.
    bool audio = true;      ///< Decode an audio stream, if there is one.
    int video_stream = -1;  ///< Number in the file; -1: the best.
    int audio_stream = -1;
    /// Sample frames of an audio block; 0: a fiftieth of a second.
    std::uint32_t block_frames = 0;
    int threads = 1;  ///< Threads of a decoder, 1 … 64.
};

enum class ReadStatus : std::uint8_t {
    frame,   ///< One picture or one block of sound is decoded and can be copied.
    end,     ///< The stream is over, or what follows is damaged (`damaged()`).
    failed,  ///< `error()` says why; nothing more comes.
};

/// What `next()` found. Times count from the beginning of the file, whatever number its first
/// timestamp has.
struct DecodedBlock {
    Nanoseconds pts = 0;
    Nanoseconds duration = 0;
    std::uint64_t bytes = 0;   ///< Payload bytes that `copy()` writes.
    std::uint32_t frames = 0;  ///< Sample frames (audio); 1 for a picture.
};

/// Decodes one video and one audio stream of a file, each at its own pace.
class MediaReader {
public:
    virtual ~MediaReader() = default;
    /// Every video and audio stream of the file.
    [[nodiscard]] virtual const std::vector<MediaStream>& streams() const noexcept = 0;
    /// The stream of that kind which is decoded, or null.
    [[nodiscard]] virtual const MediaStream* chosen(MediaKind kind) const noexcept = 0;
    /// Decodes the next block of that kind; the one before it is dropped.
    virtual ReadStatus next(MediaKind kind, DecodedBlock& block) = 0;
    /// Writes the block that `next(kind)` found, in the announced format. `payload` has at least
    /// `block.bytes` bytes.
    virtual void copy(MediaKind kind, std::span<std::byte> payload) = 0;
    /// The next blocks are the first with pts >= `to` (sound: the block that holds it). 0 is always
    /// possible.
    virtual Result<> seek(Nanoseconds to) = 0;
    /// Packets and pictures that could not be decoded so far.
    [[nodiscard]] virtual std::uint64_t damaged() const noexcept = 0;
    [[nodiscard]] virtual const Error& error() const noexcept = 0;
};

struct WriteOptions {
    std::string path;  ///< Its extension picks the container: mkv, mov, wav, y4m.
    std::optional<VideoFormat> video;
    std::optional<AudioFormat> audio;  ///< At least one of the two.
    std::string video_codec;           ///< "" (lossless), "ffv1", "v210", "rawvideo", "h264".
    std::string audio_codec;           ///< "" (PCM as it comes), "pcm", "flac".
    int threads = 1;                   ///< Threads of an encoder, 1 … 64.
};

/// Writes one new file. What a SIGKILL leaves is readable up to about the last second.
class MediaWriter {
public:
    virtual ~MediaWriter() = default;  ///< Finishes the file if nobody did.
    /// One picture. `pts` counts from the beginning of the file and should grow; where it does not,
    /// the picture is put right behind its predecessor. False: failed for good, see `error()`.
    [[nodiscard]] virtual bool write_video(std::span<const std::byte> payload, Nanoseconds pts) = 0;
    [[nodiscard]] virtual bool write_audio(std::span<const std::byte> payload, std::uint32_t frames,
                                           Nanoseconds pts) = 0;
    /// Writes what is still held back and the index. Once; later calls return the same.
    virtual Result<> finish() = 0;
    [[nodiscard]] virtual const Error& error() const noexcept = 0;
};

/// Converts pictures between any two formats for which `VideoFormat::validate()` holds: size,
/// sampling, depth, layout, colorimetry and range. Interlaced pictures are converted field by
/// field. Nothing is deinterlaced, no rate is changed.
class VideoScaler {
public:
    virtual ~VideoScaler() = default;
    /// Payloads hold at least `bytes()` of their formats, 64-byte aligned, and do not overlap.
    virtual void convert(std::span<const std::byte> from, std::span<std::byte> to) = 0;
};

/// Makes PNG files: 8 bit where the format has 8, 16 bit else; RGB, RGBA or grey.
class ImageWriter {
public:
    virtual ~ImageWriter() = default;
    /// The bytes of a PNG file of the picture; valid until the next call.
    virtual Result<std::span<const std::byte>> encode(std::span<const std::byte> payload) = 0;
};

/// What the library exports, through one symbol.
struct FfmpegApi {
    static constexpr std::uint32_t current = 1;
    std::uint32_t version = current;  ///< Grows with any change in this header.
    Result<std::unique_ptr<MediaReader>> (*open_reader)(const std::string& path,
                                                        const ReadOptions&);
    /// Whether `create_writer` could do it, without touching the disk: names the legal choices if
    /// not.
    Result<> (*check_writer)(const WriteOptions&);
    /// Creates the file; `Errc::already_exists` where there is one. Never overwrites.
    Result<std::unique_ptr<MediaWriter>> (*create_writer)(const WriteOptions&);
    Result<std::unique_ptr<VideoScaler>> (*make_scaler)(const VideoFormat& from,
                                                        const VideoFormat& to);
    Result<std::unique_ptr<ImageWriter>> (*make_image_writer)(const VideoFormat& format);
    /// Where FFmpeg's own warnings and errors go, one line each; null (the default): nowhere. The
    /// process's, not an object's.
    void (*set_log)(void (*sink)(const char* line));
};

/// Opens the library, once a process, and returns its functions. The error names every place that
/// was tried.
[[nodiscard]] Result<const FfmpegApi*> ffmpeg_load();

}  // namespace streamlib::actors

/// The one symbol of libstreamlib_ffmpeg.so.
extern "C" const streamlib::actors::FfmpegApi* streamlib_ffmpeg_api() noexcept;
