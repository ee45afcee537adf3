// SPDX-License-Identifier: Apache-2.0
// AudioRtpSend to AudioRtpReceive over loopback, in one process: what goes in comes out, to the sample.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "actors/st2110/audio_rtp_receive.hpp"
#include "actors/st2110/audio_rtp_send.hpp"
#include "actors/test/sine.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/clock/tick_math.hpp"
#include "runtime/harness.hpp"
#include "tests/reserved_port.hpp"

namespace streamlib::actors {
namespace {

using testing::HasSubstr;

struct Case {
    const char* format;  // of the blocks that come
    const char* packet_time;
    const char* encoding;
    const char* received;  // of the blocks that go
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.format << " " << c.packet_time << " " << c.encoding;
}

class AudioRtp : public testing::TestWithParam<Case> {};

TEST_P(AudioRtp, arrives_as_it_left) {
    const Case& c = GetParam();
    const Rate ticks{100, 1};
    ActorHarness send(std::make_unique<AudioRtpSend>(), ticks);
    ActorHarness receive(std::make_unique<AudioRtpReceive>(), ticks);
    const test::ReservedPort port;
    const std::string address = port.on_loopback();
    const AudioFormat format = *parse_audio_format(c.format);
    EXPECT_TRUE(send.set("to", address) && send.set("packet_time", c.packet_time) &&
                send.set("encoding", c.encoding));
    EXPECT_TRUE(receive.set("from", address) && receive.set("format", c.received));
    send.trigger(Trigger::input);
    send.link("audio", format);
    const auto made = receive.configure();
    ASSERT_TRUE(made) << made.error().text;
    const auto ready = send.configure();
    ASSERT_TRUE(ready) << ready.error().text;
    ASSERT_TRUE(receive.start() && send.start());
    const auto look = [&] {
        ActorCore::of(receive.actor()).sleeper->sleep(MonotonicTime::now() + 500'000);
    };
    look();  // from here on it listens

    // The harness's clock stands still between ticks: let it tell the time that it is.
    send.jump_to(100'000);
    const Tick first = send.next_tick();
    ActorCore::of(send.actor()).set_reading({first, MonotonicTime::now()});
    ActorCore::of(receive.actor()).set_reading({first, MonotonicTime::now()});
    std::mt19937 random(5);
    std::vector<std::byte> all;
    for (std::uint64_t block = 0; block < 5; ++block) {
        std::vector<std::byte> samples(format.bytes());
        for (std::size_t at = 0; at < samples.size(); at += format.sample_bytes()) {
            // 24 bits, sign-extended; 16 bits take the low half.
            const auto value = static_cast<std::int32_t>(random()) >> 8;
            std::memcpy(samples.data() + at, &value, format.sample_bytes());
        }
        all.insert(all.end(), samples.begin(), samples.end());
        const Rate rate{static_cast<std::int32_t>(format.rate), 1};
        const std::uint64_t at =
            first_sample_of(first.index, ticks, format.rate) + block * format.block_frames;
        send.feed("audio", samples, time_of_tick(at, rate));
    }
    send.tick();
    std::vector<std::byte> got;
    const MonotonicTime end = MonotonicTime::now() + 10'000'000'000;
    TaiTime next = first.time;
    while (got.size() < all.size() && MonotonicTime::now() < end) {
        send.wake(MonotonicTime::now());
        look();
        for (const SeenBlock& block : receive.take("audio")) {
            EXPECT_EQ(block.header.flags, 0U);
            EXPECT_EQ(block.header.origin_ns, next.ns);
            got.insert(got.end(), block.payload.begin(), block.payload.end());
            next = time_of_tick(first_sample_of(first.index, ticks, format.rate) +
                                    got.size() / format.channels / format.sample_bytes(),
                                {static_cast<std::int32_t>(format.rate), 1});
        }
    }
    EXPECT_TRUE(got == all) << got.size() << " of " << all.size();
    EXPECT_EQ(send.counter("padded"), 0U);
    receive.tick();
    EXPECT_EQ(receive.counter("lost"), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, AudioRtp,
    testing::Values(
        Case{"48000 2ch s24in32 block=480", "1000", "L24", "48000 2ch s24in32 block=48"},
        Case{"48000 8ch s24in32 block=48", "125", "L24", "48000 8ch s24in32 block=6"},
        Case{"48000 2ch s16 block=480", "1000", "L16", "48000 2ch s16 block=480"},
        Case{"96000 4ch s24in32 block=960", "250", "L24", "96000 4ch s24in32 block=96"},
        Case{"48000 64ch s24in32 block=48", "125", "L24", "48000 64ch s24in32 block=48"},
        Case{"44100 2ch s16 block=480", "1000", "L16", "44100 2ch s16 block=48"}));

TEST(AudioRtpRefuses, what_cannot_be_and_says_what_can) {
    ActorHarness send(std::make_unique<AudioRtpSend>());
    EXPECT_TRUE(send.set("to", "127.0.0.1:5004") && send.set("packet_time", "1000"));
    send.link("audio", *parse_audio_format("48000 64ch s24in32 block=48"));
    const auto done = send.configure();
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().text, HasSubstr("packet_time: "));
    EXPECT_THAT(done.error().text, HasSubstr("125"));
}

}  // namespace
}  // namespace streamlib::actors
