// SPDX-License-Identifier: Apache-2.0
/// @file
/// One swscale conversion with the project's flags.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "actors/ffmpeg/av_ptr.hpp"
#include "runtime/format.hpp"

namespace streamlib::actors::av {

/// A picture as swscale sees it: what its samples are.
struct PictureKind {
    AVPixelFormat pixel = AV_PIX_FMT_NONE;
    int width = 0;
    int height = 0;
    AVColorSpace space = AVCOL_SPC_UNSPECIFIED;
    bool full_range = false;
    bool interlaced = false;
    friend bool operator==(const PictureKind&, const PictureKind&) = default;
};

/// … and where they lie.
struct Picture {
    std::array<std::uint8_t*, 4> data{};
    std::array<int, 4> stride{};
};

/// What a payload of `format` is. `format` has a pixel format of FFmpeg's.
[[nodiscard]] PictureKind kind_of(const VideoFormat& format) noexcept;
[[nodiscard]] PictureKind kind_of(const AVFrame& frame, bool interlaced) noexcept;
[[nodiscard]] Picture picture_in(const VideoFormat& format, std::span<std::byte> payload) noexcept;
/// swscale and encoders take pointers to non-const and do not write through them.
[[nodiscard]] Picture picture_in(const VideoFormat& format,
                                 std::span<const std::byte> payload) noexcept;
[[nodiscard]] Picture picture_in(const AVFrame& frame) noexcept;

class Conversion {
public:
    [[nodiscard]] static Result<Conversion> make(const PictureKind& from, const PictureKind& to);
    void run(const Picture& from, const Picture& to) noexcept;

private:
    Conversion() = default;
    std::array<ScalerPtr, 2> fields_;  ///< The picture; or its first and second field.
    int field_count_ = 1;
    int rows_ = 0;  ///< Source rows of a field.
};

}  // namespace streamlib::actors::av
