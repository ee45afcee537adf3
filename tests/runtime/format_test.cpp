// SPDX-License-Identifier: Apache-2.0
#include "runtime/format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace streamlib {
namespace {

VideoFormat video(std::string_view text) {
    const Result<VideoFormat> format = parse_video_format(text);
    EXPECT_TRUE(format) << text << ": " << (format ? "" : format.error().text);
    return format.value_or(VideoFormat{});
}

std::string video_error(std::string_view text) {
    const Result<VideoFormat> format = parse_video_format(text);
    EXPECT_FALSE(format) << text;
    return format ? "" : format.error().text;
}

std::string audio_error(std::string_view text) {
    const Result<AudioFormat> format = parse_audio_format(text);
    EXPECT_FALSE(format) << text;
    return format ? "" : format.error().text;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(VideoFormat, places_the_planes_of_planar_pictures) {
    const VideoFormat f = video("1920x1080 YCbCr-4:2:0 8");
    ASSERT_EQ(f.plane_count(), 3U);
    EXPECT_EQ(f.plane(0).stride_bytes, 1920U);
    EXPECT_EQ(f.plane(0).rows, 1080U);
    EXPECT_EQ(f.plane(1).offset, 1920U * 1080U);
    EXPECT_EQ(f.plane(1).stride_bytes, 960U);
    EXPECT_EQ(f.plane(1).rows, 540U);
    EXPECT_EQ(f.plane(2).offset, 1920U * 1080U * 5 / 4);
    EXPECT_EQ(f.bytes(), 1920U * 1080U * 3 / 2);
}

TEST(VideoFormat, rounds_planar_rows_up_to_64_bytes) {
    const VideoFormat f = video("722x480 YCbCr-4:2:2 10");
    EXPECT_EQ(f.plane(0).row_bytes, 1444U);
    EXPECT_EQ(f.plane(0).stride_bytes, 1472U);
    EXPECT_EQ(f.plane(1).row_bytes, 722U);
    EXPECT_EQ(f.plane(1).stride_bytes, 768U);
    EXPECT_EQ(f.plane(2).offset, 480U * (1472U + 768U));
}

TEST(VideoFormat, has_four_planes_with_alpha_and_one_for_a_key) {
    EXPECT_EQ(video("64x64 RGBA 8").plane_count(), 4U);
    EXPECT_EQ(video("64x64 RGB 16").plane_count(), 3U);
    EXPECT_EQ(video("64x64 KEY 10").plane_count(), 1U);
    EXPECT_EQ(video("64x64 RGBA 8 packed").plane_count(), 1U);
    EXPECT_EQ(video("64x64 YCbCr-4:2:2 10 pgroup").plane_count(), 1U);
}

TEST(VideoFormat, v210_rows_are_groups_of_48_pixels_in_128_bytes) {
    EXPECT_EQ(video("1920x1080 v210").plane(0).stride_bytes, 5120U);
    EXPECT_EQ(video("1280x720 v210").plane(0).stride_bytes, 3456U);
    EXPECT_EQ(video("2x2 v210").plane(0).stride_bytes, 128U);
    EXPECT_EQ(video("2x2 v210").plane(0).row_bytes, 16U);
    EXPECT_EQ(video("50x2 v210").plane(0).stride_bytes, 256U);
}

TEST(VideoFormat, packed_rows_hold_their_samples) {
    EXPECT_EQ(video("1920x1080 uyvy").plane(0).stride_bytes, 3840U);
    EXPECT_EQ(video("1920x1080 RGB 8 packed").plane(0).row_bytes, 5760U);
    EXPECT_EQ(video("10x2 RGB 8 packed").plane(0).stride_bytes, 64U);
    EXPECT_EQ(video("1920x1080 RGBA 16 packed").plane(0).row_bytes, 15360U);
    EXPECT_EQ(video("1920x1080 RGB 16 packed").plane(0).row_bytes, 11520U);
}

struct PgroupRow {
    const char* text;
    std::uint32_t octets;
    std::uint32_t pixels;
    std::uint32_t rows;
};

class PgroupTable : public testing::TestWithParam<PgroupRow> {};

TEST_P(PgroupTable, has_the_octets_and_pixels_of_st_2110_20) {
    const PgroupRow& row = GetParam();
    const std::uint32_t width = row.pixels * 5;
    const std::uint32_t height = row.rows * 3;
    const VideoFormat f =
        video(std::to_string(width) + "x" + std::to_string(height) + " " + row.text + " pgroup");
    EXPECT_EQ(f.plane(0).row_bytes, row.octets * 5);
    EXPECT_EQ(f.plane(0).stride_bytes, row.octets * 5);
    EXPECT_EQ(f.plane(0).rows, 3U);
    EXPECT_EQ(f.bytes(), row.octets * 15U);
    if (row.pixels == 1) return;
    const std::string odd = video_error(std::to_string(width + 1) + "x" + std::to_string(height) +
                                        " " + row.text + " pgroup");
    EXPECT_TRUE(contains(odd, "must be a multiple of ")) << odd;
}

INSTANTIATE_TEST_SUITE_P(
    St2110, PgroupTable,
    testing::Values(PgroupRow{"YCbCr-4:2:2 8", 4, 2, 1}, PgroupRow{"YCbCr-4:2:2 10", 5, 2, 1},
                    PgroupRow{"YCbCr-4:2:2 12", 6, 2, 1}, PgroupRow{"YCbCr-4:2:2 16", 8, 2, 1},
                    PgroupRow{"YCbCr-4:4:4 8", 3, 1, 1}, PgroupRow{"YCbCr-4:4:4 10", 15, 4, 1},
                    PgroupRow{"YCbCr-4:4:4 12", 9, 2, 1}, PgroupRow{"YCbCr-4:4:4 16", 6, 1, 1},
                    PgroupRow{"RGB 8", 3, 1, 1}, PgroupRow{"RGB 10", 15, 4, 1},
                    PgroupRow{"RGB 12", 9, 2, 1}, PgroupRow{"RGB 16", 6, 1, 1},
                    PgroupRow{"YCbCr-4:2:0 8", 6, 2, 2}, PgroupRow{"YCbCr-4:2:0 10", 15, 4, 2},
                    PgroupRow{"YCbCr-4:2:0 12", 9, 2, 2}, PgroupRow{"YCbCr-4:2:0 16", 12, 2, 2},
                    PgroupRow{"KEY 8", 1, 1, 1}, PgroupRow{"KEY 10", 5, 4, 1},
                    PgroupRow{"KEY 12", 3, 2, 1}, PgroupRow{"KEY 16", 2, 1, 1}));

TEST(VideoFormat, a_1080_line_pgroup_frame_has_5184000_bytes) {
    EXPECT_EQ(video("1920x1080 YCbCr-4:2:2 10 pgroup").bytes(), 5'184'000U);
    EXPECT_EQ(video("3840x2160 YCbCr-4:2:2 10 pgroup").bytes(), 20'736'000U);
}

TEST(VideoFormat, every_known_layout_is_valid_aligned_and_without_overlap) {
    const std::vector<VideoFormat> all = known_video_layouts();
    EXPECT_EQ(all.size(), 24U + 6U + 20U);
    for (VideoFormat f : all) {
        f.width = 1924;
        f.height = 1082;
        ASSERT_TRUE(f.validate()) << to_string(f);
        std::uint64_t end = 0;
        for (std::size_t i = 0; i < f.plane_count(); ++i) {
            const Plane p = f.plane(i);
            EXPECT_EQ(p.offset % 64, 0U) << to_string(f);
            EXPECT_EQ(p.offset, end) << to_string(f);
            EXPECT_LE(p.row_bytes, p.stride_bytes) << to_string(f);
            if (f.layout != Layout::pgroup) {
                EXPECT_EQ(p.stride_bytes % 64, 0U) << to_string(f);
            }
            end = p.offset + std::uint64_t{p.stride_bytes} * p.rows;
        }
        EXPECT_EQ(f.bytes(), end) << to_string(f);
    }
}

TEST(VideoFormat, layouts_that_are_not_known_are_refused) {
    std::size_t refused = 0;
    const std::vector<VideoFormat> known = known_video_layouts();
    for (int sampling = 0; sampling < 6; ++sampling)
        for (int depth = 0; depth < 20; ++depth)
            for (int layout = 0; layout < 3; ++layout) {
                VideoFormat f;
                f.sampling = static_cast<Sampling>(sampling);
                f.depth = static_cast<std::uint8_t>(depth);
                f.layout = static_cast<Layout>(layout);
                const bool listed = std::find(known.begin(), known.end(), f) != known.end();
                f.width = f.height = 48;
                EXPECT_EQ(static_cast<bool>(f.validate()), listed) << to_string(f);
                refused += listed ? 0U : 1U;
            }
    EXPECT_EQ(refused, 6U * 20U * 3U - 50U);
}

TEST(VideoFormat, prints_and_parses_back_every_word) {
    for (VideoFormat f : known_video_layouts()) {
        f.width = 1920;
        f.height = 1080;
        f.rate = {60000, 1001};
        f.range = Range::full_protect;
        f.colorimetry = Colorimetry::bt2100;
        EXPECT_EQ(video(to_string(f)), f) << to_string(f);
    }
    for (int c = 0; c <= static_cast<int>(Colorimetry::unspecified); ++c)
        for (int r = 0; r <= static_cast<int>(Range::full_protect); ++r)
            for (int i = 0; i <= static_cast<int>(Interlace::psf); ++i) {
                VideoFormat f = video("720x576 YCbCr-4:2:2 10 @25");
                f.colorimetry = static_cast<Colorimetry>(c);
                f.range = static_cast<Range>(r);
                f.interlace = static_cast<Interlace>(i);
                EXPECT_EQ(video(to_string(f)), f) << to_string(f);
            }
}

TEST(VideoFormat, prints_the_form_that_the_documents_use) {
    EXPECT_EQ(to_string(video("1920x1080 YCbCr-4:2:2 10")), "1920x1080 YCbCr-4:2:2 10");
    EXPECT_EQ(to_string(video("1080i25 10 FULL bt601 PGROUP")),
              "1920x1080 YCbCr-4:2:2 10 @25 pgroup interlaced BT601 FULL");
}

TEST(VideoFormat, takes_words_in_any_order_and_case) {
    EXPECT_EQ(video("1920x1080 @60000/1001 pgroup 10 ycbcr-4:2:2"),
              video("1920X1080  YCbCr-4:2:2\t10 @59.94 pgroup"));
    EXPECT_EQ(video("64x64 10 v210"), video("64x64 YCbCr-4:2:2 10 packed"));
}

TEST(VideoFormat, knows_the_shorthands) {
    EXPECT_EQ(video("1080p59.94 10"), video("1920x1080 YCbCr-4:2:2 10 @60000/1001"));
    EXPECT_EQ(video("2160p50"), video("3840x2160 @50"));
    EXPECT_EQ(video("720p60"), video("1280x720 @60"));
    EXPECT_EQ(video("1080i25"), video("1920x1080 @25 interlaced"));
    EXPECT_EQ(video("1080psf24"), video("1920x1080 @24 psf"));
    EXPECT_EQ(video("576i25"), video("720x576 @25 interlaced"));
    EXPECT_TRUE(contains(video_error("1080i50"), "frames a second, e.g. 1080i25"));
    EXPECT_TRUE(contains(video_error("1081p50"), "must start with a size"));
}

TEST(VideoFormat, errors_name_the_word_and_the_nearest_legal_one) {
    EXPECT_TRUE(contains(video_error("1920x1080 planer"), "\"planer\"; did you mean \"planar\"?"));
    EXPECT_TRUE(contains(video_error("1920x1080 YCbCr-422"), "did you mean \"YCbCr-4:2:2\"?"));
    EXPECT_TRUE(contains(video_error("1920x1080 wobble"), "known are YCbCr-4:4:4, YCbCr-4:2:2"));
    EXPECT_TRUE(contains(video_error("1920x1080 8 10"), "two values for depth"));
    EXPECT_TRUE(contains(video_error("1920x1080 @50 @60"), "two rates"));
    EXPECT_TRUE(contains(video_error(""), "write a size first"));
    EXPECT_TRUE(contains(video_error("1920x"), "WIDTHxHEIGHT"));
    EXPECT_TRUE(contains(video_error("1920x1080 @0"), "rate \"0\""));
    EXPECT_FALSE(contains(video_error(std::string("64x64 \n\x01\x7f")), "\n"));
}

TEST(VideoFormat, says_what_to_change_in_a_picture_that_cannot_be) {
    EXPECT_TRUE(contains(video_error("1921x1080 YCbCr-4:2:2 8"),
                         "width 1921 with YCbCr-4:2:2: must be a multiple of 2, use 1920 or 1922"));
    EXPECT_TRUE(contains(video_error("1920x1081 YCbCr-4:2:0 8"), "use 1080 or 1082"));
    EXPECT_TRUE(contains(video_error("1920x1081 interlaced"), "height 1081 with interlaced"));
    EXPECT_TRUE(contains(video_error("1920x1080 YCbCr-4:4:4 8 packed"), "use planar"));
    EXPECT_TRUE(contains(video_error("1920x1080 RGB 10 packed"), "use depth 8 or 16, or planar"));
    EXPECT_TRUE(contains(video_error("1920x1080 RGBA 8 pgroup"), "use planar"));
    EXPECT_TRUE(contains(video_error("1920x1080 YCbCr-4:2:0 8 pgroup interlaced"), "progressive"));
    EXPECT_TRUE(contains(video_error("0x1080"), "1 to 16384"));
    EXPECT_TRUE(contains(video_error("1x1 YCbCr-4:2:2"), "use 2"));
}

TEST(VideoFormat, refuses_bytes_that_are_no_format) {
    for (int seed = 0; seed < 256; ++seed) {
        VideoFormat f;
        std::memset(static_cast<void*>(&f), seed, sizeof(f));
        EXPECT_FALSE(f.validate()) << seed;
        EXPECT_FALSE(to_string(f).empty());
    }
}

TEST(AudioFormat, prints_and_parses_back) {
    for (const char* text : {"48000 2ch f32 block=48", "44100 1ch s16 block=1",
                             "96000 64ch s24in32 block=6", "48000 8ch s32 block=1024"}) {
        const Result<AudioFormat> f = parse_audio_format(text);
        ASSERT_TRUE(f) << f.error().text;
        EXPECT_EQ(to_string(*f), text);
    }
}

TEST(AudioFormat, takes_words_in_any_order_and_has_defaults) {
    EXPECT_EQ(to_string(*parse_audio_format("48k")), "48000 2ch f32 block=48");
    EXPECT_EQ(to_string(*parse_audio_format("44.1k S16 mono")), "44100 1ch s16 block=45");
    EXPECT_EQ(to_string(*parse_audio_format("96k block=6 stereo s32")), "96000 2ch s32 block=6");
}

TEST(AudioFormat, knows_its_bytes) {
    EXPECT_EQ(parse_audio_format("48k 2ch s16 block=48")->bytes(), 192U);
    EXPECT_EQ(parse_audio_format("48k 64ch s24in32 block=48")->bytes(), 64U * 4U * 48U);
    EXPECT_EQ(parse_audio_format("48k 2ch s16")->sample_bytes(), 2U);
}

TEST(AudioFormat, errors_say_what_to_change) {
    EXPECT_TRUE(contains(audio_error("48000 s24in3"), "did you mean \"s24in32\"?"));
    EXPECT_TRUE(contains(audio_error("48000 99ch"), "1 to 64"));
    EXPECT_TRUE(contains(audio_error("48000 70000ch"), "1 to 64"));
    EXPECT_TRUE(contains(audio_error("48000 0ch"), "1 to 64"));
    EXPECT_TRUE(contains(audio_error("0"), "1 to 768000"));
    EXPECT_TRUE(contains(audio_error("fast"), "must start with a rate"));
    EXPECT_TRUE(contains(audio_error(""), "empty"));
    EXPECT_TRUE(contains(audio_error("48000 block=0"), "1 to 1048576"));
    EXPECT_TRUE(contains(audio_error("48000 block=x"), "block=48"));
    EXPECT_TRUE(contains(audio_error("48000 2ch 3ch"), "two channel counts"));
    EXPECT_TRUE(contains(audio_error("48000 f32 s16"), "two sample types"));
}

TEST(RateText, is_exact_and_in_lowest_terms) {
    EXPECT_EQ(*parse_rate("60000/1001"), (Rate{60000, 1001}));
    EXPECT_EQ(*parse_rate("50"), (Rate{50, 1}));
    EXPECT_EQ(*parse_rate("100/2"), (Rate{50, 1}));
    EXPECT_EQ(*parse_rate("25.5"), (Rate{51, 2}));
    EXPECT_EQ(*parse_rate("23.98"), (Rate{24000, 1001}));
    EXPECT_EQ(*parse_rate("23.976"), (Rate{24000, 1001}));
    EXPECT_EQ(*parse_rate("29.97"), (Rate{30000, 1001}));
    EXPECT_EQ(*parse_rate("59.94"), (Rate{60000, 1001}));
    EXPECT_EQ(*parse_rate("119.88"), (Rate{120000, 1001}));
    EXPECT_EQ(to_string(Rate{60000, 1001}), "60000/1001");
    EXPECT_EQ(to_string(Rate{50, 1}), "50");
}

TEST(RateText, refuses_what_is_no_rate) {
    for (const char* text : {"", "0", "1/0", "0/5", "-5", "5/", "/5", "5.", ".5", "1e3", "50 ",
                             "1000001", "4294967295/3", "9999999999", "0.0000001"})
        EXPECT_FALSE(parse_rate(text)) << text;
}

TEST(MediaFormat, knows_the_bytes_of_its_kind) {
    EXPECT_EQ(MediaFormat{}.bytes(), 0U);
    EXPECT_EQ(MediaFormat(video("1920x1080 YCbCr-4:2:2 10 pgroup")).bytes(), 5'184'000U);
    EXPECT_EQ(MediaFormat(*parse_audio_format("48k 2ch s16")).bytes(), 192U);
    EXPECT_EQ(MediaFormat(data_format("application/json", 100)).bytes(), 100U);
    EXPECT_EQ(to_string(MediaFormat(data_format("text/plain", 7))), "text/plain up to 7 bytes");
}

TEST(DescribeDifference, is_empty_for_what_fits) {
    const MediaFormat f = video("1920x1080 YCbCr-4:2:2 10 @50");
    EXPECT_EQ(describe_difference(f, f), "");
    EXPECT_EQ(describe_difference(f, MediaFormat{}), "");
    EXPECT_EQ(describe_difference(f,
                                  [] {
                                      VideoFormat any;
                                      any.depth = 10;
                                      return any;
                                  }()),
              "");
    EXPECT_EQ(describe_difference(data_format("text/plain", 10), data_format("", 10)), "");
}

TEST(DescribeDifference, names_each_word_that_differs) {
    EXPECT_EQ(
        describe_difference(video("1280x720 RGBA 8 packed @50"),
                            video("1920x1080 YCbCr-4:2:2 10 @60")),
        "size 1280x720 where 1920x1080 is wanted, sampling RGBA where YCbCr-4:2:2 is wanted, "
        "depth 8 where 10 is wanted, layout packed where planar is wanted, rate 50 where 60 is "
        "wanted");
    EXPECT_EQ(describe_difference(*parse_audio_format("48k"), video("64x64")),
              "audio where video is wanted");
    EXPECT_EQ(describe_difference(*parse_audio_format("48k mono s16"), *parse_audio_format("96k")),
              "rate 48000 where 96000 is wanted, channels 1 where 2 is wanted, "
              "sample type s16 where f32 is wanted");
    EXPECT_EQ(describe_difference(data_format("text/plain", 20), data_format("text/xml", 10)),
              "content type text/plain where text/xml is wanted, "
              "block 20 bytes where at most 10 is wanted");
}

TEST(ConvertingClass, names_the_class_that_helps) {
    EXPECT_EQ(converting_class(video("64x64 RGB 8"), video("64x64 v210")), "ColorConvert");
    EXPECT_EQ(converting_class(video("64x64 v210"), video("64x64 v210")), "");
    EXPECT_EQ(converting_class(video("64x64 v210 @50"), video("64x64 v210 @60")), "");
    EXPECT_EQ(converting_class(*parse_audio_format("48k"), video("64x64")), "");
}

TEST(DataFormatDeathTest, refuses_a_content_type_that_does_not_fit) {
    EXPECT_DEATH((void)data_format(std::string(64, 'x')), "63 characters");
}

}  // namespace
}  // namespace streamlib
