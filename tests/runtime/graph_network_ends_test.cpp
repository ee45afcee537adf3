// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/network_ends.hpp"

#include "graph_fixtures.hpp"
#include "runtime/graph/apply_set.hpp"
#include "runtime/graph/one_line.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::map<std::string, std::string> properties_of(const ActorDecl& actor) {
    std::map<std::string, std::string> texts;
    for (const auto& [name, value] : actor.properties) texts[name] = value.text;
    return texts;
}

std::vector<std::string> links_of(const GraphSpec& graph) {
    std::vector<std::string> links;
    for (const auto& l : graph.links)
        links.push_back(l.from + "." + l.from_port + " >> " + l.to + "." + l.to_port);
    return links;
}

/// The finding of a graph that has one.
std::string finding(std::string_view toml) {
    GraphSpec graph = graph_of(toml);
    const auto findings = texts(add_network_ends(graph, known()));
    EXPECT_EQ(findings.size(), 1U) << toml;
    return findings.empty() ? "" : findings.front();
}

TEST(NetworkEnds, put_an_rtp_actor_between_an_output_and_the_network) {
    GraphSpec graph = graph_of(R"([actors.clip]
class = "MediaFile"
path = "here.mov"
supervisor = "media"
restart = "permanent"
send_to = { video = "239.10.0.1:5004", audio = "239.10.0.1:5006" }
[supervisors.media]
)");
    ASSERT_THAT(texts(add_network_ends(graph, known())), IsEmpty());
    ASSERT_EQ(graph.actors.size(), 3U);
    const ActorDecl &sound = graph.actors[1], &picture = graph.actors[2];
    EXPECT_EQ(picture.name, "clip-video-send");
    EXPECT_EQ(picture.class_name, "VideoRtpSend");
    EXPECT_EQ(sound.class_name, "AudioRtpSend");
    EXPECT_EQ(picture.supervisor, "media") << "who sees to the actor sees to its edge";
    EXPECT_EQ(picture.restart, "permanent");
    EXPECT_THAT(properties_of(picture), ElementsAre(Pair("to", "239.10.0.1:5004")));
    EXPECT_THAT(links_of(graph), ElementsAre("clip.audio >> clip-audio-send.audio",
                                             "clip.video >> clip-video-send.video"));
    EXPECT_THAT(texts(check_graph(graph, known()).findings), IsEmpty());
}

TEST(NetworkEnds, put_an_rtp_actor_between_the_network_and_an_input) {
    GraphSpec graph = graph_of(R"(links = ["mix >> out.video"]
[actors.mix]
class = "Mix"
[actors.mix.receive_from]
a = "239.9.0.1:5004  1080p59.94 YCbCr-4:2:2 10"
b = "camera.sdp"
[actors.out]
class = "FileSink"
path = "o.mkv"
receive_from.audio = "[ff3e::1]:5006 48000 2ch"
)");
    ASSERT_THAT(texts(add_network_ends(graph, known())), IsEmpty());
    ASSERT_EQ(graph.actors.size(), 5U);
    EXPECT_THAT(
        properties_of(graph.actors[2]),
        ElementsAre(Pair("format", "1080p59.94 YCbCr-4:2:2 10"), Pair("from", "239.9.0.1:5004")));
    EXPECT_THAT(properties_of(graph.actors[3]), ElementsAre(Pair("sdp", "camera.sdp")));
    EXPECT_EQ(graph.actors[4].class_name, "AudioRtpReceive");
    EXPECT_THAT(links_of(graph), testing::Contains("mix-a-receive.video >> mix.a"));
    EXPECT_THAT(texts(check_graph(graph, known()).findings), IsEmpty());
}

TEST(NetworkEnds, mean_the_only_port_where_none_is_named) {
    auto read = read_one_line("TestPattern send_to=127.0.0.1:5004 >> Null");
    ASSERT_THAT(texts(read.findings), IsEmpty());
    ASSERT_THAT(texts(add_network_ends(read.graph, known())), IsEmpty());
    ASSERT_EQ(read.graph.actors.size(), 3U);
    EXPECT_THAT(links_of(read.graph),
                testing::Contains(HasSubstr(">> test_pattern-video-send.video")))
        << "beside the link that is there";
}

TEST(NetworkEnds, can_be_set_from_the_command_line) {
    GraphSpec graph = graph_of("[actors.clip]\nclass = \"MediaFile\"\npath = \"here.mov\"\n");
    ASSERT_TRUE(apply_set(graph, "clip.send_to.video=10.0.0.9:5004"));
    ASSERT_THAT(texts(add_network_ends(graph, known())), IsEmpty());
    EXPECT_EQ(graph.actors.back().name, "clip-video-send");
}

TEST(NetworkEnds, say_what_is_wrong_and_where) {
    const std::string clip = "[actors.clip]\nclass = \"MediaFile\"\npath = \"here.mov\"\n";
    EXPECT_EQ(finding(clip + "send_to = \"10.0.0.9:5004\"\n"),
              "g.toml:4: actors.clip.send_to: MediaFile has several outputs: name one, such as "
              "send_to = { video = \"…\" }; they are video, audio");
    EXPECT_EQ(finding(clip + "send_to.picture = \"10.0.0.9:5004\"\n"),
              "g.toml:4: actors.clip.send_to.picture: MediaFile has no output \"picture\"; its "
              "outputs are video, audio");
    EXPECT_THAT(finding(clip + "receive_from = \"10.0.0.9:5004\"\n"), HasSubstr("has no inputs"));
    EXPECT_THAT(finding("[actors.b]\nclass = \"Blur\"\nreceive_from = \"10.0.0.9:5004\"\n"),
                HasSubstr("write the format after the address, such as \"10.0.0.9:5004 1080p59.94 "
                          "YCbCr-4:2:2 10\""));
    EXPECT_THAT(finding("[actors.m]\nclass = \"Meta\"\nsend_to = \"10.0.0.9:5004\"\n"),
                HasSubstr("the port carries data; only video and audio"));
    EXPECT_THAT(finding("[actors.n]\nclass = \"Null\"\nreceive_from = \"10.0.0.9:5004 1080p50\"\n"),
                HasSubstr("the port carries any kind"));
    EXPECT_THAT(finding("[actors." + std::string(55, 'x') +
                        "]\nclass = \"TestPattern\"\nsend_to = \"10.0.0.9:5004\"\n"),
                HasSubstr("longer than 63 letters"));
    EXPECT_THAT(finding("[actors.t]\nclass = \"TestPattern\"\nsend_to = \"10.0.0.9:5004\"\n"
                        "[actors.t-video-send]\nclass = \"Null\"\n"),
                HasSubstr("there is an actor of that name"));
}

TEST(NetworkEnds, take_texts_alone) {
    EXPECT_THAT(
        texts(
            read_graph_text("[actors.t]\nclass = \"TestPattern\"\nsend_to = 5004\n", "g").findings),
        ElementsAre(HasSubstr("write an address such as")));
    EXPECT_THAT(
        texts(read_graph_text("[actors.t]\nclass = \"TestPattern\"\nsend_to.video = [1]\n", "g")
                  .findings),
        ElementsAre(HasSubstr("write an address such as")));
    EXPECT_THAT(texts(read_graph_text("[actors.t]\nclass = \"X\"\n\"send_to.video\" = \"a\"\n", "g")
                          .findings),
                ElementsAre(HasSubstr("unknown key")));
}

TEST(NetworkEnds, leave_a_class_that_nobody_knows_to_the_check) {
    GraphSpec graph = graph_of("[actors.t]\nclass = \"Nobody\"\nsend_to = \"10.0.0.9:5004\"\n");
    EXPECT_THAT(texts(add_network_ends(graph, known())), IsEmpty());
    EXPECT_FALSE(check_graph(graph, known()).findings.empty());
}

}  // namespace
}  // namespace streamlib::test
