// SPDX-License-Identifier: Apache-2.0
// Where each bit of each layout lies, against bytes written by hand, with every instruction set there is.
#include <gtest/gtest.h>

#include "actors/pgroup.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::st2110 {
namespace {

namespace peer = actors::peer;
using peer::Bytes;

Bytes octets(std::initializer_list<unsigned> values) {
    Bytes bytes;
    for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

/// Planar samples of any depth, in the order of the planes.
Bytes planar_payload(const VideoFormat& planar, std::initializer_list<unsigned> samples) {
    Bytes bytes;
    for (const unsigned sample : samples) {
        bytes.push_back(static_cast<std::byte>(sample));
        if (planar.depth > 8) bytes.push_back(static_cast<std::byte>(sample >> 8U));
    }
    return peer::padded(planar, bytes);
}

void convert(const VideoFormat& from, std::span<const std::byte> in, const VideoFormat& to,
             std::span<std::byte> out, std::optional<InstructionSet> set = {}) {
    auto converter = PgroupConverter::make(from, to, set);
    ASSERT_TRUE(converter) << converter.error().text;
    converter->convert(in, out);
}

/// By every instruction set there is: they agree, or it is empty.
Bytes packed_from(const VideoFormat& laid_out, std::initializer_list<unsigned> samples) {
    const VideoFormat planar = planar_twin(laid_out);
    Bytes plain(laid_out.bytes());
    convert(planar, planar_payload(planar, samples), laid_out, plain, InstructionSet::scalar);
    for (const InstructionSet set : available_instruction_sets()) {
        Bytes payload(laid_out.bytes());
        convert(planar, planar_payload(planar, samples), laid_out, payload, set);
        EXPECT_EQ(payload, plain) << to_string(set);
    }
    return peer::tight(laid_out, plain);
}

TEST(PgroupLayout, writes_422_10_pgroups_as_st_2110_20_draws_them) {
    // Y0 Y1 | Cb | Cr; five octets of Cb Y0 Cr Y1, highest bits first.
    EXPECT_EQ(
        packed_from(peer::video_format("2x1 YCbCr-4:2:2 10 pgroup"), {0x3ff, 0x001, 0x155, 0x2aa}),
        octets({0x55, 0x7f, 0xfa, 0xa8, 0x01}));
}

TEST(PgroupLayout, writes_12_bit_and_16_bit_pgroups_highest_bits_first) {
    EXPECT_EQ(
        packed_from(peer::video_format("2x1 YCbCr-4:2:2 12 pgroup"), {0x123, 0x456, 0x789, 0xabc}),
        octets({0x78, 0x91, 0x23, 0xab, 0xc4, 0x56}));
    // Planar RGB is G B R; on the wire R G B.
    EXPECT_EQ(packed_from(peer::video_format("1x1 RGB 16 pgroup"), {0x1122, 0x3344, 0x5566}),
              octets({0x55, 0x66, 0x11, 0x22, 0x33, 0x44}));
}

TEST(PgroupLayout, writes_420_pgroups_of_two_rows) {
    // Y00 Y01 Y10 Y11 Cb Cr.
    EXPECT_EQ(packed_from(peer::video_format("2x2 YCbCr-4:2:0 8 pgroup"), {1, 2, 3, 4, 5, 6}),
              octets({1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(packed_from(peer::video_format("4x2 YCbCr-4:2:0 8 pgroup"),
                          {1, 2, 3, 4, 11, 12, 13, 14, 5, 6, 7, 8}),
              octets({1, 2, 11, 12, 5, 7, 3, 4, 13, 14, 6, 8}));
}

TEST(PgroupLayout, writes_uyvy_rgb_and_rgba) {
    EXPECT_EQ(packed_from(peer::video_format("2x1 YCbCr-4:2:2 8 packed"), {1, 2, 3, 4}),
              octets({3, 1, 4, 2}));
    EXPECT_EQ(packed_from(peer::video_format("1x1 RGB 8 packed"), {1, 2, 3}), octets({3, 1, 2}));
    EXPECT_EQ(packed_from(peer::video_format("1x1 RGBA 8 packed"), {1, 2, 3, 4}),
              octets({3, 1, 2, 4}));
    EXPECT_EQ(packed_from(peer::video_format("1x1 RGB 16 packed"), {0x0102, 0x0304, 0x0506}),
              octets({6, 5, 2, 1, 4, 3}));
}

TEST(PgroupLayout, writes_v210_and_fills_the_last_group_with_zeros) {
    // Two pixels: Cb Y0 Cr in the first word, Y1 in the second, the rest of the six-pixel group
    // empty.
    EXPECT_EQ(
        packed_from(peer::video_format("2x1 YCbCr-4:2:2 10 packed"), {0x3ff, 0x001, 0x155, 0x2aa}),
        octets({0x55, 0xfd, 0xaf, 0x2a, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(PgroupLayout, brings_back_every_sample_in_every_layout) {
    for (const VideoFormat& known : known_video_layouts()) {
        if (known.layout == Layout::planar) continue;
        for (const std::uint32_t width : {4U, 12U, 52U, 1000U}) {
            VideoFormat laid_out = known;
            laid_out.width = width;
            laid_out.height = 6;
            ASSERT_TRUE(laid_out.validate()) << to_string(laid_out);
            const VideoFormat planar = planar_twin(laid_out);
            const Bytes samples = peer::random_planar(planar, width);
            Bytes packed(laid_out.bytes(), std::byte{0xee}), back(planar.bytes());
            convert(planar, samples, laid_out, packed);
            convert(laid_out, packed, planar, back);
            EXPECT_EQ(back, samples) << to_string(laid_out);
        }
    }
}

TEST(PgroupLayout, brings_back_every_octet_of_a_pgroup) {
    for (const VideoFormat& known : known_video_layouts()) {
        if (known.layout != Layout::pgroup) continue;
        VideoFormat laid_out = known;
        laid_out.width = 16;
        laid_out.height = 4;
        std::mt19937 random(7);
        Bytes wire(laid_out.bytes()), planar(planar_twin(laid_out).bytes()), back(laid_out.bytes());
        for (std::byte& b : wire) b = static_cast<std::byte>(random());
        convert(laid_out, wire, planar_twin(laid_out), planar);
        convert(planar_twin(laid_out), planar, laid_out, back);
        EXPECT_EQ(back, wire) << to_string(laid_out);
    }
}

TEST(PgroupLayout, drops_bits_above_the_depth) {
    EXPECT_EQ(packed_from(peer::video_format("2x1 YCbCr-4:2:2 10 pgroup"),
                          {0xffff, 0xfc01, 0x155, 0x2aa}),
              octets({0x55, 0x7f, 0xfa, 0xa8, 0x01}));
}

TEST(PgroupLayout, writes_no_octet_outside_the_rows) {
    const VideoFormat v210 = peer::video_format("2x2 YCbCr-4:2:2 10 packed");
    Bytes payload(v210.bytes() + 64, std::byte{0x5a});
    convert(planar_twin(v210), peer::random_planar(planar_twin(v210), 1), v210, payload);
    const Plane plane = v210.plane(0);
    for (std::size_t i = plane.row_bytes; i < plane.stride_bytes; ++i)
        ASSERT_EQ(payload[i], std::byte{0x5a}) << i;
    for (std::size_t i = v210.bytes(); i < payload.size(); ++i)
        ASSERT_EQ(payload[i], std::byte{0x5a}) << i;
}

}  // namespace
}  // namespace streamlib::st2110
