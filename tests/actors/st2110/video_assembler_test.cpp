// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/video_assembler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/actors/st2110/rtp_fixtures.hpp"

using namespace streamlib;
using namespace streamlib::st2110;
using namespace streamlib::st2110::fixtures;

namespace {

constexpr std::int64_t first_frame = 106'700'000'000;

/// A sender and a receiver of a small picture; 16.7 ms a frame.
struct Rig {
    explicit Rig(VideoFormat picture = pgroup_format(64, 20),
                 MissingPolicy missing = MissingPolicy::previous, VideoPacking packing = {})
        : format(picture),
          sender(picture, packing),
          keeper(picture.bytes()),
          assembler(*PictureShape::of(picture), {.format = picture, .missing = missing}, keeper) {}

    Bytes picture(int index) const {
        return noise(format.bytes(), static_cast<unsigned>(index) + 1);
    }
    std::vector<Bytes> datagrams(int index) {
        return sender.frame(first_frame + index, picture(index));
    }
    void take(const std::vector<Bytes>& list, double ms) {
        for (const Bytes& datagram : list) (void)assembler.take(datagram, at_ms(ms));
    }
    void whole(int index) { take(datagrams(index), index * 16.7); }

    VideoFormat format;
    Sender sender;
    Keeper keeper;
    VideoAssembler assembler;
};

Outcome outcome(const Rig& rig, std::size_t i) { return rig.keeper.kept.at(i).frame.outcome; }

}  // namespace

TEST(VideoAssembler, gives_back_every_frame_as_it_was_sent) {
    const VideoFormat formats[] = {
        pgroup_format(64, 20),
        pgroup_format(64, 20, Sampling::ycbcr_422, 8, Interlace::interlaced, {30000, 1001}),
        pgroup_format(64, 20, Sampling::rgb, 12, Interlace::psf, {25, 1}),
        pgroup_format(64, 20, Sampling::ycbcr_420, 10),
    };
    for (const VideoFormat& format : formats) {
        Rig rig(format);
        for (int i = 0; i < 5; ++i) rig.whole(i);
        ASSERT_EQ(rig.keeper.kept.size(), 5U) << to_string(format);
        for (int i = 0; i < 5; ++i) {
            const auto& kept = rig.keeper.kept[static_cast<std::size_t>(i)];
            EXPECT_EQ(kept.frame.outcome, Outcome::complete);
            EXPECT_EQ(kept.frame.timestamp, rig.sender.timestamp(first_frame + i));
            EXPECT_EQ(kept.octets, rig.picture(i)) << to_string(format);
        }
        EXPECT_EQ(rig.assembler.counters().frames, 5U);
        EXPECT_EQ(rig.assembler.counters().lost, 0U);
        EXPECT_EQ(rig.keeper.events, std::vector{StreamEvent::started});
        EXPECT_EQ(rig.assembler.deadline().ns, INT64_MAX);
    }
}

TEST(VideoAssembler, needs_neither_order_nor_markers) {
    Rig rig;
    std::mt19937 random(1);
    for (int i = 0; i < 10; ++i) {
        auto list = rig.datagrams(i);
        for (Bytes& datagram : list) datagram[1] &= std::byte{0x7f};
        std::shuffle(list.begin(), list.end(), random);
        rig.take(list, i * 16.7);
    }
    ASSERT_EQ(rig.keeper.kept.size(), 10U);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(outcome(rig, static_cast<std::size_t>(i)), Outcome::complete);
        EXPECT_EQ(rig.keeper.kept[static_cast<std::size_t>(i)].octets, rig.picture(i));
    }
}

TEST(VideoAssembler, keeps_two_frames_open_and_closes_them_in_order) {
    Rig rig;
    rig.whole(0);
    auto older = rig.datagrams(1);
    auto newer = rig.datagrams(2);
    const Bytes held = older[1];
    older.erase(older.begin() + 1);
    rig.take(older, 20);
    rig.take(newer, 21);
    EXPECT_EQ(rig.keeper.kept.size(), 1U) << "frame 2 waits for frame 1";
    EXPECT_EQ(rig.assembler.deadline(), at_ms(30)) << "10 ms after the marker";
    EXPECT_EQ(rig.assembler.take(held, at_ms(29)), PacketStatus::ok);
    ASSERT_EQ(rig.keeper.kept.size(), 3U);
    EXPECT_EQ(rig.keeper.kept[1].octets, rig.picture(1));
    EXPECT_EQ(rig.keeper.kept[2].octets, rig.picture(2));
    EXPECT_EQ(rig.assembler.counters().reordered, 1U);
    EXPECT_EQ(rig.assembler.take(held, at_ms(30)), PacketStatus::duplicate);
}

TEST(VideoAssembler, mends_by_policy_and_maps_the_loss) {
    for (const MissingPolicy policy :
         {MissingPolicy::previous, MissingPolicy::black, MissingPolicy::drop}) {
        Rig rig(pgroup_format(640, 20), policy);  // 2 packets a row of 1600 octets
        rig.whole(0);
        auto list = rig.datagrams(1);
        list.erase(list.begin() + 4, list.begin() + 6);  // row 2
        list.erase(list.begin() + 1);
        rig.take(list, 20);
        rig.assembler.poll(at_ms(29));
        EXPECT_EQ(rig.keeper.kept.size(), 1U);
        rig.assembler.poll(at_ms(30));
        ASSERT_EQ(rig.keeper.kept.size(), 2U);
        const auto& kept = rig.keeper.kept[1];
        EXPECT_EQ(kept.gaps, (std::vector<Span>{{800, 800}, {3200, 1600}}));
        EXPECT_EQ(kept.frame.missing_bytes, 2400U);
        EXPECT_EQ(rig.assembler.counters().incomplete_frames, 1U);
        rig.assembler.flush();
        EXPECT_EQ(rig.assembler.counters().lost, 3U);
        if (policy == MissingPolicy::drop) {
            EXPECT_EQ(kept.frame.outcome, Outcome::given_up);
            continue;
        }
        EXPECT_EQ(kept.frame.outcome, Outcome::mended);
        Bytes wanted = rig.picture(1);
        for (const Span& gap : kept.gaps)
            for (std::uint32_t at = gap.offset; at < gap.offset + gap.length; ++at) {
                const auto black = black_pgroup(rig.format, *PictureShape::of(rig.format));
                wanted[at] = policy == MissingPolicy::black ? black[at % 5] : rig.picture(0)[at];
            }
        EXPECT_EQ(kept.octets, wanted);
    }
}

TEST(VideoAssembler, closes_the_oldest_when_a_third_begins_and_when_all_falls_silent) {
    Rig rig;
    rig.whole(0);
    for (int i = 1; i < 4; ++i) {
        auto list = rig.datagrams(i);
        list.pop_back();
        rig.take(list, i);  // a burst: no time passes
    }
    ASSERT_EQ(rig.keeper.kept.size(), 2U);
    EXPECT_EQ(outcome(rig, 1), Outcome::mended);
    EXPECT_EQ(rig.assembler.deadline(), at_ms(3 + 10)) << "frame 2 ended when frame 3 began";
    rig.assembler.poll(at_ms(13));
    EXPECT_EQ(rig.keeper.kept.size(), 3U);
    rig.assembler.poll(rig.assembler.deadline());
    EXPECT_EQ(rig.keeper.kept.size(), 4U) << "two periods without a packet";
    EXPECT_EQ(rig.assembler.deadline().ns, INT64_MAX);
}

TEST(VideoAssembler, counts_frames_of_which_nothing_came) {
    Rig rig;
    rig.whole(0);
    (void)rig.datagrams(1);
    (void)rig.datagrams(2);
    rig.whole(3);
    EXPECT_EQ(rig.assembler.counters().missing_frames, 2U);
    rig.assembler.flush();
    EXPECT_EQ(rig.assembler.counters().lost, 2 * rig.sender.plan().packets_per_frame());
}

TEST(VideoAssembler, calls_a_frame_joined_late_no_loss) {
    Rig rig;
    auto list = rig.datagrams(0);
    list.erase(list.begin(), list.begin() + 5);
    rig.take(list, 0);
    rig.whole(1);
    rig.assembler.poll(at_ms(60));
    ASSERT_EQ(rig.keeper.kept.size(), 2U);
    EXPECT_EQ(outcome(rig, 0), Outcome::joined_late);
    EXPECT_EQ(outcome(rig, 1), Outcome::complete);
    EXPECT_EQ(rig.assembler.counters().incomplete_frames, 0U);
}

TEST(VideoAssembler, lets_no_second_sender_in_until_the_first_is_silent) {
    Rig rig;
    Sender other(rig.format);
    other.stamp().ssrc = 99;
    for (int i = 0; i < 10; ++i) {
        rig.whole(i);
        for (const Bytes& datagram : other.frame(first_frame + i, rig.picture(100 + i)))
            EXPECT_EQ(rig.assembler.take(datagram, at_ms(i * 16.7 + 8)), PacketStatus::foreign);
    }
    EXPECT_EQ(rig.assembler.counters().frames, 10U);
    rig.take(other.frame(first_frame + 20, rig.picture(120)), 20 * 16.7);
    EXPECT_EQ(rig.assembler.ssrc(), 99U);
    EXPECT_EQ(rig.keeper.kept.back().octets, rig.picture(120));
    EXPECT_EQ(rig.keeper.events, (std::vector{StreamEvent::started, StreamEvent::ssrc_changed}));
    EXPECT_EQ(rig.assembler.counters().lost, 0U);
}

TEST(VideoAssembler, follows_a_sender_that_jumps_in_time) {
    Rig rig;
    rig.whole(0);
    const auto far = rig.sender.frame(first_frame + 1'000'000, rig.picture(5));
    EXPECT_EQ(rig.assembler.take(far[0], at_ms(17)), PacketStatus::jump)
        << "one packet proves nothing";
    rig.take(far, 17);
    rig.assembler.poll(at_ms(90));
    EXPECT_EQ(rig.keeper.events.back(), StreamEvent::time_jumped);
    const auto back = rig.sender.frame(first_frame - 1'000'000, rig.picture(6));
    rig.take(back, 500);  // after a silence: at once
    EXPECT_EQ(rig.keeper.kept.back().octets, rig.picture(6));
    EXPECT_EQ(outcome(rig, rig.keeper.kept.size() - 1), Outcome::complete);
}

TEST(VideoAssembler, survives_a_sink_without_memory) {
    Rig rig;
    rig.keeper.no_memory = true;
    rig.whole(0);
    EXPECT_EQ(rig.assembler.counters().unplaced, 1U);
    EXPECT_EQ(rig.assembler.counters().frames, 0U);
    EXPECT_TRUE(rig.keeper.kept.empty());
    rig.keeper.no_memory = false;
    rig.whole(1);
    EXPECT_EQ(rig.keeper.kept.size(), 1U);
}

TEST(VideoAssembler, understands_gstreamers_zero_high_half_and_rows_of_the_frame) {
    const VideoFormat format =
        pgroup_format(64, 20, Sampling::ycbcr_422, 8, Interlace::interlaced, {30000, 1001});
    Rig rig(format);
    for (int i = 0; i < 6; ++i) {
        auto list = rig.datagrams(i);
        for (Bytes& datagram : list) {
            store_be16(&datagram[12], 0);
            for (std::size_t at = 14;; at += 6) {
                const unsigned row = load_be16(&datagram[at + 2]);
                const unsigned field = row >> 15;
                store_be16(&datagram[at + 2],
                           static_cast<std::uint16_t>(field << 15 | ((row & 0x7fff) * 2 + field)));
                if ((load_be16(&datagram[at + 4]) & 0x8000) == 0) break;
            }
        }
        rig.take(list, i * 33.4);
    }
    EXPECT_EQ(rig.keeper.kept.back().octets, rig.picture(5));
    EXPECT_GE(rig.assembler.counters().frames, 4U);
    rig.assembler.flush();
    EXPECT_EQ(rig.assembler.counters().lost, 0U);
}

TEST(VideoAssembler, says_once_that_a_stream_has_another_format) {
    Rig rig;
    Sender larger(pgroup_format(128, 200));
    for (const Bytes& datagram : larger.frame(first_frame, noise(200 * 320, 1)))
        (void)rig.assembler.take(datagram, at_ms(0));
    EXPECT_EQ(std::count(rig.keeper.events.begin(), rig.keeper.events.end(),
                         StreamEvent::format_mismatch),
              1);
    EXPECT_GT(rig.assembler.counters().of(PacketStatus::outside), 64U);
}

// What a receiver must give, by a model that knows which packets came while their frame could still take them.
TEST(VideoAssembler, agrees_with_a_simple_model_about_any_loss_and_any_order) {
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        const Interlace interlace = round % 3 == 0 ? Interlace::interlaced : Interlace::progressive;
        const PackingMode mode = round % 2 == 0 ? PackingMode::general : PackingMode::block;
        Rig rig(pgroup_format(256, 24, Sampling::ycbcr_422, 10, interlace), MissingPolicy::previous,
                {mode, 1460});
        constexpr int frames = 30;
        struct Flying {
            double ms;
            int frame;
            Bytes datagram;
        };
        std::vector<Flying> flying;
        std::size_t sent = 0;
        std::array<bool, frames> whole{};
        whole.fill(true);
        for (int i = 0; i < frames; ++i) {
            double at = i * 16.7;
            for (Bytes& datagram : rig.datagrams(i)) {
                ++sent;
                at += 0.1;
                // What nobody can know to be missing is not lost here: the very first and last.
                const bool edge = (i == 0 || i + 1 == frames) &&
                                  (load_be16(&datagram[16]) == 0 ||
                                   (datagram[1] & std::byte{0x80}) != std::byte{0});
                const bool lost = !edge && random() % 40 == 0;
                if (lost) whole[static_cast<std::size_t>(i)] = false;
                const double delay =
                    random() % 10 == 0 ? static_cast<double>(random() % 5) : 0;  // below the window
                if (!lost && random() % 10 == 0) flying.push_back({at + delay + 1, i, datagram});
                if (!lost) flying.push_back({at + delay, i, std::move(datagram)});
            }
        }
        std::stable_sort(flying.begin(), flying.end(),
                         [](const auto& a, const auto& b) { return a.ms < b.ms; });
        std::set<Bytes> unique;
        for (const Flying& packet : flying) {
            rig.assembler.poll(at_ms(packet.ms));
            (void)rig.assembler.take(packet.datagram, at_ms(packet.ms));
            unique.insert(packet.datagram);
        }
        rig.assembler.flush();
        const VideoCounters& counters = rig.assembler.counters();
        EXPECT_EQ(counters.lost, sent - unique.size());
        EXPECT_EQ(counters.of(PacketStatus::duplicate), flying.size() - unique.size());
        EXPECT_EQ(counters.of(PacketStatus::ok), unique.size());
        ASSERT_EQ(rig.keeper.kept.size() + counters.missing_frames,
                  static_cast<std::size_t>(frames));
        EXPECT_FALSE(rig.keeper.broken);
        Bytes newest;
        std::size_t next = 0;
        for (int i = 0; i < frames; ++i) {
            const auto& kept = rig.keeper.kept[next++];
            ASSERT_EQ(kept.frame.timestamp, rig.sender.timestamp(first_frame + i));
            if (kept.frame.outcome == Outcome::joined_late) continue;
            ASSERT_EQ(kept.frame.outcome == Outcome::complete, whole[static_cast<std::size_t>(i)])
                << round << ' ' << i;
            Bytes wanted = rig.picture(i);
            const auto black = black_pgroup(rig.format, *PictureShape::of(rig.format));
            for (const Span& gap : kept.gaps)
                for (std::uint32_t at = gap.offset; at < gap.offset + gap.length; ++at)
                    wanted[at] = newest.empty() ? black[at % 5] : newest[at];
            ASSERT_EQ(kept.octets, wanted);
            newest = wanted;
        }
    }
}
