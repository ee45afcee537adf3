// SPDX-License-Identifier: Apache-2.0
// Every kernel against the plain code: the same bytes at every width, and none outside the rows.
#include "actors/pgroup.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::st2110 {
namespace {

namespace peer = actors::peer;
using peer::Bytes;

constexpr std::byte guard{0xa5};
constexpr std::size_t guard_bytes = 64;

struct Pair {
    const char *from, *to;
};
// Each way of each kernel.
constexpr Pair pairs[] = {
    {"YCbCr-4:2:2 10 pgroup", "YCbCr-4:2:2 10"},
    {"YCbCr-4:2:2 10", "YCbCr-4:2:2 10 pgroup"},
    {"YCbCr-4:2:2 10 pgroup", "YCbCr-4:2:2 10 packed"},
    {"YCbCr-4:2:2 10 packed", "YCbCr-4:2:2 10 pgroup"},
    {"YCbCr-4:2:2 10 pgroup", "YCbCr-4:2:2 8"},
    {"YCbCr-4:2:2 8", "YCbCr-4:2:2 10 pgroup"},
    {"YCbCr-4:2:2 10 pgroup", "YCbCr-4:2:2 8 packed"},
    {"YCbCr-4:2:2 8 packed", "YCbCr-4:2:2 10 pgroup"},
    {"YCbCr-4:2:2 10 pgroup", "YCbCr-4:2:2 8 pgroup"},
    {"YCbCr-4:2:2 8 pgroup", "YCbCr-4:2:2 10 pgroup"},
    {"YCbCr-4:2:2 8 pgroup", "YCbCr-4:2:2 8"},
    {"YCbCr-4:2:2 8", "YCbCr-4:2:2 8 pgroup"},
    {"YCbCr-4:4:4 8 pgroup", "YCbCr-4:4:4 8"},
    {"YCbCr-4:4:4 8", "YCbCr-4:4:4 8 pgroup"},
    {"RGB 8 pgroup", "RGB 8"},
    {"RGB 8", "RGB 8 packed"},
    {"YCbCr-4:2:0 8 pgroup", "YCbCr-4:2:0 8"},
    {"YCbCr-4:2:0 8", "YCbCr-4:2:0 8 pgroup"},
};

VideoFormat sized(const char* words, std::uint32_t width, std::uint32_t height) {
    return peer::video_format(std::to_string(width) + "x" + std::to_string(height) + " " + words);
}

Bytes random_bytes(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(count);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random());
    return bytes;
}

/// One plane's rows between guard bytes, so that a read or a write beyond the last row is one beyond the memory, which
/// AddressSanitizer sees; a write is seen here.
Bytes converted(const VideoFormat& from, const Bytes& in, const VideoFormat& to, InstructionSet set,
                bool& kernel) {
    auto converter = PgroupConverter::make(from, to, set);
    if (!converter) {
        ADD_FAILURE() << converter.error().text;
        return {};
    }
    kernel = converter->instruction_set() == set;
    Bytes out(to.bytes() + guard_bytes, guard);
    converter->convert(in, std::span(out).first(to.bytes()));
    return out;
}

class Kernels : public ::testing::TestWithParam<InstructionSet> {
protected:
    void SetUp() override {
        if (!is_available(GetParam()))
            GTEST_SKIP() << "this machine has no " << to_string(GetParam())
                         << ": its kernels are not proven here";
    }
};

void expect_same_as_plain(InstructionSet set, const Pair& pair, std::uint32_t width) {
    const VideoFormat from = sized(pair.from, width, 4), to = sized(pair.to, width, 4);
    const Bytes in = random_bytes(from.bytes(), width);
    bool kernel = false;
    // Padding is not written by either, so that whole payloads have to be equal, guards and all.
    const Bytes plain = converted(from, in, to, InstructionSet::scalar, kernel);
    const Bytes fast = converted(from, in, to, set, kernel);
    EXPECT_TRUE(kernel) << pair.from << " -> " << pair.to << " has no kernel";
    const auto at = std::mismatch(fast.begin(), fast.end(), plain.begin());
    ASSERT_TRUE(at.first == fast.end())
        << pair.from << " -> " << pair.to << ", width " << width << ": byte "
        << at.first - fast.begin() << " is " << std::to_integer<int>(*at.first) << ", should be "
        << std::to_integer<int>(*at.second);
    for (std::size_t i = to.bytes(); i < plain.size(); ++i) ASSERT_EQ(plain[i], guard) << i;
}

TEST_P(Kernels, make_the_same_bytes_as_plain_code_at_every_width) {
    for (const Pair& pair : pairs) {
        const VideoFormat any = sized(pair.from, 2, 2);
        const bool single = any.sampling == Sampling::rgb || any.sampling == Sampling::ycbcr_444;
        for (std::uint32_t width = single ? 1 : 2; width <= 202; width += single ? 1 : 2)
            ASSERT_NO_FATAL_FAILURE(expect_same_as_plain(GetParam(), pair, width));
        for (const std::uint32_t width : {720U, 1280U, 1918U, 1920U, 3840U})
            ASSERT_NO_FATAL_FAILURE(expect_same_as_plain(GetParam(), pair, width));
    }
}

TEST_P(Kernels, take_any_alignment) {
    for (const Pair& pair : pairs) {
        const VideoFormat from = sized(pair.from, 118, 2), to = sized(pair.to, 118, 2);
        const Bytes in = random_bytes(from.bytes(), 5);
        bool kernel = false;
        Bytes plain = converted(from, in, to, InstructionSet::scalar, kernel);
        Bytes shifted_in(from.bytes() + 1), out(to.bytes() + 3, guard);
        std::copy(in.begin(), in.end(), shifted_in.begin() + 1);
        auto converter = PgroupConverter::make(from, to, GetParam());
        ASSERT_TRUE(converter);
        converter->convert(std::span(shifted_in).subspan(1), std::span(out).subspan(3));
        plain.resize(to.bytes());
        EXPECT_EQ(Bytes(out.begin() + 3, out.end()), plain) << pair.from << " -> " << pair.to;
    }
}

TEST_P(Kernels, convert_the_rows_asked_for_and_no_others) {
    for (const Pair& pair : pairs) {
        const VideoFormat from = sized(pair.from, 38, 12), to = sized(pair.to, 38, 12);
        const Bytes in = random_bytes(from.bytes(), 9);
        Bytes pieces(to.bytes(), guard), whole(to.bytes(), guard);
        auto converter = PgroupConverter::make(from, to, GetParam());
        ASSERT_TRUE(converter);
        converter->convert(in, whole);
        converter->convert_rows(4, 6, in, pieces);
        std::size_t written = 0;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            if (pieces[i] == guard) continue;
            ++written;
            ASSERT_EQ(pieces[i], whole[i]) << pair.from << " -> " << pair.to << " byte " << i;
        }
        EXPECT_LE(written, to.bytes() / 2);
        converter->convert_rows(0, 4, in, pieces);
        converter->convert_rows(10, 2, in, pieces);
        EXPECT_EQ(pieces, whole) << pair.from << " -> " << pair.to;
    }
}

std::string name_of(const ::testing::TestParamInfo<InstructionSet>& set) {
    return std::string(to_string(set.param));
}
INSTANTIATE_TEST_SUITE_P(By, Kernels,
                         ::testing::Values(InstructionSet::neon, InstructionSet::avx2,
                                           InstructionSet::avx512_vbmi),
                         name_of);

TEST(PgroupConverter, rounds_to_fewer_bits_half_up_and_stops_at_the_largest_value) {
    const VideoFormat from = sized("YCbCr-4:2:2 10", 4, 1), to = sized("YCbCr-4:2:2 8", 4, 1);
    Bytes in(from.bytes()), out(to.bytes());
    const unsigned values[] = {1, 2, 1021, 1023};
    for (std::size_t i = 0; i < 4; ++i) {
        in[2 * i] = static_cast<std::byte>(values[i]);
        in[2 * i + 1] = static_cast<std::byte>(values[i] >> 8U);
    }
    auto down = PgroupConverter::make(from, to);
    ASSERT_TRUE(down) << down.error().text;
    down->convert(in, out);
    EXPECT_EQ(Bytes(out.begin(), out.begin() + 4),
              (Bytes{std::byte{0}, std::byte{1}, std::byte{255}, std::byte{255}}));
    auto up = PgroupConverter::make(to, from);
    ASSERT_TRUE(up) << up.error().text;
    up->convert(out, in);
    EXPECT_EQ(Bytes(in.begin(), in.begin() + 6),
              (Bytes{std::byte{0}, std::byte{0}, std::byte{4}, std::byte{0}, std::byte{252},
                     std::byte{3}}));
}

TEST(PgroupConverter, brings_back_eight_bits_that_went_through_ten) {
    for (const InstructionSet set : available_instruction_sets()) {
        const VideoFormat eight = sized("YCbCr-4:2:2 8", 100, 3);
        const VideoFormat ten = sized("YCbCr-4:2:2 10 pgroup", 100, 3);
        const Bytes in = peer::random_planar(eight, 4);
        Bytes between(ten.bytes()), back(eight.bytes());
        PgroupConverter::make(eight, ten, set)->convert(in, between);
        PgroupConverter::make(ten, eight, set)->convert(between, back);
        EXPECT_EQ(back, in) << to_string(set);
    }
}

TEST(PgroupConverter, moves_frame_rows_of_interlaced_pictures_as_they_lie) {
    const VideoFormat woven = sized("YCbCr-4:2:2 10 pgroup interlaced", 48, 4);
    const VideoFormat plain = sized("YCbCr-4:2:2 10 pgroup", 48, 4);
    const Bytes in = random_bytes(woven.bytes(), 2);
    Bytes a(planar_twin(woven).bytes()), b(planar_twin(plain).bytes());
    PgroupConverter::make(woven, planar_twin(woven))->convert(in, a);
    PgroupConverter::make(plain, planar_twin(plain))->convert(in, b);
    EXPECT_EQ(a, b);
}

std::string refused(const char* from, const char* to) {
    const auto made = PgroupConverter::make(peer::video_format(from), peer::video_format(to));
    return made ? "" : made.error().text;
}

TEST(PgroupConverter, refuses_what_it_cannot_and_says_why) {
    EXPECT_EQ(refused("64x32 YCbCr-4:2:2 10 pgroup", "64x32 YCbCr-4:2:0 10"),
              "no conversion from 64x32 YCbCr-4:2:2 10 pgroup to "
              "64x32 YCbCr-4:2:0 10: sampling YCbCr-4:2:2 where YCbCr-4:2:0 is "
              "wanted; only layout and depth are changed here, let ColorConvert do the rest");
    EXPECT_NE(refused("64x32 YCbCr-4:2:2 10 pgroup", "32x32 YCbCr-4:2:2 10").find("size 64x32"),
              std::string::npos);
    EXPECT_NE(refused("64x32 YCbCr-4:2:2 10 pgroup FULL", "64x32 YCbCr-4:2:2 8 FULL")
                  .find("depth 10 to 8 with RANGE FULL"),
              std::string::npos);
    VideoFormat odd = sized("YCbCr-4:2:2 10 pgroup", 64, 32);
    odd.width = 63;
    EXPECT_FALSE(PgroupConverter::make(odd, planar_twin(odd)));
}

TEST(InstructionSet, is_chosen_by_name_and_by_rank) {
    EXPECT_EQ(*instruction_set_named("scalar"), InstructionSet::scalar);
    EXPECT_EQ(*instruction_set_named(""), available_instruction_sets().back());
    const auto wrong = instruction_set_named("mmx");
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().text.find("no such; use one of scalar"), std::string::npos);
    for (const InstructionSet set : {InstructionSet::neon, InstructionSet::avx512_vbmi}) {
        EXPECT_EQ(instruction_set_named(to_string(set)).has_value(), is_available(set));
    }
    EXPECT_TRUE(chosen_instruction_set());
}

}  // namespace
}  // namespace streamlib::st2110
