// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "runtime/process/protocol.hpp"

namespace streamlib::protocol {
namespace {

Setup a_setup() {
    Setup s;
    s.node = "studio";
    s.name = "camera";
    s.class_name = "TestPattern";
    s.uri = "actor://local/TestPattern/camera";
    s.actor_index = 7;
    s.incarnation = 3;
    s.trigger = Trigger::cascade;
    s.rate = {60000, 1001};
    s.properties = {{"format", "1080p59.94"}, {"empty", ""}};
    s.plugins = {"a.so"};
    s.input_holds = {{"video", 2}};
    s.start_first = true;
    s.wishes = {{0, 2}, 50, -5, 1'000'000, 150};
    return s;
}

Ask an_ask() {
    Ask ask;
    ask.name = "w1";
    ask.class_name = "Worker";
    ask.restart = "transient";
    ask.properties = {{"speed", "3"}};
    ask.links = {"camera >> w1", "clock >> w1.time"};
    ask.own_supervisor = 1;
    ask.max_retries = 3;
    ask.period_ns = 5;
    return ask;
}

std::vector<Message> one_of_each() {
    Configured configured;
    configured.outputs = {{MediaFormat(VideoFormat{}), 4, 2}, {}};
    configured.input_holds = {1, 2};
    Start start;
    start.output_carried = {1, 0};
    start.inputs = {{1, 5}, {0, 0}};
    return {a_setup(),
            Hello{42, 3, {"it runs without"}},
            Configure{{MediaFormat(AudioFormat{})}, {1}},
            configured,
            start,
            Ready{},
            Stop{},
            Failed{"start", "no such device"},
            an_ask()};
}

TEST(Protocol, every_message_survives_the_wire) {
    for (const Message& message : one_of_each()) {
        const auto bytes = encode(message);
        const auto decoded = decode(bytes);
        ASSERT_TRUE(decoded) << message.index();
        EXPECT_EQ(decoded->index(), message.index());
        EXPECT_EQ(encode(*decoded), bytes);
    }
    const auto setup = std::get<protocol::Setup>(*decode(encode(a_setup())));
    EXPECT_EQ(setup.properties, a_setup().properties);
    EXPECT_EQ(setup.rate, (Rate{60000, 1001}));
    EXPECT_EQ(setup.wishes, a_setup().wishes);
    EXPECT_TRUE(setup.start_first);
    const auto ask = std::get<protocol::Ask>(*decode(encode(an_ask())));
    EXPECT_EQ(ask.links, an_ask().links);
    EXPECT_EQ(ask.max_retries, 3U);
}

TEST(Protocol, a_cut_or_prolonged_message_is_refused) {
    for (const Message& message : one_of_each()) {
        auto bytes = encode(message);
        for (std::size_t n = 0; n < bytes.size(); ++n)
            EXPECT_FALSE(decode(std::span(bytes).first(n)));
        bytes.push_back(std::byte{0});
        EXPECT_FALSE(decode(bytes));
    }
}

TEST(Protocol, an_output_that_cannot_be_is_told_before_memory_is_planned) {
    const auto why = [](const ConfiguredOutput& output) {
        const auto possible = validate(output);
        return possible ? std::string() : possible.error().text;
    };
    VideoFormat video = *parse_video_format("1920x1080 YCbCr-4:2:2 10 pgroup");
    EXPECT_EQ(why({}), "") << "carries nothing";
    EXPECT_EQ(why({MediaFormat(video), 4096, 2}), "");
    EXPECT_NE(why({MediaFormat(video), 4097, 1}), "") << "more than a ring has";
    EXPECT_NE(why({MediaFormat(video), 1, 4097}), "");
    video.depth = 9;
    EXPECT_NE(why({MediaFormat(video), 1, 1}), "") << "bytes() would end the process that asks";
    EXPECT_NE(why({MediaFormat(AudioFormat{}), 1, 1}), "") << "blocks of no size";
    DataFormat endless;
    endless.content_type.fill('x');
    EXPECT_NE(why({MediaFormat(endless), 1, 1}), "");
    MediaFormat unknown;
    unknown.kind = static_cast<MediaKind>(7);
    EXPECT_NE(why({unknown, 1, 1}), "");
}

TEST(Protocol, garbage_is_refused_without_allocating_what_it_asks_for) {
    std::mt19937 random(1);
    for (int i = 0; i < 20000; ++i) {
        std::vector<std::byte> bytes(random() % 200);
        for (auto& b : bytes) b = static_cast<std::byte>(random());
        if (bytes.size() >= 4) {
            bytes[1] = bytes[2] = bytes[3] = std::byte{0};
            bytes[0] = static_cast<std::byte>(random() % std::variant_size_v<Message>);
        }
        (void)decode(bytes);  // under the sanitizers: no crash, no wild allocation
    }
    std::vector<std::byte> huge(8, std::byte{0xFF});
    huge[0] = huge[1] = huge[2] = huge[3] = std::byte{0};
    EXPECT_FALSE(decode(huge));
}

}  // namespace
}  // namespace streamlib::protocol
