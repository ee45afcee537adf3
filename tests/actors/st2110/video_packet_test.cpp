// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/video_packet.hpp"

#include <gtest/gtest.h>

#include "tests/actors/st2110/rtp_fixtures.hpp"

using namespace streamlib;
using namespace streamlib::st2110;
using namespace streamlib::st2110::fixtures;

namespace {

struct Srd {
    unsigned length, row, offset;
    bool field = false;
};

/// A datagram with these SRD headers and `data` octets.
Bytes datagram(const std::vector<Srd>& srds, std::size_t data, unsigned payload_type = 96) {
    Bytes bytes(rtp_header_bytes + 2 + srds.size() * 6 + data);
    write_rtp({false, static_cast<std::uint8_t>(payload_type), 1, 2, 3}, bytes.data());
    std::byte* at = bytes.data() + 14;
    for (std::size_t i = 0; i < srds.size(); ++i, at += 6) {
        store_be16(at, static_cast<std::uint16_t>(srds[i].length));
        store_be16(at + 2, static_cast<std::uint16_t>(srds[i].row | (srds[i].field ? 0x8000U : 0)));
        store_be16(at + 4, static_cast<std::uint16_t>(srds[i].offset |
                                                      (i + 1 < srds.size() ? 0x8000U : 0)));
    }
    return bytes;
}

PacketStatus status_of(const VideoFormat& format, const Bytes& bytes) {
    VideoDepacketiser depacketiser(*PictureShape::of(format), 96);
    VideoPacket packet;
    return depacketiser.parse(bytes, packet);
}

}  // namespace

TEST(VideoPacket, takes_what_is_inside_the_picture_and_nothing_else) {
    const VideoFormat p = pgroup_format(64, 20);  // 160 octets a row
    using S = PacketStatus;
    EXPECT_EQ(status_of(p, datagram({{160, 19, 0}}, 160)), S::ok);
    EXPECT_EQ(status_of(p, datagram({{5, 19, 62}}, 5)), S::ok);
    EXPECT_EQ(status_of(p, datagram({{0, 0, 0}}, 0)), S::ok);
    EXPECT_EQ(status_of(p, datagram({{5, 0, 0}}, 9)), S::ok)
        << "octets after the samples are let be";
    EXPECT_EQ(status_of(p, datagram({{160, 20, 0}}, 160)), S::outside);
    EXPECT_EQ(status_of(p, datagram({{160, 0, 2}}, 160)), S::outside);
    EXPECT_EQ(status_of(p, datagram({{5, 0, 64}}, 5)), S::outside);
    EXPECT_EQ(status_of(p, datagram({{5, 0, 0, true}}, 5)), S::outside) << "no second field here";
    EXPECT_EQ(status_of(p, datagram({{160, 0, 0}}, 159)), S::truncated);
    EXPECT_EQ(status_of(p, datagram({{65535, 0, 0}}, 5)), S::outside);
    EXPECT_EQ(status_of(p, datagram({{4, 0, 0}}, 4)), S::bad_size);
    EXPECT_EQ(status_of(p, datagram({{5, 0, 1}}, 5)), S::bad_size);
    EXPECT_EQ(status_of(p, datagram({{5, 0, 0}}, 5, 97)), S::other_type);
    EXPECT_EQ(status_of(p, {}), S::not_rtp);
    const Bytes good = datagram({{5, 0, 0}, {5, 1, 0}, {5, 2, 0}}, 15);
    EXPECT_EQ(status_of(p, good), S::ok);
    for (std::size_t size = 12; size < good.size(); ++size)
        EXPECT_EQ(status_of(p, {good.begin(), good.begin() + static_cast<long>(size)}),
                  S::truncated);
    std::vector<Srd> many;
    for (unsigned i = 0; i < 200; ++i) many.push_back({5, i % 20, i / 20 * 2});
    EXPECT_EQ(status_of(p, datagram(many, 1000)), S::ok) << "RFC 4175 has no most";
}

TEST(VideoPacket, counts_rows_of_420_by_twos) {
    const VideoFormat format = pgroup_format(64, 20, Sampling::ycbcr_420, 8);
    EXPECT_EQ(status_of(format, datagram({{6, 18, 0}}, 6)), PacketStatus::ok);
    EXPECT_EQ(status_of(format, datagram({{6, 17, 0}}, 6)), PacketStatus::outside);
    EXPECT_EQ(status_of(format, datagram({{6, 20, 0}}, 6)), PacketStatus::outside);
}

TEST(VideoPacket, places_rows_of_a_field_in_the_frame_and_recognises_rows_of_the_frame) {
    const PictureShape shape =
        *PictureShape::of(pgroup_format(64, 20, Sampling::ycbcr_422, 10, Interlace::interlaced));
    VideoDepacketiser depacketiser(shape, 96);
    VideoPacket packet;
    const auto frame_row = [&](unsigned row, bool field) -> int {
        const Bytes bytes = datagram({{160, row, 0, field}}, 160);  // the packet points into it
        if (depacketiser.parse(bytes, packet) != PacketStatus::ok) return -1;
        int found = -1;
        for_each_part(packet, shape, depacketiser.frame_rows(), [&](const VideoPart& part) {
            found = static_cast<int>(part.offset / shape.row_bytes);
        });
        return found;
    };
    EXPECT_EQ(frame_row(0, false), 0);
    EXPECT_EQ(frame_row(1, false), 2);
    EXPECT_EQ(frame_row(9, true), 19);
    EXPECT_EQ(frame_row(10, false), -1);  // one such row proves nothing against rows seen before
    EXPECT_FALSE(depacketiser.frame_rows());
    // GStreamer: rows of the frame.
    VideoDepacketiser fresh(shape, 96);
    depacketiser = fresh;
    for (unsigned row = 0; row < 10; row += 2) (void)frame_row(row, false);
    EXPECT_EQ(frame_row(10, false), 10);
    EXPECT_TRUE(depacketiser.frame_rows());
    EXPECT_EQ(frame_row(12, false), 12);
    EXPECT_EQ(frame_row(1, true), 1);
    EXPECT_EQ(frame_row(19, true), 19);
    // And back, where the sender changes.
    for (int i = 0; i < 8; ++i) (void)frame_row(0, true);
    EXPECT_FALSE(depacketiser.frame_rows());
    EXPECT_EQ(frame_row(3, true), 7);
}
