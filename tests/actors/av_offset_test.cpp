// SPDX-License-Identifier: Apache-2.0
#include "actors/test/av_offset.hpp"

#include <gtest/gtest.h>

#include "actors/test/test_pattern.hpp"
#include "actors/test/tone.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

constexpr Nanoseconds ms = 1'000'000;

TEST(OffsetMatcher, pairs_what_is_near_in_any_order) {
    OffsetMatcher m;
    EXPECT_FALSE(m.flash(TaiTime{1000 * ms}));
    EXPECT_EQ(m.beep(TaiTime{1003 * ms}), 3 * ms);
    EXPECT_FALSE(m.beep(TaiTime{1990 * ms}));
    EXPECT_EQ(m.flash(TaiTime{2000 * ms}), -10 * ms);
    EXPECT_EQ(m.pairs(), 2U);
    EXPECT_EQ(m.alone(), 0U);
}

TEST(OffsetMatcher, lets_go_of_what_nothing_came_to) {
    OffsetMatcher m;
    EXPECT_FALSE(m.flash(TaiTime{1000 * ms}));
    EXPECT_FALSE(m.beep(TaiTime{2000 * ms})) << "the flash before is alone";
    EXPECT_EQ(m.alone(), 1U);
    EXPECT_EQ(m.flash(TaiTime{2001 * ms}), -1 * ms);
    EXPECT_FALSE(m.beep(TaiTime{3000 * ms}));
    EXPECT_FALSE(m.beep(TaiTime{4000 * ms}));
    EXPECT_EQ(m.alone(), 2U);
}

/// What a pattern and a tone make, the sound shifted by so much.
struct Rig {
    ActorHarness pattern{std::make_unique<TestPattern>(), Rate{25, 1}};
    ActorHarness tone{std::make_unique<Tone>(), Rate{25, 1}};
    ActorHarness offset{std::make_unique<AvOffset>(), Rate{25, 1}};

    explicit Rig(const std::string& layout, const std::string& limit = "0") {
        EXPECT_TRUE(pattern.set("format", "320x180 " + layout));
        EXPECT_TRUE(pattern.set("flash_every", "10"));
        EXPECT_TRUE(tone.set("beep_every", "10"));
        EXPECT_TRUE(offset.set("limit", limit));
        EXPECT_TRUE(pattern.configure() && pattern.start());
        EXPECT_TRUE(tone.configure() && tone.start());
        offset.link("video", pattern.format("video"));
        offset.link("audio", tone.format("audio"));
        EXPECT_TRUE(offset.configure() && offset.start());
    }
    void run(int ticks, Nanoseconds shift) {
        for (int i = 0; i < ticks; ++i) {
            pattern.tick();
            tone.tick();
            for (const SeenBlock& block : pattern.take("video"))
                offset.feed("video", block.payload, {block.header.origin_ns});
            for (const SeenBlock& block : tone.take("audio"))
                offset.feed("audio", block.payload, {block.header.origin_ns + shift});
            offset.tick();
        }
    }
};

TEST(AvOffset, finds_every_pair_and_no_offset_where_there_is_none) {
    for (const char* layout : {"YCbCr-4:2:2 8", "YCbCr-4:2:2 10 pgroup", "RGB 8 packed"}) {
        Rig rig(layout, "0.03");  // a sample and a half
        rig.run(41, 0);
        EXPECT_GE(rig.offset.counter("pairs"), 3U) << layout;
        EXPECT_LE(rig.offset.counter("alone"), 1U) << layout;
    }
}

TEST(AvOffset, fails_where_sound_and_picture_are_too_far_apart) {
    Rig rig("YCbCr-4:2:2 8", "5");
    EXPECT_NO_THROW(rig.run(21, 4 * ms));
    EXPECT_THROW(rig.run(21, 6 * ms), std::runtime_error);
    EXPECT_EQ(rig.offset.counter("apart"), 1U);
}

}  // namespace
}  // namespace streamlib::actors
