// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace streamlib;
using namespace streamlib::supervision;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

ParsedLine parse(std::initializer_list<std::string> words) { return parse_command_line(words); }

/// The command, or one that nobody wrote if there is none.
CommandLine command(std::initializer_list<std::string> words) {
    const ParsedLine parsed = parse(words);
    EXPECT_TRUE(parsed.command) << parsed.error;
    return parsed.command.value_or(CommandLine{});
}

/// Exit status 2 and one line.
std::string usage_error(std::initializer_list<std::string> words) {
    const ParsedLine parsed = parse(words);
    EXPECT_FALSE(parsed.command);
    EXPECT_EQ(parsed.exit_code, 2);
    EXPECT_TRUE(parsed.out.empty());
    EXPECT_THAT(parsed.error, Not(HasSubstr("\n")));
    EXPECT_EQ(parsed.error.rfind("streamlib: ", 0), 0U);
    return parsed.error;
}

TEST(CommandLine, run_takes_a_graph_and_settings_in_any_order) {
    const CommandLine line = command({"run", "--set", "a.b=c d", "graph.toml", "--for", "1.5s",
                                      "--set=x.y=z=1", "--node", "studio"});
    EXPECT_EQ(line.verb, Verb::run);
    EXPECT_EQ(line.subject, "graph.toml");
    EXPECT_THAT(line.sets, ElementsAre("a.b=c d", "x.y=z=1"));
    EXPECT_EQ(line.run_for, 1'500'000'000);
    EXPECT_EQ(line.node, "studio");
}

TEST(CommandLine, run_takes_a_graph_in_one_line) {
    EXPECT_EQ(command({"run", "A key=value >> B"}).subject, "A key=value >> B");
    EXPECT_FALSE(command({"run", "A >> B"}).run_for);
}

TEST(CommandLine, every_verb_of_this_version_is_understood) {
    EXPECT_EQ(command({"check", "g.toml", "--json"}).verb, Verb::check);
    EXPECT_EQ(command({"inspect"}).verb, Verb::inspect);
    EXPECT_EQ(command({"inspect", "Null"}).subject, "Null");
    EXPECT_TRUE(command({"ps", "--json", "--once", "--node", "n"}).json);
    EXPECT_EQ(command({"tree"}).verb, Verb::tree);
    const CommandLine logs = command({"logs", "clip", "-f", "-n", "5"});
    EXPECT_TRUE(logs.follow);
    EXPECT_EQ(logs.last, 5U);
    EXPECT_FALSE(command({"logs"}).last);
    EXPECT_EQ(command({"stop"}).subject, "");
    EXPECT_EQ(command({"counters"}).verb, Verb::counters);
    EXPECT_EQ(command({"counters", "clip", "--json"}).subject, "clip");
    const CommandLine sdp = command({"sdp", "clip", "--to", "folder"});
    EXPECT_EQ(sdp.verb, Verb::sdp);
    EXPECT_EQ(sdp.subject, "clip");
    EXPECT_EQ(sdp.to, "folder");
    EXPECT_EQ(command({"sdp"}).subject, "");
    const CommandLine snapshot = command({"snapshot", "clip", "--to", "folder", "--json"});
    EXPECT_EQ(snapshot.verb, Verb::snapshot);
    EXPECT_EQ(snapshot.subject, "clip");
    EXPECT_EQ(snapshot.to, "folder");
    EXPECT_EQ(snapshot.timeout_ns, 5'000'000'000);
    EXPECT_EQ(command({"snapshot"}).subject, "");
    const CommandLine kept =
        command({"run", "g.toml", "--restore", "a=b", "--keep", "k", "--restore", "c"});
    EXPECT_THAT(kept.restore, ElementsAre("a=b", "c"));
    EXPECT_EQ(kept.keep, "k");
    EXPECT_EQ(command({"stop", "clip"}).subject, "clip");
    EXPECT_EQ(command({"kill", "clip"}).signal, 9);
    EXPECT_EQ(command({"kill", "clip", "--signal", "sigterm"}).signal, 15);
    const CommandLine wait = command({"wait", "clip", "--state", "failed", "--timeout", "250ms"});
    EXPECT_EQ(wait.state, "FAILED");
    EXPECT_EQ(wait.timeout_ns, 250'000'000);
    EXPECT_EQ(command({"wait", "clip"}).timeout_ns, 5'000'000'000);
    EXPECT_EQ(command({"gc"}).verb, Verb::gc);
}

TEST(CommandLine, verbs_to_come_say_so_and_are_not_in_the_help) {
    const std::string help = parse({"--help"}).out;
    for (const char* verb : {"top", "send", "ask", "set", "tap", "record", "replay", "trace",
                             "clock", "st2110", "dot", "doctor"}) {
        EXPECT_THAT(usage_error({verb, "x", "--whatever"}), HasSubstr("not in this version"))
            << verb;
        EXPECT_THAT(help, Not(HasSubstr("\n  " + std::string(verb) + " "))) << verb;
    }
    EXPECT_THAT(usage_error({"run", "g.toml", "--http", "0.0.0.0:80"}),
                HasSubstr("--http: not in this version"));
    EXPECT_THAT(usage_error({"run", "g.toml", "--step"}), HasSubstr("--step: not in this version"));
}

TEST(CommandLine, wrong_usage_is_one_line_and_two) {
    usage_error({});
    EXPECT_THAT(usage_error({"rnu", "x"}), HasSubstr("did you mean \"run\"?"));
    EXPECT_THAT(usage_error({"run"}), HasSubstr("GRAPH"));
    EXPECT_THAT(usage_error({"run", "a", "b"}), HasSubstr("b"));
    EXPECT_THAT(usage_error({"ps", "--jsn"}), HasSubstr("--jsn"));
    EXPECT_THAT(usage_error({"run", "a", "--for", "10"}), HasSubstr("--for"));
    EXPECT_THAT(usage_error({"wait", "a", "--state", "HAPPY"}), HasSubstr("HAPPY"));
    EXPECT_THAT(usage_error({"kill", "a", "--signal", "NOSUCH"}), HasSubstr("NOSUCH"));
    EXPECT_THAT(usage_error({"kill"}), HasSubstr("ACTOR"));
    usage_error({"--nothing"});
    usage_error({"logs", "-n", "-4"});
}

TEST(CommandLine, help_and_version_are_done) {
    const ParsedLine version = parse({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_THAT(version.out, testing::MatchesRegex("streamlib [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    const ParsedLine help = parse({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const char* verb : {"run", "check", "inspect", "ps", "tree", "logs", "counters", "sdp",
                             "stop", "kill", "wait", "gc"}) {
        EXPECT_THAT(help.out, HasSubstr("\n  " + std::string(verb) + " ")) << verb;
    }
    const ParsedLine of_run = parse({"run", "--help"});
    EXPECT_EQ(of_run.exit_code, 0);
    EXPECT_THAT(of_run.out, HasSubstr("--for"));
    EXPECT_THAT(of_run.out, Not(HasSubstr("--step")));
}

}  // namespace
