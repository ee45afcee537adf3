// SPDX-License-Identifier: Apache-2.0
#include "runtime/nearest_word.hpp"

#include <gtest/gtest.h>

#include <string>

namespace streamlib {
namespace {

constexpr std::string_view known[] = {"planar", "packed", "pgroup", "RGB", "RGBA"};

TEST(NearestWord, counts_swaps_as_one_edit) {
    EXPECT_EQ(edit_distance("planar", "planar"), 0U);
    EXPECT_EQ(edit_distance("plnaar", "planar"), 1U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("ABC", "abc"), 0U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(NearestWord, finds_what_is_near_and_nothing_else) {
    EXPECT_EQ(nearest_word("plannar", known), "planar");
    EXPECT_EQ(nearest_word("rbg", known), "RGB");
    EXPECT_EQ(nearest_word("x", known), "");
    EXPECT_EQ(nearest_word("", known), "");
    EXPECT_EQ(nearest_word("wobble", known), "");
    EXPECT_EQ(nearest_word("anything", {}), "");
}

TEST(NearestWord, hostile_length_is_bounded) {
    const std::string endless(1'000'000, 'a');
    const std::string other(1'000'000, 'b');
    EXPECT_LE(edit_distance(endless, other), 64U);
}

}  // namespace
}  // namespace streamlib
