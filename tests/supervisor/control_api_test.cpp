// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor/control/api_json.hpp"
#include "supervisor/control/supervision_rows.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using testing::HasSubstr;

namespace {

ActorRow row(std::string name, std::string parent = {}, std::string supervisor = {}) {
    ActorRow actor;
    actor.name = std::move(name);
    actor.parent = std::move(parent);
    actor.supervisor = std::move(supervisor);
    return actor;
}

/// "a 0, b 1": names with their depth.
std::string shape(const std::vector<ActorRow>& actors) {
    std::string text;
    for (const TreeRow& each : tree_rows(actors, {})) {
        text += (text.empty() ? "" : ", ") + each.name + " " + std::to_string(each.depth) +
                (each.actor ? "" : "!");
    }
    return text;
}

TEST(Tree, puts_children_below_parents_and_members_below_supervisors) {
    EXPECT_EQ(
        shape({row("child", "parent"), row("parent"), row("other"), row("grandchild", "child")}),
        "parent 0, child 1, grandchild 2, other 0");
    EXPECT_EQ(shape({row("a", "", "media"), row("b"), row("c", "a")}), "b 0, media 0!, a 1, c 2");
}

TEST(Tree, loses_nobody_whose_parents_are_missing_or_a_loop) {
    EXPECT_EQ(shape({row("a", "gone")}), "a 0");
    EXPECT_EQ(shape({row("a", "b"), row("b", "a")}), "a 0, b 1");
    EXPECT_EQ(shape({row("a", "a")}), "a 0");
}

TEST(ExitWords, say_how_it_ended) {
    using ipc::ExitKind;
    EXPECT_FALSE(exit_words(ExitKind::none, 0, ""));
    EXPECT_EQ(exit_words(ExitKind::exited, 0, ""), "exit 0");
    EXPECT_EQ(exit_words(ExitKind::exited, 1, "no such file"), "exit 1: no such file");
    EXPECT_EQ(exit_words(ExitKind::exited, 1, "exit 1: no such file"), "exit 1: no such file");
    EXPECT_THAT(*exit_words(ExitKind::signalled, 9, ""), HasSubstr("SIGKILL"));
    EXPECT_EQ(exit_words(ExitKind::signalled, 9, "signal 9 (SIGKILL)"), "signal 9 (SIGKILL)");
    EXPECT_EQ(exit_words(ExitKind::refused, 0, "no memory"), "refused: no memory");
}

TEST(SignalNumber, takes_names_and_numbers) {
    for (const char* text : {"KILL", "SIGKILL", "sigkill", "kill", "9"})
        EXPECT_EQ(signal_number(text), 9) << text;
    EXPECT_EQ(signal_number("STOP"), 19);
    for (const char* text : {"", "0", "65", "-9", "9x", "SIG", "KILLER"})
        EXPECT_EQ(signal_number(text), 0) << text;
}

TEST(ApiJson, ps_has_the_columns_of_the_contract_in_their_order) {
    ActorRow actor = row("clip");
    actor.uri = "actor://host/MediaFile/clip";
    actor.pid = 12;
    actor.state = "RUNNING";
    actor.restarts = 1;
    actor.incarnation = 2;
    actor.uptime_ms = 3;
    actor.dispatcher = "process";
    actor.ticks = 4;
    actor.ticks_dropped = 5;
    EXPECT_EQ(
        ps_line(actor),
        R"({"uri":"actor://host/MediaFile/clip","pid":12,"state":"RUNNING","restarts":1,"incarnation":2,)"
        R"("uptime_ms":3,"exit":null,"dispatcher":"process","ticks":4,"ticks_dropped":5})");
    actor.exit = "exit 0";
    EXPECT_THAT(ps_line(actor), HasSubstr(R"("exit":"exit 0")"));
}

TEST(ApiJson, an_actor_comes_back_as_it_went) {
    ActorRow actor = row("clip", "parent", "media");
    actor.class_name = "MediaFile";
    actor.exit = "exit 1";
    actor.frames_out = ~std::uint64_t{0};
    actor.error = "quote \" and \\ and \n";
    actor.generation = 7;
    const auto back = read_actor(actor_json(actor));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->parent, "parent");
    EXPECT_EQ(back->supervisor, "media");
    EXPECT_EQ(back->class_name, "MediaFile");
    EXPECT_EQ(back->exit, "exit 1");
    EXPECT_EQ(back->frames_out, ~std::uint64_t{0});
    EXPECT_EQ(back->error, actor.error);
    EXPECT_EQ(back->generation, 7U);
}

TEST(ApiJson, whatever_an_actor_logs_is_valid_utf8) {
    LogPage page;
    page.lines.push_back(
        {1, 2, "info", 1,
         std::string("ok \xC3\xA9 bad \xFF\xC3 \xE2\x82 \xED\xA0\x80 \xF5 nul") + '\0'});
    page.next = 2;
    const auto back = read_logs(logs_json(page));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_THAT(back->lines.at(0).text, HasSubstr("ok \xC3\xA9 bad \xEF\xBF\xBD\xEF\xBF\xBD "));
    EXPECT_EQ(back->lines.at(0).text.back(), '\0');
}

TEST(ApiJson, counters_come_back_and_have_a_line_each) {
    const std::uint64_t most = ~std::uint64_t{0};
    const std::vector<CounterRow> rows{{"clip", "video", "missed", most}, {"clip", "", "lost", 0}};
    const auto back = read_counters(counters_json(rows));
    ASSERT_TRUE(back);
    ASSERT_EQ(back->size(), 2U);
    EXPECT_EQ(back->at(0).port, "video");
    EXPECT_EQ(back->at(0).value, most);
    EXPECT_EQ(back->at(1).port, "");
    EXPECT_EQ(counter_line(rows[1]), R"({"actor":"clip","port":null,"counter":"lost","value":0})");
    EXPECT_EQ(sdp_line("clip", "", "v=0\r\n"), R"({"actor":"clip","file":null,"text":"v=0\r\n"})");
    EXPECT_THAT(sdp_line("clip", "d/clip.sdp", ""), HasSubstr(R"("file":"d/clip.sdp")"));
    EXPECT_FALSE(read_counters("[]"));
}

TEST(ApiJson, refuses_what_is_no_answer) {
    for (const char* text : {"", "[]", "{", "null", "{\"a\":\xFF}"})
        EXPECT_FALSE(read_actors(text)) << text;
    EXPECT_FALSE(read_actors(std::string(100, '[') + std::string(100, ']')));
    EXPECT_TRUE(read_actors(R"({"actors":[1,"x",{"pid":"word","restarts":-1}]})"));
    EXPECT_EQ(read_error("plain text"), "plain text");
    EXPECT_EQ(read_error(error_json("parse", "why")), "why");
}

}  // namespace
