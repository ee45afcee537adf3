// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "actors/ffmpeg.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::actors {
namespace {

using peer::Bytes;

constexpr std::uint32_t width = 48, height = 32;

void write_file(const std::string& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

Bytes convert(const VideoFormat& from, const Bytes& payload, const VideoFormat& to) {
    auto scaler = peer::api().make_scaler(from, to);
    if (!scaler) {
        ADD_FAILURE() << to_string(from) << " -> " << to_string(to) << ": " << scaler.error().text;
        return {};
    }
    // Guard bytes: a conversion that writes past its payload would spoil the next slot of a ring.
    Bytes out(to.bytes() + 256, std::byte{0xa5});
    (*scaler)->convert(payload, std::span(out).first(to.bytes()));
    EXPECT_TRUE(
        std::all_of(out.end() - 256, out.end(), [](std::byte b) { return b == std::byte{0xa5}; }))
        << to_string(from) << " -> " << to_string(to) << " writes past the end";
    out.resize(to.bytes());
    return out;
}

std::string size_text(const VideoFormat& f) {
    return std::to_string(f.width) + "x" + std::to_string(f.height);
}

/// What the ffmpeg program makes of one raw picture.
Bytes by_ffmpeg(const peer::TemporaryFolder& folder, const VideoFormat& from,
                const std::string& from_pixel, const Bytes& payload, const VideoFormat& to,
                const std::string& to_pixel, const std::string& more = "") {
    const std::string raw = folder.file("in.raw");
    write_file(raw, peer::tight(from, payload));
    return peer::ffmpeg("-f rawvideo -pix_fmt " + from_pixel + " -s " + size_text(from) + " -i " +
                        raw + " -vf 'scale=" + std::to_string(to.width) + ":" +
                        std::to_string(to.height) + ":flags=" + ffmpeg_scale_flags + more +
                        ",format=" + to_pixel + "' -f rawvideo -");
}

TEST(Scaler, converts_between_every_pair_of_layouts) {
    std::vector<VideoFormat> all = known_video_layouts();
    for (VideoFormat& format : all) {
        format.width = width;
        format.height = height;
        format.colorimetry = Colorimetry::bt709;
    }
    for (const VideoFormat& from : all) {
        // Grey at half level stays grey at about half level whatever it goes through.
        VideoFormat key = peer::video_format("48x32 KEY 16 FULL");
        Bytes grey(key.bytes());
        for (std::size_t i = 1; i < grey.size(); i += 2) grey[i] = std::byte{0x80};
        const Bytes payload = convert(key, grey, from);
        for (const VideoFormat& to : all) {
            const Bytes out = convert(from, payload, to);
            VideoFormat rgb = peer::video_format("48x32 RGB 8 packed FULL");
            const Bytes seen = peer::tight(rgb, convert(to, out, rgb));
            for (const std::byte value : seen) {
                ASSERT_NEAR(std::to_integer<int>(value), 128, 3)
                    << to_string(from) << " -> " << to_string(to);
            }
        }
    }
}

TEST(Scaler, changes_no_bit_where_only_the_layout_changes) {
    for (VideoFormat planar : known_video_layouts()) {
        if (planar.layout != Layout::planar) continue;
        planar.width = width;
        planar.height = height;
        const Bytes samples = peer::random_planar(planar, 3);
        for (const Layout layout : {Layout::packed, Layout::pgroup}) {
            VideoFormat other = planar;
            other.layout = layout;
            if (!other.validate()) continue;
            EXPECT_EQ(peer::tight(planar, convert(other, convert(planar, samples, other), planar)),
                      peer::tight(planar, samples))
                << to_string(other);
        }
    }
}

struct Conversion {
    const char *from, *from_pixel, *to, *to_pixel;
    const char* more = "";
};

class ScalerBesideFfmpeg : public ::testing::TestWithParam<Conversion> {};

TEST_P(ScalerBesideFfmpeg, makes_the_same_bytes) {
    const Conversion& c = GetParam();
    const peer::TemporaryFolder folder;
    const VideoFormat from = peer::video_format(c.from), to = peer::video_format(c.to);
    const Bytes payload = peer::random_planar(from, 11);
    const Bytes ours = peer::tight(to, convert(from, payload, to));
    const Bytes theirs = by_ffmpeg(folder, from, c.from_pixel, payload, to, c.to_pixel, c.more);
    ASSERT_EQ(ours.size(), theirs.size());
    const auto at = std::mismatch(ours.begin(), ours.end(), theirs.begin());
    EXPECT_TRUE(at.first == ours.end())
        << "byte " << at.first - ours.begin() << " is " << std::to_integer<int>(*at.first)
        << ", ffmpeg's is " << std::to_integer<int>(*at.second);
}

INSTANTIATE_TEST_SUITE_P(
    Pairs, ScalerBesideFfmpeg,
    ::testing::Values(
        Conversion{"768x576 YCbCr-4:2:0 8 UNSPECIFIED", "yuv420p",
                   "768x576 YCbCr-4:2:2 8 UNSPECIFIED", "yuv422p"},
        Conversion{"768x576 YCbCr-4:2:0 8 UNSPECIFIED", "yuv420p",
                   "768x576 YCbCr-4:2:2 10 UNSPECIFIED", "yuv422p10le"},
        Conversion{"96x64 YCbCr-4:2:2 10 UNSPECIFIED", "yuv422p10le",
                   "96x64 YCbCr-4:2:0 8 UNSPECIFIED", "yuv420p"},
        Conversion{"96x64 YCbCr-4:2:2 10 UNSPECIFIED", "yuv422p10le",
                   "96x64 YCbCr-4:4:4 12 UNSPECIFIED", "yuv444p12le"},
        Conversion{"96x64 YCbCr-4:2:2 10 UNSPECIFIED", "yuv422p10le", "96x64 RGB 8 packed FULL",
                   "rgb24"},
        Conversion{"96x64 YCbCr-4:2:0 8 UNSPECIFIED", "yuv420p", "96x64 RGB 16 FULL", "gbrp16le"},
        Conversion{"96x64 RGB 8 FULL", "gbrp", "96x64 YCbCr-4:2:2 8 BT601", "yuv422p"},
        Conversion{"96x64 YCbCr-4:2:0 8 UNSPECIFIED", "yuv420p", "64x36 YCbCr-4:2:0 8 UNSPECIFIED",
                   "yuv420p"},
        Conversion{"96x64 YCbCr-4:2:2 10 UNSPECIFIED", "yuv422p10le",
                   "192x108 YCbCr-4:2:0 10 UNSPECIFIED", "yuv420p10le"},
        Conversion{"96x64 KEY 16", "gray16le", "96x64 YCbCr-4:2:2 8 BT601", "yuv422p",
                   ":in_range=tv:out_range=tv"}));  // FFmpeg takes grey for full range unless told.

TEST(Scaler, changes_matrix_and_range_as_ffmpeg_does) {
    const peer::TemporaryFolder folder;
    const VideoFormat from = peer::video_format("96x64 YCbCr-4:2:2 8 BT601 NARROW");
    const VideoFormat to = peer::video_format("96x64 YCbCr-4:4:4 10 BT709 FULL");
    const Bytes payload = peer::random_planar(from, 5);
    const Bytes theirs =
        by_ffmpeg(folder, from, "yuv422p", payload, to, "yuv444p10le",
                  ":in_color_matrix=bt601:out_color_matrix=bt709:in_range=tv:out_range=pc");
    EXPECT_TRUE(peer::tight(to, convert(from, payload, to)) == theirs);
}

TEST(Scaler, converts_interlaced_pictures_field_by_field) {
    const peer::TemporaryFolder folder;
    const VideoFormat from = peer::video_format("96x64 YCbCr-4:2:2 8 interlaced UNSPECIFIED");
    const VideoFormat to = peer::video_format("96x64 YCbCr-4:2:0 8 interlaced UNSPECIFIED");
    const Bytes payload = peer::random_planar(from, 6);
    const Bytes theirs = by_ffmpeg(folder, from, "yuv422p", payload, to, "yuv420p", ":interl=1");
    EXPECT_TRUE(peer::tight(to, convert(from, payload, to)) == theirs);
}

TEST(Scaler, reads_v210_as_ffmpeg_writes_it) {
    const peer::TemporaryFolder folder;
    const VideoFormat planar = peer::video_format("1280x16 YCbCr-4:2:2 10");
    VideoFormat v210 = planar;
    v210.layout = Layout::packed;
    const Bytes payload = peer::random_planar(planar, 8);
    const std::string raw = folder.file("in.raw"), mov = folder.file("v210.mov");
    write_file(raw, peer::tight(planar, payload));
    peer::ffmpeg("-f rawvideo -pix_fmt yuv422p10le -s 1280x16 -i " + raw + " -c:v v210 " + mov);
    const Bytes packed = peer::ffmpeg("-i " + mov + " -c copy -f rawvideo -");
    ASSERT_EQ(packed.size(), v210.bytes());
    // The encoder clips what video reserves for timing, so the reference is what FFmpeg reads from
    // its own file.
    const Bytes decoded = peer::ffmpeg("-i " + mov + " -f rawvideo -pix_fmt yuv422p10le -");
    EXPECT_TRUE(peer::tight(planar, convert(v210, packed, planar)) == decoded);
    // And the way back writes the same octets.
    EXPECT_TRUE(peer::tight(v210, convert(planar, peer::padded(planar, decoded), v210)) ==
                peer::tight(v210, packed));
}

TEST(Scaler, refuses_to_deinterlace_and_says_so) {
    const auto refused =
        peer::api().make_scaler(peer::video_format("96x64 YCbCr-4:2:2 8 interlaced"),
                                peer::video_format("96x64 YCbCr-4:2:2 10"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unsupported);
}

TEST(Scaler, refuses_a_picture_that_cannot_exist) {
    VideoFormat odd = peer::video_format("96x64 YCbCr-4:2:2 8");
    odd.width = 97;
    EXPECT_FALSE(peer::api().make_scaler(odd, peer::video_format("96x64 YCbCr-4:2:2 10")));
}

}  // namespace
}  // namespace streamlib::actors
