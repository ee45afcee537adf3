// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/wording.hpp"

#include <gtest/gtest.h>

#include "runtime/graph/duration.hpp"

namespace streamlib::wording {
namespace {

TEST(Wording, quotes_foreign_text_so_that_a_message_stays_one_line) {
    EXPECT_EQ(wording::quoted("blur"), "\"blur\"");
    EXPECT_EQ(wording::quoted(std::string("a\nb\0c", 5)), "\"a\\x0ab\\x00c\"");
    EXPECT_EQ(wording::quoted(std::string(100, 'x')), "\"" + std::string(64, 'x') + "…\"");
    EXPECT_EQ(wording::quoted(std::string(63, 'x') + "é"), "\"" + std::string(63, 'x') + "…\"")
        << "cut inside a letter";
}

TEST(Wording, suggests_the_nearest_word_else_all) {
    const std::vector<std::string> known{"path", "loop", "seek", "strategy"};
    EXPECT_EQ(suggestion("pth", known), "; did you mean \"path\"?");
    EXPECT_EQ(suggestion("PATH", known), "; did you mean \"path\"?");
    EXPECT_EQ(suggestion("strat", known), "; did you mean \"strategy\"?");
    EXPECT_EQ(suggestion("volume", known), "; known are path, loop, seek, strategy");
    EXPECT_EQ(suggestion("volume", {}), "");
}

TEST(Wording, shortens_long_lists) {
    EXPECT_EQ(list({"a", "b", "c"}, 2), "a, b … and 1 more");
    EXPECT_EQ(list({}), "");
}

TEST(Wording, knows_names_of_actors_and_of_classes) {
    for (const char* good : {"a", "cam_1", "A-b", "0"}) EXPECT_TRUE(is_name(good)) << good;
    EXPECT_TRUE(is_name(std::string(63, 'n')));
    for (const char* bad : {"", "a.b", "a b", "ä", "a/b", "a\n"}) EXPECT_FALSE(is_name(bad)) << bad;
    EXPECT_FALSE(is_name(std::string(64, 'n')));
    for (const char* good : {"Blur", "my::Blur", "a::b::C"})
        EXPECT_TRUE(is_class_name(good)) << good;
    for (const char* bad : {"", "::", "my::", "::Blur", "my:Blur", "Blur.video", "a b"}) {
        EXPECT_FALSE(is_class_name(bad)) << bad;
    }
}

struct DurationCase {
    const char* text;
    Nanoseconds ns;
};

TEST(Duration, reads_a_number_and_a_unit) {
    const DurationCase cases[] = {{"10s", 10'000'000'000},
                                  {"250ms", 250'000'000},
                                  {"1.5 s", 1'500'000'000},
                                  {"2min", 120'000'000'000},
                                  {"3us", 3'000},
                                  {"7 ns", 7},
                                  {"1h", 3'600'000'000'000},
                                  {"0s", 0},
                                  {"0.000000001s", 1},
                                  {" 5s ", 5'000'000'000},
                                  {".5s", 500'000'000},
                                  {"1.50ns", -1}};
    for (const auto& c : cases) {
        const auto span = parse_duration(c.text);
        if (c.ns < 0) {
            EXPECT_FALSE(span) << c.text;
        } else {
            ASSERT_TRUE(span) << c.text << ": " << span.error().text;
            EXPECT_EQ(*span, c.ns) << c.text;
        }
    }
}

TEST(Duration, says_what_is_wrong) {
    const std::pair<const char*, const char*> cases[] = {
        {"10", "the unit is missing"},
        {"", "begins with no number"},
        {"fast", "begins with no number"},
        {"3 ticks", "the units are"},
        {"1.2.3s", "two points"},
        {"-1s", "begins with no number"},
        {"101000000h", "above 100 years"},
        {"99999999999999999999s", "above 100 years"},
        {"0.0000000001s", "finer than a nanosecond"}};
    for (const auto& [text, why] : cases) {
        const auto span = parse_duration(text);
        ASSERT_FALSE(span) << text;
        EXPECT_NE(span.error().text.find(why), std::string::npos) << span.error().text;
    }
}

TEST(Duration, prints_the_shortest_exact_form) {
    for (const char* text : {"10s", "250ms", "1500us", "2min", "1h", "7ns", "0s"}) {
        EXPECT_EQ(duration_text(*parse_duration(text)), text);
    }
}

}  // namespace
}  // namespace streamlib::wording
