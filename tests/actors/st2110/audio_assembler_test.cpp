// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/audio_assembler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "actors/st2110/rtp/audio_packetiser.hpp"
#include "tests/actors/st2110/capture_reader.hpp"

using namespace streamlib;
using namespace streamlib::st2110;
using namespace streamlib::st2110::fixtures;

namespace {

using Bytes = std::vector<std::byte>;

class Keeper : public BlockSink {
public:
    struct Kept {
        AudioBlock block;
        Bytes samples;
    };
    void block(const AudioBlock& block) noexcept override {
        kept.push_back({block, {block.samples.begin(), block.samples.end()}});
        kept.back().block.samples = {};
    }
    void event(StreamEvent event) noexcept override { events.push_back(event); }
    std::vector<Kept> kept;
    std::vector<StreamEvent> events;
};

/// A sender of one channel whose sample n is the number n (24 bits), and a receiver of it, right before a wrap.
struct Rig {
    static constexpr Ticks first =
        0x5'0000'0000 - 480;  // a multiple of 48: blocks and packets agree
    explicit Rig(std::uint32_t packet = 6, std::uint32_t block = 48)
        : format{.rate = 48000,
                 .channels = 1,
                 .sample = SampleType::s24in32,
                 .block_frames = block},
          packet_samples(packet),
          assembler({.format = format, .wire = WireSample::l24}, keeper) {}

    Bytes packet(int index, std::uint32_t ssrc = 5) const {
        const Ticks number = begin() + Ticks{index} * packet_samples;
        Bytes bytes(12 + std::size_t{packet_samples} * 3);
        write_rtp({false, 97, static_cast<std::uint16_t>(0xffe0 + index), rtp_of(number), ssrc},
                  bytes.data());
        for (std::uint32_t i = 0; i < packet_samples; ++i) {
            const auto value = static_cast<std::int32_t>((number + i) & 0x7fffff);
            encode_samples(SampleType::s24in32, WireSample::l24,
                           reinterpret_cast<const std::byte*>(&value), 1,
                           &bytes[12 + std::size_t{i} * 3]);
        }
        return bytes;
    }
    Ticks begin() const { return first / format.block_frames * format.block_frames; }
    PacketStatus take(const Bytes& bytes, double ms) {
        const auto ns = static_cast<std::int64_t>(ms * 1e6);
        return assembler.take(bytes, MonotonicTime{1'000'000'000 + ns},
                              time_of_ticks(begin(), 48000) + ns);
    }
    PacketStatus take(int index, double ms) { return take(packet(index), ms); }
    /// Sample i of a block that was given out.
    static std::int32_t sample(const Keeper::Kept& kept, std::size_t i) {
        std::int32_t value = 0;
        std::memcpy(&value, &kept.samples[i * 4], 4);
        return value;
    }

    AudioFormat format;
    std::uint32_t packet_samples;
    Keeper keeper;
    AudioAssembler assembler;
};

}  // namespace

TEST(AudioAssembler, gives_blocks_of_any_size_from_packets_of_any_size) {
    for (const std::uint32_t packet : {6U, 48U, 7U})
        for (const std::uint32_t block : {48U, 6U, 1U, 1024U}) {
            Rig rig(packet, block);
            const int packets = 4096 / static_cast<int>(packet);
            for (int i = 0; i < packets; ++i)
                ASSERT_EQ(rig.take(i, i * (packet / 48.0)), PacketStatus::ok);
            ASSERT_EQ(rig.keeper.kept.size(), static_cast<std::size_t>(packets) * packet / block);
            Ticks next = rig.begin();
            for (const auto& kept : rig.keeper.kept) {
                EXPECT_EQ(kept.block.first_sample, next);
                EXPECT_EQ(kept.block.origin, time_of_ticks(next, 48000));
                EXPECT_EQ(kept.block.concealed, 0U);
                for (std::size_t i = 0; i < block; ++i)
                    ASSERT_EQ(Rig::sample(kept, i), next++ & 0x7fffff);
            }
        }
}

TEST(AudioAssembler, foretells_when_a_block_will_be_whole_by_the_earliest_packets) {
    Rig rig(6, 480);  // 80 packets of 125 us
    EXPECT_EQ(rig.assembler.completes_at().ns, 0) << "nothing came yet";
    EXPECT_EQ(rig.assembler.packets_to_come(), 0U);
    const auto expected_ms = [&] {
        return static_cast<double>(rig.assembler.completes_at().ns - 1'000'000'000) / 1e6;
    };
    rig.take(0, 1);
    EXPECT_NEAR(expected_ms(), 1 + 79 * 0.125, 0.001);
    EXPECT_EQ(rig.assembler.packets_to_come(), 79U);
    for (int n = 1; n <= 40; ++n)
        rig.take(n, 7);  // looked late: the last has just come, or has not
    EXPECT_NEAR(expected_ms(), 1 + 79 * 0.125, 0.01) << "the first says more";
    for (int n = 41; n < 80; ++n) rig.take(n, 1 + n * 0.125 - 0.05);
    EXPECT_EQ(rig.keeper.kept.size(), 1U);
    EXPECT_NEAR(expected_ms(), 1 + 159 * 0.125 - 0.05, 0.02) << "the next block, a little earlier";
    EXPECT_EQ(rig.assembler.packets_to_come(), 80U);
    for (int n = 80; n < 160 * 80; ++n) rig.take(n, 1 + n * 0.125 + 0.3);
    EXPECT_NEAR(expected_ms(), 1 + (161 * 80 - 1) * 0.125 + 0.3, 0.02) << "later for good";
}

TEST(AudioAssembler, puts_packets_in_order_and_takes_each_once) {
    Rig rig;
    for (const int index : {0, 1, 2, 4, 3, 3, 7, 6, 5, 0}) (void)rig.take(index, 0);
    ASSERT_EQ(rig.keeper.kept.size(), 1U);
    for (std::size_t i = 0; i < 48; ++i)
        EXPECT_EQ(Rig::sample(rig.keeper.kept[0], i),
                  (rig.begin() + static_cast<Ticks>(i)) & 0x7fffff);
    EXPECT_EQ(rig.assembler.counters().of(PacketStatus::duplicate), 2U);
    EXPECT_EQ(rig.assembler.counters().reordered, 3U);
}

TEST(AudioAssembler, conceals_by_silence_after_the_window_and_not_before) {
    Rig rig;
    for (int i = 0; i < 24; ++i)
        if (i != 9 && i != 10) (void)rig.take(i, i * 0.125);
    EXPECT_EQ(rig.keeper.kept.size(), 1U) << "block 1 waits, and block 2 behind it";
    const MonotonicTime deadline = rig.assembler.deadline();
    EXPECT_EQ(deadline.ns, 1'000'000'000 + 1'000'000 + 1'000'000 + 10'000'000)
        << "first packet, block, window";
    rig.assembler.poll(deadline + -1);
    EXPECT_EQ(rig.keeper.kept.size(), 1U);
    rig.assembler.poll(deadline);
    ASSERT_EQ(rig.keeper.kept.size(), 3U);
    EXPECT_EQ(rig.keeper.kept[1].block.concealed, 12U);
    EXPECT_EQ(Rig::sample(rig.keeper.kept[1], 5), (rig.begin() + 53) & 0x7fffff);
    for (std::size_t i = 6; i < 18; ++i) EXPECT_EQ(Rig::sample(rig.keeper.kept[1], i), 0);
    EXPECT_EQ(rig.keeper.kept[2].block.concealed, 0U);
    EXPECT_EQ(rig.take(9, 20), PacketStatus::late);
    rig.assembler.flush();
    EXPECT_EQ(rig.assembler.counters().lost, 1U) << "10 never came; 9 came late";
}

TEST(AudioAssembler, begins_with_the_first_whole_block) {
    Rig rig;
    for (int i = 3; i < 16; ++i) (void)rig.take(i, i * 0.125);
    ASSERT_EQ(rig.keeper.kept.size(), 1U);
    EXPECT_EQ(rig.keeper.kept[0].block.first_sample, rig.begin() + 48);
    EXPECT_EQ(rig.assembler.counters().concealed, 0U);
}

TEST(AudioAssembler, follows_other_senders_and_jumps_only_when_it_must) {
    Rig rig;
    for (int i = 0; i < 16; ++i) (void)rig.take(i, i * 0.125);
    EXPECT_EQ(rig.take(rig.packet(16, 6), 3), PacketStatus::foreign);
    EXPECT_EQ(rig.take(100'000, 3), PacketStatus::jump);
    EXPECT_EQ(rig.take(16, 3), PacketStatus::ok);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(rig.take(100'000 + i, 4), PacketStatus::jump);
    EXPECT_EQ(rig.take(100'003, 4), PacketStatus::ok);
    EXPECT_EQ(rig.keeper.events.back(), StreamEvent::time_jumped);
    EXPECT_EQ(rig.take(rig.packet(200'000, 6), 100), PacketStatus::ok);
    EXPECT_EQ(rig.keeper.events.back(), StreamEvent::ssrc_changed);
    EXPECT_EQ(rig.assembler.ssrc(), 6U);
}

TEST(AudioAssembler, refuses_what_is_no_whole_sample_frames) {
    Rig rig;
    Bytes bytes = rig.packet(0);
    bytes.pop_back();
    EXPECT_EQ(rig.take(bytes, 0), PacketStatus::bad_size);
    bytes.resize(12);
    EXPECT_EQ(rig.take(bytes, 0), PacketStatus::bad_size);
    bytes.resize(12 + 8961);
    EXPECT_EQ(rig.take(bytes, 0), PacketStatus::bad_size) << "larger than any MAXUDP";
    bytes.resize(5);
    EXPECT_EQ(rig.take(bytes, 0), PacketStatus::not_rtp);
    Bytes other = rig.packet(0);
    other[1] = std::byte{96};
    EXPECT_EQ(rig.take(other, 0), PacketStatus::other_type);
    EXPECT_EQ(rig.assembler.deadline().ns, INT64_MAX);
}

// Any loss, delay and duplicates: each block holds exactly the samples that came before it had to go out.
TEST(AudioAssembler, agrees_with_a_simple_model_about_any_loss_and_any_order) {
    std::mt19937 random(4);
    for (int round = 0; round < 50; ++round) {
        Rig rig(6, round % 2 == 0 ? 48 : 32);
        constexpr int packets = 2000;
        std::multimap<double, int> flying;
        std::set<int> arrived;
        for (int i = 0; i < packets; ++i) {
            const bool edge = i < 16 || i + 16 >= packets;
            if (!edge && random() % 50 == 0) continue;
            const double delay = !edge && random() % 8 == 0 ? static_cast<double>(random() % 9)
                                                            : 0;  // ms, below the window
            flying.emplace(i * 0.125 + delay, i);
            if (random() % 20 == 0) flying.emplace(i * 0.125 + delay + 0.5, i);
            arrived.insert(i);
        }
        for (const auto& [ms, index] : flying) (void)rig.take(index, ms);
        rig.assembler.flush();
        const AudioCounters& counters = rig.assembler.counters();
        EXPECT_EQ(counters.of(PacketStatus::ok), arrived.size());
        EXPECT_EQ(counters.of(PacketStatus::duplicate), flying.size() - arrived.size());
        EXPECT_EQ(counters.lost, static_cast<std::uint64_t>(packets) - arrived.size());
        const Ticks all = Ticks{packets} * 6;
        ASSERT_EQ(rig.keeper.kept.size(),
                  static_cast<std::size_t>((all + rig.format.block_frames - 1) /
                                           rig.format.block_frames));
        Ticks number = 0;
        for (const auto& kept : rig.keeper.kept)
            for (std::size_t i = 0; i < rig.format.block_frames; ++i, ++number) {
                const bool came = arrived.contains(static_cast<int>(number / 6));
                const Ticks wanted = came ? (rig.begin() + number) & 0x7fffff : 0;
                ASSERT_EQ(Rig::sample(kept, i), wanted) << round << ' ' << number;
            }
    }
}

// Ten thousand packets of real equipment, to blocks and back to packets: the same octets.
TEST(AudioCapture, goes_through_blocks_and_comes_out_as_it_went_in) {
    const std::string path = capture_path("l24_48000_8ch_0125.pcap");
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
    const auto packets = read_capture(path);
    ASSERT_EQ(packets.size(), 10'000U);
    for (const SampleType type : {SampleType::s24in32, SampleType::f32}) {
        const AudioFormat format{.rate = 48000, .channels = 8, .sample = type, .block_frames = 48};
        Keeper keeper;
        AudioAssembler assembler({.format = format, .wire = WireSample::l24, .payload_type = 97},
                                 keeper);
        for (const Captured& packet : packets)
            ASSERT_EQ(assembler.take(packet.payload, MonotonicTime{packet.ns}, TaiTime{packet.ns}),
                      PacketStatus::ok);
        EXPECT_EQ(assembler.counters().lost, 0U);
        EXPECT_EQ(assembler.counters().concealed, 0U);
        ASSERT_GE(keeper.kept.size(), 1248U);
        // Packets on the grid of the blocks; the capture's are somewhere between.
        std::map<std::uint32_t, const std::byte*> sent;  // by timestamp: one sample frame
        for (const Captured& packet : packets)
            for (std::uint32_t i = 0; i < 6; ++i)
                sent[load_be32(&packet.payload[4]) + i] = &packet.payload[12 + i * 24];
        auto packetiser = AudioPacketiser::make(format, {.packet_samples = 6});
        Bytes out(packetiser->most_bytes(48));
        std::size_t compared = 0;
        for (const auto& kept : keeper.kept) {
            const std::size_t count = packetiser->push(kept.block.first_sample, kept.samples, out);
            ASSERT_EQ(count, 8U);
            for (std::size_t i = 0; i < count; ++i) {
                const std::byte* datagram = out.data() + i * packetiser->packet_bytes();
                const std::uint32_t timestamp = load_be32(datagram + 4);
                for (std::uint32_t frame = 0; frame < 6; ++frame, ++compared) {
                    ASSERT_TRUE(sent.contains(timestamp + frame));
                    ASSERT_EQ(std::memcmp(sent[timestamp + frame], datagram + 12 + frame * 24, 24),
                              0);
                }
            }
        }
        EXPECT_EQ(compared, keeper.kept.size() * 48);
    }
}

// Both legs of a 2022-7 pair into one receiver: each packet counts once, and nothing is missing.
TEST(AudioCapture, takes_two_legs_for_one_stream_with_duplicates) {
    const std::string path = capture_path("ST2022-7-Audio.pcap");
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
    const auto packets = read_capture(path);
    ASSERT_EQ(packets.size(), 32'000U);
    const AudioFormat format{
        .rate = 48000, .channels = 1, .sample = SampleType::s24in32, .block_frames = 6};
    for (const bool both : {false, true}) {
        Keeper keeper;
        AudioAssembler assembler({.format = format, .wire = WireSample::l24, .payload_type = 96},
                                 keeper);
        for (const Captured& packet : packets)
            if (both || packet.group == 0xef01'0201U)
                (void)assembler.take(packet.payload, MonotonicTime{packet.ns}, TaiTime{packet.ns});
        assembler.flush();
        EXPECT_EQ(assembler.counters().lost, 0U);
        EXPECT_EQ(assembler.counters().concealed, 0U);
        EXPECT_EQ(assembler.counters().of(PacketStatus::ok), both ? 16'001U : 16'000U);
        EXPECT_EQ(assembler.counters().of(PacketStatus::duplicate), both ? 15'999U : 0U);
    }
}
