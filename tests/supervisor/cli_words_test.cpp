// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor/cli/crash_words.hpp"
#include "supervisor/cli/inspect_json.hpp"
#include "supervisor/cli/inspect_words.hpp"
#include "supervisor/cli/node_words.hpp"
#include "supervisor/cli/run_words.hpp"
#include "supervisor/cli/table.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using testing::HasSubstr;
using testing::Not;

namespace {

TEST(Table, aligns_columns_and_ends_lines_without_blanks) {
    EXPECT_EQ(table({{"A"}, {"NUMBER", true}, {"C"}},
                    {{{"long one"}, {"7"}, {""}}, {{"é"}, {"12345678"}, {"x"}}}, false),
              "A           NUMBER  C\n"
              "long one         7\n"
              "é         12345678  x\n");
}

TEST(Table, colours_do_not_move_columns) {
    const std::string text =
        table({{""}, {""}}, {{{"FAILED", Colour::bad}, {"x"}}, {{"OK"}, {"y"}}}, true);
    EXPECT_EQ(text, "\x1B[1;31mFAILED\x1B[0m  x\nOK      y\n");
}

TEST(Words, spans_and_sizes_fit_a_column) {
    EXPECT_EQ(span_words(0), "0.0s");
    EXPECT_EQ(span_words(59'999), "59.9s");
    EXPECT_EQ(span_words(192'000), "3m12s");
    EXPECT_EQ(span_words(3'600'000), "1h00m");
    EXPECT_EQ(span_words(100 * 3'600'000), "4d04h");
    EXPECT_EQ(bytes_words(0), "0 B");
    EXPECT_EQ(bytes_words(999), "999 B");
    EXPECT_EQ(bytes_words(5'184'000), "5.2 MB");
    EXPECT_EQ(bytes_words(999'999), "1.0 MB");
}

TEST(Words, nothing_that_is_logged_drives_a_terminal) {
    EXPECT_EQ(printable("a\x1B[31m\nb\tc\x7F\xC2\x9B é"), "a\\x1B[31m\\nb\\tc\\x7F\\x9B é");
}

ActorRow actor(const std::string& name, const std::string& state) {
    ActorRow row;
    row.name = name;
    row.class_name = "Null";
    row.uri = "actor://host/Null/" + name;
    row.state = state;
    row.dispatcher = "process";
    return row;
}

TEST(PsWords, show_every_column) {
    ActorRow clip = actor("clip", "RUNNING");
    clip.pid = 4711;
    clip.ticks = 60;
    ActorRow out = actor("out", "FAILED");
    out.exit = "signal 9 (SIGKILL)";
    EXPECT_EQ(ps_words({clip, out}, false),
              "URI                      PID  STATE    RESTARTS  INCARNATION  UPTIME  EXIT          "
              "      DISPATCHER  TICKS  DROPPED\n"
              "actor://host/Null/clip  4711  RUNNING         0            0    0.0s  -             "
              "      process        60        0\n"
              "actor://host/Null/out      -  FAILED          0            0    0.0s  signal 9 "
              "(SIGKILL)  process         0        0\n");
}

TEST(CountersWords, name_a_ports_counter_with_the_port) {
    EXPECT_EQ(counters_words({{"clip", "", "ticks", 60},
                              {"clip", "video", "no_free_slot", 7},
                              {"clip", "", "bad\x1B", 1}},
                             false),
              "ACTOR  COUNTER             VALUE\n"
              "clip   ticks                  60\n"
              "clip   video.no_free_slot      7\n"
              "clip   bad\\x1B                 1\n");
}

TEST(TreeWords, draw_branches) {
    ActorRow child = actor("child", "RUNNING");
    child.parent = "a";
    NodeRow node;
    node.name = "studio";
    node.launcher_pid = 1;
    const std::string text =
        tree_words(node, {actor("a", "RUNNING"), child, actor("b", "STOPPED")}, {}, false);
    EXPECT_THAT(text, HasSubstr("\n├─ a "));
    EXPECT_THAT(text, HasSubstr("\n│  └─ child "));
    EXPECT_THAT(text, HasSubstr("\n└─ b "));
}

TEST(TreeWords, show_supervisors_with_what_is_left_to_them) {
    ActorRow clip = actor("clip", "RUNNING"), blur = actor("blur", "RUNNING"),
             out = actor("out", "RUNNING");
    clip.supervisor = "media";
    blur.supervisor = "media";
    blur.parent = "clip";
    out.supervisor = "node";
    out.parent = "clip";
    NodeRow node;
    node.name = "studio";
    node.launcher_pid = 1;
    const std::vector<SupervisorRow> supervisors{
        {"node", "", "one_for_one", "RUNNING", 10, 10, 10'000},
        {"media", "node", "rest_for_one", "STARTING", 3, 1, 60'000}};
    EXPECT_EQ(tree_words(node, {clip, blur, out}, supervisors, false),
              "NAME                 CLASS         STATE     PID              RESTARTS  EXIT\n"
              "studio               node          RUNNING     1\n"
              "└─ node              one_for_one   RUNNING        10 of 10 left in 10s\n"
              "   ├─ out (of clip)  Null          RUNNING     -                     0\n"
              "   └─ media          rest_for_one  STARTING        1 of 3 left in 1min\n"
              "      └─ clip        Null          RUNNING     -                     0\n"
              "         └─ blur     Null          RUNNING     -                     0\n");
}

TEST(EventWords, are_a_line_of_the_book) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(event_words({3, 38'234'000'000, "error", "failed", "clip", "exit 1"}, 37'000'000'000,
                          false),
              "00:00:01.234 error   failed clip: exit 1");
    EXPECT_EQ(event_words({3, 38'234'000'000, "info", "", "", "as it is"}, 37'000'000'000, false),
              "00:00:01.234 info    as it is");
}

TEST(CrashWords, say_it_all_or_that_there_is_nothing_to_say) {
    CrashReport report;
    report.name = "clip";
    ActorRow now = actor("clip", "RUNNING");
    now.incarnation = 3;
    now.restarts = 2;
    EXPECT_EQ(crash_words(report, now, 0, false), "actor clip: no incarnation of it has died\n");
    report.died = true;
    report.incarnation = 2;
    report.deaths = 2;
    report.pid = 77;
    report.exit = "signal 11 (SIGSEGV)";
    report.time_ns = 38'234'000'000;
    report.lived_ms = 1500;
    report.ticks = 90;
    report.last_tick_index = 1000;
    report.last_tick_seq = 95;
    report.what = "SIGSEGV at 0x10 in process(), tick 1000";
    report.doing = "process()";
    report.doing_us = 2340;
    report.lines.push_back({4, 38'000'000'000, "info", 2, "frame 90"});
    report.ports.push_back({"clip.in", "input", 88, 90, 1001});
    report.backtrace = {"#0 Clip::process"};
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(crash_words(report, now, 37'000'000'000, false),
              "actor clip: incarnation 2 died of signal 11 (SIGSEGV)\n"
              "  at         00:00:01.234, after 1.5s; pid 77\n"
              "  what       SIGSEGV at 0x10 in process(), tick 1000\n"
              "  was        in process() for 2.3 ms\n"
              "  last tick  index 1000, seq 95; 90 ticks processed\n"
              "  deaths     2; now RUNNING, incarnation 3, 2 restarts\n"
              "\n"
              "  PORT     DIRECTION  BLOCK  NEWEST  BEHIND  TICK\n"
              "  clip.in  input         88      90       2  1001\n"
              "\n"
              "  last lines\n"
              "  00:00:01.000 info    frame 90\n"
              "\n"
              "  backtrace\n"
              "  #0 Clip::process\n");
}

TEST(RunWords, a_status_names_what_was_lost) {
    RunTotals totals;
    totals.elapsed_ns = 12'000'000'000;
    totals.running = 4;
    totals.ticks = 720;
    EXPECT_EQ(status_words(totals, false), "4 running  720 ticks  0 dropped  0 restarts");
    EXPECT_FALSE(worth_a_line({}, totals));
    RunTotals worse = totals;
    worse.failed = 1;
    worse.ticks_dropped = 3;
    worse.restarts = 1;
    worse.missed = 2;
    EXPECT_EQ(status_words(worse, false),
              "4 running  1 failed  720 ticks  3 dropped  2 missed  1 restart");
    EXPECT_TRUE(worth_a_line(totals, worse));
}

TEST(RunWords, a_status_line_fits_its_terminal) {
    RunTotals totals;
    totals.elapsed_ns = 5'000'000'000;
    totals.running = 4;
    totals.ticks = 300;
    EXPECT_EQ(status_line(totals, {}, 80, false),
              "5.0s  4 running  300 ticks  0 dropped  0 restarts");
    const std::string bar = status_line(totals, 10'000'000'000, 80, false);
    EXPECT_THAT(bar, testing::StartsWith("[==="));
    EXPECT_THAT(bar, HasSubstr("] 5.0s of 10.0s  4 running"));
    totals.failed = 1;
    for (std::size_t width = 0; width < 100; ++width) {
        EXPECT_LE(width_of(status_line(totals, 10'000'000'000, width, false)), width);
    }
    EXPECT_EQ(fitted("a\x1B[31mbcd\x1B[0mé", 3), "a\x1B[31mbc\x1B[0m");
    EXPECT_EQ(fitted("abé", 3), "abé");
}

TEST(RunWords, a_bar_fills_and_fits) {
    EXPECT_EQ(progress_words(0, 10'000'000'000, 40), "[>                       ] 0.0s of 10.0s");
    EXPECT_EQ(progress_words(5'000'000'000, 10'000'000'000, 30), "[=======>      ] 5.0s of 10.0s");
    EXPECT_EQ(progress_words(99'000'000'000, 10'000'000'000, 30), "[=============] 10.0s of 10.0s");
    EXPECT_EQ(progress_words(5'000'000'000, 10'000'000'000, 10), "5.0s of 10.0s");
    for (std::size_t width = 24; width < 200; ++width) {
        EXPECT_LE(width_of(progress_words(3'000'000'000, 10'000'000'000, width)), width);
    }
}

TEST(RunWords, an_actor_comes_up_in_its_place_of_the_tree) {
    const ShownChild child{"blur", "Blur", 0, 1, false};
    ActorEvent event;
    event.state = ipc::ActorState::running;
    event.pid = 77;
    event.incarnation = 1;
    EXPECT_EQ(actor_words(child, event, false), "    RUNNING  blur  Blur  pid 77");
}

TEST(RunWords, rings_end_with_their_sum) {
    const RingCost ring{"clip.video", "1280x720", 4, 3, 1, 2'000'000};
    const std::string text = rings_words(std::vector<RingCost>{ring}, 2'000'000, false);
    EXPECT_THAT(text, HasSubstr("clip.video"));
    EXPECT_THAT(text, HasSubstr("2000000  2.0 MB\n"));
    EXPECT_EQ(text.substr(text.rfind("all rings"), 9), "all rings");
}

TEST(LogWords, show_wall_time_and_level) {
    LogRow row;
    row.time_ns = 37'000'000'000 + 1'234'000'000;
    row.level = "warning";
    row.text = "two\nlines";
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(log_words("clip", row, 6, 37'000'000'000, false),
              "00:00:01.234 clip   warning two\\nlines");
    EXPECT_EQ(log_words("clip", row, 0, 37'000'000'000, false), "00:00:01.234 warning two\\nlines");
}

ClassSpec blur() {
    ClassSpec spec;
    spec.name = "Blur";
    spec.text = "Blurs.";
    PortSpec in;
    in.name = "in";
    in.kind = MediaKind::video;
    in.text = "What to blur";
    spec.inputs.push_back(in);
    PropertySpec radius;
    radius.name = "radius";
    radius.type = PropertyType::real;
    radius.default_value = "3";
    radius.unit = "px";
    radius.min = 0;
    radius.max = 100;
    radius.text = "Blur radius";
    spec.properties.push_back(radius);
    return spec;
}

TEST(InspectWords, document_a_class) {
    const std::string text = class_words(blur(), "", false);
    EXPECT_THAT(text, HasSubstr("Blur: Blurs."));
    EXPECT_THAT(text, HasSubstr("  in  video    What to blur"));
    EXPECT_THAT(text, testing::ContainsRegex("radius +real +3 +px +0 … 100 +Blur radius"));
    EXPECT_THAT(text, Not(HasSubstr("Outputs")));
}

TEST(InspectJson, documents_a_class_on_one_line) {
    const std::string text = class_spec_line(blur(), "");
    EXPECT_THAT(text, HasSubstr(R"("name":"Blur")"));
    EXPECT_THAT(
        text,
        HasSubstr(R"("properties":[{"name":"radius","type":"real","default":"3","unit":"px")"));
    EXPECT_THAT(text, Not(HasSubstr("\n")));
}

TEST(NotReached, says_where_it_is_instead) {
    EXPECT_EQ(not_reached_words({false, true, "FAILED", "exit 1"}, "RUNNING", 5'000'000'000),
              "is FAILED (exit 1), not RUNNING, after 5.0s");
    EXPECT_EQ(not_restarted_words({false, true, "FAILED", "exit 1"}, 3, 5'000'000'000),
              "incarnation 3 is FAILED (exit 1), not RUNNING, after 5.0s");
    EXPECT_EQ(not_restarted_words({false, true, "RUNNING", {}}, 3, 5'000'000'000),
              "incarnation 3 has not come after 5.0s");
}

}  // namespace
