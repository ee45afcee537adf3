// SPDX-License-Identifier: Apache-2.0
#include "graph_fixtures.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view demo =
    R"(links = ["clip.video >> convert >> blur >> out.video", "clip.audio >> out.audio"]
[clock.domains]
slow = "25"
[actors.out]
class = "FileSink"
path = "out.mkv"
parent = "clip"
[actors.clip]
class = "MediaFile"
path = "here.mov"
loop = true
[actors.convert]
class = "ColorConvert"
[actors.blur]
class = "Blur"
radius = "+007"
edge = "wrap"
depth = 3
hold = 2
spare_readers = 1
)";

TEST(CheckGraph, plans_a_graph_that_is_right) {
    const auto plan = plan_of(demo);
    ASSERT_EQ(plan.actors.size(), 4U);
    const auto &out = plan.actors[0], &clip = plan.actors[1], &convert = plan.actors[2],
               &blur = plan.actors[3];
    EXPECT_EQ(clip.spec->name, "MediaFile");
    EXPECT_EQ(clip.trigger, Trigger::tick);
    EXPECT_EQ(convert.trigger, Trigger::cascade);
    EXPECT_EQ(out.trigger, Trigger::input) << "the class's own";
    EXPECT_EQ(blur.rate, (Rate{60, 1}));
    EXPECT_THAT(blur.properties,
                ElementsAre(testing::Pair("edge", "wrap"), testing::Pair("radius", "7")));
    EXPECT_EQ(blur.depth, 3U);
    EXPECT_EQ(blur.hold, 2U);
    EXPECT_EQ(blur.spare_readers, 1U);
    EXPECT_EQ(clip.properties.at("loop"), "true");
    EXPECT_EQ(out.parent, 1U);
    EXPECT_THAT(clip.children, ElementsAre(0));
    EXPECT_THAT(plan.order, ElementsAre(1, 2, 3, 0));
    EXPECT_THAT(plan.sources, ElementsAre(1));
    EXPECT_THAT(clip.feeds, ElementsAre(0, 2));
    EXPECT_THAT(out.fed_by, ElementsAre(1, 3));
    ASSERT_EQ(plan.links.size(), 4U);
    EXPECT_EQ(output_name(plan, plan.links[2]) + " " + input_name(plan, plan.links[2]),
              "blur.video out.video");
    EXPECT_EQ(output_name(plan, plan.links[3]) + " " + input_name(plan, plan.links[3]),
              "clip.audio out.audio");
    EXPECT_THAT(out.in_links, ElementsAre(2, 3));
    EXPECT_THAT(clip.out_links, ElementsAre(0, 3));
}

TEST(CheckGraph, plans_how_long_an_actor_may_hang_and_inputs_may_be_stale) {
    const auto keys = [](const std::string& given) {
        return plan_of("[actors.a]\nclass = \"TestPattern\"\n" + given).actors[0];
    };
    const auto plain = keys("");
    EXPECT_EQ(plain.hang_after_ns, 1'000'000'000);
    EXPECT_EQ(plain.hang_after_ticks, 0U);
    EXPECT_EQ(plain.stale_after_ns, 0) << "never";
    EXPECT_EQ(plain.snapshot_ns, 0) << "on demand";
    EXPECT_EQ(keys("hang_after = \"250ms\"").hang_after_ns, 250'000'000);
    EXPECT_EQ(keys("hang_after = \"5 ticks\"").hang_after_ticks, 5U);
    EXPECT_EQ(keys("hang_after = \"1tick\"").hang_after_ticks, 1U);
    EXPECT_EQ(keys("stale_after = \"100ms\"").stale_after_ns, 100'000'000);
    EXPECT_EQ(keys("snapshot = \"2s\"").snapshot_ns, 2'000'000'000);
    for (const char* wrong : {"0 ticks", "-1 ticks", "1.5 ticks", "ticks", "9999999 ticks", "5"}) {
        const auto read = read_graph_text(
            "[actors.a]\nclass = \"TestPattern\"\nhang_after = \"" + std::string(wrong) + "\"",
            "g.toml");
        EXPECT_THAT(read.findings, testing::SizeIs(1)) << wrong;
    }
}

TEST(CheckGraph, finds_everything_at_once_each_with_its_line_and_key) {
    const auto checked = check(
        R"(links = ["clip >> blur", "pat >> blur.video", "patt >> gain", "pat.vid >> null", "clip.audio >> blur2"]
[actors.clip]
class = "MediaFile"
path = "gone.mov"
loop = "maybe"
[actors.pat]
class = "TestPatern"
[actors.blur]
class = "Blur"
radius = 900
edges = "wrap"
depht = 3
edge = "soft"
start = "spoon"
domain = "slow"
[actors.gain]
class = "Gain"
gain = "loud"
parent = "clap"
supervisor = "media"
[actors.null]
class = "Null"
[actors.out]
class = "FileSink"
[actors.blur2]
class = "Blur"
[actors.alone]
class = "Mix"
)");
    EXPECT_THAT(
        texts(checked.findings),
        UnorderedElementsAre(
            "g.toml:1: links: patt >> gain: no actor \"patt\" is declared; did you mean \"pat\"?",
            "g.toml:1: links: clip.audio >> blur2: no kinds fit: clip.audio carries audio; "
            "blur2.video takes video",
            "g.toml:4: actors.clip.path: no such file: \"gone.mov\" (looked for in the current "
            "directory)",
            "g.toml:5: actors.clip.loop: \"maybe\" is neither true nor false",
            "g.toml:7: actors.pat.class: unknown class \"TestPatern\"; did you mean "
            "\"TestPattern\"?",
            "g.toml:10: actors.blur.radius: 900 is above 100 px; write a whole number of px from 0 "
            "to 100",
            "g.toml:11: actors.blur.edges: class Blur has no property \"edges\"; did you mean "
            "\"edge\"?",
            "g.toml:12: actors.blur.depht: class Blur has no property \"depht\"; did you mean "
            "\"depth\"?",
            "g.toml:13: actors.blur.edge: \"soft\" is not one of clamp, wrap, mirror",
            "g.toml:14: actors.blur.start: \"spoon\" is not allowed; write \"fork\" or \"exec\"",
            "g.toml:15: actors.blur.domain: \"slow\" is neither a name in [clock.domains] nor a "
            "rate such as "
            "\"60000/1001\"",
            "g.toml:18: actors.gain.gain: \"loud\" is not a number",
            "g.toml:19: actors.gain.parent: no actor \"clap\" is declared; did you mean \"clip\"?",
            "g.toml:20: actors.gain.supervisor: no supervisor \"media\" is declared; write a table "
            "[supervisors.NAME]",
            "g.toml:23: actors.out.path: class FileSink needs it; write it in the graph or --set "
            "out.path=…",
            "g.toml:27: actors.alone: nothing is linked into its input a (video); add to links: "
            "\"… >> alone.a\"",
            "g.toml:27: actors.alone: nothing is linked into its input b (video); add to links: "
            "\"… >> alone.b\""))
        << "and nothing about links at actors whose class is unknown, or inputs whose link failed";
    std::uint32_t last = 0;
    for (const auto& finding : checked.findings) {
        EXPECT_GE(finding.place.line, last) << "in the order of the text";
        last = finding.place.line;
    }
}

constexpr std::string_view players = R"(
[actors.clip]
class = "MediaFile"
path = "here.mov"
[actors.pat]
class = "TestPattern"
[actors.gain]
class = "Gain"
[actors.mix]
class = "Mix"
[actors.null]
class = "Null"
[actors.out]
class = "FileSink"
path = "o"
)";

TEST(CheckGraph, picks_ports_by_number_and_kind_else_lists_them) {
    const std::pair<const char*, const char*> right[] = {
        {"pat >> null", "pat.video null.in"},
        {"clip >> gain", "clip.audio gain.audio"},
        {"pat >> out", "pat.video out.video"},
        {"gain >> out", "gain.audio out.audio"},
        {"clip >> out.audio", "clip.audio out.audio"},
        {"clip.video >> out", "clip.video out.video"},
        {"clip.video >> null", "clip.video null.in"},
    };
    for (const auto& [link, expected] : right) {
        const auto checked = check("links = ['" + std::string(link) + "']" + std::string(players));
        ASSERT_EQ(checked.plan.links.size(), 1U) << link;
        const auto& plan = checked.plan;
        EXPECT_EQ(output_name(plan, plan.links[0]) + " " + input_name(plan, plan.links[0]),
                  expected)
            << link;
    }
    const std::pair<const char*, const char*> wrong[] = {
        {"clip >> out",
         "several ports fit; write one of: clip.video >> out.video, clip.audio >> out.audio"},
        {"clip >> null",
         "several ports fit; write one of: clip.video >> null.in, clip.audio >> null.in"},
        {"pat >> mix", "several ports fit; write one of: pat.video >> mix.a, pat.video >> mix.b"},
        {"pat >> gain", "no kinds fit: pat.video carries video; gain.audio takes audio"},
        {"clip.vidio >> null",
         "clip has no output \"vidio\"; did you mean \"video\"?; its outputs are video (video), "
         "audio (audio)"},
        {"pat >> mix.c", "mix has no input \"c\"; its inputs are a (video), b (video)"},
        {"null >> gain", "null has no outputs"},
        {"pat >> clip", "clip has no inputs"},
        {"mix.a >> null",
         "mix has no output \"a\", only one of the other side (in the middle of a chain"},
        {"pat.video >> out.vidoe", "did you mean \"video\"?"},
    };
    for (const auto& [link, expected] : wrong) {
        const auto checked = check("links = ['" + std::string(link) + "']" + std::string(players));
        EXPECT_THAT(texts(checked.findings), testing::Contains(HasSubstr(expected))) << link;
        EXPECT_THAT(checked.plan.links, IsEmpty()) << link;
    }
}

TEST(CheckGraph, refuses_two_links_into_one_input) {
    const auto checked = check(
        "links = ['pat >> mix.a',\n'clip.video >> mix.a', 'pat >> mix.b', 'clip.audio >> gain', "
        "'mix >> null']" +
        std::string(players));
    EXPECT_THAT(texts(checked.findings),
                ElementsAre("g.toml:2: links: two links into mix.a: pat.video (g.toml:1) and "
                            "clip.video; an input reads "
                            "one output"));
    EXPECT_EQ(checked.plan.links.size(), 4U);
}

TEST(CheckGraph, judges_names_whoever_made_the_graph) {
    GraphSpec graph;
    EXPECT_THAT(texts(check_graph(graph, known()).findings),
                ElementsAre("actors: there is none; a graph needs at least one actor"));
    ActorDecl actor;
    actor.place = {"C++", 0};
    actor.name = "a b\n";
    graph.actors = {actor, actor};
    graph.actors[1].name = graph.actors[0].name;
    graph.actors[1].class_name = "TestPattern";
    graph.actors[1].hold = 9;
    EXPECT_THAT(
        texts(check_graph(graph, known()).findings),
        ElementsAre(
            HasSubstr("C++: actors: \"a b\\x0a\" is no name of an actor"),
            HasSubstr("class is missing; write class = \"…\", one of TestPattern, MediaFile"),
            HasSubstr("is no name of an actor"),
            HasSubstr("the name is taken (C++); names are unique"),
            HasSubstr("9 is above 8 blocks")));
    EXPECT_FALSE(check_graph(graph, {}).findings.empty()) << "without any class it still judges";
}

TEST(CheckGraph, names_the_key_when_the_node_is_full) {
    const auto checked = check(
        "node = {max_actors = 1, max_ports = 3}\n[actors.a]\nclass='TestPattern'\n"
        "[actors.b]\nclass='MediaFile'\npath='here.mov'\n[actors.c]\nclass='TestPattern'\n");
    EXPECT_THAT(
        texts(checked.findings),
        ElementsAre("g.toml: node.max_actors: 3 actors, and room for 1; raise max_actors in [node]",
                    "g.toml: node.max_ports: 4 ports, and room for 3; raise max_ports in [node]"));
}

TEST(CheckGraph, settles_triggers_and_domains) {
    const auto plan = plan_of(R"(links = ["src >> same >> other >> fast", "src >> in.video"]
[clock]
rate = 50
[clock.domains]
slow = 25
half = "50"
[actors.src]
class = "TestPattern"
[actors.same]
class = "Blur"
domain = "half"
[actors.other]
class = "Blur"
domain = "slow"
[actors.fast]
class = "Blur"
domain = "60000/1001"
trigger = "input"
[actors.in]
class = "FileSink"
path = "o"
trigger = "cascade"
[actors.idle]
class = "FileSink"
path = "p"
)");
    EXPECT_EQ(plan.actors[1].trigger, Trigger::cascade) << "another name for the same ticks";
    EXPECT_EQ(plan.actors[2].trigger, Trigger::tick)
        << "its input has other ticks, so it takes the newest";
    EXPECT_EQ(plan.actors[2].domain, "slow");
    EXPECT_EQ(plan.actors[2].rate, (Rate{25, 1}));
    EXPECT_EQ(plan.actors[3].rate, (Rate{60000, 1001}));
    EXPECT_EQ(plan.actors[3].trigger, Trigger::input);
    EXPECT_EQ(plan.actors[4].trigger, Trigger::cascade);
    EXPECT_EQ(plan.actors[5].trigger, Trigger::tick) << "a class that prefers inputs, without any";
    EXPECT_THAT(texts(check("[actors.a]\nclass='TestPattern'\ntrigger='cascade'\n").findings),
                ElementsAre("g.toml:3: actors.a.trigger: \"cascade\" waits for inputs, and none is "
                            "linked; link one or "
                            "write trigger = \"tick\""));
}

TEST(CheckGraph, allows_loops_only_through_an_actor_that_ticks) {
    const auto graph = [](const char* trigger_a, const char* trigger_b) {
        return "links = ['src >> mix.a', 'blur >> mix.b', 'mix >> "
               "blur']\n[actors.src]\nclass='TestPattern'\n"
               "[actors.mix]\nclass='Mix'\ntrigger='" +
               std::string(trigger_a) + "'\n[actors.blur]\nclass='Blur'\ntrigger='" + trigger_b +
               "'\n";
    };
    for (const auto& [a, b] : {std::pair{"tick", "automatic"},
                               {"cascade", "tick"},
                               {"tick", "tick"},
                               {"tick", "input"}}) {
        const auto plan = plan_of(graph(a, b));
        EXPECT_THAT(plan.order, ElementsAre(0, 1, 2));
        EXPECT_TRUE(plan.links[1].feedback);
        EXPECT_FALSE(plan.links[0].feedback || plan.links[2].feedback);
    }
    for (const auto& [a, b] :
         {std::pair{"automatic", "automatic"}, {"cascade", "input"}, {"input", "input"}}) {
        EXPECT_THAT(texts(check(graph(a, b)).findings),
                    ElementsAre(testing::AllOf(
                        HasSubstr("g.toml:4: links: mix ("), HasSubstr(") >> blur ("),
                        HasSubstr(") >> mix is a loop in which each waits for the one before; "
                                  "give one of them trigger = \"tick\""))));
    }
    EXPECT_THAT(texts(check("links=['b >> b']\n[actors.b]\nclass='Blur'\n").findings),
                ElementsAre(HasSubstr("b (cascade) >> b is a loop")));
    EXPECT_THAT(plan_of("links=['b >> b']\n[actors.b]\nclass='Delay'\n").order, ElementsAre(0))
        << "the class ticks";
}

TEST(CheckGraph, judges_parents_and_supervisors) {
    const auto checked = check(R"([actors.a]
class = "TestPattern"
parent = "b"
[actors.b]
class = "TestPattern"
parent = "a"
[actors.c]
class = "TestPattern"
parent = "c"
supervisor = "soup"
[supervisors.sup]
parent = "top"
[supervisors.top]
parent = "sup"
[supervisors.low]
parent = "sub"
)");
    EXPECT_THAT(
        texts(checked.findings),
        ElementsAre("g.toml:3: actors.a.parent: parents in a circle: a, b",
                    "g.toml:9: actors.c.parent: an actor cannot be its own parent",
                    HasSubstr("g.toml:10: actors.c.supervisor: no supervisor \"soup\" is declared"),
                    "g.toml:12: supervisors.sup.parent: a supervisor cannot be above itself",
                    "g.toml:16: supervisors.low.parent: no supervisor \"sub\" is declared; did you "
                    "mean \"sup\"?"));
}

TEST(CheckGraph, notes_what_has_no_effect_yet) {
    const auto checked = check(R"([clock]
source = ["ptp", "software"]
[actors.a]
class = "TestPattern"
restart = "permanent"
phase = "1ms"
dispatcher = "io"
significant = false
plugin = "x.so"
supervisor = "s"
[actors.b]
class = "TestPattern"
dispatcher = "process"
depth = 2
[supervisors.s]
)");
    EXPECT_THAT(texts(checked.findings), IsEmpty());
    EXPECT_THAT(
        texts(checked.notes),
        ElementsAre(
            "g.toml: clock.source: a clock other than \"software\" is carried but has no "
            "effect yet",
            "g.toml:6: actors.a.phase: phase is carried but has no effect yet",
            HasSubstr("g.toml:7: actors.a.dispatcher: a dispatcher other than \"process\"")));
}

TEST(CheckGraph, stays_bounded_on_hostile_graphs) {
    GraphSpec graph;
    for (int i = 0; i < 5000; ++i) {
        ActorDecl actor;
        actor.name = "a" + std::string(50, 'x') + std::to_string(i);
        actor.class_name = "Nonesuch" + std::to_string(i);
        graph.actors.push_back(std::move(actor));
        graph.links.push_back({"missing" + std::to_string(i), "", "gone", "", {}});
    }
    const auto checked = check_graph(graph, known());
    EXPECT_EQ(checked.findings.size(), 200U);
}

struct PropertyCase {
    PropertySpec spec;
    const char *text, *canonical, *why;  // canonical null: refused with `why`
};

TEST(CheckProperty, gives_canonical_text_or_says_why_not) {
    auto integer = property("n", PropertyType::integer);
    integer.min = -10;
    integer.max = 10;
    integer.unit = "dB";
    auto at_least = property("r", PropertyType::real);
    at_least.min = 0.5;
    auto at_most = property("r", PropertyType::real);
    at_most.max = 2;
    auto choice = property("t", PropertyType::text);
    choice.choices = {"a", "b"};
    const auto boolean = property("b", PropertyType::boolean);
    const auto real = property("r", PropertyType::real), text = property("t", PropertyType::text);
    const auto path = property("p", PropertyType::path);
    const PropertyCase cases[] = {
        {boolean, "true", "true", ""},
        {boolean, "yes", "true", ""},
        {boolean, "on", "true", ""},
        {boolean, "1", "true", ""},
        {boolean, "false", "false", ""},
        {boolean, "off", "false", ""},
        {boolean, "TRUE", nullptr, "neither true nor false"},
        {integer, "7", "7", ""},
        {integer, " +007 ", "7", ""},
        {integer, "-10", "-10", ""},
        {integer, "11", nullptr, "11 is above 10 dB; write a whole number of dB from -10 to 10"},
        {integer, "-11", nullptr, "-11 is below -10 dB"},
        {integer, "7.0", nullptr, "\"7.0\" is not a whole number of dB from -10 to 10"},
        {integer, "7 dB", nullptr, "is not a whole number of dB"},
        {integer, "", nullptr, "\"\" is not a whole number"},
        {integer, "99999999999999999999", nullptr, "is not a whole number"},
        {real, "0.50", "0.5", ""},
        {real, "3", "3", ""},
        {real, "1e3", "1000", ""},
        {real, "+-3", nullptr, "is not a number"},
        {real, "nan", nullptr, "is not a number"},
        {real, "inf", nullptr, "is not a number"},
        {real, "1e999", nullptr, "is not a number"},
        {at_least, "0.4", nullptr, "0.4 is below 0.5; write a number of at least 0.5"},
        {at_most, "2.5", nullptr, "2.5 is above 2; write a number of at most 2"},
        {text, "", "", ""},
        {text, " any text ", " any text ", ""},
        {choice, "b", "b", ""},
        {choice, "c", nullptr, "\"c\" is not one of a, b"},
        {path, "./x", "./x", ""},
        {path, "", nullptr, "a path may not be empty"},
    };
    for (const auto& c : cases) {
        const auto checked = check_property(c.spec, c.text);
        if (c.canonical != nullptr) {
            ASSERT_TRUE(checked) << c.text << ": " << checked.error().text;
            EXPECT_EQ(*checked, c.canonical);
        } else {
            ASSERT_FALSE(checked) << c.text;
            EXPECT_THAT(checked.error().text, HasSubstr(c.why));
        }
    }
    EXPECT_FALSE(check_property(path, std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace streamlib::test
