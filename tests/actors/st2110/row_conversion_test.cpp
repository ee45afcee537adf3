// SPDX-License-Identifier: Apache-2.0
// Pieces of pictures in any order, converted on the way, against the whole picture converted at once.
#include "actors/st2110/rtp/row_conversion.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "actors/st2110/rtp/coverage.hpp"
#include "actors/st2110/rtp/video_assembler.hpp"
#include "tests/actors/st2110/rtp_fixtures.hpp"

using namespace streamlib;
using namespace streamlib::st2110;
using namespace streamlib::st2110::fixtures;

namespace {

struct Couple {
    VideoFormat carried, given;
};

/// Every pgroup format there is with every other layout of it: rows that end within a block, more of them than are held.
std::vector<Couple> couples() {
    std::vector<VideoFormat> all = known_video_layouts();
    for (VideoFormat& format : all) {
        format.width = 100;
        format.height = 40;
        format.rate = {50, 1};
    }
    std::vector<Couple> found;
    for (const VideoFormat& carried : all)
        for (const VideoFormat& given : all)
            if (carried.layout == Layout::pgroup && carried != given &&
                PgroupConverter::make(carried, given))
                found.push_back({carried, given});
    return found;
}

Bytes slot(const VideoFormat& format) { return Bytes(format.bytes(), std::byte{0xee}); }

Bytes converted(const Couple& couple, const Bytes& groups) {
    Bytes out = slot(couple.given);
    PgroupConverter::make(couple.carried, couple.given)->convert(groups, out);
    return out;
}

/// A sender's frames, its datagrams cut, lost, doubled and mixed; what should come of them.
struct Torn {
    std::vector<Bytes> datagrams;
    explicit Torn(std::vector<Bytes> whole, std::mt19937& random, bool lossy) {
        for (Bytes& datagram : whole) {
            if (lossy && random() % 4 == 0) continue;
            if (random() % 4 == 0) datagrams.push_back(datagram);
            datagrams.push_back(std::move(datagram));
        }
        std::shuffle(datagrams.begin(), datagrams.end(), random);
    }
};

std::string name_of(const Couple& couple) {
    return to_string(couple.carried) + " to " + to_string(couple.given);
}

}  // namespace

TEST(RowConversion, makes_of_any_pieces_what_the_whole_picture_makes) {
    std::mt19937 random(11);
    const auto all = couples();
    ASSERT_GE(all.size(), 30U);
    for (const Couple& couple : all) {
        const PictureShape shape = *PictureShape::of(couple.carried);
        for (const InstructionSet set : available_instruction_sets()) {
            auto conversion = RowConversion::make(couple.carried, couple.given, set);
            ASSERT_TRUE(conversion) << name_of(couple);
            std::array<Bytes, 2> pictures{slot(couple.given), slot(couple.given)};
            std::array<Bytes, 2> groups{Bytes(shape.frame_bytes()), Bytes(shape.frame_bytes())};
            std::array<Coverage, 2> coverage{Coverage(shape.groups()), Coverage(shape.groups())};
            for (unsigned frame = 0; frame < 2; ++frame) conversion->open(frame, pictures[frame]);
            const Bytes octets = noise(shape.frame_bytes(), 5);
            for (int piece = 0; piece < 1500;
                 ++piece) {  // of both frames in turn, many over others
                const unsigned frame = random() % 2;
                VideoPart part;
                part.row = static_cast<std::uint32_t>(random() % shape.rows);
                const auto column = static_cast<std::uint32_t>(random() % shape.groups_per_row);
                part.groups = 1 + static_cast<std::uint32_t>(
                                      random() % std::min(shape.groups_per_row - column, 20U));
                part.first_group = part.row * shape.groups_per_row + column;
                part.offset = part.first_group * shape.group_octets;
                part.data = std::span(octets).subspan(
                    part.offset, std::size_t{part.groups} * shape.group_octets);
                const auto fresh = coverage[frame].mark(part.first_group, part.groups);
                if (fresh == 0) continue;
                conversion->put(frame, part, fresh);
                std::copy(part.data.begin(), part.data.end(), groups[frame].begin() + part.offset);
            }
            const Bytes before = noise(shape.frame_bytes(), 6);
            const Bytes previous = converted(couple, before);
            const auto black = black_pgroup(couple.carried, shape);
            for (unsigned frame = 0; frame < 2; ++frame) {
                coverage[frame].for_each_gap([&](std::uint32_t first, std::uint32_t count) {
                    conversion->mend(frame, first, count, frame == 0 ? Bytes{} : previous);
                    for (std::uint32_t at = first * shape.group_octets;
                         at < (first + count) * shape.group_octets; ++at)
                        groups[frame][at] =
                            frame == 0 ? black[at % shape.group_octets] : before[at];
                });
                conversion->close(frame);
                ASSERT_TRUE(pictures[frame] == converted(couple, groups[frame]))
                    << name_of(couple) << " by " << to_string(set) << ", frame " << frame;
            }
        }
    }
}

TEST(RowConversion, is_what_an_assembler_gives_out_under_any_loss_and_any_order) {
    std::mt19937 random(12);
    unsigned turn = 0;
    for (Couple couple : couples()) {
        couple.carried.width = couple.given.width = 700;  // some packets a row, some rows a packet
        const auto policy = static_cast<MissingPolicy>(turn++ % 3);
        if (couple.carried.sampling != Sampling::ycbcr_420 && random() % 2 == 0)
            couple.carried.interlace = couple.given.interlace = Interlace::interlaced;
        VideoPacking packing{random() % 2 == 0 ? PackingMode::general : PackingMode::block,
                             random() % 2 == 0 ? 1460U : 8960U};
        if (!VideoPlan::make(couple.carried, packing)) packing.mode = PackingMode::general;
        Sender sender(couple.carried, packing);
        const PictureShape shape = *PictureShape::of(couple.carried);
        const VideoAssembly assembly{.format = couple.carried, .missing = policy};
        Keeper plain(couple.carried.bytes()), keeper(couple.given.bytes());
        VideoAssembler reference(shape, assembly, plain);
        VideoAssembler assembler(shape, assembly, keeper,
                                 *RowConversion::make(couple.carried, couple.given));
        for (int i = 0; i < 4; ++i) {
            const Torn torn(
                sender.frame(1000 + i, noise(shape.frame_bytes(), 1U + static_cast<unsigned>(i))),
                random, i > 0);
            for (const Bytes& datagram : torn.datagrams) {
                const auto status = reference.take(datagram, at_ms(i * 20));
                EXPECT_EQ(assembler.take(datagram, at_ms(i * 20)), status);
            }
        }
        reference.flush();
        assembler.flush();
        ASSERT_EQ(keeper.kept.size(), plain.kept.size());
        for (std::size_t i = 0; i < keeper.kept.size(); ++i) {
            const auto &ours = keeper.kept[i], &wanted = plain.kept[i];
            EXPECT_EQ(ours.frame.outcome, wanted.frame.outcome);
            EXPECT_EQ(ours.gaps, wanted.gaps) << "the loss map counts octets of pgroups";
            if (wanted.frame.outcome == Outcome::given_up) continue;
            ASSERT_TRUE(ours.octets == converted(couple, wanted.octets))
                << name_of(couple) << ", frame " << i;
        }
    }
}

TEST(RowConversion, refuses_what_the_converter_refuses) {
    const VideoFormat carried = pgroup_format(64, 20, Sampling::rgb, 10);
    VideoFormat given = carried;
    given.sampling = Sampling::ycbcr_444;
    given.layout = Layout::planar;
    EXPECT_FALSE(RowConversion::make(carried, given));
    given = carried;
    given.layout = Layout::planar;
    EXPECT_TRUE(RowConversion::make(carried, given));
    EXPECT_FALSE(RowConversion::make(given, carried)) << "RTP carries pgroups";
}
