// SPDX-License-Identifier: Apache-2.0
/// @file
/// ColorConvert: pictures in another format and size.
///
/// Model     `format` names what is wanted; what it does not name stays as the input has it, but
///           that a layout which is not named is planar, and RGB is full range (swscale knows no
///           other). Every picture of the input is converted once, in order, straight into the
///           output's slot; `origin` is carried through.
/// Bytes     swscale with `ffmpeg_scale_flags` (actors/ffmpeg.hpp): the bytes are those of
///           `ffmpeg -vf scale=W:H:flags=…,format=…`. Where only the layout changes, no bit does, and
///           actors/pgroup.hpp does it without FFmpeg.
///           YCbCr of an unspecified colorimetry is taken as BT.601, as FFmpeg does.
/// Errors    configure(): a format that cannot be; interlaced to progressive (nothing is
///           deinterlaced); another rate.
#pragma once

#include <memory>
#include <optional>

#include "actors/ffmpeg.hpp"
#include "actors/pgroup.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

/// `text` over `input`: the words of a video format in any order, each optional ("YCbCr-4:2:0 8",
/// "1280x720", "RGB FULL").
[[nodiscard]] Result<VideoFormat> format_over(const VideoFormat& input, const std::string& text);

class ColorConvert final : public Actor {
public:
    static constexpr const char* class_name = "ColorConvert";
    static constexpr const char* class_text =
        "Converts pictures between any two formats and sizes (swscale)";

    ColorConvert();
    Result<> configure() override;
    void process(const Tick& tick) override;

    Input<VideoFrame> in{*this, "video", "Pictures in any format"};
    Output<VideoFrame> out{*this, "video", "The same pictures in `format`"};

    Property<std::string> format{
        *this,
        "format",
        "YCbCr-4:2:2 8",
        {.text = "Words of a video format: size, sampling, depth, layout, colorimetry, range; "
                 "those left out stay as they are, an unnamed layout is planar"}};

    Counter pictures{*this, "pictures", "Pictures converted"};

private:
    std::optional<st2110::PgroupConverter> repack_;  ///< Where only the layout changes.
    std::unique_ptr<VideoScaler> scaler_;            ///< Else.
};

}  // namespace streamlib::actors
