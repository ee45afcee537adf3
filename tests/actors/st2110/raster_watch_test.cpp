// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/raster_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actors/st2110/rtp_fixtures.hpp"

using namespace streamlib;
using namespace streamlib::st2110;
using namespace streamlib::st2110::fixtures;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// What a watch for `expected` says of a sender of `sent` whose every `lost`th packet is lost.
std::string said(const VideoFormat& expected, const VideoFormat& sent, VideoPacking packing = {},
                 int lost = 0, int frames = 6) {
    RasterWatch watch(*PictureShape::of(expected));
    Sender sender(sent, packing);
    int packets = 0;
    for (int i = 0; i < frames; ++i)
        for (const Bytes& datagram : sender.frame(1000 + i, Bytes(sent.bytes())))
            if (lost == 0 || ++packets % lost != 0) watch.see(datagram);
    return watch.settled() != nullptr ? describe_difference(*watch.settled(), expected)
                                      : "not known";
}

}  // namespace

TEST(RasterWatch, finds_that_every_format_fits_itself_in_all_packings) {
    for (VideoFormat format : known_video_layouts()) {
        if (format.layout != Layout::pgroup) continue;
        format.rate = {50, 1};
        for (const std::uint32_t width : {64U, 720U, 1920U}) {
            format.width = width;
            format.height = 48;
            for (const Interlace interlace :
                 {Interlace::progressive, Interlace::interlaced, Interlace::psf}) {
                format.interlace = interlace;
                if (!format.validate()) continue;
                for (const std::uint32_t max_udp : {1460U, 8960U})
                    for (const PackingMode mode : {PackingMode::general, PackingMode::block})
                        if (VideoPlan::make(format, {mode, max_udp})) {
                            EXPECT_THAT(said(format, format, {mode, max_udp}), IsEmpty());
                        }
            }
        }
    }
}

TEST(RasterWatch, tells_sizes_depths_samplings_and_scans_apart) {
    const VideoFormat hd = pgroup_format(1280, 72);
    EXPECT_THAT(said(hd, pgroup_format(1920, 108)),
                "108 rows of 1920 pixels at 2.5 octets (such as YCbCr-4:2:2 10) come, " +
                    to_string(hd) + " is expected");
    EXPECT_THAT(said(pgroup_format(1920, 108), hd), HasSubstr("72 rows of 1280 pixels"));
    EXPECT_THAT(said(hd, pgroup_format(1280, 72, Sampling::ycbcr_422, 8)),
                HasSubstr("2 octets (such as YCbCr-4:2:2 8) come"));
    EXPECT_THAT(said(hd, pgroup_format(1280, 72, Sampling::ycbcr_420, 8)),
                HasSubstr("72 rows of 1280 pixels at 3 octets (such as YCbCr-4:2:0 8)"));
    EXPECT_THAT(said(hd, pgroup_format(1280, 72, Sampling::ycbcr_444, 8)),
                HasSubstr("(such as YCbCr-4:4:4 8)"));
    EXPECT_THAT(said(hd, pgroup_format(1280, 72, Sampling::ycbcr_422, 10, Interlace::interlaced)),
                HasSubstr("36 rows a field of 1280 pixels"));
    EXPECT_THAT(said(pgroup_format(1280, 72, Sampling::ycbcr_422, 10, Interlace::psf), hd),
                HasSubstr("72 rows of 1280 pixels"));
}

TEST(RasterWatch, is_not_misled_by_loss_and_says_nothing_too_soon) {
    const VideoFormat hd = pgroup_format(1280, 72), large = pgroup_format(1920, 108);
    EXPECT_THAT(said(hd, hd, {}, 7, 30), IsEmpty());
    EXPECT_THAT(said(hd, large, {}, 7, 30), HasSubstr("108 rows of 1920 pixels"));
    EXPECT_EQ(said(hd, large, {}, 0, 3), "not known");
    RasterWatch watch(*PictureShape::of(hd));
    for (unsigned seed = 0; seed < 1000; ++seed) watch.see(noise(seed % 100, seed));
    EXPECT_TRUE(watch.settled() == nullptr || watch.settled()->rows > 0) << "no more is promised";
}
