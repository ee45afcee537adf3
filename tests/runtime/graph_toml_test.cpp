// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "graph_fixtures.hpp"
#include "runtime/graph/apply_set.hpp"
#include "runtime/graph/link_text.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view house = R"(links = ["clip.video >> convert >> out.video"]

[node]
name = "studio"
plugins = ["./a.so", "b.so"]
max_actors = 12
on_give_up = "exit"

[clock]
source = ["ptp", "software"]
rate   = "60000/1001"

[clock.domains]
audio = 1000
slow = "25"

[actors.clip]
class = "MediaFile"
path  = "clip.avi"
loop = true
hang_after = "250ms"

[actors.convert]
class = "ColorConvert"
cpus = [2, 3]
nice = -5

[actors.out]
class = "FileSink"
path  = "out.mkv"
supervisor = "media"
trigger = "input"
depth = 4
gain = 1.5

[supervisors.media]
strategy  = "one_for_all"
intensity = 3
period    = "5s"
)";

TEST(TomlReader, reads_everything_the_contract_names) {
    const GraphSpec graph = graph_of(house);
    EXPECT_EQ(graph.node.name, "studio");
    EXPECT_THAT(graph.node.plugins, ElementsAre("./a.so", "b.so"));
    EXPECT_EQ(graph.node.max_actors, 12U);
    EXPECT_EQ(graph.node.on_give_up, "exit");
    EXPECT_THAT(graph.clock.sources, ElementsAre("ptp", "software"));
    EXPECT_EQ(graph.clock.rate, (Rate{60000, 1001}));
    EXPECT_EQ(graph.clock.domains.at("audio"), (Rate{1000, 1}));
    EXPECT_EQ(graph.clock.domains.at("slow"), (Rate{25, 1}));
    ASSERT_EQ(graph.actors.size(), 3U);
    EXPECT_EQ(graph.actors[0].class_name, "MediaFile");
    EXPECT_EQ(graph.actors[0].properties.at("path").text, "clip.avi");
    EXPECT_EQ(graph.actors[0].properties.at("path").place.line, 19U);
    EXPECT_EQ(graph.actors[0].properties.at("loop").text, "true");
    EXPECT_EQ(graph.actors[0].hang_after_ns, 250'000'000);
    EXPECT_EQ(graph.actors[1].cpus, "2,3");
    EXPECT_EQ(graph.actors[1].nice, -5);
    EXPECT_EQ(graph.actors[2].supervisor, "media");
    EXPECT_EQ(graph.actors[2].trigger, Trigger::input);
    EXPECT_EQ(graph.actors[2].depth, 4U);
    EXPECT_EQ(graph.actors[2].key_places.at("depth").line, 33U);
    EXPECT_EQ(graph.actors[2].properties.at("gain").text, "1.5");
    ASSERT_EQ(graph.supervisors.size(), 1U);
    EXPECT_EQ(graph.supervisors[0].strategy, "one_for_all");
    EXPECT_EQ(graph.supervisors[0].intensity, 3U);
    EXPECT_EQ(graph.supervisors[0].period_ns, 5'000'000'000);
    ASSERT_EQ(graph.links.size(), 2U);
    EXPECT_EQ(to_string(graph.links[0]), "clip.video >> convert");
    EXPECT_EQ(to_string(graph.links[1]), "convert >> out.video");
    EXPECT_EQ(to_string(graph.links[1].place), "g.toml:1");
}

TEST(TomlReader, keeps_actors_in_the_order_of_the_text) {
    const auto graph =
        graph_of("[actors.z]\nclass='Null'\n[actors.a]\nclass='Null'\n[actors.m]\nclass='Null'\n");
    std::vector<std::string> names;
    for (const auto& actor : graph.actors) names.push_back(actor.name);
    EXPECT_THAT(names, ElementsAre("z", "a", "m"));
}

TEST(TomlReader, finds_everything_at_once_each_with_its_line) {
    const auto read = read_graph_text(R"(links = ["a >", 3, "a >> b c"]
[node]
nmae = "x"
max_actors = 0
[clock]
rate = true
souce = "software"
[clock.domains]
"no good" = 5
[actors.a]
class = 3.5
depht = 4
trigger = "tock"
hang_after = 10
depth = "4"
when = 2026-11-22
many = [1, 2]
[supervisors.s]
period = "soon"
strat = "x"
[actor.b]
class = "Null"
)",
                                      "g.toml");
    EXPECT_THAT(
        texts(read.findings),
        ElementsAre(
            HasSubstr("g.toml:1: links[0]: expected \">>\" at character 3, before \">\""),
            HasSubstr("g.toml:1: links[1]: write a text in quotes"),
            HasSubstr("g.toml:1: links[2]: expected \">>\" at character 8, before \"c\""),
            HasSubstr("g.toml:3: node.nmae: unknown key \"nmae\"; did you mean \"name\"?"),
            HasSubstr(
                "g.toml:4: node.max_actors: \"0\" is not allowed; write a whole number from 1 to"),
            HasSubstr("g.toml:6: clock.rate: \"true\" is not allowed; write a rate"),
            HasSubstr("g.toml:7: clock.souce: unknown key \"souce\"; did you mean \"source\"?"),
            HasSubstr("g.toml:9: clock.domains.no good: \"no good\" is no name of a tick domain"),
            HasSubstr(
                "g.toml:11: actors.a.class: \"3.5\" is not allowed; write the name of a class"),
            HasSubstr(
                "g.toml:13: actors.a.trigger: \"tock\" is not allowed; write \"tick\", \"input\""),
            HasSubstr("g.toml:14: actors.a.hang_after: \"10\" is no duration: the unit is missing"),
            HasSubstr(
                "g.toml:15: actors.a.depth: \"4\" is not allowed; write a whole number from 0"),
            HasSubstr("g.toml:16: actors.a.when: a property is a text, a number, true or false"),
            HasSubstr("g.toml:17: actors.a.many: a property is a text, a number, true or false"),
            HasSubstr("g.toml:19: supervisors.s.period: \"soon\" is no duration"),
            HasSubstr("g.toml:20: supervisors.s.strat: unknown key \"strat\"; did you mean "
                      "\"strategy\"?"),
            HasSubstr("g.toml:21: actor: unknown key \"actor\"; did you mean \"actors\"?")));
    EXPECT_EQ(read.graph.actors.at(0).properties.at("depht").text, "4")
        << "judged later, with the class at hand";
}

TEST(TomlReader, explains_links_that_a_table_swallowed) {
    for (const char* text :
         {"[node]\nname='x'\nlinks=['a >> b']\n", "[actors.a]\nclass='Null'\nlinks=['a >> b']\n"}) {
        const auto read = read_graph_text(text, "g.toml");
        EXPECT_THAT(texts(read.findings), ElementsAre(HasSubstr("before the first [table]")));
        EXPECT_EQ(read.findings.at(0).place.line, 3U);
    }
}

TEST(TomlReader, reports_broken_syntax_with_line_and_column) {
    EXPECT_THAT(texts(read_graph_text("links = [\n  \"a >> b\"\n[node]\n", "g.toml").findings),
                ElementsAre(HasSubstr("g.toml:3: no TOML at column ")));
    EXPECT_THAT(
        texts(read_graph_text("[actors.a]\nclass='X'\n[actors.a]\nclass='Y'\n", "g.toml").findings),
        ElementsAre(HasSubstr("g.toml:3: no TOML at column ")));
    std::string deep = "name = 1\na";
    for (int i = 0; i < 1'000'000; ++i) deep += ".a";
    EXPECT_THAT(texts(read_graph_text(deep + " = 1\n", "g").findings),
                ElementsAre(HasSubstr("g:2: more than 250 points in one line")));
    const std::string nested(1'000'000, '[');
    EXPECT_THAT(texts(read_graph_text("a = " + nested, "g").findings),
                ElementsAre(HasSubstr("g:1: no TOML at")));
    for (const char* text : {"actors = 3", "[actors]\na = 3", "clock = 1\n", "links = 'a >> b'"}) {
        EXPECT_THAT(texts(read_graph_text(text, "g").findings), ElementsAre(HasSubstr("write ")))
            << text;
    }
}

TEST(TomlReader, shows_at_most_200_findings) {
    std::string text = "[node]\n";
    for (int i = 0; i < 1000; ++i) text += "unknown" + std::to_string(i) + " = 1\n";
    const auto read = read_graph_text(text, "g.toml");
    EXPECT_EQ(read.findings.size(), 200U);
    EXPECT_THAT(read.findings.back().text, HasSubstr("only the first"));
}

TEST(TomlReader, reads_files_and_says_when_it_cannot) {
    const std::string path = testing::TempDir() + "graph_toml_test.toml";
    std::ofstream(path) << "[actors.a]\nclass = 'Null'\n";
    const auto read = read_graph_file(path);
    EXPECT_THAT(texts(read.findings), IsEmpty());
    EXPECT_EQ(read.graph.actors.at(0).place.file, path);
    std::remove(path.c_str());
    EXPECT_THAT(texts(read_graph_file(path).findings),
                ElementsAre(path + ": no such file, or it may not be read"));
    EXPECT_THAT(texts(read_graph_file("/tmp").findings), ElementsAre("/tmp: cannot be read"));
    EXPECT_THAT(texts(read_graph_text(std::string((4 << 20) + 1, ' '), "big").findings),
                ElementsAre(HasSubstr("4 MiB")));
}

TEST(LinkText, reads_chains_and_points_at_what_is_wrong) {
    const auto links = parse_links("a.x>>b.y >> c", {"f", 1});
    ASSERT_TRUE(links);
    ASSERT_EQ(links->size(), 2U);
    EXPECT_EQ(to_string(links->at(0)), "a.x >> b.y");
    EXPECT_EQ(to_string(links->at(1)), "b.y >> c") << "a port in the middle names both sides";
    const std::pair<const char*, const char*> cases[] = {
        {"", "the name of an actor at character 1, where the text ends"},
        {"a", "\">>\" at character 2, where the text ends"},
        {"a >>", "the name of an actor at character 5, where the text ends"},
        {">> b", "the name of an actor at character 1, before \">> b\""},
        {"a. >> b", "the name of a port at character 3"},
        {"a >> b/c", "\">>\" at character 7, before \"/c\""},
        {"a >> b.c.d", "\">>\" at character 9"},
        {"actor://h/C/i >> b", "\">>\" at character 6, before \"://h"}};
    for (const auto& [text, why] : cases) {
        const auto bad = parse_links(text, {});
        ASSERT_FALSE(bad) << text;
        EXPECT_THAT(bad.error().text, HasSubstr(why));
    }
}

TEST(ApplySet, changes_properties_keys_clock_node_and_supervisors) {
    GraphSpec graph = graph_of(house);
    for (const char* good :
         {"clip.path=other file=1.avi", "clip.trigger=tick", "out.depth=9", "clock.rate=50",
          "clock.domains.audio=500", "node.name=b", "supervisors.media.period=1s"}) {
        const auto set = apply_set(graph, good);
        EXPECT_TRUE(set) << set.error().text;
    }
    EXPECT_EQ(graph.actors[0].properties.at("path").text, "other file=1.avi");
    EXPECT_EQ(to_string(graph.actors[0].properties.at("path").place), "--set");
    EXPECT_EQ(graph.actors[0].trigger, Trigger::tick);
    EXPECT_EQ(graph.actors[2].depth, 9U);
    EXPECT_EQ(graph.clock.rate, (Rate{50, 1}));
    EXPECT_EQ(graph.clock.domains.at("audio"), (Rate{500, 1}));
    EXPECT_EQ(graph.node.name, "b");
    EXPECT_EQ(graph.supervisors[0].period_ns, 1'000'000'000);
}

TEST(ApplySet, says_what_is_wrong) {
    GraphSpec graph = graph_of(house);
    const std::pair<const char*, const char*> cases[] = {
        {"clip.path", "write --set ACTOR.property=value"},
        {"path=x", "write --set ACTOR.property=value"},
        {".path=x", "write --set ACTOR.property=value"},
        {"clip.=x", "write --set ACTOR.property=value"},
        {"clp.path=x", "no actor \"clp\"; did you mean \"clip\"?"},
        {"out.depth=many", "\"many\" is not allowed; write a whole number"},
        {"clock.rat=50", "unknown key \"rat\"; did you mean \"rate\"?"},
        {"node.name=a b", "\"a b\" is not allowed"},
        {"supervisors.medea.period=1s", "no supervisor \"medea\"; did you mean \"media\"?"},
        {"supervisors.media=1s", "write supervisors.NAME.KEY=value"}};
    for (const auto& [text, why] : cases) {
        const auto set = apply_set(graph, text);
        ASSERT_FALSE(set) << text;
        EXPECT_THAT(set.error().text, HasSubstr(why));
    }
}

}  // namespace
}  // namespace streamlib::test
