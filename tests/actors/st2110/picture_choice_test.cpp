// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/picture_choice.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace streamlib::st2110 {
namespace {

/// What leaves frame by frame: the media frame of a picture as it is, "r" before that of a repeat, "-" for nothing.
struct Sender {
    PictureChoice choice{50};
    std::deque<std::int64_t> there{};
    std::int64_t frame = 1000, left_out = 0;

    std::string send(std::vector<std::int64_t> came) {
        there.insert(there.end(), came.begin(), came.end());
        const std::int64_t now = frame++;
        while (!there.empty()) {
            const std::int64_t index = there.front();
            const auto what = choice.look(now, index);
            if (what == PictureChoice::Picture::waits) break;
            there.pop_front();
            if (what == PictureChoice::Picture::leaves) {
                EXPECT_EQ(choice.index_of(now), index) << "its own timestamp";
                return std::to_string(index);
            }
            ++left_out;
        }
        return choice.nothing_found(now) ? "r" + std::to_string(choice.index_of(now)) : "-";
    }
    std::string send_all(const std::vector<std::vector<std::int64_t>>& came) {
        std::string all;
        for (const auto& one : came) all += (all.empty() ? "" : " ") + send(one);
        return all;
    }
};

struct Begun : Sender {
    explicit Begun(std::int64_t latency = 1) { choice.begin(frame, frame - latency); }
};

TEST(PictureChoice, each_frame_has_its_own) {
    Begun sender;
    EXPECT_EQ(sender.send_all({{999}, {1000}, {1001}}), "999 1000 1001");
    EXPECT_EQ(sender.choice.latency(), 1);
}

TEST(PictureChoice, one_late_picture_costs_one_repeat) {
    Begun sender;
    EXPECT_EQ(sender.send_all({{999}, {}, {1000, 1001}, {1002}}), "999 r1000 1001 1002");
    EXPECT_EQ(sender.left_out, 1);
    // Two late ones, the second of which has nothing newer behind it when its frame begins.
    EXPECT_EQ(sender.send_all({{}, {1003}, {1004, 1005}, {1006}}), "r1003 r1004 1005 1006");
    EXPECT_EQ(sender.choice.latency(), 1) << "as before";
}

TEST(PictureChoice, with_a_frame_of_delay_it_costs_nothing) {
    Begun sender(2);
    EXPECT_EQ(sender.send_all({{998, 999}, {}, {1000, 1001}, {1002}}), "998 999 1000 1001");
    EXPECT_EQ(sender.left_out, 0);
}

TEST(PictureChoice, frames_that_a_stall_took_do_not_move_the_others) {
    Begun sender;
    sender.send({999});
    sender.frame += 5;  // skipped
    EXPECT_EQ(sender.send_all({{1000, 1004, 1005}, {1006}}), "1005 1006");
    EXPECT_EQ(sender.left_out, 2);
}

TEST(PictureChoice, pictures_that_stay_late_move_the_latency_once) {
    Begun sender;
    EXPECT_EQ(sender.send_all({{999}, {}, {1000}, {1001}, {1002}, {1003}, {1004}}),
              "999 r1000 r1001 r1002 - 1003 1004");
    EXPECT_EQ(sender.choice.latency(), 2);
}

TEST(PictureChoice, one_that_is_early_waits_for_its_frame) {
    Begun sender;
    EXPECT_EQ(sender.send_all({{999}, {1001}, {}, {1002}}), "999 r1000 1001 1002");
}

TEST(PictureChoice, pictures_that_stay_early_move_the_latency_back) {
    Begun sender(4);
    // The ring has overwritten those between.
    EXPECT_EQ(sender.send_all({{996}, {1000}, {}, {1001}, {1002}}), "996 r997 r998 1000 1001");
    EXPECT_EQ(sender.choice.latency(), 3);
}

TEST(PictureChoice, half_as_many_pictures_leave_twice) {
    Begun sender;
    EXPECT_EQ(sender.send_all({{999}, {}, {1001}, {}, {1003}, {}, {1005}, {}}),
              "999 r1000 1001 r1002 1003 r1004 1005 r1006");
}

TEST(PictureChoice, another_media_time_is_followed_at_once) {
    Begun sender;
    EXPECT_EQ(sender.send_all({{999}, {500}, {501}, {}}), "999 500 501 r502") << "back";
    EXPECT_EQ(sender.send_all({{90'000}, {90'001}}), "90000 90001") << "and on";
}

TEST(PictureChoice, no_media_time_is_told_twice_nor_backwards) {
    Begun sender;
    std::int64_t last = 0;
    std::uint32_t random = 7;
    for (int n = 0; n < 100'000; ++n) {
        random = random * 1664525 + 1013904223;
        std::vector<std::int64_t> came;
        // Late and early by up to eight frames, in any order; never another media time.
        for (std::uint32_t i = 0; i < (random >> 28) % 3; ++i)
            came.push_back(sender.frame - 9 + ((random >> (8 + 4 * i)) & 15));
        const std::string left = sender.send(came);
        if (left == "-") continue;
        const std::int64_t index = std::stoll(left.substr(left[0] == 'r' ? 1 : 0));
        ASSERT_GT(index, last) << n;
        last = index;
    }
    EXPECT_LT(std::abs(sender.choice.latency()), 60);
}

}  // namespace
}  // namespace streamlib::st2110
