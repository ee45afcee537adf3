// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/one_line.hpp"

#include <fstream>

#include "graph_fixtures.hpp"
#include "runtime/graph/link_text.hpp"
#include "runtime/graph/one_line_words.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

GraphSpec line(std::string_view text) {
    auto read = read_one_line(text);
    EXPECT_THAT(texts(read.findings), IsEmpty()) << text;
    return std::move(read.graph);
}

std::vector<std::string> actors(const GraphSpec& graph) {
    std::vector<std::string> all;
    for (const auto& actor : graph.actors) all.push_back(actor.name + ":" + actor.class_name);
    return all;
}

std::vector<std::string> links(const GraphSpec& graph) {
    std::vector<std::string> all;
    for (const auto& link : graph.links) all.push_back(to_string(link));
    return all;
}

TEST(OneLine, builds_a_chain_with_settings) {
    const auto graph = line(
        "TestPattern format=\"1920x1080 YCbCr-4:2:2 10\" >> Blur radius=3 trigger=tick>>Probe "
        "path=x.json");
    EXPECT_THAT(actors(graph), ElementsAre("test_pattern:TestPattern", "blur:Blur", "probe:Probe"));
    EXPECT_THAT(links(graph), ElementsAre("test_pattern >> blur", "blur >> probe"));
    EXPECT_EQ(graph.actors[0].properties.at("format").text, "1920x1080 YCbCr-4:2:2 10");
    EXPECT_EQ(graph.actors[1].properties.at("radius").text, "3");
    EXPECT_EQ(graph.actors[1].trigger, Trigger::tick);
    EXPECT_EQ(graph.actors[2].properties.at("path").text, "x.json");
}

TEST(OneLine, builds_the_same_graph_as_toml) {
    const auto from_line = line(
        "rate=50 node.name=n MediaFile name=clip path=a.mov; clip.video >> Null name=v; clip.audio "
        ">> Null name=a");
    const auto from_toml = graph_of(
        "links = ['clip.video >> v', 'clip.audio >> a']\nnode.name='n'\nclock.rate=50\n"
        "[actors.clip]\nclass='MediaFile'\npath='a.mov'\n[actors.v]\nclass='Null'\n"
        "[actors.a]\nclass='Null'\n");
    EXPECT_EQ(actors(from_line), actors(from_toml));
    EXPECT_EQ(links(from_line), links(from_toml));
    EXPECT_EQ(from_line.node.name, from_toml.node.name);
    EXPECT_EQ(from_line.clock.rate, from_toml.clock.rate);
    EXPECT_EQ(from_line.actors[0].properties.at("path").text,
              from_toml.actors[0].properties.at("path").text);
}

TEST(OneLine, names_actors_after_their_class) {
    EXPECT_THAT(actors(line("Null, Null; Null name=null2; Null")),
                ElementsAre("null:Null", "null3:Null", "null2:Null", "null4:Null"))
        << "a number that is taken is passed over";
    const std::pair<const char*, const char*> cases[] = {
        {"TestPattern", "test_pattern"},     {"AES67Sink", "aes67_sink"},
        {"my::BlurHD", "blur_hd"},           {"Null", "null"},
        {"ColorConvert2", "color_convert2"}, {"PTP", "ptp"}};
    for (const auto& [name, expected] : cases) EXPECT_EQ(snake_case(name), expected);
}

TEST(OneLine, tells_references_from_classes) {
    EXPECT_THAT(links(line("Camera name=cam; cam. >> Null; cam.left >> Null; cam >> Null")),
                ElementsAre("cam >> null", "cam.left >> null2", "cam >> null3"));
    EXPECT_THAT(links(line("cam.left >> Null; Camera name=cam")), ElementsAre("cam.left >> null"))
        << "declared later";
    EXPECT_THAT(links(line("MediaFile.video path=a >> FileSink.video path=b")),
                ElementsAre("media_file.video >> file_sink.video"))
        << "ports at classes";
    EXPECT_THAT(links(line("TestPattern >> Null; test_pattern >> Null")),
                ElementsAre("test_pattern >> null", "test_pattern >> null2"));
    EXPECT_THAT(actors(line("filter >> sink")), ElementsAre("filter:filter", "sink:sink"))
        << "classes in small letters";
}

TEST(OneLine, separates_chains_by_semicolon_and_by_comma) {
    EXPECT_THAT(actors(line("A x=1,2 >> B;; C,D ,E;")),
                ElementsAre("a:A", "b:B", "c:C", "d:D", "e:E"));
    EXPECT_EQ(line("A x=1,2").actors[0].properties.at("x").text, "1,2");
    EXPECT_EQ(line("A x=\"a; b >> c, \\\"d\\\" \\\\\"").actors[0].properties.at("x").text,
              "a; b >> c, \"d\" \\");
    EXPECT_EQ(line("A x='\\ \"' y= z==").actors[0].properties.at("x").text, "\\ \"");
    EXPECT_EQ(line("A y= z==").actors[0].properties.at("y").text, "");
    EXPECT_EQ(line("A y= z==").actors[0].properties.at("z").text, "=");
}

TEST(OneLine, points_at_the_character_that_is_wrong) {
    struct Case {
        const char *text, *why;
        std::size_t column;
    };
    const Case cases[] = {
        {"", "expected a class", 0},
        {"A >> ", "expected a class or the name of an actor after", 5},
        {"A >> >> B", "expected a class or the name of an actor", 5},
        {">> B", "expected a class or the name of an actor", 0},
        {"A B", "expected \">>\"", 2},
        {"A x=\"open", "this quote is never closed", 4},
        {"A x=\"a\"b", "a blank is missing after the quote", 7},
        {"A x=\"\\n\"", "only \\\" and \\\\ are known", 5},
        {"A \"b\"", "a quote may only stand in a value", 2},
        {"A =3", "a key is missing", 2},
        {"A >> b/c", "\"b/c\" is neither a class nor", 5},
        {"A.p/q >> B", "\"p/q\" is no port", 2},
        {"A name=a.b", "\"a.b\" is no name", 7},
        {"A depth=many", "\"many\" is not allowed", 8},
        {"rat=50 A", "unknown key \"rat\"; did you mean \"rate\"?", 0},
        {"rate=fast A", "fast", 5},
        {"A name=cam; can. >> B", "no actor \"can\"; did you mean \"cam\"?", 12},
        {"A name=cam; cam.", "a name alone links nothing", 12},
    };
    for (const auto& c : cases) {
        const auto read = read_one_line(c.text);
        ASSERT_EQ(read.findings.size(), 1U) << c.text;
        const std::string& text = read.findings[0].text;
        EXPECT_THAT(text, HasSubstr(c.why)) << c.text;
        const auto caret_line = text.substr(text.rfind('\n') + 1);
        EXPECT_EQ(caret_line, std::string(2 + c.column, ' ') + "^") << text;
    }
}

TEST(OneLine, finds_all_wrong_values_at_once) {
    const auto read = read_one_line("rate=x A depth=y >> B hold=9 trigger=z");
    EXPECT_THAT(texts(read.findings),
                ElementsAre(HasSubstr("rate: "), HasSubstr("actors.a.depth: "),
                            HasSubstr("actors.b.hold: "), HasSubstr("actors.b.trigger: ")));
}

TEST(OneLine, shows_the_part_of_a_long_line_around_the_caret) {
    const auto shown = one_line::with_caret(
        "é" + std::string(200, 'x') + "!" + std::string(200, 'y'), {202, "wrong"});
    EXPECT_EQ(shown, "wrong\n  …" + std::string(60, 'x') + "!" + std::string(29, 'y') + "…\n  " +
                         std::string(61, ' ') + "^");
    EXPECT_EQ(one_line::with_caret("é\t!", {3, "w"}), "w\n  é !\n    ^");
}

TEST(OneLine, is_told_from_a_file_name) {
    for (const char* yes : {"TestPattern >> Null", "TestPattern", "TestPattern format=720p60",
                            "rate=50 TestPattern", "a>>b"}) {
        EXPECT_TRUE(looks_like_one_line(yes)) << yes;
    }
    for (const char* no :
         {"graph.toml", "Graph.toml", "Demo/graph", "", "   ", "examples", "/tmp", "a=b"}) {
        EXPECT_FALSE(looks_like_one_line(no)) << no;
    }
    const std::string path = testing::TempDir() + "One_line_test";
    std::ofstream(path) << "x";
    EXPECT_FALSE(looks_like_one_line(path));
    std::remove(path.c_str());
}

TEST(OneLine, refuses_what_no_shell_would_send) {
    EXPECT_THAT(texts(read_one_line(std::string(70000, 'A')).findings),
                ElementsAre(HasSubstr("64 KiB")));
}

}  // namespace
}  // namespace streamlib::test
