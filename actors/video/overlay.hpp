// SPDX-License-Identifier: Apache-2.0
/// @file
/// Overlay: burns a line of text, by default the timecode, into a picture.
///
/// Model     Each frame is copied once into the output's slot and drawn on there. The timecode is the time of day of the
///           frame's `origin` (capture), so it is the same wherever along a chain it is drawn; `show = "index"` writes the
///           tick index, `"none"` only `text`. With neither text nor a number the frame passes unchanged.
/// Cost      One copy of the picture and some microseconds. No allocation.
#pragma once

#include <array>
#include <optional>

#include "actors/digits.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class Overlay final : public Actor {
public:
    static constexpr const char* class_name = "Overlay";
    static constexpr const char* class_text = "Burns timecode or other text into pictures";

    Overlay() { default_trigger(Trigger::input); }
    [[nodiscard]] Result<> configure() override;
    void process(const Tick& tick) override;

    Input<VideoFrame> video{*this, "video", "Pictures"};
    Output<VideoFrame> out{*this, "video", "The same with text on them"};
    Property<std::string> text{
        *this, "text", "", {.text = "Written before the number; A-Z 0-9 : ; . - / +"}};
    Property<std::string> show{
        *this,
        "show",
        "timecode",
        {.text = "Number that is written", .choices = {"timecode", "index", "none"}}};
    Property<std::string> position{*this,
                                   "position",
                                   "bottom",
                                   {.text = "Where the line stands",
                                    .choices = {"top", "bottom", "top_left", "top_right",
                                                "bottom_left", "bottom_right", "centre"}}};
    Property<std::int64_t> scale{
        *this,
        "scale",
        0,
        {.text = "Pixels a dot of the 6 x 8 characters, even; 0: by the width",
         .unit = "px",
         .min = 0,
         .max = 128}};
    Property<bool> drop_frame{*this,
                              "drop_frame",
                              true,
                              {.text = "Drop-frame counting at 29.97 and 59.94 frames a second"}};
    Property<std::int64_t> tai_offset{
        *this,
        "tai_offset",
        37,
        {.text = "TAI less the clock that the timecode shows: 37 is UTC, 0 is TAI",
         .unit = "s",
         .min = -86400,
         .max = 86400}};

private:
    /// Writes the line's text; returns its length.
    [[nodiscard]] std::size_t compose() noexcept;
    void draw(std::byte* frame) noexcept;

    static constexpr std::size_t longest = 64;
    std::optional<TextPainter> painter_;
    std::array<char, longest> line_{};
    Rate rate_{};
};

}  // namespace streamlib::actors
