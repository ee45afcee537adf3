// SPDX-License-Identifier: Apache-2.0
#include "actors/picture.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace streamlib::actors {
namespace {

/// A frame in guarded memory: bytes outside the payload must stay as they are.
class Frame {
public:
    explicit Frame(const VideoFormat& f)
        : format(f), memory(f.bytes() + 2 * guard, std::byte{0xa5}) {}
    [[nodiscard]] Picture picture() { return {format, memory.data() + guard}; }
    [[nodiscard]] std::byte* bytes() { return memory.data() + guard; }
    [[nodiscard]] bool guards_hold() const {
        for (std::size_t i = 0; i < guard; ++i)
            if (memory[i] != std::byte{0xa5} || memory[memory.size() - 1 - i] != std::byte{0xa5})
                return false;
        return true;
    }
    VideoFormat format;

private:
    static constexpr std::size_t guard = 64;
    std::vector<std::byte> memory;
};

VideoFormat parsed(const char* text) {
    auto f = parse_video_format(text);
    EXPECT_TRUE(f) << text;
    return *f;
}

std::vector<VideoFormat> all_layouts(std::uint32_t width, std::uint32_t height) {
    std::vector<VideoFormat> all = known_video_layouts();
    for (VideoFormat& f : all) {
        f.width = width;
        f.height = height;
        EXPECT_TRUE(f.validate()) << to_string(f);
    }
    return all;
}

void fill_random(Picture picture, unsigned seed) {
    std::mt19937 random(seed);
    for (std::size_t c = 0; c < picture.components(); ++c)
        for (std::uint32_t y = 0; y < picture.height(c); ++y)
            for (std::uint32_t x = 0; x < picture.width(c); ++x)
                picture.set(c, x, y, static_cast<std::uint32_t>(random()) & picture.max_code());
}

void expect_random(const PictureView& picture, unsigned seed, const std::string& what) {
    std::mt19937 random(seed);
    for (std::size_t c = 0; c < picture.components(); ++c)
        for (std::uint32_t y = 0; y < picture.height(c); ++y)
            for (std::uint32_t x = 0; x < picture.width(c); ++x)
                ASSERT_EQ(picture.get(c, x, y),
                          static_cast<std::uint32_t>(random()) & picture.max_code())
                    << what << " component " << c << " at " << x << "," << y;
}

TEST(Picture, every_sample_of_every_layout_has_a_place_of_its_own) {
    for (const VideoFormat& f : all_layouts(52, 6)) {
        Frame frame(f);
        fill_random(frame.picture(), 7);
        expect_random(frame.picture(), 7, to_string(f));
        EXPECT_TRUE(frame.guards_hold()) << to_string(f);
    }
}

TEST(Picture, rows_read_as_their_samples_do) {
    for (const VideoFormat& f : all_layouts(48, 4)) {
        Frame from(f);
        Frame to(f);
        fill_random(from.picture(), 3);
        std::vector<std::uint16_t> row(48);
        for (std::size_t c = 0; c < from.picture().components(); ++c)
            for (std::uint32_t y = 0; y < from.picture().height(c); ++y) {
                from.picture().read_row(c, y, row.data());
                to.picture().write_row(c, y, row.data());
            }
        expect_random(to.picture(), 3, to_string(f));
    }
}

TEST(Picture, packs_pgroups_as_st_2110_20_does) {
    Frame frame(parsed("2x2 YCbCr-4:2:2 10 pgroup"));
    Picture p = frame.picture();
    p.set(1, 0, 0, 0x2aa);  // Cb
    p.set(0, 0, 0, 0x155);  // Y0
    p.set(2, 0, 0, 0x3c3);  // Cr
    p.set(0, 1, 0, 0x0f0);  // Y1
    // 1010101010 0101010101 1111000011 0011110000
    const unsigned octets[] = {0xaa, 0x95, 0x5f, 0x0c, 0xf0};
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(std::to_integer<unsigned>(frame.bytes()[i]), octets[i]) << i;
}

TEST(Picture, packs_12_and_16_bit_pgroups_big_endian) {
    Frame twelve(parsed("2x1 RGB 12 pgroup"));
    for (std::uint32_t i = 0; i < 6; ++i) twelve.picture().set(i % 3, i / 3, 0, 0x123 + 0x111 * i);
    const unsigned octets[] = {0x12, 0x32, 0x34, 0x34, 0x54, 0x56, 0x56, 0x76, 0x78};
    for (std::size_t i = 0; i < 9; ++i)
        EXPECT_EQ(std::to_integer<unsigned>(twelve.bytes()[i]), octets[i]) << i;
    Frame sixteen(parsed("1x1 YCbCr-4:4:4 16 pgroup"));
    sixteen.picture().set_pixel(0, 0, {0x1234, 0x5678, 0x9abc, 0});
    const unsigned order[] = {0x56, 0x78, 0x12, 0x34, 0x9a, 0xbc};  // Cb Y Cr
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_EQ(std::to_integer<unsigned>(sixteen.bytes()[i]), order[i]) << i;
}

TEST(Picture, packs_4_2_0_pgroups_in_two_rows) {
    Frame frame(parsed("2x2 YCbCr-4:2:0 8 pgroup"));
    Picture p = frame.picture();
    p.set(0, 0, 0, 1);
    p.set(0, 1, 0, 2);
    p.set(0, 0, 1, 3);
    p.set(0, 1, 1, 4);
    p.set(1, 0, 0, 5);
    p.set(2, 0, 0, 6);
    for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(std::to_integer<unsigned>(frame.bytes()[i]), i + 1);
}

TEST(Picture, packs_v210_in_little_endian_words) {
    Frame frame(parsed("6x1 v210"));
    Picture p = frame.picture();
    const std::uint32_t luma[] = {1, 2, 3, 4, 5, 6};
    for (std::uint32_t x = 0; x < 6; ++x) p.set(0, x, 0, luma[x]);
    for (std::uint32_t x = 0; x < 3; ++x) {
        p.set(1, x, 0, 100 + x);
        p.set(2, x, 0, 200 + x);
    }
    // Cb0 Y0 Cr0, Y1 Cb1 Y2, Cr1 Y3 Cb2, Y4 Cr2 Y5
    const std::uint32_t samples[4][3] = {{100, 1, 200}, {2, 101, 3}, {201, 4, 102}, {5, 202, 6}};
    for (std::size_t w = 0; w < 4; ++w) {
        std::uint32_t word = 0;
        for (std::size_t b = 0; b < 4; ++b)
            word |= std::to_integer<std::uint32_t>(frame.bytes()[w * 4 + b]) << 8 * b;
        EXPECT_EQ(word & 0x3fffffff, samples[w][0] | samples[w][1] << 10 | samples[w][2] << 20);
    }
}

TEST(Picture, packed_and_planar_orders_are_those_of_the_documents) {
    Frame uyvy(parsed("2x1 uyvy"));
    uyvy.picture().set_pixel(0, 0, {10, 20, 30, 0});
    uyvy.picture().set_pixel(1, 0, {11, 99, 99, 0});
    const unsigned order[] = {20, 10, 30, 11};
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_EQ(std::to_integer<unsigned>(uyvy.bytes()[i]), order[i]);
    Frame rgb(parsed("1x1 RGBA 8 packed"));
    rgb.picture().set_pixel(0, 0, {1, 2, 3, 4});
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(std::to_integer<unsigned>(rgb.bytes()[i]), i + 1);
    Frame planes(parsed("1x1 RGBA 8"));
    planes.picture().set_pixel(0, 0, {1, 2, 3, 4});
    const unsigned gbra[] = {2, 3, 1, 4};
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_EQ(std::to_integer<unsigned>(planes.bytes()[planes.format.plane(i).offset]),
                  gbra[i]);
}

TEST(Picture, copies_columns_and_rows_of_every_layout) {
    for (const VideoFormat& f : all_layouts(64, 8)) {
        Frame from(f);
        Frame to(f);
        fill_random(from.picture(), 5);
        Picture target = to.picture();
        // The whole, in three vertical pieces, the last one to an edge that is no multiple of 12.
        target.copy_from(from.picture(), 0, 0, 0, 0, 24, 8);
        target.copy_from(from.picture(), 24, 0, 24, 0, 12, 8);
        target.copy_from(from.picture(), 36, 0, 36, 0, 28, 8);
        expect_random(target, 5, to_string(f));
        EXPECT_TRUE(to.guards_hold());
    }
}

TEST(Picture, a_copied_rectangle_lands_where_it_should_and_touches_nothing_else) {
    for (const VideoFormat& f : all_layouts(72, 8)) {
        VideoFormat small = f;
        small.width = 12;
        small.height = 2;
        Frame tile(small);
        tile.picture().fill(0, 0, 12, 2, {100, 101, 102, 103});
        Frame frame(f);
        Picture p = frame.picture();
        p.fill(0, 0, 72, 8, {1, 2, 3, 4});
        p.copy_from(tile.picture(), 0, 0, 24, 4, 12, 2);
        for (std::uint32_t y = 0; y < 8; ++y)
            for (std::uint32_t x = 0; x < 72; ++x) {
                const bool inside = x >= 24 && x < 36 && y >= 4 && y < 6;
                ASSERT_EQ(p.get(0, x, y), inside ? 100U : 1U) << to_string(f) << x << "," << y;
            }
        for (std::size_t c = 1; c < p.components(); ++c)
            for (std::uint32_t y = 0; y < p.height(c); ++y)
                for (std::uint32_t x = 0; x < p.width(c); ++x) {
                    const std::uint32_t px = x * 72 / p.width(c);
                    const std::uint32_t py = y * 8 / p.height(c);
                    const bool inside = px >= 24 && px < 36 && py >= 4 && py < 6;
                    ASSERT_EQ(p.get(c, x, y), c + (inside ? 100U : 1U)) << to_string(f);
                }
    }
}

TEST(Picture, repeats_rows_down_to_the_end_and_no_further) {
    for (const VideoFormat& f : all_layouts(24, 12)) {
        Frame frame(f);
        Picture p = frame.picture();
        p.fill(0, 0, 24, 12, {1, 2, 3, 4});
        p.fill(0, 4, 24, 2, {50, 51, 52, 53});
        p.repeat_rows(4, 10);
        for (std::uint32_t y = 0; y < 12; ++y)
            ASSERT_EQ(p.get(0, 11, y), y >= 4 && y < 10 ? 50U : 1U) << to_string(f) << " row " << y;
        for (std::size_t c = 1; c < p.components(); ++c)
            for (std::uint32_t y = 0; y < p.height(c); ++y) {
                const std::uint32_t row = y * 12 / p.height(c);
                ASSERT_EQ(p.get(c, 5, y), c + (row >= 4 && row < 10 ? 50U : 1U)) << to_string(f);
            }
    }
}

}  // namespace
}  // namespace streamlib::actors
