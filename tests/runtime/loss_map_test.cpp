// SPDX-License-Identifier: Apache-2.0
#include "runtime/loss_map.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace streamlib;

namespace {

LossMap map_of(std::uint32_t user, const char* format,
               std::uint32_t flags = ipc::block_incomplete) {
    ipc::BlockHeader header{};
    header.flags = flags;
    header.user = user;
    return {header, *parse_video_format(format)};
}

std::vector<RowRange> runs(const LossMap& map) {
    std::vector<RowRange> all;
    map.for_each_rows([&](RowRange rows) { all.push_back(rows); });
    return all;
}

}  // namespace

TEST(LossMap, names_the_rows_of_each_band) {
    EXPECT_EQ(runs(map_of(1, "320x320")), (std::vector<RowRange>{{0, 10}}));
    EXPECT_EQ(runs(map_of(0x8000'0003, "320x320")), (std::vector<RowRange>{{0, 20}, {310, 10}}));
    EXPECT_EQ(runs(map_of(0xffff'ffff, "1080p50")), (std::vector<RowRange>{{0, 1080}}));
    EXPECT_EQ(runs(map_of(2, "1080p50")), (std::vector<RowRange>{{33, 35}})) << "33.75 to 67.5";
    EXPECT_EQ(runs(map_of(2, "1920x1080 YCbCr-4:2:0 8")), (std::vector<RowRange>{{32, 36}}))
        << "by two rows";
}

TEST(LossMap, is_empty_where_nothing_is_missing) {
    EXPECT_FALSE(map_of(7, "320x320", 0).any()) << "the number means something else there";
    EXPECT_TRUE(runs(map_of(0, "320x320")).empty());
    EXPECT_FALSE(LossMap({}, {}).any());
}

TEST(LossMap, agrees_with_itself_about_every_row) {
    for (const char* format : {"64x1", "64x7", "64x33", "1080p50", "64x182 YCbCr-4:2:0 8"}) {
        for (std::uint32_t n = 1; n != 0; n <<= 1) {
            const LossMap map = map_of(n | n >> 5, format);
            const std::uint32_t height = parse_video_format(format)->height;
            std::vector<bool> in_runs(height);
            for (const RowRange rows : runs(map)) {
                ASSERT_LE(rows.first + rows.count, height);
                for (std::uint32_t i = 0; i < rows.count; ++i) in_runs[rows.first + i] = true;
            }
            for (std::uint32_t row = 0; row < height; ++row)
                ASSERT_EQ(map.may_miss(row), in_runs[row]) << format << " row " << row;
        }
    }
}
