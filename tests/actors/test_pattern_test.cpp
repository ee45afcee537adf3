// SPDX-License-Identifier: Apache-2.0
#include "actors/test/test_pattern.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>

#include "actors/test/burnt_index.hpp"
#include "runtime/clock/tick_math.hpp"
#include "runtime/harness.hpp"

namespace streamlib::actors {
namespace {

std::vector<std::byte> fresh_picture(const VideoFormat& f, const PatternOptions& options,
                                     std::uint64_t index) {
    std::vector<std::byte> bytes(f.bytes());
    PatternPainter(f, options).paint(bytes.data(), index);
    return bytes;
}

TEST(PatternPainter, a_reused_slot_gets_the_same_bytes_as_a_fresh_one_in_every_layout) {
    for (VideoFormat f : known_video_layouts()) {
        f.width = 260;
        f.height = 64;
        ASSERT_TRUE(f.validate());
        PatternOptions options;
        options.flash_every = 5;
        PatternPainter painter(f, options);
        // Three slots in turn, with jumps, as a ring gives them.
        std::vector<std::vector<std::byte>> slots(
            3, std::vector<std::byte>(f.bytes(), std::byte{0x5a}));
        std::size_t turn = 0;
        for (const std::uint64_t index :
             {100U, 101U, 102U, 103U, 104U, 105U, 106U, 107U, 113U, 114U, 200U, 201U, 202U}) {
            std::vector<std::byte>& slot = slots[turn++ % 3];
            painter.paint(slot.data(), index);
            ASSERT_TRUE(slot == fresh_picture(f, options, index)) << to_string(f) << " " << index;
        }
    }
}

TEST(PatternPainter, does_not_trust_memory_that_changed_behind_it) {
    const VideoFormat f = *parse_video_format("640x360 YCbCr-4:2:2 10");
    PatternPainter painter(f, {});
    std::vector<std::byte> slot(f.bytes());
    painter.paint(slot.data(), 7);
    std::ranges::fill(slot, std::byte{0});  // Another ring at the same address.
    painter.paint(slot.data(), 8);
    EXPECT_TRUE(slot == fresh_picture(f, {}, 8));
}

TEST(PatternPainter, goes_on_in_what_a_painter_with_other_options_left) {
    const VideoFormat f = *parse_video_format("520x128 v210");
    std::vector<PatternOptions> all;
    for (const StillPattern still : {StillPattern::bars, StillPattern::ramp, StillPattern::white})
        for (const Patches patches : {Patches::iq, Patches::white_black})
            for (const bool moving_bar : {true, false})
                for (const bool index : {true, false})
                    for (const std::uint64_t flash_every : {0U, 7U})
                        all.push_back({still, patches, moving_bar, index, flash_every});
    std::vector<std::byte> slot(f.bytes());
    for (const PatternOptions& before : all)
        for (const PatternOptions& after : all) {
            PatternPainter(f, before).paint(slot.data(), 7);
            PatternPainter(f, after).paint(slot.data(), 9);
            ASSERT_TRUE(slot == fresh_picture(f, after, 9)) << "other options";
        }
}

/// Memory that a painting child and its parent see, with how often the child has painted.
class PaintedByChild {
public:
    explicit PaintedByChild(const VideoFormat& format)
        : bytes_(sizeof(Shared) + format.bytes()), painter_(format, {}) {
        void* memory =
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) std::abort();
        shared_ = new (memory) Shared;
    }
    ~PaintedByChild() { ::munmap(shared_, bytes_); }
    PaintedByChild(const PaintedByChild&) = delete;
    PaintedByChild& operator=(const PaintedByChild&) = delete;

    [[nodiscard]] std::byte* picture() const { return reinterpret_cast<std::byte*>(shared_ + 1); }
    /// A child paints until it has a SIGKILL some time after it began.
    void paint_and_kill(std::uint64_t first, std::chrono::nanoseconds after) {
        shared_->painted = 0;
        const pid_t child = ::fork();
        if (child == 0)
            for (std::uint64_t index = first;; index += 3) {
                painter_.paint(picture(), index);
                ++shared_->painted;
            }
        while (shared_->painted == 0) ::usleep(50);
        const auto end = std::chrono::steady_clock::now() + after;
        while (std::chrono::steady_clock::now() < end) {
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }

private:
    struct alignas(64) Shared {
        std::atomic<std::uint64_t> painted{0};
    };
    std::size_t bytes_;
    PatternPainter painter_;
    Shared* shared_;
};

TEST(PatternPainter, a_kill_while_it_paints_leaves_nothing_that_the_next_one_believes) {
    const VideoFormat f = *parse_video_format("960x540 YCbCr-4:2:2 10");
    PaintedByChild memory(f);
    const PatternPainter next(f, {});
    std::mt19937 random(1);
    int without_strip = 0;
    for (std::uint64_t kill = 0; kill < 60; ++kill) {
        memory.paint_and_kill(1000 + 40 * kill, std::chrono::nanoseconds(random() % 2'000'000));
        if (!read_burnt_index(PictureView(f, memory.picture()))) ++without_strip;
        next.paint(memory.picture(), 5 + kill);
        const auto expected = fresh_picture(f, {}, 5 + kill);
        ASSERT_TRUE(std::equal(expected.begin(), expected.end(), memory.picture())) << kill;
    }
    EXPECT_GT(without_strip, 0) << "no kill came in the middle";
}

TEST(PatternPainter, a_spoilt_strip_shows_no_index_in_any_layout) {
    for (VideoFormat f : known_video_layouts()) {
        f.width = 260;
        f.height = 64;
        for (const std::uint64_t index : {std::uint64_t{5}, burnt_index_mask}) {
            std::vector<std::byte> bytes = fresh_picture(f, {}, index);
            Picture picture(f, bytes.data());
            ASSERT_EQ(read_burnt_index(picture), index);
            spoil_burnt_index(picture, index);
            EXPECT_EQ(read_burnt_index(picture), std::nullopt) << to_string(f);
        }
    }
}

TEST(PatternPainter, shows_the_index_in_digits) {
    const VideoFormat f = *parse_video_format("1920x1080 YCbCr-4:2:0 8");
    std::vector<std::byte> slot(f.bytes());
    PatternPainter(f, {}).paint(slot.data(), 123'456'789'012);
    std::vector<std::byte> expected = slot;
    const TextPainter text(f, text_scale(1920, 12));
    text.draw(Picture(f, expected.data()), (1920 - 12 * text.cell_width()) / 2, 270,
              "123456789012");
    EXPECT_TRUE(slot == expected);
    text.draw(Picture(f, expected.data()), (1920 - 12 * text.cell_width()) / 2, 270,
              "123456789013");
    EXPECT_FALSE(slot == expected);
}

TEST(PatternPainter, flashes_are_white_but_for_the_marks) {
    const VideoFormat f = *parse_video_format("640x360 YCbCr-4:2:2 10");
    PatternOptions options;
    options.flash_every = 10;
    PatternPainter painter(f, options);
    std::vector<std::byte> slot(f.bytes());
    painter.paint(slot.data(), 30);
    const PictureView p(f, slot.data());
    EXPECT_EQ(p.get(0, 5, 20), 940U);
    EXPECT_EQ(p.get(0, 639, 359), 940U);
    EXPECT_EQ(read_burnt_index(p), 30U);
    painter.paint(slot.data(), 31);
    EXPECT_NE(p.get(0, 5, 20), 940U);
}

TEST(TestPattern, makes_one_marked_frame_a_tick) {
    ActorHarness h(std::make_unique<TestPattern>(), {60000, 1001});
    ASSERT_TRUE(h.set("format", "640x360 YCbCr-4:2:2 10 pgroup"));
    ASSERT_TRUE(h.configure());
    const VideoFormat f = h.format("video").video;
    EXPECT_EQ(to_string(f), "640x360 YCbCr-4:2:2 10 @60000/1001 pgroup");
    ASSERT_TRUE(h.start());
    h.jump_to(107'000'000'000);
    for (int i = 0; i < 5; ++i) {
        const Tick tick = h.next_tick();
        h.tick();
        const SeenBlock block = h.latest("video");
        ASSERT_EQ(block.payload.size(), f.bytes());
        EXPECT_EQ(block.header.tick_index, tick.index);
        EXPECT_EQ(block.header.origin_ns, tick.time.ns);
        EXPECT_EQ(read_burnt_index(PictureView(f, block.payload.data())), tick.index);
    }
    EXPECT_EQ(h.take("video").size(), 5U);
    EXPECT_EQ(h.counter("frames"), 5U);
}

TEST(TestPattern, is_1080_lines_4_2_2_10_bit_by_default) {
    ActorHarness h(std::make_unique<TestPattern>(), {50, 1});
    ASSERT_TRUE(h.configure());
    EXPECT_EQ(to_string(h.format("video")), "1920x1080 YCbCr-4:2:2 10 @50");
}

TEST(TestPattern, ends_after_its_count) {
    ActorHarness h(std::make_unique<TestPattern>());
    ASSERT_TRUE(h.set("format", "128x64 YCbCr-4:2:0 8"));
    ASSERT_TRUE(h.set("count", "3"));
    ASSERT_TRUE(h.configure() && h.start());
    h.tick(10);
    EXPECT_TRUE(h.finished());
    EXPECT_TRUE(h.output_ended("video"));
    EXPECT_EQ(h.take("video").size(), 3U);
}

TEST(TestPattern, keeps_to_a_lower_rate_of_its_format) {
    ActorHarness h(std::make_unique<TestPattern>(), {50, 1});
    ASSERT_TRUE(h.set("format", "128x64 YCbCr-4:2:0 8 @25"));
    ASSERT_TRUE(h.configure() && h.start());
    h.jump_to(1000);
    h.tick(10);
    const auto blocks = h.take("video");
    ASSERT_EQ(blocks.size(), 5U);
    const VideoFormat f = h.format("video").video;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        EXPECT_EQ(read_burnt_index(PictureView(f, blocks[i].payload.data())), 500 + i);
        EXPECT_EQ(blocks[i].header.origin_ns, time_of_tick(500 + i, {25, 1}).ns);
    }
}

TEST(TestPattern, refuses_what_cannot_be_with_the_propertys_name) {
    for (const auto& [text, part] :
         std::vector<std::pair<std::string, std::string>>{{"1921x1080", "width 1921"},
                                                          {"1920x1080 yuv", "unknown word"},
                                                          {"1080p60", "faster ticks than 50"}}) {
        ActorHarness h(std::make_unique<TestPattern>(), {50, 1});
        ASSERT_TRUE(h.set("format", text));
        const auto result = h.configure();
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().text.rfind("format: ", 0), 0U) << result.error().text;
        EXPECT_NE(result.error().text.find(part), std::string::npos) << result.error().text;
    }
}

TEST(TestPattern, has_other_patterns) {
    for (const auto& [word, code] : std::vector<std::pair<std::string, std::uint32_t>>{
             {"black", 16}, {"white", 235}, {"grey", 126}}) {
        ActorHarness h(std::make_unique<TestPattern>());
        ASSERT_TRUE(h.set("format", "128x64 YCbCr-4:2:0 8"));
        ASSERT_TRUE(h.set("pattern", word));
        ASSERT_TRUE(h.set("bar", "false"));
        ASSERT_TRUE(h.configure() && h.start());
        h.tick();
        const SeenBlock block = h.latest("video");
        EXPECT_EQ(PictureView(h.format("video").video, block.payload.data()).get(0, 60, 60), code)
            << word;
    }
    ActorHarness h(std::make_unique<TestPattern>());
    EXPECT_FALSE(h.set("pattern", "stripes"));
}

}  // namespace
}  // namespace streamlib::actors
