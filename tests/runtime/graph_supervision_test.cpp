// SPDX-License-Identifier: Apache-2.0
// Supervision as a graph says it: words, findings, the planned tree.
#include "graph_fixtures.hpp"
#include "runtime/graph/apply_set.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Nanoseconds ms = 1'000'000;

ExitReport report(ExitCause cause, std::int32_t code, ExitClass kind = ExitClass::error) {
    return {kind, cause, code, false, {}};
}

TEST(ChildPolicy, reads_the_words_of_otp_and_writes_them_again) {
    for (const char* word : {"permanent", "transient", "temporary"})
        EXPECT_EQ(to_string(*parse_restart_type(word)), word);
    for (const char* word : {"one_for_one", "one_for_all", "rest_for_one", "simple_one_for_one"})
        EXPECT_EQ(to_string(*parse_strategy(word)), word);
    for (const char* word : {"never", "any_significant", "all_significant"})
        EXPECT_EQ(to_string(*parse_auto_shutdown(word)), word);
    for (const char* word : {"leave", "exit"}) EXPECT_EQ(to_string(*parse_give_up(word)), word);
    for (const char* word : {"kill", "infinity", "5s", "250ms"})
        EXPECT_EQ(to_string(*parse_shutdown(word)), word);
    for (const char* word : {"10ms..5s", "0s..0s", "1s..1s"})
        EXPECT_EQ(to_string(*parse_backoff(word)), word);
    EXPECT_EQ(parse_shutdown("5000")->wait_ns, 5000 * ms) << "OTP writes milliseconds";
    EXPECT_EQ(parse_shutdown("0")->wait_ns, 0);
    EXPECT_EQ(*parse_backoff("20ms"), (Backoff{20 * ms, 20 * ms}));
    EXPECT_EQ(*parse_backoff(" 10 ms .. 1 s "), (Backoff{10 * ms, 1000 * ms}));
}

TEST(ChildPolicy, says_what_is_legal) {
    EXPECT_EQ(parse_restart_type("permanant").error().text,
              "\"permanant\" is not allowed; write one of permanent, transient, temporary; did you "
              "mean \"permanent\"?");
    EXPECT_EQ(parse_strategy("xyz").error().text,
              "\"xyz\" is not allowed; write one of one_for_one, one_for_all, rest_for_one, "
              "simple_one_for_one");
    EXPECT_THAT(parse_restart_type("Permanent").error().text, HasSubstr("not allowed"));
    for (const char* bad : {"", "soon", "-5s", "2h", "99999999999999999999", "brutal_kill"}) {
        ASSERT_FALSE(parse_shutdown(bad)) << bad;
        EXPECT_THAT(parse_shutdown(bad).error().text,
                    HasSubstr("\"5s\", \"kill\" or \"infinity\""));
    }
    for (const char* bad : {"", "10", "5s..10ms", "10ms..", "..5s", "1s..2h", "1ms..2ms..3ms"}) {
        ASSERT_FALSE(parse_backoff(bad)) << bad;
        EXPECT_THAT(parse_backoff(bad).error().text, HasSubstr("\"10ms..5s\""));
    }
}

TEST(ExitRules, the_nearest_rule_decides) {
    const std::vector<ExitRule> rules{
        *parse_exit_rule("any", "restart"),        *parse_exit_rule("exit", "stop"),
        *parse_exit_rule("exit 125", "escalate"),  *parse_exit_rule("signal SEGV", "ignore"),
        *parse_exit_rule("signal 9", "escalate"),  *parse_exit_rule("hung", "stop"),
        *parse_exit_rule("signal SIGABRT", "stop")};
    EXPECT_EQ(rule_for(rules, report(ExitCause::exited, 125)), ExitAction::escalate);
    EXPECT_EQ(rule_for(rules, report(ExitCause::exited, 1)), ExitAction::stop);
    EXPECT_EQ(rule_for(rules, report(ExitCause::signalled, 11)), ExitAction::ignore);
    EXPECT_EQ(rule_for(rules, report(ExitCause::signalled, 9)), ExitAction::escalate);
    EXPECT_EQ(rule_for(rules, report(ExitCause::signalled, 6)), ExitAction::stop);
    EXPECT_EQ(rule_for(rules, report(ExitCause::signalled, 15)), ExitAction::restart);
    EXPECT_EQ(rule_for(rules, report(ExitCause::hung, 9)), ExitAction::stop);
    EXPECT_EQ(rule_for(rules, report(ExitCause::startup, 9)), ExitAction::restart);
    EXPECT_EQ(rule_for(rules, report(ExitCause::exited, 0, ExitClass::normal)), std::nullopt)
        << "an end as it should be is no failure";
    EXPECT_EQ(rule_for({}, report(ExitCause::exited, 1)), std::nullopt);
}

TEST(ExitRules, normal_is_the_end_as_it_should_be_and_nothing_else) {
    for (const char* word : {"normal", "exit 0"}) {
        const std::vector<ExitRule> rules{*parse_exit_rule(word, "restart")};
        EXPECT_EQ(rule_for(rules, report(ExitCause::exited, 0, ExitClass::normal)),
                  ExitAction::restart);
        EXPECT_EQ(rule_for(rules, report(ExitCause::exited, 0)), std::nullopt)
            << "status 0, but it failed: it was not READY";
    }
}

TEST(ExitRules, says_what_is_legal) {
    EXPECT_EQ(parse_exit_rule("hung", "restrat").error().text,
              "\"restrat\" is no action; write one of restart, stop, ignore, escalate; did you "
              "mean \"restart\"?");
    EXPECT_EQ(parse_exit_rule("hang", "stop").error().text,
              "\"hang\" is no reason; write exit N, signal NAME, or one of normal, any, exit, "
              "signal, exception, refused, hung, startup; did you mean \"hung\"?");
    for (const char* bad : {"exit 256", "exit -1", "exit x", "signal 0", "signal 65", "signal FOO",
                            "hung 3", "", "exit 1 2"}) {
        ASSERT_FALSE(parse_exit_rule(bad, "stop")) << bad;
        EXPECT_THAT(parse_exit_rule(bad, "stop").error().text, HasSubstr("is no reason"));
    }
}

constexpr std::string_view house = R"([actors.a]
class = "TestPattern"
supervisor = "deep"
shutdown = 250
[actors.b]
class = "TestPattern"
restart = "transient"
[actors.c]
class = "TestPattern"
supervisor = "media"
restart = "temporary"
significant = true
shutdown = "kill"
[actors.d]
class = "TestPattern"
[supervisors.media]
strategy = "rest_for_one"
auto_shutdown = "any_significant"
intensity = 3
period = "1s"
backoff = "1ms..2s"
[supervisors.media.decide]
"exit 125" = "stop"
hung = "escalate"
[supervisors.deep]
parent = "media"
decide = { "signal SEGV" = "ignore" }
[supervisors.empty]
)";

TEST(SupervisionPlan, holds_the_tree_with_everything_read) {
    const auto plan = plan_of(house);
    ASSERT_EQ(plan.supervisors.size(), 4U);
    const auto &root = plan.supervisors[0], &media = plan.supervisors[1],
               &deep = plan.supervisors[2], &empty = plan.supervisors[3];
    EXPECT_EQ(root.name, "node");
    EXPECT_EQ(root.parent, std::nullopt);
    EXPECT_EQ(root.intensity, 10U);
    EXPECT_THAT(root.children,
                ElementsAre(PlannedChild{true, 1}, PlannedChild{false, 1}, PlannedChild{true, 3}))
        << "media stands where a, the first below it, would";
    EXPECT_THAT(media.children, ElementsAre(PlannedChild{true, 2}, PlannedChild{false, 2}));
    EXPECT_THAT(deep.children, ElementsAre(PlannedChild{false, 0}));
    EXPECT_THAT(empty.children, IsEmpty());
    EXPECT_EQ(media.strategy, Strategy::rest_for_one);
    EXPECT_EQ(media.auto_shutdown, AutoShutdown::any_significant);
    EXPECT_EQ(media.intensity, 3U);
    EXPECT_EQ(media.period_ns, 1000 * ms);
    EXPECT_EQ(media.backoff, (Backoff{ms, 2000 * ms}));
    EXPECT_EQ(media.decide.size(), 2U);
    EXPECT_EQ(deep.decide.size(), 1U);
    EXPECT_EQ(deep.parent, 1U);
    const auto &a = plan.actors[0], &b = plan.actors[1], &c = plan.actors[2], &d = plan.actors[3];
    EXPECT_EQ(a.supervisor, 2U);
    EXPECT_EQ(a.restart, RestartType::transient) << "an end is no failure";
    EXPECT_EQ(a.shutdown, (Shutdown{Shutdown::Kind::wait, 250 * ms}));
    EXPECT_EQ(b.supervisor, 0U) << "restart alone: the node's own supervisor";
    EXPECT_EQ(b.restart, RestartType::transient);
    EXPECT_EQ(b.shutdown, std::nullopt);
    EXPECT_TRUE(c.significant);
    EXPECT_EQ(c.shutdown->kind, Shutdown::Kind::kill);
    EXPECT_EQ(d.supervisor, std::nullopt) << "opt-in";
    EXPECT_EQ(plan.on_give_up, GiveUp::leave);
}

TEST(SupervisionPlan, a_graph_sets_the_nodes_own_supervisor_by_its_name) {
    const auto plan = plan_of(R"([node]
on_give_up = "exit"
[actors.a]
class = "TestPattern"
supervisor = "node"
[supervisors.x]
parent = "node"
[supervisors.node]
strategy = "one_for_all"
intensity = 0
)");
    ASSERT_EQ(plan.supervisors.size(), 2U);
    EXPECT_EQ(plan.supervisors[0].strategy, Strategy::one_for_all);
    EXPECT_EQ(plan.supervisors[0].intensity, 0U);
    EXPECT_THAT(plan.supervisors[0].children,
                ElementsAre(PlannedChild{false, 0}, PlannedChild{true, 1}));
    EXPECT_EQ(plan.on_give_up, GiveUp::exit);
}

TEST(SupervisionPlan, is_set_from_the_command_line_as_well) {
    auto graph = graph_of(house);
    for (const char* good : {"supervisors.deep.strategy=one_for_all", "a.restart=transient",
                             "supervisors.deep.decide.exit 3=escalate"}) {
        EXPECT_TRUE(apply_set(graph, good)) << good;
    }
    const auto checked = check_graph(graph, known());
    EXPECT_THAT(texts(checked.findings), IsEmpty());
    EXPECT_EQ(checked.plan.supervisors[2].strategy, Strategy::one_for_all);
    EXPECT_EQ(checked.plan.supervisors[2].decide.size(), 2U);
    EXPECT_EQ(checked.plan.actors[0].restart, RestartType::transient);
    ASSERT_TRUE(apply_set(graph, "supervisors.deep.strategy=one_for_al"));
    EXPECT_THAT(texts(check_graph(graph, known()).findings),
                ElementsAre(HasSubstr("--set: supervisors.deep.strategy: \"one_for_al\"")));
}

TEST(SupervisionPlan, carries_what_only_a_program_can_say) {
    GraphSpec graph = graph_of(house);
    graph.supervisors[0].decide_hook = [](const ExitReport&) { return ExitAction::escalate; };
    graph.node.on_give_up = "quit";
    const auto checked = check_graph(graph, known());
    EXPECT_THAT(texts(checked.findings),
                ElementsAre(HasSubstr("node.on_give_up: \"quit\" is not allowed; write one of")));
    ASSERT_TRUE(checked.plan.supervisors[1].decide_hook);
    EXPECT_EQ(checked.plan.supervisors[1].decide_hook({}), ExitAction::escalate);
}

TEST(SupervisionChecks, find_every_wrong_word_at_its_place) {
    const auto checked = check(R"([actors.a]
class = "TestPattern"
restart = "always"
shutdown = "brutal_kill"
[actors.b]
class = "TestPattern"
supervisor = "media"
restart = "permanent"
significant = true
[actors.c]
class = "TestPattern"
supervisor = "calm"
significant = true
[actors.d]
class = "TestPattern"
significant = true
[actors.e]
class = "MediaFile"
path = "here.mov"
supervisor = "pool"
[actors.f]
class = "TestPattern"
supervisor = "pool"
[supervisors.media]
strategy = "one_for_none"
auto_shutdown = "all_significant"
intensity = 10001
period = "0s"
backoff = "5s..10ms"
decide = { "exit 125" = "halt", "signal FOO" = "stop" }
[supervisors.calm]
[supervisors.alone]
auto_shutdown = "any_significant"
[supervisors.pool]
strategy = "simple_one_for_one"
[supervisors.node]
parent = "media"
)");
    EXPECT_THAT(
        texts(checked.findings),
        testing::UnorderedElementsAre(
            HasSubstr("g.toml:3: actors.a.restart: \"always\" is not allowed"),
            HasSubstr("g.toml:4: actors.a.shutdown: \"brutal_kill\" is no way to stop"),
            HasSubstr("g.toml:9: actors.b.significant: a permanent child never ends"),
            HasSubstr("g.toml:13: actors.c.significant: its supervisor \"calm\" ends with nobody"),
            HasSubstr("g.toml:16: actors.d.significant: it has no supervisor"),
            HasSubstr("g.toml:25: supervisors.media.strategy: \"one_for_none\" is not allowed"),
            HasSubstr("g.toml:27: supervisors.media.intensity: 10001 is above 10000"),
            HasSubstr("g.toml:28: supervisors.media.period: a period of nothing"),
            HasSubstr("g.toml:29: supervisors.media.backoff: \"5s..10ms\" is no backoff"),
            HasSubstr("g.toml:30: supervisors.media.decide: \"halt\" is no action"),
            HasSubstr("g.toml:30: supervisors.media.decide: \"signal FOO\" is no reason"),
            HasSubstr("g.toml:33: supervisors.alone.auto_shutdown: no child of it is significant"),
            HasSubstr("g.toml:35: supervisors.pool.strategy: children of simple_one_for_one are"),
            HasSubstr("g.toml:37: supervisors.node.parent: \"node\" is the node's own")));
    EXPECT_THAT(checked.notes, IsEmpty()) << "it all has an effect now";
}

TEST(SupervisionChecks, find_what_the_reader_can_not_take) {
    const auto read = read_graph_text(R"([supervisors.a]
decide = "stop"
[supervisors.b]
decide = { hung = 3, "exit 1" = ["stop"] }
decde = {}
)",
                                      "g.toml");
    EXPECT_THAT(texts(read.findings),
                ElementsAre(HasSubstr("g.toml:2: supervisors.a.decide: this is a table: write"),
                            HasSubstr("g.toml:4: supervisors.b.decide.hung: \"3\" is not allowed"),
                            HasSubstr("g.toml:4: supervisors.b.decide.exit 1: \"stop\" is not"),
                            HasSubstr("g.toml:5: supervisors.b.decde: unknown key \"decde\"; did "
                                      "you mean \"decide\"?")));
}

TEST(SupervisionChecks, stay_bounded_on_hostile_graphs) {
    GraphSpec graph;
    for (int i = 0; i < 3000; ++i) {
        SupervisorDecl decl;
        decl.name = "s" + std::to_string(i);
        decl.parent = "s" + std::to_string((i + 1) % 3000);  // one great circle
        decl.strategy = "x";
        graph.supervisors.push_back(decl);
        ActorDecl actor;
        actor.name = "a" + std::to_string(i);
        actor.class_name = "TestPattern";
        actor.supervisor = decl.name;
        graph.actors.push_back(actor);
    }
    const auto checked = check_graph(graph, known());
    EXPECT_EQ(checked.findings.size(), 200U);
}

}  // namespace
}  // namespace streamlib::test
