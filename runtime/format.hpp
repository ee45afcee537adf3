// SPDX-License-Identifier: Apache-2.0
/// @file
/// What an output carries: exact, plain records that cross process boundaries as bytes.
///
/// Model     Trivially copyable values with fixed layout; equal bytes mean equal formats (padding is zeroed by
///           the constructors). Text form: `1920x1080 YCbCr-4:2:2 10 @60000/1001` with optional words after it.
/// Strides   pgroup rows follow each other without a gap (an ST 2110-20 sender reads them as they lie); v210 rows
///           are multiples of 128 bytes; all other rows multiples of 64. Bytes of a row after `row_bytes` mean nothing.
/// Words     Sampling, depth, colorimetry, RANGE as in ST 2110-20 clause 7; pgroup layouts clause 6.2.
/// Threads   Values.
/// Errors    `parse_*` return `Result` with the offending word and the legal ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"

namespace streamlib {

/// ST 2110-20 sampling systems the runtime knows, plus RGBA (with alpha; not on the wire).
enum class Sampling : std::uint8_t { ycbcr_444, ycbcr_422, ycbcr_420, rgb, rgba, key };

/// How samples lie in memory.
enum class Layout : std::uint8_t {
    planar,  ///< One plane a component. 8 bit: one byte a sample; 10, 12, 16 bit: little-endian 16-bit words, value in
    ///< the low bits. YCbCr plane order Y, Cb, Cr; RGB order G, B, R (FFmpeg's gbrp); key: one plane.
    packed,  ///< 4:2:2 8 bit: UYVY; 4:2:2 10 bit: v210; RGB 8 bit: R G B bytes; RGBA 8 bit: R G B A bytes; RGB(A) 16: LE words.
    pgroup,  ///< The octets of ST 2110-20 pgroups, rows without padding between pgroups.
};

enum class Interlace : std::uint8_t { progressive, interlaced, psf };
enum class Colorimetry : std::uint8_t { bt601, bt709, bt2020, bt2100, st2065_1, xyz, unspecified };
enum class Range : std::uint8_t { narrow, full, full_protect };

/// Most planes any layout has.
inline constexpr std::size_t max_planes = 4;

/// One plane of a frame inside its payload.
struct Plane {
    std::uint64_t offset = 0;        ///< Bytes from the start of the payload; 64-byte aligned.
    std::uint32_t stride_bytes = 0;  ///< Bytes from row to row (packed v210: multiple of 128).
    /// Rows of the plane; a 4:2:0 pgroup row holds two rows of the picture.
    std::uint32_t rows = 0;
    std::uint32_t row_bytes = 0;  ///< Bytes that carry samples in a row.
};

struct VideoFormat {
    std::uint32_t width = 0;   ///< Luma samples a row, 1 … 16384 (even for 4:2:2 and 4:2:0).
    std::uint32_t height = 0;  ///< Rows of a frame, 1 … 16384 (even for 4:2:0).
    Rate rate{};               ///< Frames a second, exact; {0,1} where unknown.
    Sampling sampling = Sampling::ycbcr_422;
    std::uint8_t depth = 8;  ///< Bits a sample: 8, 10, 12 or 16.
    Layout layout = Layout::planar;
    Interlace interlace = Interlace::progressive;
    Colorimetry colorimetry = Colorimetry::bt709;
    Range range = Range::narrow;
    std::array<std::uint8_t, 2> reserved{};
    friend bool operator==(const VideoFormat&, const VideoFormat&) = default;

    /// Number of planes, 1 … 4.
    [[nodiscard]] std::size_t plane_count() const noexcept;
    /// Place of plane `index` (< plane_count()). Pure arithmetic, no allocation.
    [[nodiscard]] Plane plane(std::size_t index) const noexcept;
    /// Payload bytes of one frame.
    [[nodiscard]] std::uint64_t bytes() const noexcept;
    /// Why no such picture can exist and what to change, or ok. Safe on bytes from another process.
    [[nodiscard]] Result<> validate() const;
};

/// Samples in the machine's byte order. s24in32: 24 bits in the low bits of a 32-bit word, sign-extended, -2^23 … 2^23 - 1.
enum class SampleType : std::uint8_t { s16, s24in32, s32, f32 };

/// Interleaved audio; a block is `frames` sample frames of `channels` samples.
struct AudioFormat {
    std::uint32_t rate = 48000;  ///< Sample frames a second.
    std::uint16_t channels = 2;  ///< 1 … 64.
    SampleType sample = SampleType::f32;
    std::uint8_t reserved = 0;       ///< 0.
    std::uint32_t block_frames = 0;  ///< Most sample frames in one block; sets the slot size.
    friend bool operator==(const AudioFormat&, const AudioFormat&) = default;
    [[nodiscard]] std::uint32_t sample_bytes() const noexcept;  ///< 2 or 4.
    [[nodiscard]] std::uint64_t bytes() const noexcept;         ///< Bytes of a full block.
    [[nodiscard]] Result<> validate() const;
};

/// Anything else, as bytes with a content type ("application/json", "text/plain").
struct DataFormat {
    std::array<char, 64> content_type{};  ///< Zero-terminated.
    std::uint32_t max_bytes = 4096;       ///< Most bytes of one block.
    friend bool operator==(const DataFormat&, const DataFormat&) = default;
    [[nodiscard]] std::uint64_t bytes() const noexcept { return max_bytes; }
};

enum class MediaKind : std::uint8_t { none, video, audio, data };

/// One of the three, as a plain record that fits a message and a ring header.
struct MediaFormat {
    MediaKind kind = MediaKind::none;
    std::array<std::uint8_t, 3> reserved{};
    VideoFormat video{};
    AudioFormat audio{};
    DataFormat data{};
    MediaFormat() = default;
    MediaFormat(const VideoFormat& v)
        : kind(MediaKind::video), video(v) {}  // NOLINT: a format is a format
    MediaFormat(const AudioFormat& a) : kind(MediaKind::audio), audio(a) {}  // NOLINT
    MediaFormat(const DataFormat& d) : kind(MediaKind::data), data(d) {}     // NOLINT
    friend bool operator==(const MediaFormat&, const MediaFormat&) = default;
    [[nodiscard]] std::uint64_t bytes() const noexcept;  ///< Payload bytes a slot needs.
};

static_assert(sizeof(VideoFormat) == 24 && sizeof(AudioFormat) == 12 && sizeof(DataFormat) == 68);
static_assert(sizeof(MediaFormat) == 108 && std::is_trivially_copyable_v<MediaFormat>);

/// Every legal triple of sampling, depth and layout, at size 0x0 and without a rate; a fixed order.
[[nodiscard]] std::vector<VideoFormat> known_video_layouts();

/// The record for bytes of `content_type` (at most 63 characters; longer is a broken contract).
[[nodiscard]] DataFormat data_format(std::string_view content_type, std::uint32_t max_bytes = 4096);

[[nodiscard]] std::string to_string(const VideoFormat&);
[[nodiscard]] std::string to_string(const AudioFormat&);
[[nodiscard]] std::string to_string(const DataFormat&);
[[nodiscard]] std::string to_string(const MediaFormat&);
[[nodiscard]] std::string_view to_string(MediaKind kind) noexcept;
[[nodiscard]] std::string_view to_string(Sampling sampling) noexcept;        ///< "YCbCr-4:2:2"
[[nodiscard]] std::string_view to_string(Layout layout) noexcept;            ///< "planar"
[[nodiscard]] std::string_view to_string(Interlace interlace) noexcept;      ///< "psf"
[[nodiscard]] std::string_view to_string(Colorimetry colorimetry) noexcept;  ///< "BT709"
[[nodiscard]] std::string_view to_string(Range range) noexcept;              ///< "NARROW"
[[nodiscard]] std::string_view to_string(SampleType sample) noexcept;        ///< "s24in32"
[[nodiscard]] std::string to_string(Rate rate);  ///< "60000/1001", "50".

/// `1920x1080 YCbCr-4:2:2 10 [@60000/1001] [planar|packed|pgroup] [interlaced|psf] [BT709…] [NARROW|FULL]`; words after the
/// size in any order and case. A word that is missing means the record's default (4:2:2, 8, planar, progressive, BT709,
/// NARROW, no rate). `uyvy` is `YCbCr-4:2:2 8 packed`, `v210` is `YCbCr-4:2:2 10 packed`, `4:2:2` is `YCbCr-4:2:2`.
/// Shorthands for size, scan and FRAME rate: `1080p59.94`, `2160p50`, `720p60`, `1080i25`, `1080psf25`.
[[nodiscard]] Result<VideoFormat> parse_video_format(std::string_view text);
/// `48000 2ch f32 [block=48]`, words in any order after the rate; `48k` is 48000, `mono` and `stereo` are channels,
/// samples are s16, s24in32, s32, f32. Without `block` a block is 1 ms (ST 2110-30), rounded up.
[[nodiscard]] Result<AudioFormat> parse_audio_format(std::string_view text);
/// "60000/1001", "50", "59.94" (the NTSC decimals 23.98, 23.976, 29.97, 47.95, 59.94, 119.88 mean their exact rates), "25.5"
/// (51/2). In lowest terms, above 0 and at most 1 000 000 Hz.
[[nodiscard]] Result<Rate> parse_rate(std::string_view text);

/// Why an input that expects `wanted` cannot take `given` ("depth 8 where 10 is wanted"); empty if it can. In `wanted` the
/// kind none takes anything, and size, rates, channels and block_frames of 0 and an empty content type mean "any"; block_frames
/// and max_bytes are upper bounds.
[[nodiscard]] std::string describe_difference(const MediaFormat& given, const MediaFormat& wanted);

/// The built-in class that turns `given` into `wanted` ("ColorConvert"); empty where there is none or none is needed.
[[nodiscard]] std::string_view converting_class(const MediaFormat& given,
                                                const MediaFormat& wanted);

}  // namespace streamlib
