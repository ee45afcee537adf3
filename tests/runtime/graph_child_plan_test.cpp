// SPDX-License-Identifier: Apache-2.0
// Children that an actor asks for, judged without any process.
#include "runtime/graph/child_plan.hpp"

#include "tests/runtime/graph_fixtures.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Running {
    GraphSpec graph;
    GraphPlan plan;
    KnownClasses known;

    explicit Running(const std::string& text) {
        auto read = read_graph_text(text, "g.toml");
        EXPECT_THAT(read.findings, IsEmpty());
        graph = std::move(read.graph);
        known.lookup = [](std::string_view name) -> const ClassSpec* {
            for (const ClassSpec& spec : classes())
                if (spec.name == name) return &spec;
            return nullptr;
        };
        for (const ClassSpec& spec : classes()) known.names.push_back(spec.name);
        auto checked = check_graph(graph, known);
        EXPECT_THAT(checked.findings, IsEmpty());
        plan = std::move(checked.plan);
    }
    Result<ChildPlan> ask(ActorDecl decl, std::vector<std::string> links = {}) const {
        return plan_child(graph, plan, {std::move(decl), std::move(links)}, known,
                          [this](std::string_view name) -> std::optional<std::uint32_t> {
                              for (std::uint32_t n = 0; n < plan.actors.size(); ++n)
                                  if (plan.actors[n].name == name) return n;
                              return std::nullopt;
                          });
    }
    std::string why(ActorDecl decl, std::vector<std::string> links = {}) const {
        const auto planned = ask(std::move(decl), std::move(links));
        return planned ? "fine" : planned.error().text;
    }
};

ActorDecl decl(std::string name, std::string class_name) {
    ActorDecl decl;
    decl.name = std::move(name);
    decl.class_name = std::move(class_name);
    return decl;
}

const std::string two_cameras =
    "links = [\"a >> n\"]\n[clock]\nrate = \"50\"\n[clock.domains]\nslow = \"25\"\n"
    "[actors.n]\nclass = \"Null\"\n[actors.a]\nclass = \"TestPattern\"\n"
    "[actors.b]\nclass = \"TestPattern\"\ndomain = \"slow\"\n"
    "[supervisors.any]\nauto_shutdown = \"any_significant\"\nstrategy = \"simple_one_for_one\"\n";

TEST(ChildPlan, a_child_without_links_is_what_it_would_be_in_a_graph) {
    const Running running(two_cameras);
    auto wanted = decl("w", "TestPattern");
    wanted.shutdown = "kill";
    wanted.domain = "slow";
    const auto planned = running.ask(wanted);
    ASSERT_TRUE(planned) << planned.error().text;
    EXPECT_EQ(planned->actor.name, "w");
    EXPECT_EQ(planned->actor.rate, (Rate{25, 1}));
    EXPECT_EQ(planned->actor.trigger, Trigger::tick);
    EXPECT_EQ(planned->actor.shutdown->kind, Shutdown::Kind::kill);
    EXPECT_FALSE(planned->actor.supervisor) << "the caller looks that up";
    EXPECT_THAT(planned->links, IsEmpty());
}

TEST(ChildPlan, links_lead_from_who_is_there_into_the_child) {
    const Running running(two_cameras);
    const auto planned = running.ask(decl("w", "Blur"), {"b.video >> w"});
    ASSERT_TRUE(planned) << planned.error().text;
    ASSERT_THAT(planned->links, SizeIs(1));
    EXPECT_EQ(planned->links[0].from, 2U);
    EXPECT_TRUE(planned->links[0].spare);
    EXPECT_THAT(planned->actor.in_links, IsEmpty()) << "the caller gives them numbers";
    EXPECT_EQ(planned->actor.trigger, Trigger::tick) << "b ticks at another rate";
    EXPECT_EQ(running.ask(decl("w", "Blur"), {"a >> w"})->actor.trigger, Trigger::cascade);
}

TEST(ChildPlan, what_is_wrong_is_one_line_that_says_what_to_do) {
    const Running running(two_cameras);
    EXPECT_THAT(running.why(decl("w", "Blurr")), HasSubstr("class: unknown class \"Blurr\"; did"));
    EXPECT_THAT(running.why(decl("a b", "Blur")), HasSubstr("is no name"));
    EXPECT_THAT(running.why(decl("w", "Blur")), HasSubstr("nothing is linked into its input"));
    EXPECT_THAT(running.why(decl("w", "Blur"), {"x >> w"}), HasSubstr("no actor \"x\" to read"));
    EXPECT_THAT(running.why(decl("w", "Blur"), {"w >> n"}), HasSubstr("does not lead into"));
    EXPECT_THAT(running.why(decl("w", "Blur"), {"a >> w", "b >> w"}), HasSubstr("two links into"));
    EXPECT_THAT(running.why(decl("w", "Gain"), {"a >> w"}), HasSubstr("no kinds fit"));
    EXPECT_THAT(running.why(decl("w", "Blur"), {"a >>"}), HasSubstr("expected"));
    auto wanted = decl("w", "TestPattern");
    wanted.restart = "sometimes";
    EXPECT_THAT(running.why(wanted), HasSubstr("restart: "));
    wanted.restart = "";
    wanted.properties["speed"] = {"1", {}};
    EXPECT_THAT(running.why(wanted), HasSubstr("no property \"speed\""));
}

TEST(ChildPlan, a_significant_one_needs_a_supervisor_that_ends_with_it) {
    const Running running(two_cameras);
    auto wanted = decl("w", "TestPattern");
    wanted.significant = true;
    EXPECT_THAT(running.why(wanted), HasSubstr("no supervisor that could end with it"));
    wanted.supervisor = "any";
    EXPECT_EQ(running.why(wanted), "fine");
}

TEST(ChildPlan, whether_a_path_exists_is_the_child_s_to_find_out) {
    const Running running(two_cameras);
    auto wanted = decl("w", "MediaFile");
    EXPECT_THAT(running.why(wanted), HasSubstr("needs it"));
    wanted.properties["path"] = {"/no/such/file", {}};
    EXPECT_EQ(running.why(wanted), "fine");
}

TEST(ChildPlan, one_class_a_simple_supervisor_and_any_below_the_others) {
    PlannedSupervisor simple{.name = "pool", .strategy = Strategy::simple_one_for_one};
    EXPECT_TRUE(fits_supervisor(simple, "", "Blur"));
    EXPECT_TRUE(fits_supervisor(simple, "Blur", "Blur"));
    EXPECT_FALSE(fits_supervisor(simple, "Blur", "Gain"));
    EXPECT_TRUE(fits_supervisor({.name = "any"}, "Blur", "Gain"));
}

}  // namespace
}  // namespace streamlib::test
