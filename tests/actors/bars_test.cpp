// SPDX-License-Identifier: Apache-2.0
#include "actors/test/bars.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "actors/colour.hpp"

namespace streamlib::actors {
namespace {

struct Rendered {
    explicit Rendered(const char* text, Patches patches = Patches::iq)
        : format(*parse_video_format(text)), bytes(format.bytes()) {
        render_bars(Picture(format, bytes.data()), patches);
    }
    [[nodiscard]] PictureView view() const { return {format, bytes.data()}; }
    [[nodiscard]] std::array<std::uint32_t, 3> at(std::uint32_t x, std::uint32_t y) const {
        const PictureView p = view();
        const std::uint32_t cx = x * p.width(1) / p.width();
        const std::uint32_t cy = y * p.height(1) / p.height();
        return {p.get(0, x, y), p.get(1, cx, cy), p.get(2, cx, cy)};
    }
    VideoFormat format;
    std::vector<std::byte> bytes;
};

using Triple = std::array<std::uint32_t, 3>;

struct Expected {
    std::uint32_t x, y;  // The middle of a patch in 1920 x 1080.
    const char* name;
    Triple ten, twelve;
};

// Code values as SMPTE RP 219-1 and 219-2 tabulate them for BT.709.
const Expected table[] = {
    {120, 300, "40 % grey", {414, 512, 512}, {1658, 2048, 2048}},
    {342, 300, "75 % white", {721, 512, 512}, {2884, 2048, 2048}},
    {548, 300, "75 % yellow", {674, 176, 543}, {2694, 704, 2171}},
    {754, 300, "75 % cyan", {581, 589, 176}, {2325, 2356, 704}},
    {960, 300, "75 % green", {534, 253, 207}, {2136, 1012, 827}},
    {1164, 300, "75 % magenta", {251, 771, 817}, {1004, 3084, 3269}},
    {1370, 300, "75 % red", {204, 435, 848}, {815, 1740, 3392}},
    {1576, 300, "75 % blue", {111, 848, 481}, {446, 3392, 1925}},
    {1800, 300, "40 % grey", {414, 512, 512}, {1658, 2048, 2048}},
    {120, 670, "100 % cyan", {754, 615, 64}, {3015, 2459, 256}},
    {342, 670, "-I", {244, 612, 395}, {976, 2448, 1580}},
    {960, 670, "75 % white", {721, 512, 512}, {2884, 2048, 2048}},
    {1800, 670, "100 % blue", {127, 960, 471}, {509, 3840, 1884}},
    {120, 760, "100 % yellow", {877, 64, 553}, {3507, 256, 2212}},
    {342, 760, "+Q", {141, 697, 606}, {564, 2787, 2425}},
    {1576, 760, "100 % white", {940, 512, 512}, {3760, 2048, 2048}},
    {1800, 760, "100 % red", {250, 409, 960}, {1001, 1637, 3840}},
    {120, 950, "15 % grey", {195, 512, 512}, {782, 2048, 2048}},
    {400, 950, "black", {64, 512, 512}, {256, 2048, 2048}},
    {760, 950, "100 % white", {940, 512, 512}, {3760, 2048, 2048}},
    {1040, 950, "black", {64, 512, 512}, {256, 2048, 2048}},
    {1166, 950, "-2 %", {46, 512, 512}, {186, 2048, 2048}},
    {1236, 950, "black", {64, 512, 512}, {256, 2048, 2048}},
    {1304, 950, "+2 %", {82, 512, 512}, {326, 2048, 2048}},
    {1370, 950, "black", {64, 512, 512}, {256, 2048, 2048}},
    {1440, 950, "+4 %", {99, 512, 512}, {396, 2048, 2048}},
    {1600, 950, "black", {64, 512, 512}, {256, 2048, 2048}},
    {1800, 950, "15 % grey", {195, 512, 512}, {782, 2048, 2048}},
};

TEST(Bars, have_the_10_and_12_bit_codes_of_rp_219) {
    const Rendered ten("1920x1080 YCbCr-4:2:2 10");
    const Rendered twelve("1920x1080 YCbCr-4:2:2 12 pgroup");
    for (const Expected& e : table) {
        EXPECT_EQ(ten.at(e.x, e.y), e.ten) << e.name;
        EXPECT_EQ(twelve.at(e.x, e.y), e.twelve) << e.name;
    }
}

TEST(Bars, have_the_codes_of_rp_219_in_wide_colour) {
    const Rendered bars("3840x2160 YCbCr-4:2:2 10 v210 BT2020");
    const Triple row[] = {{414, 512, 512}, {721, 512, 512}, {682, 176, 539},
                          {548, 606, 176}, {509, 270, 203}, {276, 754, 821},
                          {237, 418, 848}, {103, 848, 485}, {414, 512, 512}};
    const std::uint32_t middle[] = {240, 684, 1096, 1508, 1920, 2328, 2740, 3152, 3600};
    for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(bars.at(middle[i], 600), row[i]) << i;
    EXPECT_EQ(bars.at(684, 1340), (Triple{940, 512, 512}));  // -I does not exist here: white …
    EXPECT_EQ(bars.at(684, 1520), (Triple{64, 512, 512}));   // … and black for +Q.
}

TEST(Bars, have_8_bit_codes) {
    const Rendered bars("1920x1080 uyvy");
    EXPECT_EQ(bars.at(548, 300), (Triple{168, 44, 136}));
    EXPECT_EQ(bars.at(754, 300), (Triple{145, 147, 44}));
    EXPECT_EQ(bars.at(342, 670), (Triple{61, 153, 99}));
    EXPECT_EQ(bars.at(342, 760), (Triple{35, 174, 152}));
}

TEST(Bars, stand_at_the_proportions_of_rp_219) {
    const Rendered bars("1920x1080 YCbCr-4:2:2 10");
    const PictureView p = bars.view();
    const auto edges = [&](std::uint32_t y) {
        std::vector<std::uint32_t> found;
        for (std::uint32_t x = 1; x < 1920; ++x)
            if (p.get(0, x, y) != p.get(0, x - 1, y)) found.push_back(x);
        return found;
    };
    EXPECT_EQ(edges(0), (std::vector<std::uint32_t>{240, 446, 652, 858, 1062, 1268, 1474, 1680}));
    EXPECT_EQ(edges(630), (std::vector<std::uint32_t>{240, 446, 1680}));
    EXPECT_EQ(edges(1079), (std::vector<std::uint32_t>{240, 548, 960, 1132, 1200, 1268, 1338, 1406,
                                                       1474, 1680}));
    const auto row_edges = [&](std::uint32_t x) {
        std::vector<std::uint32_t> found;
        for (std::uint32_t y = 1; y < 1080; ++y)
            if (p.get(0, x, y) != p.get(0, x, y - 1)) found.push_back(y);
        return found;
    };
    EXPECT_EQ(row_edges(100), (std::vector<std::uint32_t>{630, 720, 810}));
}

TEST(Bars, ramp_rises_from_black_to_white_without_a_step_back) {
    const Rendered bars("1920x1080 YCbCr-4:2:2 10");
    const PictureView p = bars.view();
    EXPECT_EQ(p.get(0, 446, 760), 64U);
    EXPECT_EQ(p.get(0, 1473, 760), 940U);
    for (std::uint32_t x = 447; x < 1474; ++x)
        ASSERT_LE(p.get(0, x, 760) - p.get(0, x - 1, 760), 1U) << x;
}

TEST(Bars, look_the_same_in_every_layout) {
    const Rendered reference("1924x1080 YCbCr-4:4:4 12");
    for (VideoFormat f : known_video_layouts()) {
        if (f.sampling == Sampling::rgb || f.sampling == Sampling::rgba) continue;
        f.width = 1924;
        f.height = 1080;
        std::vector<std::byte> bytes(f.bytes());
        render_bars(Picture(f, bytes.data()));
        const PictureView p(f, bytes.data());
        const double scale = 4096.0 / (1 << f.depth);
        for (std::uint32_t y : {5U, 300U, 631U, 700U, 900U, 1079U})
            for (std::uint32_t x = 0; x < 1924; x += 7) {
                const double expected = reference.view().get(0, x, y) / scale;
                ASSERT_NEAR(p.get(0, x, y), expected, std::max(1.0, 0.5 / scale + 0.5))
                    << to_string(f) << " " << x << "," << y;
            }
    }
}

TEST(Bars, rgb_carries_the_colours_themselves) {
    const Rendered narrow("1920x1080 RGB 10");
    EXPECT_EQ(narrow.at(548, 300), (Triple{721, 721, 64}));
    EXPECT_EQ(narrow.at(342, 760)[1],
              64U);  // RP 219 chose -I and +Q to lie just inside RGB.
    const Rendered full("1920x1080 RGBA 8 packed FULL");
    EXPECT_EQ(full.at(548, 300), (Triple{191, 191, 0}));
    EXPECT_EQ(full.view().get(3, 548, 300), 255U);
    EXPECT_EQ(full.at(760, 950), (Triple{255, 255, 255}));
}

TEST(Bars, patches_can_be_white_and_black) {
    const Rendered bars("1920x1080 YCbCr-4:2:2 10", Patches::white_black);
    EXPECT_EQ(bars.at(342, 670), (Triple{940, 512, 512}));
    EXPECT_EQ(bars.at(342, 760), (Triple{64, 512, 512}));
}

TEST(Bars, every_row_and_column_of_odd_sizes_is_drawn) {
    for (const char* text : {"127x31 YCbCr-4:4:4 8", "720x486 YCbCr-4:2:0 8", "8x8 v210",
                             "1x1 RGB 8", "130x18 YCbCr-4:2:0 10"}) {
        const auto f = parse_video_format(text);
        ASSERT_TRUE(f) << f.error().text;
        std::vector<std::byte> bytes(f->bytes(), std::byte{0xff});
        render_bars(Picture(*f, bytes.data()));
        const PictureView p(*f, bytes.data());
        for (std::size_t c = 0; c < 3; ++c)
            for (std::uint32_t y = 0; y < p.height(c); ++y)
                for (std::uint32_t x = 0; x < p.width(c); ++x)
                    ASSERT_NE(p.get(c, x, y), p.max_code())
                        << text << " " << c << " " << x << "," << y;
    }
}

TEST(MovingBar, visits_every_place_and_stays_inside) {
    for (const std::uint32_t width : {24U, 128U, 720U, 1920U, 3840U, 1921U}) {
        const Columns first = moving_bar(width, 0);
        EXPECT_EQ(first.x, 0U);
        std::uint32_t furthest = 0;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            const Columns bar = moving_bar(width, i);
            ASSERT_EQ(bar.x % column_unit, 0U);
            ASSERT_EQ(bar.width, first.width);
            ASSERT_LE(bar.x + bar.width, width);
            furthest = std::max(furthest, bar.x);
        }
        EXPECT_LT(width - furthest - first.width, column_unit);
        EXPECT_NE(moving_bar(width, 1), moving_bar(width, 0));
    }
    EXPECT_EQ(moving_bar(23, 5).width, 0U);
}

TEST(Colour, full_range_uses_every_code) {
    const VideoFormat f = *parse_video_format("64x64 YCbCr-4:4:4 10 FULL");
    EXPECT_EQ(codes_of(white, f), (Codes{1023, 512, 512, 1023}));
    EXPECT_EQ(codes_of(black, f), (Codes{0, 512, 512, 1023}));
    const VideoFormat guarded = *parse_video_format("64x64 YCbCr-4:4:4 10 FULLPROTECT");
    EXPECT_EQ(codes_of(white, guarded)[0], 1019U);
    EXPECT_EQ(codes_of(black, guarded)[0], 4U);
}

}  // namespace
}  // namespace streamlib::actors
