// SPDX-License-Identifier: Apache-2.0
// VideoRtpSend to VideoRtpReceive over loopback, in one process: what goes in comes out, to the bit and to the nanosecond.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "actors/pgroup.hpp"
#include "actors/st2110/video_rtp_receive.hpp"
#include "actors/st2110/video_rtp_send.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/clock/tick_math.hpp"
#include "runtime/harness.hpp"
#include "runtime/loss_map.hpp"
#include "tests/reserved_port.hpp"

namespace streamlib::actors {
namespace {

using testing::HasSubstr;

struct Pair {
    VideoFormat given;
    ActorHarness send, receive;
    test::ReservedPort port;
    std::mt19937 random{7};

    Pair(const std::string& format, const std::vector<std::pair<std::string, std::string>>& keys,
         const std::vector<std::pair<std::string, std::string>>& receive_keys = {})
        : given(*parse_video_format(format)),
          send(std::make_unique<VideoRtpSend>(), given.rate),
          receive(std::make_unique<VideoRtpReceive>(), given.rate) {
        const std::string address = port.on_loopback();
        VideoFormat wire = given;
        wire.layout = Layout::pgroup;
        EXPECT_TRUE(receive.set("from", address));
        EXPECT_TRUE(receive.set("format", to_string(wire)));
        for (const auto& [key, value] : receive_keys) EXPECT_TRUE(receive.set(key, value));
        EXPECT_TRUE(send.set("to", address));
        for (const auto& [key, value] : keys) EXPECT_TRUE(send.set(key, value));
        send.trigger(Trigger::input);
        send.link("video", given);
        const auto made = receive.configure();
        EXPECT_TRUE(made) << made.error().text;
        const auto ready = send.configure();
        EXPECT_TRUE(ready) << ready.error().text;
        EXPECT_TRUE(receive.start() && send.start());
        look();  // from here on it listens
    }
    void look() { ActorCore::of(receive.actor()).sleeper->sleep(MonotonicTime::now() + 1'000'000); }
    std::vector<std::byte> noise() {
        std::vector<std::byte> picture(given.bytes());
        for (auto& b : picture) b = static_cast<std::byte>(random());
        // Samples of a depth below 16 lie in words, with nothing above them.
        if (given.layout == Layout::planar && given.depth > 8)
            for (std::size_t i = 1; i < picture.size(); i += 2)
                picture[i] &= static_cast<std::byte>((1U << (given.depth - 8)) - 1);
        return picture;
    }
    [[nodiscard]] VideoFormat video_of_receiver() {
        return ActorCore::of(receive.actor()).outputs.front()->media_format().video;
    }
    /// Blocks of the receiver, as soon as there are so many; fewer after 10 s.
    std::vector<SeenBlock> wait_for(std::size_t count) {
        std::vector<SeenBlock> seen;
        const MonotonicTime end = MonotonicTime::now() + 10'000'000'000;
        while (seen.size() < count && MonotonicTime::now() < end) {
            look();
            for (auto& block : receive.take("video")) seen.push_back(std::move(block));
        }
        return seen;
    }
};

/// What leaves for a picture of `given`.
std::vector<std::byte> on_the_wire(const VideoFormat& given, const std::vector<std::byte>& bytes) {
    if (given.layout == Layout::pgroup) return bytes;
    VideoFormat wire = given;
    wire.layout = Layout::pgroup;
    std::vector<std::byte> out(wire.bytes());
    st2110::PgroupConverter::make(given, wire)->convert(bytes, out);
    return out;
}

/// Equal but for what lies between rows.
bool same_samples(const VideoFormat& format, const std::vector<std::byte>& a,
                  const std::vector<std::byte>& b) {
    for (std::size_t index = 0; index < format.plane_count(); ++index) {
        const Plane plane = format.plane(index);
        for (std::uint32_t row = 0; row < plane.rows; ++row) {
            const std::size_t at = plane.offset + std::size_t{row} * plane.stride_bytes;
            if (std::memcmp(a.data() + at, b.data() + at, plane.row_bytes) != 0) return false;
        }
    }
    return true;
}

class VideoRtp : public testing::TestWithParam<const char*> {};

TEST_P(VideoRtp, arrives_as_it_left) {
    for (const char* packing : {"gpm", "bpm"}) {
        for (const char* max_udp : {"1460", "8960"}) {
            Pair pair(GetParam(), {{"pacing", "none"}, {"packing", packing}, {"max_udp", max_udp}});
            const Rate rate = pair.given.rate;
            for (std::uint64_t frame = 1000; frame < 1004; ++frame) {
                const auto picture = pair.noise();
                const TaiTime origin = time_of_tick(frame, rate);
                pair.send.feed("video", picture, origin);
                pair.receive.jump_to(frame);
                pair.receive.tick();
                pair.send.tick();
                const auto seen = pair.wait_for(1);
                ASSERT_EQ(seen.size(), 1U) << GetParam() << " " << packing << " " << max_udp;
                EXPECT_EQ(seen[0].header.origin_ns, origin.ns);
                EXPECT_EQ(seen[0].header.flags, 0U);
                EXPECT_TRUE(seen[0].payload == on_the_wire(pair.given, picture)) << GetParam();
            }
            pair.receive.tick();
            EXPECT_EQ(pair.receive.counter("frames"), 4U);
            EXPECT_EQ(pair.receive.counter("lost"), 0U);
            EXPECT_EQ(pair.receive.counter("packets"), pair.send.counter("packets"));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Formats, VideoRtp,
    testing::Values("320x180 YCbCr-4:2:2 10 pgroup @60000/1001", "320x180 YCbCr-4:2:2 8 packed @50",
                    "320x180 YCbCr-4:2:2 10 planar @50", "384x64 v210 @30000/1001",
                    "320x180 YCbCr-4:2:0 8 planar @25", "320x180 RGB 8 packed @60",
                    "320x180 YCbCr-4:4:4 12 pgroup @24", "64x64 KEY 16 pgroup @50",
                    "320x180 YCbCr-4:2:2 10 pgroup interlaced @25",
                    "320x180 YCbCr-4:2:2 10 pgroup psf @25"));

class VideoRtpConverted : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(VideoRtpConverted, arrives_in_the_layout_that_was_asked_for) {
    const auto [format, layout] = GetParam();
    Pair pair(format, {{"pacing", "none"}}, {{"layout", layout}});
    const VideoFormat given = pair.video_of_receiver();
    for (std::uint64_t frame = 1000; frame < 1003; ++frame) {
        const auto picture = pair.noise();
        pair.send.feed("video", picture, time_of_tick(frame, pair.given.rate));
        pair.receive.jump_to(frame);
        pair.receive.tick();
        pair.send.tick();
        const auto seen = pair.wait_for(1);
        ASSERT_EQ(seen.size(), 1U);
        EXPECT_EQ(seen[0].header.flags, 0U);
        std::vector<std::byte> wanted(given.bytes());
        st2110::PgroupConverter::make(pair.given, given)->convert(picture, wanted);
        EXPECT_TRUE(same_samples(given, seen[0].payload, wanted)) << to_string(given);
        if (given == pair.given) {
            EXPECT_TRUE(same_samples(given, seen[0].payload, picture));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Layouts, VideoRtpConverted,
                         testing::Values(std::pair{"320x180 YCbCr-4:2:2 10 planar @50", "planar"},
                                         std::pair{"320x180 YCbCr-4:2:2 10 pgroup @50", "v210"},
                                         std::pair{"320x180 YCbCr-4:2:2 10 planar @50", "planar 8"},
                                         std::pair{"320x180 YCbCr-4:2:2 10 pgroup @50", "uyvy"},
                                         std::pair{"320x180 YCbCr-4:2:2 8 planar @50", "planar"},
                                         std::pair{"320x180 YCbCr-4:2:0 8 planar @50", "planar"},
                                         std::pair{"320x180 RGB 8 packed @50", "planar"},
                                         std::pair{"320x180 YCbCr-4:4:4 12 planar @50", "planar"},
                                         std::pair{"320x180 YCbCr-4:2:2 10 planar interlaced @25",
                                                   "planar"}));

TEST(VideoRtpPaced, sends_a_frame_a_period_and_repeats_what_does_not_come) {
    Pair pair("320x180 YCbCr-4:2:2 10 pgroup @50", {{"pacing", "wide"}});
    const auto run_until = [&](const std::function<bool()>& done) {
        const MonotonicTime end = MonotonicTime::now() + 10'000'000'000;
        while (!done() && MonotonicTime::now() < end) pair.send.wake(MonotonicTime::now());
        return done();
    };
    // The harness's clock stands still between ticks: let it tell the time that it is.
    ActorCore::of(pair.send.actor()).set_reading({pair.send.next_tick(), MonotonicTime::now()});
    pair.send.feed("video", pair.noise(), time_of_tick(1000, {50, 1}));
    pair.send.tick();
    ASSERT_TRUE(run_until([&] { return pair.send.counter("frames") >= 3; }));
    EXPECT_GE(pair.send.counter("repeated"), pair.send.counter("frames") - 1);
    EXPECT_LE(pair.send.counter("cinst"), 16U);
    const auto seen = pair.wait_for(3);
    ASSERT_GE(seen.size(), 3U);
    EXPECT_EQ(seen[0].header.origin_ns, time_of_tick(1000, {50, 1}).ns);
    EXPECT_EQ(seen[1].header.origin_ns, time_of_tick(1001, {50, 1}).ns) << "media time goes on";
    EXPECT_TRUE(seen[1].payload == seen[0].payload);
}

TEST(VideoRtpPaced, declares_its_troff) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("troff-" + std::to_string(::getpid()));
    ActorHarness send(std::make_unique<VideoRtpSend>());
    ActorCore::of(send.actor()).directory = folder;
    const test::ReservedPort port;
    EXPECT_TRUE(send.set("to", port.on_loopback()));
    EXPECT_TRUE(send.set("troff", "3000"));
    send.link("video", *parse_video_format("320x180 YCbCr-4:2:2 10 pgroup @50"));
    ASSERT_TRUE(send.configure());
    ASSERT_TRUE(send.start());
    std::ifstream file(folder / "sdp" / (send.actor().name() + ".sdp"));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_THAT(text, HasSubstr("TP=2110TPW; TROFF=3000; "));
    std::filesystem::remove_all(folder);
}

TEST(VideoRtpPaced, keeps_to_media_time_after_a_picture_that_came_too_late) {
    Pair pair("320x180 YCbCr-4:2:2 10 pgroup @50", {{"pacing", "wide"}});
    const Rate rate{50, 1};
    const auto frames_left = [&](std::uint64_t count) {
        const MonotonicTime end = MonotonicTime::now() + 10'000'000'000;
        while (pair.send.counter("frames") < count && MonotonicTime::now() < end)
            pair.send.wake(MonotonicTime::now());
        return pair.send.counter("frames") >= count;
    };
    const auto give = [&](std::uint64_t index) {
        pair.send.feed("video", pair.noise(), time_of_tick(index, rate));
        pair.send.tick();
        ActorCore::of(pair.send.actor()).set_reading({pair.send.next_tick(), MonotonicTime::now()});
    };
    ActorCore::of(pair.send.actor()).set_reading({pair.send.next_tick(), MonotonicTime::now()});
    give(1000);
    ASSERT_TRUE(frames_left(2));  // 1000, and once more in place of 1001
    const std::uint64_t before = 1000 + pair.send.counter("frames") - 1;
    give(before);  // it comes now: too late
    const MonotonicTime end = MonotonicTime::now() + 10'000'000'000;
    while (pair.send.counter("replaced") == 0 && MonotonicTime::now() < end)
        pair.send.wake(MonotonicTime::now());
    EXPECT_GE(pair.send.counter("replaced"), 1U);
    give(before + 50);
    bool exact = false;
    const MonotonicTime give_up = MonotonicTime::now() + 10'000'000'000;
    while (!exact && MonotonicTime::now() < give_up) {
        pair.send.wake(MonotonicTime::now());
        pair.look();
        for (const SeenBlock& block : pair.receive.take("video"))
            exact = exact || block.header.origin_ns == time_of_tick(before + 50, rate).ns;
    }
    EXPECT_TRUE(exact) << "its own timestamp again";
}

TEST(VideoRtpReceiveEnds, although_two_frames_are_open) {
    Pair pair("320x180 YCbCr-4:2:2 10 pgroup @50", {{"pacing", "none"}}, {{"window", "1000"}});
    // Half of two frames: the packets of each but the last.
    const auto plan = st2110::VideoPlan::make(pair.given, {});
    const auto packets = plan->packets(0);
    std::vector<std::byte> headers(packets.size() * st2110::header_stride);
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(pair.port.number());
    for (std::uint32_t frame = 0; frame < 2; ++frame) {
        plan->write_headers(0, 0, packets.size(),
                            {.sequence = static_cast<std::uint32_t>(frame * packets.size()),
                             .timestamp = 9000 + frame * 1800,
                             .ssrc = 1},
                            headers);
        for (std::size_t n = 0; n + 1 < packets.size(); ++n) {
            std::vector<std::byte> packet(packets[n].bytes());
            std::copy_n(headers.begin() + static_cast<std::ptrdiff_t>(n * st2110::header_stride),
                        packets[n].header_bytes, packet.begin());
            ASSERT_EQ(::sendto(fd, packet.data(), packet.size(), 0,
                               reinterpret_cast<const sockaddr*>(&to), sizeof to),
                      static_cast<ssize_t>(packet.size()));
        }
        pair.look();
    }
    ::close(fd);
    EXPECT_FALSE(pair.receive.output_ended("video"));
    pair.receive.stop();
    EXPECT_TRUE(pair.receive.output_ended("video")) << "an open slot must not keep the end back";
    EXPECT_TRUE(pair.receive.take("video").empty()) << "what is not whole is nobody's picture";
}

TEST(VideoRtpPaced, by_launch_times_only_where_the_interface_holds_packets) {
    const auto configured = [](const char* pacing_by) {
        ActorHarness send(std::make_unique<VideoRtpSend>());
        EXPECT_TRUE(send.set("to", "127.0.0.1:5004") && send.set("pacing_by", pacing_by));
        send.link("video", *parse_video_format("320x180 YCbCr-4:2:2 10 pgroup @50"));
        const auto done = send.configure();
        std::string said = done ? "paces" : done.error().text;
        for (const std::string& line : send.log_lines()) said += "; " + line;
        return said;
    };
    EXPECT_EQ(configured("thread"), "paces");
    EXPECT_THAT(configured("auto"), HasSubstr("paces; lo has noqueue: this thread paces"));
    EXPECT_THAT(
        configured("launch_time"),
        HasSubstr(
            "pacing_by: launch_time needs the fq or ETF qdisc, and lo has noqueue; tc qdisc"));
}

TEST(VideoRtpRefuses, what_cannot_be_with_the_fix) {
    const auto receive = [](const std::vector<std::pair<std::string, std::string>>& keys) {
        ActorHarness harness(std::make_unique<VideoRtpReceive>());
        for (const auto& [key, value] : keys) EXPECT_TRUE(harness.set(key, value));
        const auto done = harness.configure();
        return done ? std::string("nothing is wrong") : done.error().text;
    };
    EXPECT_THAT(receive({}), HasSubstr("from: where does the stream come from?"));
    EXPECT_THAT(receive({{"from", "127.0.0.1:0"}}),
                HasSubstr("format: what does the stream carry?"));
    EXPECT_THAT(receive({{"from", "127.0.0.1:0"}, {"format", "1920x1080"}}),
                HasSubstr("the frame rate is missing"));
    EXPECT_THAT(receive({{"from", "camera"}, {"format", "1080p50"}}), HasSubstr("from: "));
    EXPECT_THAT(
        receive({{"from", "127.0.0.1:0"}, {"format", "1080p50 RGB 12"}, {"layout", "v210"}}),
        HasSubstr("RGB 12 @50 pgroup can be given out as pgroup, planar"));
    EXPECT_THAT(receive({{"from", "127.0.0.1:0"}, {"format", "1080p50"}, {"layout", "blocks"}}),
                HasSubstr("there is no layout \"blocks\""));
    EXPECT_THAT(receive({{"sdp", "/nowhere.sdp"}}), HasSubstr("/nowhere.sdp cannot be opened"));
    ActorHarness send(std::make_unique<VideoRtpSend>());
    EXPECT_TRUE(send.set("to", "127.0.0.1:5004"));
    send.link("video", *parse_video_format("320x180 RGBA 8 packed @50"));
    const auto done = send.configure();
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().text, HasSubstr("RGBA"));
}

TEST(VideoRtpReceiveLayout, is_what_the_format_names_unless_said_otherwise) {
    const auto given = [](const std::string& format, const std::string& layout) {
        ActorHarness harness(std::make_unique<VideoRtpReceive>());
        EXPECT_TRUE(harness.set("from", "127.0.0.1:0") && harness.set("format", format) &&
                    harness.set("layout", layout));
        EXPECT_TRUE(harness.configure());
        return to_string(ActorCore::of(harness.actor()).outputs.front()->media_format().video);
    };
    const auto text = [](const std::string& format) {
        return to_string(*parse_video_format(format));
    };
    EXPECT_EQ(given("1080p50 YCbCr-4:2:2 10", ""), text("1080p50 YCbCr-4:2:2 10 pgroup"));
    EXPECT_EQ(given("1080p50 YCbCr-4:2:2 10 planar", ""), text("1080p50 YCbCr-4:2:2 10 planar"));
    EXPECT_EQ(given("1080p50 v210", ""), text("1080p50 v210"));
    EXPECT_EQ(given("1080p50 v210", "planar 8"), text("1080p50 YCbCr-4:2:2 8 planar"));
    EXPECT_EQ(given("1080p50 YCbCr-4:2:2 10", "UYVY"), text("1080p50 uyvy"));
}

TEST(MissingBands, name_by_a_loss_map_every_row_that_misses_something) {
    std::mt19937 random(9);
    for (const char* text :
         {"320x180 YCbCr-4:2:2 10 pgroup", "64x7 RGB 8 pgroup", "64x1080 KEY 8 pgroup",
          "320x182 YCbCr-4:2:0 8 pgroup", "320x180 4:2:2 8 pgroup interlaced"}) {
        const VideoFormat format = *parse_video_format(text);
        const st2110::PictureShape shape = *st2110::PictureShape::of(format);
        for (int round = 0; round < 200; ++round) {
            const auto first = static_cast<std::uint32_t>(random() % shape.groups());
            const auto most =
                std::min<std::uint32_t>(shape.groups() - first, 3 * shape.groups_per_row);
            const std::uint32_t groups = 1 + static_cast<std::uint32_t>(random() % most);
            const std::array<st2110::Span, 1> gaps{
                {{first * shape.group_octets, groups * shape.group_octets}}};
            st2110::FinishedFrame frame;
            frame.gaps = gaps;
            ipc::BlockHeader header{};
            header.flags = ipc::block_incomplete;
            header.user = missing_bands(format, frame);
            const LossMap loss(header, format);
            for (std::uint32_t row = 0; row < format.height; ++row) {
                const std::uint32_t of_groups = row / shape.row_step;
                const bool hit = of_groups >= first / shape.groups_per_row &&
                                 of_groups <= (first + groups - 1) / shape.groups_per_row;
                ASSERT_TRUE(!hit || loss.may_miss(row)) << text << " row " << row;
            }
        }
    }
}

TEST(MissingBands, tell_where_a_picture_misses_something) {
    const VideoFormat format = *parse_video_format("320x320 YCbCr-4:2:2 8 pgroup @50");
    const std::uint32_t row = 640;
    const std::array<st2110::Span, 2> gaps{{{0, row}, {row * 319, 4}}};
    st2110::FinishedFrame frame;
    frame.gaps = gaps;
    EXPECT_EQ(missing_bands(format, frame), 0x8000'0001U);
    frame.gaps = {};
    EXPECT_EQ(missing_bands(format, frame), 0U);
    const std::array<st2110::Span, 1> all{{{0, row}}};
    frame.gaps = all;
    frame.more_gaps = true;
    EXPECT_EQ(missing_bands(format, frame), 0xFFFF'FFFFU) << "the last one reaches to the end";
}

}  // namespace
}  // namespace streamlib::actors
