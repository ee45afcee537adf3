// SPDX-License-Identifier: Apache-2.0
// ColorConvert where only the layout changes; the rest needs FFmpeg: file_actors_test.
#include "actors/video/color_convert.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "actors/ffmpeg.hpp"
#include "runtime/harness.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::actors {
namespace {

TEST(ColorConvert, changes_the_layout_without_ffmpeg) {
    ::unsetenv("STREAMLIB_MODULE_PATH");
    ASSERT_FALSE(ffmpeg_load()) << "FFmpeg is found, so nothing is shown here";
    const VideoFormat wire = peer::video_format("48x4 YCbCr-4:2:2 10 pgroup @25");
    const VideoFormat planar = peer::video_format("48x4 YCbCr-4:2:2 10 @25");
    const peer::Bytes samples = peer::random_planar(planar, 7);

    ActorHarness pack(std::make_unique<ColorConvert>());
    pack.link("video", planar);
    ASSERT_TRUE(pack.set("format", "pgroup"));
    const auto configured = pack.configure();
    ASSERT_TRUE(configured) << configured.error().text;
    ASSERT_TRUE(pack.start());
    pack.feed("video", samples, TaiTime{1000});
    pack.tick();
    EXPECT_EQ(pack.latest("video").header.origin_ns, 1000);

    ActorHarness unpack(std::make_unique<ColorConvert>());
    unpack.link("video", wire);
    ASSERT_TRUE(unpack.set("format", "planar") && unpack.configure() && unpack.start());
    unpack.feed("video", pack.latest("video").payload, TaiTime{1000});
    unpack.tick();
    EXPECT_EQ(unpack.latest("video").payload.size(), planar.bytes());
    EXPECT_EQ(peer::tight(planar, unpack.latest("video").payload), peer::tight(planar, samples));
}

TEST(ColorConvert, needs_ffmpeg_for_another_depth) {
    ::unsetenv("STREAMLIB_MODULE_PATH");
    ActorHarness convert(std::make_unique<ColorConvert>());
    convert.link("video", peer::video_format("48x4 YCbCr-4:2:2 10 pgroup"));
    ASSERT_TRUE(convert.set("format", "8"));
    EXPECT_FALSE(convert.configure());
}

}  // namespace
}  // namespace streamlib::actors
