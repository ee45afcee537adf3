// SPDX-License-Identifier: Apache-2.0
// The ffmpeg program as the judge of what TestPattern makes: layouts, colours, and what codecs leave of the marks.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "actors/test/bars.hpp"
#include "actors/test/burnt_index.hpp"
#include "actors/test/pattern_painter.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::actors {
namespace {

using peer::Bytes;

bool have_ffmpeg() { return std::system("ffmpeg -version >/dev/null 2>&1") == 0; }

class TestSignalInterop : public testing::Test {
protected:
    void SetUp() override {
        if (!have_ffmpeg()) GTEST_SKIP() << "SKIPPED WHOLE: there is no ffmpeg program here";
    }
    void write(const std::string& name, std::span<const std::byte> bytes) {
        std::ofstream out(folder.file(name), std::ios::binary | std::ios::app);
        out.write(reinterpret_cast<const char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
    }
    peer::TemporaryFolder folder;
};

Bytes bars(const VideoFormat& f) {
    Bytes bytes(f.bytes());
    render_bars(Picture(f, bytes.data()));
    return bytes;
}

struct Peer {
    const char* ours;
    const char* theirs;  ///< FFmpeg's name of the same layout.
    const char* planar;  ///< The format both are compared in, ours …
    const char* same;    ///< … and FFmpeg's.
};

TEST_F(TestSignalInterop, ffmpeg_reads_each_layout_as_the_same_picture) {
    const Peer peers[] = {
        {"uyvy", "-f rawvideo -pixel_format uyvy422", "YCbCr-4:2:2 8", "yuv422p"},
        {"v210", "-f v210", "YCbCr-4:2:2 10", "yuv422p10le"},
        {"RGB 8 packed", "-f rawvideo -pixel_format rgb24", "RGB 8", "gbrp"},
        {"RGBA 8 packed", "-f rawvideo -pixel_format rgba", "RGBA 8", "gbrap"},
        {"RGB 16 packed", "-f rawvideo -pixel_format rgb48le", "RGB 16", "gbrp16le"},
        {"RGBA 16 packed", "-f rawvideo -pixel_format rgba64le", "RGBA 16", "gbrap16le"},
        {"YCbCr-4:2:2 10 pgroup", "-f bitpacked -pixel_format yuv422p10le", "YCbCr-4:2:2 10",
         "yuv422p10le"},
    };
    for (const Peer& p : peers) {
        const VideoFormat ours = peer::video_format(std::string("768x432 ") + p.ours);
        const VideoFormat planar = peer::video_format(std::string("768x432 ") + p.planar);
        const std::string name = std::string(p.same) + ".raw";
        std::filesystem::remove(folder.file(name));
        write(name, peer::tight(ours, bars(ours)));
        const Bytes seen =
            peer::ffmpeg(std::string(p.theirs) + " -video_size 768x432 -i " + folder.file(name) +
                         " -f rawvideo -pix_fmt " + p.same + " -");
        EXPECT_TRUE(seen == peer::tight(planar, bars(planar))) << p.ours;
    }
}

TEST_F(TestSignalInterop, bars_are_those_that_ffmpeg_makes) {
    const VideoFormat f = peer::video_format("1920x1080 YCbCr-4:4:4 8");
    const Bytes theirs = peer::padded(
        f,
        peer::ffmpeg(
            "-f lavfi -i smptehdbars=size=1920x1080 -frames:v 1 -f rawvideo -pix_fmt yuv444p -"));
    const Bytes ours = bars(f);
    const PictureView a(f, ours.data());
    const PictureView b(f, theirs.data());
    // The middle of each patch but -I and +Q, for which FFmpeg takes the codes of standard definition.
    const std::pair<std::uint32_t, std::uint32_t> middles[] = {
        {120, 300},  {342, 300},  {548, 300}, {754, 300},  {960, 300},  {1164, 300}, {1370, 300},
        {1576, 300}, {1800, 300}, {120, 670}, {960, 670},  {1800, 670}, {120, 760},  {1800, 760},
        {120, 950},  {400, 950},  {760, 950}, {1040, 950}, {1236, 950}, {1440, 950}, {1600, 950}};
    for (const auto& [x, y] : middles)
        for (std::size_t c = 0; c < 3; ++c)
            EXPECT_NEAR(a.get(c, x, y), b.get(c, x, y), 1.0) << x << "," << y << " component " << c;
}

class LossyCodec : public TestSignalInterop, public testing::WithParamInterface<const char*> {};

TEST_P(LossyCodec, leaves_the_burnt_in_index_readable_at_every_size) {
    const VideoFormat f = peer::video_format("1280x720 YCbCr-4:2:0 8 @25");
    constexpr std::uint64_t first = 44'444'444'440;
    constexpr std::uint64_t count = 6;
    PatternPainter painter(f, {});
    Bytes frame(f.bytes());
    for (std::uint64_t i = 0; i < count; ++i) {
        painter.paint(frame.data(), first + i);
        write("in.yuv", peer::tight(f, frame));
    }
    const std::string coded = folder.file("coded.mkv");
    peer::ffmpeg("-f rawvideo -pixel_format yuv420p -video_size 1280x720 -framerate 25 -i " +
                 folder.file("in.yuv") + " -threads 1 " + GetParam() + " " + coded);
    ASSERT_FALSE(HasFailure());
    for (const char* size : {"1280x720", "768x432", "512x288", "1920x1080"}) {
        const VideoFormat small = peer::video_format(std::string(size) + " YCbCr-4:2:0 8");
        const std::string scale = std::string(size).replace(std::string(size).find('x'), 1, ":");
        const Bytes decoded = peer::ffmpeg("-threads 1 -i " + coded + " -vf scale=" + scale +
                                           " -f rawvideo -pix_fmt yuv420p -");
        const std::size_t bytes = peer::tight(small, Bytes(small.bytes())).size();
        ASSERT_EQ(decoded.size(), bytes * count);
        for (std::uint64_t i = 0; i < count; ++i) {
            const Bytes one = peer::padded(small, std::span(decoded).subspan(i * bytes, bytes));
            EXPECT_EQ(read_burnt_index(PictureView(small, one.data())), first + i) << size;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Codecs, LossyCodec,
                         testing::Values("-c:v libx264 -preset veryfast -crf 35",
                                         "-c:v mpeg2video -q:v 20", "-c:v mpeg4 -q:v 20",
                                         "-c:v mjpeg -q:v 20 -pix_fmt yuvj420p"));

}  // namespace
}  // namespace streamlib::actors
