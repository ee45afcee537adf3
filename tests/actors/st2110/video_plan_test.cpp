// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/video_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "actors/st2110/rtp/video_packet.hpp"
#include "tests/actors/st2110/rtp_fixtures.hpp"

using namespace streamlib;
using namespace streamlib::st2110;
using namespace streamlib::st2110::fixtures;

namespace {

VideoPlan plan_of(const VideoFormat& format, PackingMode mode = PackingMode::general,
                  std::uint32_t max_udp = 1460) {
    auto plan = VideoPlan::make(format, {mode, max_udp});
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().text);
    return std::move(*plan);
}

/// The pgroup formats that exist, progressive and where it is legal interlaced and PsF, at some sizes.
std::vector<VideoFormat> all_formats() {
    std::vector<VideoFormat> all;
    for (VideoFormat format : known_video_layouts()) {
        if (format.layout != Layout::pgroup) continue;
        format.rate = {30000, 1001};
        for (const Interlace interlace :
             {Interlace::progressive, Interlace::interlaced, Interlace::psf})
            for (const std::uint32_t width : {4U, 64U, 1364U, 1920U}) {
                format.interlace = interlace;
                format.width = width;
                format.height = 20;
                if (format.validate()) all.push_back(format);
            }
    }
    return all;
}

}  // namespace

TEST(VideoPlan, makes_of_a_1080_row_four_packets_of_1200_octets) {
    const VideoPlan plan = plan_of(pgroup_format(1920, 1080));
    EXPECT_EQ(plan.packets_per_frame(), 4320U);
    for (const PlannedPacket& packet : plan.packets(0)) {
        EXPECT_EQ(packet.data_bytes, 1200);
        EXPECT_EQ(packet.header_bytes, 20);
    }
    EXPECT_EQ(plan.packets(0)[0].run, 4320U);
    EXPECT_EQ(plan.packets(0)[4319].run, 1U);
}

TEST(VideoPlan, chooses_few_packets_of_equal_size) {
    const struct {
        VideoFormat format;
        std::uint32_t max_udp;
        std::size_t packets;
        unsigned data;
    } cases[] = {
        {pgroup_format(1920, 1080, Sampling::ycbcr_422, 8), 1460, 3240, 1280},
        {pgroup_format(1920, 1080, Sampling::ycbcr_422, 12), 1460, 5400, 1152},
        {pgroup_format(1920, 1080, Sampling::ycbcr_422, 16), 1460, 6480, 1280},
        {pgroup_format(3840, 2160), 1460, 17280, 1200},
        {pgroup_format(1280, 720), 1460, 2880, 800},   // 4 a row where 3 would fit unequally
        {pgroup_format(1920, 1080), 8960, 720, 7200},  // 2 every 3 rows
        {pgroup_format(320, 240, Sampling::ycbcr_422, 8), 1460, 120, 1280},  // 2 rows each
        {pgroup_format(1920, 1080, Sampling::ycbcr_420, 8), 1460, 2700, 1152},
    };
    for (const auto& c : cases) {
        const VideoPlan plan = plan_of(c.format, PackingMode::general, c.max_udp);
        EXPECT_EQ(plan.packets_per_frame(), c.packets) << to_string(c.format);
        EXPECT_EQ(plan.packets(0)[0].data_bytes, c.data) << to_string(c.format);
        EXPECT_EQ(plan.packets(0)[0].run, c.packets) << to_string(c.format);
    }
    // 683 pgroups are prime: each row is cut in three, the last a little smaller.
    const VideoPlan uneven = plan_of(pgroup_format(1366, 768));
    EXPECT_EQ(uneven.packets_per_frame(), 3U * 768);
    EXPECT_EQ(uneven.packets(0)[0].data_bytes, 228 * 5);
    EXPECT_EQ(uneven.packets(0)[2].data_bytes, 227 * 5);
    EXPECT_EQ(uneven.packets(0)[0].run, 3U);
}

TEST(VideoPlan, packs_blocks_of_180_octets_seven_a_packet) {
    const VideoPlan plan = plan_of(pgroup_format(1920, 1080), PackingMode::block);
    EXPECT_EQ(plan.packets_per_frame(), 4115U);
    for (const PlannedPacket& packet : plan.packets(0).first(4114))
        EXPECT_EQ(packet.data_bytes, 1260);
    EXPECT_EQ(plan.packets(0)[4114].data_bytes, 5'184'000 - 4114 * 1260);
    const VideoPlan large = plan_of(pgroup_format(1920, 1080), PackingMode::block, 8960);
    EXPECT_EQ(large.packets(0)[0].data_bytes, 8820);
}

TEST(VideoPlan, refuses_what_cannot_be_and_says_what_to_use) {
    const auto text = [](const VideoFormat& format, VideoPacking packing) {
        auto plan = VideoPlan::make(format, packing);
        return plan ? std::string() : plan.error().text;
    };
    EXPECT_NE(text(pgroup_format(1920, 1080), {PackingMode::general, 1500}).find("1460 and 8960"),
              std::string::npos);
    EXPECT_NE(text(pgroup_format(1920, 1080, Sampling::ycbcr_422, 16), {PackingMode::block, 1460})
                  .find("use 2110GPM"),
              std::string::npos);
    EXPECT_NE(text(pgroup_format(8, 8), {PackingMode::block, 1460}).find("use 2110GPM"),
              std::string::npos);
    EXPECT_NE(text(pgroup_format(1921, 1080), {}).find("multiple of 2"), std::string::npos);
    VideoFormat planar = pgroup_format(1920, 1080);
    planar.layout = Layout::planar;
    EXPECT_NE(text(planar, {}).find("pgroup"), std::string::npos);
}

TEST(VideoPlan, covers_every_octet_once_within_the_rules_in_every_format) {
    std::size_t plans = 0;
    for (const VideoFormat& format : all_formats())
        for (const PackingMode mode : {PackingMode::general, PackingMode::block})
            for (const std::uint32_t max_udp : {1460U, 8960U}) {
                auto made = VideoPlan::make(format, {mode, max_udp});
                if (!made) {
                    EXPECT_EQ(mode, PackingMode::block) << made.error().text;
                    continue;
                }
                ++plans;
                const VideoPlan& plan = *made;
                std::vector<char> covered(plan.shape().frame_bytes());
                for (unsigned field = 0; field < plan.fields(); ++field) {
                    const auto packets = plan.packets(field);
                    for (std::size_t i = 0; i < packets.size(); ++i) {
                        const PlannedPacket& packet = packets[i];
                        std::size_t octets = 0;
                        for (const Span& span : plan.spans(packet)) {
                            const auto begin = covered.begin() + span.offset;
                            ASSERT_EQ(std::count(begin, begin + span.length, 0), span.length);
                            std::fill(begin, begin + span.length, 1);
                            octets += span.length;
                        }
                        ASSERT_EQ(octets, packet.data_bytes);
                        ASSERT_LE(packet.bytes() + udp_header_bytes, max_udp);
                        const bool last = i + 1 == packets.size();
                        ASSERT_TRUE(mode == PackingMode::general || last ||
                                    packet.data_bytes % 180 == 0);
                        ASSERT_TRUE(packet.run == 1 || packets[i + 1].bytes() <= packet.bytes());
                        ASSERT_TRUE(packet.run <= 2 || packets[i + 1].bytes() == packet.bytes());
                        ASSERT_LE(packet.run, packets.size() - i);
                    }
                }
                ASSERT_EQ(std::count(covered.begin(), covered.end(), 0), 0) << to_string(format);
            }
    EXPECT_GT(plans, 350U);
}

TEST(VideoPlan, is_understood_by_the_depacketiser_octet_by_octet_in_every_format) {
    for (const VideoFormat& format : all_formats())
        for (const PackingMode mode : {PackingMode::general, PackingMode::block})
            for (const std::uint32_t max_udp : {1460U, 8960U}) {
                if (!VideoPlan::make(format, {mode, max_udp})) continue;
                Sender sender(format, {mode, max_udp});
                const PictureShape& shape = sender.plan().shape();
                VideoDepacketiser depacketiser(shape, 96);
                const Bytes picture = noise(shape.frame_bytes(), 5);
                Bytes built(picture.size());
                unsigned markers = 0;
                std::uint32_t number = 0xffff'fff0U;
                for (const Bytes& datagram : sender.frame(1'000'000, picture)) {
                    VideoPacket packet;
                    ASSERT_EQ(depacketiser.parse(datagram, packet), PacketStatus::ok)
                        << to_string(format);
                    ASSERT_EQ(std::uint32_t{packet.extended} << 16 | packet.header.sequence,
                              number++);
                    ASSERT_EQ(packet.header.timestamp, sender.timestamp(1'000'000, packet.field));
                    markers += packet.header.marker ? 1 : 0;
                    for_each_part(packet, shape, false, [&](const VideoPart& part) {
                        std::copy(part.data.begin(), part.data.end(), built.begin() + part.offset);
                    });
                }
                EXPECT_EQ(markers, shape.fields);
                ASSERT_EQ(built, picture) << to_string(format);
            }
}

TEST(VideoPlan, writes_the_headers_of_a_part_of_a_field_like_those_of_all) {
    const VideoPlan plan =
        plan_of(pgroup_format(64, 20, Sampling::ycbcr_422, 10, Interlace::interlaced));
    const VideoStamp stamp{7, 8, 9, 97};
    const std::size_t count = plan.packets(1).size();
    Bytes all(count * header_stride), one(header_stride);
    plan.write_headers(1, 0, count, stamp, all);
    for (std::size_t i = 0; i < count; ++i) {
        plan.write_headers(1, i, 1, stamp, one);
        EXPECT_EQ(std::memcmp(one.data(), all.data() + i * header_stride, header_stride), 0);
    }
}

TEST(PictureShape, knows_black_of_narrow_and_full_range) {
    const auto black = [](Sampling sampling, unsigned depth, Range range) {
        VideoFormat format = pgroup_format(8, 8, sampling, depth);
        format.range = range;
        const PictureShape shape = *PictureShape::of(format);
        const auto octets = black_pgroup(format, shape);
        std::vector<unsigned> values;
        for (std::uint32_t i = 0; i < shape.group_octets; ++i)
            values.push_back(std::to_integer<unsigned>(octets[i]));
        return values;
    };
    using Values = std::vector<unsigned>;
    EXPECT_EQ(black(Sampling::ycbcr_422, 8, Range::narrow), (Values{128, 16, 128, 16}));
    EXPECT_EQ(black(Sampling::ycbcr_422, 10, Range::narrow),
              (Values{0x80, 0x04, 0x08, 0x00, 0x40}));
    EXPECT_EQ(black(Sampling::ycbcr_420, 8, Range::full), (Values{0, 0, 0, 0, 128, 128}));
    EXPECT_EQ(black(Sampling::rgb, 8, Range::narrow), (Values{16, 16, 16}));
    EXPECT_EQ(black(Sampling::key, 8, Range::narrow), (Values{0}));
}
