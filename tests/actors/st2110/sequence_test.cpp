// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/sequence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

using namespace streamlib::st2110;

namespace {

std::uint64_t extend32(SequenceExtender& extender, std::uint64_t number) {
    return extender.extend(static_cast<std::uint16_t>(number),
                           static_cast<std::uint16_t>(number >> 16));
}

}  // namespace

TEST(Sequence, counts_on_over_the_wrap_of_16_bits) {
    SequenceExtender extender;
    const std::uint64_t first = extender.extend(65000);
    for (std::uint64_t i = 1; i < 300'000; i += 7)
        ASSERT_EQ(extender.extend(static_cast<std::uint16_t>(65000 + i)), first + i);
}

TEST(Sequence, bridges_a_gap_of_more_than_16_bits_by_the_high_half) {
    SequenceExtender extender;
    const std::uint64_t first = extend32(extender, 0xffff'0000);
    EXPECT_EQ(extend32(extender, 0xffff'0001), first + 1);
    EXPECT_EQ(extend32(extender, 0xffff'0000 + 200'000),
              first + 200'000);  // over the wrap of 32 bits, too
    EXPECT_EQ(extend32(extender, 0xffff'0000 + 199'990), first + 199'990);
    EXPECT_FALSE(extender.high_is_constant());
}

TEST(Sequence, finds_senders_whose_high_half_is_always_zero) {
    SequenceExtender extender;
    const std::uint64_t first = extender.extend(10, 0);
    for (std::uint64_t i = 1; i < 200'000; ++i)
        ASSERT_EQ(extender.extend(static_cast<std::uint16_t>(10 + i), 0), first + i);
    EXPECT_TRUE(extender.high_is_constant());
    // A sender that counts takes its place under the same SSRC: no jump.
    const std::uint64_t next = extender.extend(static_cast<std::uint16_t>(10 + 200'000), 77);
    EXPECT_EQ(next, first + 200'000);
    EXPECT_EQ(extender.extend(static_cast<std::uint16_t>(10 + 200'001), 77), first + 200'001);
}

TEST(Sequence, tells_apart_what_is_next_missing_reordered_and_twice) {
    SequenceWindow window(64);
    EXPECT_EQ(window.note(1000), Arrival::next);
    EXPECT_EQ(window.note(1001), Arrival::next);
    EXPECT_EQ(window.note(1004), Arrival::gap);
    EXPECT_EQ(window.note(1003), Arrival::reordered);
    EXPECT_EQ(window.note(1003), Arrival::duplicate);
    EXPECT_EQ(window.note(1004), Arrival::duplicate);
    EXPECT_EQ(window.lost(), 0U);  // 1002 may still come
    for (std::uint64_t i = 1005; i < 1002 + 64; ++i) EXPECT_EQ(window.note(i), Arrival::next);
    EXPECT_EQ(window.lost(), 0U);
    EXPECT_EQ(window.note(1002 + 64), Arrival::next);
    EXPECT_EQ(window.lost(), 1U);
    EXPECT_EQ(window.note(1002), Arrival::stale);
}

TEST(Sequence, follows_a_restart_once_eight_packets_agree) {
    SequenceWindow window(64, 3000);
    EXPECT_EQ(window.note(100'000), Arrival::next);
    EXPECT_EQ(window.note(100'002), Arrival::gap);
    EXPECT_EQ(window.note(5), Arrival::stale);
    EXPECT_EQ(window.note(100'003), Arrival::next);
    for (std::uint64_t i = 20; i < 27; ++i) EXPECT_EQ(window.note(i), Arrival::stale);
    EXPECT_EQ(window.note(100'004), Arrival::next) << "and that was an accident";
    for (std::uint64_t i = 20; i < 27; ++i) EXPECT_EQ(window.note(i), Arrival::stale);
    EXPECT_EQ(window.note(27), Arrival::restart);
    EXPECT_EQ(window.note(28), Arrival::next);
    EXPECT_EQ(window.lost(), 1U);
    for (std::uint64_t i = 900'000; i < 900'007; ++i) EXPECT_EQ(window.note(i), Arrival::stale);
    EXPECT_EQ(window.note(900'007), Arrival::restart);
}

TEST(Sequence, loses_exactly_what_never_came_however_it_was_shuffled) {
    std::mt19937 random(7);
    for (int round = 0; round < 60; ++round) {
        SequenceWindow window(1024);
        std::vector<std::uint64_t> sent;
        std::set<std::uint64_t> dropped;
        for (std::uint64_t i = 0; i < 5000; ++i) {
            const bool burst = i > 100 && i % 1000 < 400 && round % 3 == 0;
            if (i != 0 && i != 4999 && (burst || random() % 20 == 0))
                dropped.insert(i);
            else
                sent.push_back(i);
        }
        for (std::size_t i = 1; i + 60 < sent.size(); ++i)  // no more than 60 places away
            if (random() % 4 == 0) std::swap(sent[i], sent[i + random() % 50]);
        std::uint64_t duplicates = 0, stale = 0;
        for (const std::uint64_t number : sent) {
            if (window.note(number) == Arrival::stale) ++stale;
            if (random() % 10 == 0 && window.note(number) == Arrival::duplicate) ++duplicates;
        }
        window.settle();
        EXPECT_EQ(window.lost(), dropped.size() + stale);
        EXPECT_GT(duplicates, 0U);
    }
}
