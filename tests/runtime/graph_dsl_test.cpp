// SPDX-License-Identifier: Apache-2.0
#include "graph_fixtures.hpp"
#include "runtime/actor.hpp"
#include "runtime/graph/graph.hpp"
#include "runtime/graph/link_text.hpp"
#include "runtime/graph/one_line.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Camera final : public Actor {
public:
    static constexpr const char* class_name = "MediaFile";
    Output<VideoFrame> left{*this, "video", "Pictures"};
    Output<AudioBlock> microphone{*this, "audio", "Sound"};
    static constexpr auto main_output = &Camera::left;
    void process(const Tick&) override {}
};

class Soften final : public Actor {
public:
    static constexpr const char* class_name = "Blur";
    Input<VideoFrame> in{*this, "video", "Picture"};
    Output<VideoFrame> out{*this, "video", "Softer picture"};
    static constexpr auto main_input = &Soften::in;
    static constexpr auto main_output = &Soften::out;
    void process(const Tick&) override {}
};

class Sink final : public Actor {  // declares no main ports
public:
    static constexpr const char* class_name = "FileSink";
    Input<VideoFrame> video{*this, "video", "Picture", {.optional = true}};
    Input<AudioBlock> audio{*this, "audio", "Sound", {.optional = true}};
    void process(const Tick&) override {}
};

std::vector<std::string> links(const GraphSpec& graph) {
    std::vector<std::string> all;
    for (const auto& link : graph.links) all.push_back(to_string(link));
    return all;
}

TEST(GraphDsl, links_main_ports_ports_by_name_and_ports_by_member) {
    Graph g;
    auto camera = g.add<Camera>("camera", {{"path", "here.mov"}});
    auto soften = g.add<Soften>("soften");
    auto out = g.add<Sink>("out", {{"path", "o"}});
    auto null = g.add("Null", "null");
    camera >> soften >> out;
    camera.port("audio") >> out.port("audio");
    camera.port<&Camera::left>() >> null.port("in");
    EXPECT_THAT(links(g.spec()),
                ElementsAre("camera.video >> soften.video", "soften.video >> out",
                            "camera.audio >> out.audio", "camera.video >> null.in"));
    const auto checked = check_graph(g.spec(), known());
    EXPECT_THAT(texts(checked.findings), IsEmpty());
    EXPECT_EQ(checked.plan.links.size(), 4U);
    EXPECT_EQ(to_string(g.spec().actors.at(0).place), "C++");
}

TEST(GraphDsl, goes_on_behind_a_port) {
    Graph g;
    auto camera = g.add<Camera>("camera");
    auto soften = g.add<Soften>("soften");
    camera.port<&Camera::left>() >> soften.port<&Soften::in>() >> g.add("Null", "null");
    EXPECT_THAT(links(g.spec()),
                ElementsAre("camera.video >> soften.video", "soften.video >> null"));
}

TEST(GraphDsl, builds_the_same_graph_as_the_one_line_form) {
    Graph g;
    auto clip = g.add<Camera>("clip", {{"path", "here.mov"}, {"loop", true}, {"depth", 4}});
    auto blur = g.add("Blur", "blur",
                      {{"radius", 7}, {"trigger", "tick"}, {"hang_after", std::string("1s")}});
    clip.port("video") >> blur.port("video");
    g.spec().clock.rate = {50, 1};
    const auto line = read_one_line(
        "rate=50 MediaFile.video name=clip path=here.mov loop=true depth=4 >> "
        "Blur.video radius=7 trigger=tick hang_after=1s");
    EXPECT_THAT(texts(line.findings), IsEmpty());
    EXPECT_THAT(g.findings(), IsEmpty());
    ASSERT_EQ(line.graph.actors.size(), g.spec().actors.size());
    for (std::size_t i = 0; i < line.graph.actors.size(); ++i) {
        const auto &a = line.graph.actors[i], &b = g.spec().actors[i];
        EXPECT_EQ(a.name, b.name);
        EXPECT_EQ(a.class_name, b.class_name);
        EXPECT_EQ(a.trigger, b.trigger);
        EXPECT_EQ(a.depth, b.depth);
        EXPECT_EQ(a.hang_after_ns, b.hang_after_ns);
        ASSERT_EQ(a.properties.size(), b.properties.size());
        for (const auto& [key, value] : a.properties)
            EXPECT_EQ(value.text, b.properties.at(key).text);
    }
    EXPECT_EQ(links(line.graph), links(g.spec()));
    EXPECT_EQ(line.graph.clock.rate, g.spec().clock.rate);
}

TEST(GraphDsl, keeps_settings_that_no_actor_can_have_as_findings) {
    Graph g;
    g.add("Null", "null", {{"depth", "many"}, {"hold", 99}, {"speed", 1.5}});
    EXPECT_THAT(texts(g.findings()),
                ElementsAre(HasSubstr("C++: actors.null.depth: \"many\" is not allowed"),
                            HasSubstr("C++: actors.null.hold: \"99\" is not allowed")));
    EXPECT_EQ(g.spec().actors.at(0).properties.at("speed").text, "1.5");
}

TEST(GraphDsl, leaves_what_the_compiler_cannot_see_to_the_check) {
    Graph g;
    auto camera = g.add<Camera>("camera", {{"path", "here.mov"}});
    camera.port("audio") >> g.add("Blur", "blur");
    EXPECT_THAT(texts(check_graph(g.spec(), known()).findings),
                ElementsAre(HasSubstr("no kinds fit")));
}

TEST(GraphDsl, survives_being_moved) {
    auto make = [](Node<void>* null) {
        Graph g;
        *null = g.add("Null", "null");
        return g;
    };
    Node<void> null(nullptr, "");
    Graph g = make(&null);
    g.add("TestPattern", "pattern") >> null;
    EXPECT_THAT(links(g.spec()), ElementsAre("pattern >> null"));
}

TEST(GraphDslDeathTest, refuses_links_between_two_graphs) {
    Graph a, b;
    auto source = a.add("TestPattern", "pattern");
    auto sink = b.add("Null", "null");
    EXPECT_DEATH(source >> sink, "same Graph");
}

}  // namespace
}  // namespace streamlib::test
