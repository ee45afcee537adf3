// SPDX-License-Identifier: Apache-2.0
// Our pgroups and v210 against what the ffmpeg program writes (its codecs bitpacked and v210).
#include <gtest/gtest.h>

#include <fstream>

#include "actors/pgroup.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::st2110 {
namespace {

namespace peer = actors::peer;
using peer::Bytes;

VideoFormat sized(const std::string& words, std::uint32_t width) {
    return peer::video_format(std::to_string(width) + "x6 " + words);
}

Bytes by_ffmpeg(const Bytes& samples, std::uint32_t width, const char* pixel, const char* codec) {
    const peer::TemporaryFolder folder;
    const std::string raw = folder.file("in.raw");
    std::ofstream(raw, std::ios::binary)
        .write(reinterpret_cast<const char*>(samples.data()),
               static_cast<std::streamsize>(samples.size()));
    return peer::ffmpeg(std::string("-f rawvideo -pix_fmt ") + pixel + " -s " +
                        std::to_string(width) + "x6 -i " + raw + " -c:v " + codec +
                        " -f rawvideo -");
}

/// Legal samples: FFmpeg's v210 keeps clear of the codes 0 to 3 and 1020 to 1023, which ours has no opinion on.
Bytes legal_samples(const VideoFormat& planar) {
    Bytes payload = peer::random_planar(planar, planar.width);
    for (std::size_t i = 0; i + 1 < payload.size(); i += 2) {
        const unsigned value =
            std::to_integer<unsigned>(payload[i]) | std::to_integer<unsigned>(payload[i + 1]) << 8U;
        const unsigned legal = 4 + value % 1016;
        payload[i] = static_cast<std::byte>(legal);
        payload[i + 1] = static_cast<std::byte>(legal >> 8U);
    }
    return payload;
}

class PgroupBesideFfmpeg : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(PgroupBesideFfmpeg, ten_bit_octets_and_v210_are_the_same) {
    const std::uint32_t width = GetParam();
    const VideoFormat planar = sized("YCbCr-4:2:2 10", width);
    const VideoFormat wire = sized("YCbCr-4:2:2 10 pgroup", width);
    const VideoFormat v210 = sized("v210", width);
    const Bytes samples = legal_samples(planar);
    const Bytes tight = peer::tight(planar, samples);
    Bytes octets(wire.bytes()), words(v210.bytes());
    PgroupConverter::make(planar, wire)->convert(samples, octets);
    EXPECT_TRUE(octets == by_ffmpeg(tight, width, "yuv422p10le", "bitpacked"));
    PgroupConverter::make(wire, v210)->convert(octets, words);
    EXPECT_TRUE(words == by_ffmpeg(tight, width, "yuv422p10le", "v210"));
}

// FFmpeg pads v210 rows to 128 bytes as ours are; with whole groups in them no byte is left to taste.
INSTANTIATE_TEST_SUITE_P(Widths, PgroupBesideFfmpeg, ::testing::Values(48, 1920));

}  // namespace
}  // namespace streamlib::st2110
