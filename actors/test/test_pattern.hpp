// SPDX-License-Identifier: Apache-2.0
/// @file
/// TestPattern: a video source that marks every frame, so that others can prove what became of it.
///
/// Model     One frame a tick (or as the format's own, lower rate falls due): RP 219 bars, a moving bar, the frame's
///           index in digits and burnt in (actors/test/burnt_index.hpp). The index is floor(TAI * rate), so a
///           restarted source goes on with the right number.
/// Cost      Paints into the ring's slot; see PatternPainter.
#pragma once

#include <optional>

#include "actors/test/pattern_painter.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class TestPattern final : public Actor {
public:
    static constexpr const char* class_name = "TestPattern";
    static constexpr const char* class_text =
        "Makes SMPTE RP 219 colour bars with a moving bar and the index of each frame in digits "
        "and "
        "in the top 8 rows";

    [[nodiscard]] Result<> configure() override;
    void process(const Tick& tick) override;

    Output<VideoFrame> video{*this, "video", "The pattern"};
    Property<std::string> format{
        *this,
        "format",
        "1920x1080 YCbCr-4:2:2 10",
        {.text = "Size, sampling, depth, layout; without a rate a frame a tick"}};
    Property<std::string> pattern{*this,
                                  "pattern",
                                  "bars",
                                  {.text = "What lies below the marks",
                                   .choices = {"bars", "ramp", "black", "grey", "white"}}};
    Property<std::string> patches{
        *this,
        "patches",
        "iq",
        {.text = "Second patches of the bars' lower rows: -I and +Q, or white and black",
         .choices = {"iq", "white_black"}}};
    Property<bool> bar{*this, "bar", true, {.text = "Whether a bar moves over the pattern"}};
    Property<bool> index{
        *this, "index", true, {.text = "Whether frames carry their index, burnt in and in digits"}};
    Property<std::int64_t> flash_every{
        *this,
        "flash_every",
        0,
        {.text = "Frames whose index is a multiple of this are white; 0: none",
         .unit = "frames",
         .min = 0,
         .max = 1e9}};
    Property<std::int64_t> count{
        *this,
        "count",
        0,
        {.text = "Ends after this many frames; 0: never", .unit = "frames", .min = 0}};
    Counter frames{*this, "frames", "Frames made"};

private:
    [[nodiscard]] Result<VideoFormat> read_format() const;
    std::optional<PatternPainter> painter_;
    std::uint64_t last_ = 0;
};

}  // namespace streamlib::actors
