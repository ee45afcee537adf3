// SPDX-License-Identifier: Apache-2.0
#include "actors/video/overlay.hpp"

#include <gtest/gtest.h>

#include "actors/test/bars.hpp"
#include "runtime/clock/tick_math.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::vector<std::byte> bars(const VideoFormat& f) {
    std::vector<std::byte> bytes(f.bytes());
    render_bars(Picture(f, bytes.data()));
    return bytes;
}

/// 2026-11-22 10:11:12 UTC and the 13th frame after it, at 25 a second.
constexpr TaiTime moment{(20'779LL * 86400 + 10 * 3600 + 11 * 60 + 12 + 37) * second +
                         13 * second / 25};

class OverlayOf25 : public testing::Test {
protected:
    void start(const std::string& text = "640x360 YCbCr-4:2:2 10 pgroup @25") {
        format = *parse_video_format(text);
        h.link("video", format);
        const auto configured = h.configure();
        ASSERT_TRUE(configured) << configured.error().text;
        ASSERT_TRUE(h.start());
    }
    SeenBlock run(TaiTime origin = moment) {
        h.feed("video", bars(format), origin);
        h.tick();
        return h.latest("video");
    }
    /// The source picture with `text` at x, y as it should be.
    [[nodiscard]] std::vector<std::byte> expected(std::string_view text, std::uint32_t scale,
                                                  std::uint32_t x, std::uint32_t y) const {
        std::vector<std::byte> bytes = bars(format);
        draw_text(Picture(format, bytes.data()), x / 12 * 12, y / 2 * 2, scale, text);
        return bytes;
    }
    VideoFormat format;
    ActorHarness h{std::make_unique<Overlay>(), {25, 1}};
};

TEST_F(OverlayOf25, writes_the_time_of_day_of_capture) {
    start();
    const SeenBlock block = run();
    EXPECT_EQ(to_string(h.format("video")), to_string(format));
    EXPECT_TRUE(block.payload == expected("10:11:12:13", 2, (640 - 132) / 2, 360 - 16 - 36));
}

TEST_F(OverlayOf25, works_in_every_layout) {
    for (VideoFormat f : known_video_layouts()) {
        f.width = 240;
        f.height = 64;
        f.rate = {25, 1};
        ActorHarness each(std::make_unique<Overlay>(), {25, 1});
        each.link("video", f);
        ASSERT_TRUE(each.configure() && each.start());
        each.feed("video", bars(f), moment);
        each.tick();
        format = f;
        EXPECT_TRUE(each.latest("video").payload ==
                    expected("10:11:12:13", 2, (240 - 132) / 2, 64 - 16 - 6))
            << to_string(f);
    }
}

TEST_F(OverlayOf25, passes_origin_time_index_and_flags_through) {
    start();
    const Tick tick = h.next_tick();
    h.feed("video", bars(format), moment, ipc::block_incomplete);
    h.tick();
    const SeenBlock block = h.latest("video");
    EXPECT_EQ(block.header.origin_ns, moment.ns);
    EXPECT_EQ(block.header.time_ns, tick.time.ns);
    EXPECT_EQ(block.header.tick_index, tick.index);
    EXPECT_EQ(block.header.flags, ipc::block_incomplete);
}

TEST_F(OverlayOf25, shows_every_frame_once) {
    start();
    for (int i = 0; i < 3; ++i) h.feed("video", bars(format), moment);
    h.tick();
    EXPECT_EQ(h.take("video").size(), 3U);
    h.end("video");
    h.tick();
    EXPECT_TRUE(h.output_ended("video"));
}

TEST_F(OverlayOf25, with_nothing_to_write_changes_no_byte) {
    ASSERT_TRUE(h.set("show", "none"));
    start();
    EXPECT_TRUE(run().payload == bars(format));
}

TEST_F(OverlayOf25, writes_text_before_the_number_where_it_is_told) {
    ASSERT_TRUE(h.set("text", "Cam 1"));
    ASSERT_TRUE(h.set("position", "top_left"));
    ASSERT_TRUE(h.set("scale", "4"));
    start("1280x720 YCbCr-4:2:0 8 @25");
    EXPECT_TRUE(run().payload == expected("CAM 1 10:11:12:13", 4, 64, 72));
}

TEST_F(OverlayOf25, writes_the_tick_index) {
    ASSERT_TRUE(h.set("show", "index"));
    start();
    h.jump_to(123456);
    EXPECT_TRUE(run().payload == expected("123456", 2, (640 - 72) / 2, 360 - 16 - 36));
}

TEST_F(OverlayOf25, can_show_another_clock) {
    ASSERT_TRUE(h.set("tai_offset", "-3563"));  // UTC + 1 h
    start();
    EXPECT_TRUE(run().payload == expected("11:11:12:13", 2, (640 - 132) / 2, 360 - 16 - 36));
}

TEST_F(OverlayOf25, small_pictures_are_cut_and_never_written_past) {
    start("16x8 YCbCr-4:2:2 10 @25");
    EXPECT_TRUE(run().payload == bars(format));
}

TEST(Overlay, counts_drop_frame_at_59_94) {
    const VideoFormat f = *parse_video_format("640x360 YCbCr-4:2:0 8 @60000/1001");
    ActorHarness h(std::make_unique<Overlay>(), {60000, 1001});
    h.link("video", f);
    ASSERT_TRUE(h.configure() && h.start());
    // The first frame after one minute past midnight (UTC) is number 4.
    const TaiTime minute{(20'779LL * 86400 + 37) * second + 3600LL * 1001 * second / 60000 + 1};
    h.feed("video", bars(f), minute);
    h.tick();
    std::vector<std::byte> wanted = bars(f);
    draw_text(Picture(f, wanted.data()), 252, 308, 2, "00:01:00;04");
    EXPECT_TRUE(h.latest("video").payload == wanted);
}

TEST(Overlay, refuses_text_that_is_too_long) {
    ActorHarness h(std::make_unique<Overlay>());
    h.link("video", *parse_video_format("640x360 @60"));
    ASSERT_TRUE(h.set("text", std::string(41, 'x')));
    const auto result = h.configure();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text, "text: at most 40 characters");
}

}  // namespace
}  // namespace streamlib::actors
