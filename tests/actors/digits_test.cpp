// SPDX-License-Identifier: Apache-2.0
#include "actors/digits.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "actors/colour.hpp"

namespace streamlib::actors {
namespace {

struct Frame {
    explicit Frame(const VideoFormat& f) : format(f), bytes(f.bytes()) {
        picture().fill(0, 0, f.width, f.height, codes_of(grey(0.5), f));
    }
    [[nodiscard]] Picture picture() { return {format, bytes.data()}; }
    VideoFormat format;
    std::vector<std::byte> bytes;
};

VideoFormat sized(VideoFormat f, std::uint32_t width, std::uint32_t height) {
    f.width = width;
    f.height = height;
    return f;
}

TEST(Font, every_character_has_a_shape_of_its_own) {
    std::set<std::string> shapes;
    const std::string all = "0123456789:;.-/+ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (const char c : all) {
        std::string shape;
        for (std::uint32_t row = 0; row < cell_dots_high; ++row)
            for (std::uint32_t column = 0; column < cell_dots_wide; ++column)
                shape += font_dot(c, column, row) ? '#' : '.';
        EXPECT_NE(shape.find('#'), std::string::npos) << c;
        EXPECT_TRUE(shapes.insert(shape).second) << c;
    }
}

TEST(Font, characters_keep_apart) {
    for (int c = 0; c < 128; ++c)
        for (std::uint32_t i = 0; i < 8; ++i) {
            EXPECT_FALSE(font_dot(static_cast<char>(c), 5, i));
            EXPECT_FALSE(font_dot(static_cast<char>(c), i, 7));
        }
}

TEST(Font, small_letters_are_capitals_and_unknown_ones_blank) {
    for (std::uint32_t row = 0; row < 8; ++row)
        for (std::uint32_t column = 0; column < 6; ++column) {
            EXPECT_EQ(font_dot('a', column, row), font_dot('A', column, row));
            EXPECT_FALSE(font_dot('~', column, row));
        }
}

TEST(TextPainter, draws_what_draw_text_draws_in_every_layout) {
    for (const VideoFormat& layout : known_video_layouts()) {
        const VideoFormat f = sized(layout, 264, 40);
        Frame fast(f);
        Frame slow(f);
        const TextPainter painter(f, 2);
        EXPECT_EQ(painter.cell_width(), 12U);
        painter.draw(fast.picture(), 30, 11, "10:59:59;29 AZ");
        draw_text(slow.picture(), 24, 10, 2, "10:59:59;29 AZ");
        EXPECT_TRUE(fast.bytes == slow.bytes) << to_string(f);
    }
}

TEST(TextPainter, is_white_on_black_and_touches_only_its_box) {
    const VideoFormat f = *parse_video_format("240x40 YCbCr-4:2:2 10 pgroup");
    Frame frame(f);
    const TextPainter painter(f, 4);
    painter.draw(frame.picture(), 24, 4, "1");
    const PictureView p = frame.picture();
    const std::uint32_t middle = codes_of(grey(0.5), f)[0];
    for (std::uint32_t y = 0; y < 40; ++y)
        for (std::uint32_t x = 0; x < 240; ++x) {
            const bool inside = x >= 24 && x < 48 && y >= 4 && y < 36;
            std::uint32_t expected = middle;
            if (inside) expected = font_dot('1', (x - 24) / 4, (y - 4) / 4) ? 940 : 64;
            ASSERT_EQ(p.get(0, x, y), expected) << x << "," << y;
        }
}

TEST(TextPainter, cuts_what_does_not_fit) {
    const VideoFormat f = *parse_video_format("64x20 YCbCr-4:2:0 8");
    Frame whole(f);
    Frame cut(f);
    const TextPainter painter(f, 2);
    painter.draw(whole.picture(), 0, 0, "12345");
    painter.draw(cut.picture(), 0, 0, "1234567890");
    EXPECT_TRUE(whole.bytes == cut.bytes);
    Frame low(f);
    painter.draw(low.picture(), 0, 6, "1");  // 16 rows do not fit below row 6.
    EXPECT_TRUE(low.bytes == Frame(f).bytes);
}

TEST(TextPainter, odd_scales_become_even) {
    const VideoFormat f = *parse_video_format("640x360 YCbCr-4:2:0 8");
    EXPECT_EQ(TextPainter(f, 3).cell_width(), 24U);
    EXPECT_EQ(TextPainter(f, 0).cell_width(), 12U);
    EXPECT_EQ(text_scale(1920, 12), 8U);
    EXPECT_EQ(text_scale(128, 12), 2U);
}

}  // namespace
}  // namespace streamlib::actors
