// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/audio_packetiser.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <random>

using namespace streamlib;
using namespace streamlib::st2110;

namespace {

using Bytes = std::vector<std::byte>;

template <class T>
Bytes memory_of(std::initializer_list<T> values) {
    Bytes bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), std::data(values), bytes.size());
    return bytes;
}

template <class T>
std::string hex(SampleType type, WireSample wire, std::initializer_list<T> values) {
    Bytes out(values.size() * octets_of(wire));
    encode_samples(type, wire, memory_of(values).data(), values.size(), out.data());
    std::string text;
    for (const std::byte octet : out) {
        constexpr char digits[] = "0123456789abcdef";
        text += digits[std::to_integer<unsigned>(octet) >> 4];
        text += digits[std::to_integer<unsigned>(octet) & 15];
    }
    return text;
}

AudioFormat format_of(std::uint32_t rate, unsigned channels,
                      SampleType sample = SampleType::s24in32) {
    return {.rate = rate,
            .channels = static_cast<std::uint16_t>(channels),
            .sample = sample,
            .block_frames = 48};
}

}  // namespace

TEST(AudioSamples, are_big_endian_and_clipped) {
    using S = SampleType;
    using W = WireSample;
    EXPECT_EQ(hex<std::int16_t>(S::s16, W::l16, {1, -2, 0x1234}), "0001fffe1234");
    EXPECT_EQ(hex<std::int16_t>(S::s16, W::l24, {1, -2}), "000100fffe00");
    EXPECT_EQ(hex<std::int32_t>(S::s24in32, W::l24, {0x123456, -1}), "123456ffffff");
    EXPECT_EQ(hex<std::int32_t>(S::s24in32, W::l16, {0x123456, -1}), "1234ffff");
    EXPECT_EQ(hex<std::int32_t>(S::s32, W::l24, {0x12345678, INT32_MIN}), "123456800000");
    EXPECT_EQ(hex<float>(S::f32, W::l24, {1.0F, -1.0F, 0.5F, 7.0F, -INFINITY, NAN}),
              "7fffff8000004000007fffff800000000000");
    EXPECT_EQ(hex<float>(S::f32, W::l16, {1.0F, -1.0F, 0.25F, 0.6F / 32768, 0.4F / 32768}),
              "7fff80002000"
              "00010000");
}

TEST(AudioSamples, come_back_exactly_where_memory_is_as_wide_as_the_wire) {
    std::mt19937 random(1);
    Bytes octets(6000);
    for (std::byte& octet : octets) octet = static_cast<std::byte>(random() & 0xff);
    for (const WireSample wire : {WireSample::l16, WireSample::l24})
        for (const SampleType type :
             {SampleType::s16, SampleType::s24in32, SampleType::s32, SampleType::f32}) {
            if (wire == WireSample::l24 && type == SampleType::s16) continue;
            const std::size_t count = octets.size() / octets_of(wire);
            Bytes memory(count * 4), again(octets.size());
            decode_samples(wire, type, octets.data(), count, memory.data());
            encode_samples(type, wire, memory.data(), count, again.data());
            EXPECT_EQ(again, octets);
        }
}

TEST(AudioSamples, are_the_same_one_by_one_and_in_any_number) {
    std::mt19937 random(8);
    for (const SampleType type :
         {SampleType::s16, SampleType::s24in32, SampleType::s32, SampleType::f32})
        for (const WireSample wire : {WireSample::l16, WireSample::l24})
            for (std::size_t count = 1; count < 14; ++count) {
                const std::size_t bytes = type == SampleType::s16 ? 2 : 4, octets = octets_of(wire);
                std::vector<std::byte> in(count * bytes), together(count * octets),
                    single(count * octets), out(count * bytes), single_out(count * bytes);
                for (std::byte& b : in) b = static_cast<std::byte>(random());
                encode_samples(type, wire, in.data(), count, together.data());
                for (std::size_t i = 0; i < count; ++i)
                    encode_samples(type, wire, &in[i * bytes], 1, &single[i * octets]);
                EXPECT_EQ(together, single) << static_cast<int>(type) << " " << count;
                decode_samples(wire, type, together.data(), count, out.data());
                for (std::size_t i = 0; i < count; ++i)
                    decode_samples(wire, type, &together[i * octets], 1, &single_out[i * bytes]);
                EXPECT_EQ(out, single_out) << static_cast<int>(type) << " " << count;
            }
}

TEST(AudioPacketiser, accepts_what_is_legal_and_lists_it_where_it_refuses) {
    const auto text = [](const AudioFormat& format, WireSample wire, std::uint32_t samples) {
        const auto ok = check_packing(format, wire, samples);
        return ok ? std::string() : ok.error().text;
    };
    EXPECT_EQ(text(format_of(48000, 8), WireSample::l24, 48), "");
    EXPECT_EQ(text(format_of(48000, 10), WireSample::l24, 48), "") << "1440 octets just fit";
    EXPECT_EQ(text(format_of(48000, 64), WireSample::l24, 6), "");
    EXPECT_EQ(text(format_of(44100, 2), WireSample::l16, 192), "");
    EXPECT_EQ(text(format_of(96000, 4), WireSample::l24, 96), "");
    EXPECT_EQ(text(format_of(48000, 11), WireSample::l24, 48),
              "48 samples a packet with L24, 11 channels, 48000 Hz: 1584 octets, at most 1440 fit; "
              "use 6 (125 us), "
              "12 (250 us), 16 (333 us)");
    EXPECT_EQ(text(format_of(96000, 2), WireSample::l16, 48),
              "48 samples a packet with L16, 2 channels, 96000 Hz: no packet time of ST 2110-30; "
              "use 12 (125 us), "
              "24 (250 us), 32 (333 us), 96 (1000 us)");
    EXPECT_NE(text(format_of(32000, 2), WireSample::l16, 48).find("44100, 48000 and 96000"),
              std::string::npos);
    EXPECT_EQ(*samples_of_packet_time(48000, 333), 16U);
    EXPECT_EQ(*samples_of_packet_time(96000, 1000), 96U);
    EXPECT_EQ(*samples_of_packet_time(44100, 125), 6U);
    EXPECT_FALSE(samples_of_packet_time(48000, 500));
}

TEST(AudioPacketiser, lists_for_each_refusal_exactly_what_is_accepted) {
    constexpr std::array<std::uint32_t, 5> times{125, 250, 333, 1000, 4000};
    for (const std::uint32_t rate : {44100U, 48000U, 96000U})
        for (std::uint32_t channels = 1; channels <= 64; ++channels)
            for (const WireSample wire : {WireSample::l16, WireSample::l24}) {
                std::string legal, refusal;
                for (const std::uint32_t time : times) {
                    const std::uint32_t samples = *samples_of_packet_time(rate, time);
                    const auto ok = check_packing(format_of(rate, channels), wire, samples);
                    EXPECT_EQ(bool(ok), samples * channels * octets_of(wire) <= 1440);
                    if (!ok) refusal = ok.error().text;
                    if (ok)
                        legal += (legal.empty() ? "" : ", ") + std::to_string(samples) + " (" +
                                 std::to_string(time) + " us)";
                }
                if (refusal.empty()) continue;
                EXPECT_TRUE(refusal.ends_with("; use " + (legal.empty() ? "none" : legal)))
                    << refusal;
            }
    EXPECT_FALSE(check_packing(format_of(48000, 65), WireSample::l16, 6));
    EXPECT_FALSE(check_packing(format_of(48000, 0), WireSample::l16, 6));
}

TEST(AudioPacketiser, cuts_blocks_of_any_size_into_equal_packets) {
    const AudioFormat format = format_of(48000, 2);
    auto packetiser =
        AudioPacketiser::make(format, {.packet_samples = 16, .ssrc = 9, .first_sequence = 0xffff});
    ASSERT_TRUE(packetiser);
    EXPECT_EQ(packetiser->packet_bytes(), 12U + 16 * 2 * 3);
    std::mt19937 random(2);
    Ticks number = 0x1'0000'0000 - 100;
    std::int32_t value = 0, expected = 0;
    std::uint32_t timestamp = rtp_of(number);
    std::uint16_t sequence = 0xffff;
    for (int round = 0; round < 200; ++round) {
        const std::size_t frames = random() % 50;
        Bytes block(frames * 8), out(packetiser->most_bytes(frames));
        for (std::size_t i = 0; i < frames * 2; ++i, ++value) std::memcpy(&block[i * 4], &value, 4);
        const std::size_t packets = packetiser->push(number, block, out);
        number += static_cast<Ticks>(frames);
        for (std::size_t i = 0; i < packets; ++i) {
            RtpPacket packet;
            ASSERT_EQ(parse_rtp(std::span(out).subspan(i * packetiser->packet_bytes(),
                                                       packetiser->packet_bytes()),
                                packet),
                      RtpStatus::ok);
            EXPECT_EQ(packet.header, (RtpHeader{false, 97, sequence++, timestamp, 9}));
            timestamp += 16;
            for (std::size_t at = 0; at < packet.payload.size(); at += 3, ++expected) {
                std::int32_t read = 0;
                decode_samples(WireSample::l24, SampleType::s24in32, &packet.payload[at], 1,
                               reinterpret_cast<std::byte*>(&read));
                ASSERT_EQ(read, expected);
            }
        }
    }
    EXPECT_EQ(packetiser->padded(), 0U);
    EXPECT_GT(value - expected, -1);
    EXPECT_LT(value - expected, 32);
}

TEST(AudioPacketiser, fills_up_with_silence_where_blocks_do_not_follow_each_other) {
    auto packetiser = AudioPacketiser::make(format_of(48000, 1), {.packet_samples = 6});
    Bytes ones(4 * 4, std::byte{1}), out(packetiser->most_bytes(6));
    EXPECT_EQ(packetiser->push(100, ones, out), 0U);
    EXPECT_EQ(packetiser->push(200, ones, out), 1U);
    EXPECT_EQ(packetiser->padded(), 2U);
    RtpPacket packet;
    ASSERT_EQ(parse_rtp(std::span(out).first(packetiser->packet_bytes()), packet), RtpStatus::ok);
    EXPECT_EQ(packet.header.timestamp, 100U);
    EXPECT_EQ(packet.payload[11], std::byte{1});
    EXPECT_EQ(packet.payload[12], std::byte{0});
    EXPECT_EQ(packetiser->push(204, std::span(ones).first(8), out), 1U);
    ASSERT_EQ(parse_rtp(std::span(out).first(packetiser->packet_bytes()), packet), RtpStatus::ok);
    EXPECT_EQ(packet.header.timestamp, 200U);
}
