// SPDX-License-Identifier: Apache-2.0
// AudioRtpSend to AudioRtpReceive over loopback, in one process: what goes in comes out, to the sample.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>

#include "actors/st2110/audio_rtp_receive.hpp"
#include "actors/st2110/audio_rtp_send.hpp"
#include "actors/st2110/rtp/rtp_header.hpp"
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
        Case{"44100 2ch s16 block=480", "1000", "L16", "44100 2ch s16 block=48"},
        Case{"44100 2ch s24in32 block=480", "333", "L24", "44100 2ch s24in32 block=16"},
        Case{"48000 1ch s24in32 block=768", "4000", "L24", "48000 1ch s24in32 block=384"},
        Case{"96000 2ch s16 block=960", "333", "L16", "96000 2ch s16 block=320"}));

/// A socket that sends to a port of this machine.
class Peer {
public:
    explicit Peer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        at.sin_port = htons(port);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer() { ::close(fd_); }
    /// Packet `number` of a stream of 6 samples of 8 channels a packet.
    void send(std::uint16_t number, std::uint32_t ssrc = 7, std::uint8_t payload_type = 97) const {
        std::array<std::byte, 12 + 144> packet{};
        st2110::write_rtp({.payload_type = payload_type,
                           .sequence = number,
                           .timestamp = 480U + 6U * number,
                           .ssrc = ssrc},
                          packet.data());
        EXPECT_EQ(::send(fd_, packet.data(), packet.size(), 0), 156);
    }
    void send_text(std::string_view text) const {
        EXPECT_EQ(::send(fd_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    }

private:
    int fd_;
};

/// A receiver of that stream, 1 ms a block.
struct Receiver {
    test::ReservedPort port{};
    ActorHarness harness{std::make_unique<AudioRtpReceive>(), {100, 1}};
    Receiver() {
        EXPECT_TRUE(harness.set("from", port.on_loopback()) &&
                    harness.set("format", "48000 8ch s24in32 block=48"));
    }
    void begin() {
        const auto made = harness.configure();
        ASSERT_TRUE(made) << made.error().text;
        ASSERT_TRUE(harness.start());
    }
    /// Takes what comes until so many packets have.
    void look(std::uint64_t packets) {
        const MonotonicTime end = MonotonicTime::now() + 10'000'000'000;
        do {
            // The harness's clock stands still between ticks: let it tell the time that it is.
            ActorCore::of(harness.actor()).set_reading({harness.next_tick(), MonotonicTime::now()});
            ActorCore::of(harness.actor()).sleeper->sleep(MonotonicTime::now() + 500'000);
            harness.tick();
        } while (harness.counter("packets") < packets && MonotonicTime::now() < end);
        EXPECT_EQ(harness.counter("packets"), packets);
    }
};

TEST(AudioRtpReceives, counts_whatever_becomes_of_a_packet) {
    Receiver receiver;
    receiver.begin();
    receiver.look(0);  // from here on it listens
    const Peer peer(receiver.port.number());
    for (const std::uint16_t number : std::array<std::uint16_t, 8>{0, 1, 3, 2, 2, 4, 5, 7})
        peer.send(number);    // 6 never comes
    peer.send(8, 99);         // another sender
    peer.send(8, 7, 98);      // another payload type
    peer.send_text("hello");  // no RTP
    for (std::uint16_t number = 8; number < 200; ++number) peer.send(number);
    peer.send(6);  // long after
    receiver.look(8 + 3 + 192 + 1);
    receiver.harness.tick();
    const auto counted = [&](const char* name) { return receiver.harness.counter(name); };
    EXPECT_EQ(counted("reordered"), 2U) << "2 after 3, 6 after all";
    EXPECT_EQ(counted("duplicate"), 1U);
    EXPECT_EQ(counted("foreign"), 2U);
    EXPECT_EQ(counted("bad"), 1U);
    EXPECT_EQ(counted("late"), 1U);
    EXPECT_EQ(counted("streams"), 1U);
    EXPECT_EQ(counted("incomplete"), 1U);
    EXPECT_EQ(counted("concealed"), 6U);
    EXPECT_EQ(counted("bytes"), 203U * 156U + 5U);
}

TEST(AudioRtpReceives, what_comes_in_100_ms_of_the_shortest_packets_waits_in_the_socket) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int wanted = 4 << 20;
    const bool allowed = ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) == 0;
    ::close(fd);
    if (!allowed) GTEST_SKIP() << "needs CAP_NET_ADMIN, as the actor's own warning says";
    Receiver receiver;
    receiver.begin();
    const Peer peer(receiver.port.number());
    for (std::uint16_t number = 0; number < 800; ++number) peer.send(number);
    receiver.look(800);
    EXPECT_EQ(receiver.harness.counter("kernel_drops"), 0U);
    EXPECT_EQ(receiver.harness.counter("lost"), 0U);
    EXPECT_EQ(receiver.harness.counter("blocks"), 100U);
}

TEST(AudioRtpRefuses, a_channel_order_that_does_not_fit) {
    ActorHarness send(std::make_unique<AudioRtpSend>());
    EXPECT_TRUE(send.set("to", "127.0.0.1:5004") && send.set("channel_order", "SMPTE2110.(51,ST)"));
    send.link("audio", *parse_audio_format("48000 6ch s24in32 block=48"));
    const auto done = send.configure();
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().text, HasSubstr("channel_order: "));
    EXPECT_THAT(done.error().text, HasSubstr("names 8 channels, the sound has 6"));
}

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
