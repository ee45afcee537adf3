// SPDX-License-Identifier: Apache-2.0
#include "actors/test/burnt_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "actors/colour.hpp"
#include "actors/test/bars.hpp"

namespace streamlib::actors {
namespace {

struct Frame {
    explicit Frame(const VideoFormat& f) : format(f), bytes(f.bytes()) {}
    explicit Frame(const std::string& text) : Frame(*parse_video_format(text)) {}
    [[nodiscard]] Picture picture() { return {format, bytes.data()}; }
    VideoFormat format;
    std::vector<std::byte> bytes;
};

Frame marked(const std::string& text, std::uint64_t index) {
    Frame frame(text);
    render_bars(frame.picture());
    write_burnt_index(frame.picture(), index);
    return frame;
}

const std::uint64_t samples[] = {0, 1, 0x55, 106'859'123'456, 0xaaaaaaaaaaaaaa, burnt_index_mask};

/// Means over boxes, as a plain scaler makes them; also repeats where it enlarges.
Frame scaled(Frame& from, const std::string& size) {
    VideoFormat f = from.format;
    const VideoFormat target = *parse_video_format(size);
    f.width = target.width;
    f.height = target.height;
    Frame to(f);
    const Picture in = from.picture();
    Picture out = to.picture();
    for (std::size_t c = 0; c < in.components(); ++c)
        for (std::uint32_t y = 0; y < out.height(c); ++y)
            for (std::uint32_t x = 0; x < out.width(c); ++x) {
                const std::uint32_t x0 = x * in.width(c) / out.width(c);
                const std::uint32_t y0 = y * in.height(c) / out.height(c);
                const std::uint32_t x1 = std::max(x0 + 1, (x + 1) * in.width(c) / out.width(c));
                const std::uint32_t y1 = std::max(y0 + 1, (y + 1) * in.height(c) / out.height(c));
                std::uint32_t sum = 0;
                for (std::uint32_t yy = y0; yy < y1; ++yy)
                    for (std::uint32_t xx = x0; xx < x1; ++xx) sum += in.get(c, xx, yy);
                out.set(c, x, y, sum / ((x1 - x0) * (y1 - y0)));
            }
    return to;
}

void add_noise(Picture p, int amplitude, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> noise(-amplitude, amplitude);
    for (std::size_t c = 0; c < p.components(); ++c)
        for (std::uint32_t y = 0; y < p.height(c); ++y)
            for (std::uint32_t x = 0; x < p.width(c); ++x)
                p.set(c, x, y,
                      static_cast<std::uint32_t>(
                          std::clamp(static_cast<int>(p.get(c, x, y)) + noise(random), 0,
                                     static_cast<int>(p.max_code()))));
}

TEST(BurntIndex, is_64_cells_most_significant_bit_first_with_crc_8) {
    // CRC-8/I-432-1 of the nine digits "123456789" is 0xa1; of seven bytes, worked out by hand:
    EXPECT_EQ(burnt_cells(0), 0x55U);
    EXPECT_EQ(burnt_cells(1), 0x100U | (0x07 ^ 0x55));
    EXPECT_EQ(burnt_cells(0x1ffffffffffffff), burnt_cells(burnt_index_mask));
    Frame frame = marked("640x360 YCbCr-4:2:2 10", 1);
    // Cells are 10 wide: bit 56 (index 1) is cell 55, the CRC 0x52 = 01010010 the last eight.
    const std::string tail = "101010010";
    for (std::uint32_t i = 0; i < 64; ++i) {
        const bool one = i >= 55 && tail[i - 55] == '1';
        for (const std::uint32_t x : {i * 10, i * 10 + 9})
            for (const std::uint32_t y : {0U, 7U})
                EXPECT_EQ(frame.picture().get(0, x, y), one ? 940U : 64U) << i;
    }
    EXPECT_EQ(frame.picture().get(1, 5, 3), 512U);
    EXPECT_NE(frame.picture().get(0, 100, 8), 64U);  // The ninth row is the pattern's.
}

TEST(BurntIndex, comes_back_from_every_layout_and_range) {
    for (VideoFormat f : known_video_layouts())
        for (const Range range : {Range::narrow, Range::full, Range::full_protect}) {
            f.width = 192;
            f.height = 16;
            f.range = range;
            Frame frame(f);
            for (const std::uint64_t index : samples) {
                write_burnt_index(frame.picture(), index);
                ASSERT_EQ(read_burnt_index(frame.picture()), index) << to_string(f);
            }
        }
}

TEST(BurntIndex, comes_back_from_every_width) {
    for (std::uint32_t width = 128; width <= 2048; width += width < 300 ? 2 : 38) {
        Frame frame = marked(std::to_string(width) + "x8 YCbCr-4:2:0 8", 0x123456789abcd);
        ASSERT_EQ(read_burnt_index(frame.picture()), 0x123456789abcdU) << width;
    }
}

TEST(BurntIndex, survives_noise) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const std::uint64_t index = 0x1234567 * (seed + 1);
        Frame eight = marked("1920x16 YCbCr-4:2:0 8", index);
        add_noise(eight.picture(), 30, seed);
        ASSERT_EQ(read_burnt_index(eight.picture()), index) << seed;
        Frame small = marked("128x8 YCbCr-4:2:0 8", index);
        add_noise(small.picture(), 30, seed);
        ASSERT_EQ(read_burnt_index(small.picture()), index) << seed;
    }
}

TEST(BurntIndex, survives_scaling_and_noise) {
    for (const std::uint64_t index : samples)
        for (const char* size : {"1280x720", "960x540", "768x432", "640x360", "480x270", "384x216",
                                 "1024x1080", "1918x1080", "2560x1440", "3840x2160", "720x576"}) {
            Frame frame = marked("1920x1080 YCbCr-4:2:0 8", index);
            Frame smaller = scaled(frame, size);
            EXPECT_EQ(read_burnt_index(smaller.picture()), index) << size;
            add_noise(smaller.picture(), 20, 1);
            EXPECT_EQ(read_burnt_index(smaller.picture()), index) << size;
        }
}

TEST(BurntIndex, survives_a_change_of_contrast) {
    Frame frame = marked("1920x16 YCbCr-4:2:2 10", 987654321);
    Picture p = frame.picture();
    for (std::uint32_t y = 0; y < 16; ++y)
        for (std::uint32_t x = 0; x < 1920; ++x) p.set(0, x, y, 200 + p.get(0, x, y) / 2);
    EXPECT_EQ(read_burnt_index(p), 987654321U);
}

TEST(BurntIndex, is_not_found_where_there_is_none) {
    for (const char* text :
         {"1920x1080 YCbCr-4:2:2 10", "1920x1080 RGB 8", "720x576 YCbCr-4:2:0 8"}) {
        Frame frame(text);
        EXPECT_FALSE(read_burnt_index(frame.picture())) << text;  // all zero
        for (const double level : {0.0, 0.5, 1.0}) {
            render_flat(frame.picture(), level);
            EXPECT_FALSE(read_burnt_index(frame.picture())) << text;
        }
        render_bars(frame.picture());
        EXPECT_FALSE(read_burnt_index(frame.picture())) << text;
        render_ramp(frame.picture());
        EXPECT_FALSE(read_burnt_index(frame.picture())) << text;
    }
}

TEST(BurntIndex, random_pictures_hardly_ever_pass) {
    std::mt19937 random(1);
    int passed = 0;
    Frame frame("640x16 YCbCr-4:2:0 8");
    for (int i = 0; i < 500; ++i) {
        for (std::byte& b : frame.bytes) b = static_cast<std::byte>(random());
        passed += read_burnt_index(frame.picture()) ? 1 : 0;
    }
    EXPECT_EQ(passed, 0);
}

TEST(BurntIndex, a_flipped_cell_is_noticed) {
    for (int bit = 0; bit < 64; ++bit)
        EXPECT_FALSE(index_of_cells(burnt_cells(106'859'123'456) ^ (std::uint64_t{1} << bit)));
}

TEST(BurntIndex, pictures_that_are_too_small_carry_none) {
    for (const char* text : {"126x64 YCbCr-4:2:0 8", "640x6 YCbCr-4:2:0 8"}) {
        Frame frame(text);
        write_burnt_index(frame.picture(), 5);
        EXPECT_TRUE(
            std::ranges::all_of(frame.bytes, [](std::byte b) { return b == std::byte{0}; }));
        EXPECT_FALSE(read_burnt_index(frame.picture()));
    }
}

}  // namespace
}  // namespace streamlib::actors
