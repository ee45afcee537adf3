// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/target.hpp"

#include <gtest/gtest.h>

using namespace streamlib;
using namespace streamlib::supervision;

namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

TEST(Target, takes_path_and_query_apart) {
    const auto target = parse_target("/v1/actors/clip/logs?from=7&last=");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "actors", "clip", "logs"}));
    EXPECT_EQ(target->query, (Query{{"from", "7"}, {"last", ""}}));
    EXPECT_EQ(target->value("from"), "7");
    EXPECT_FALSE(target->value("to"));
}

TEST(Target, decodes_each_part_by_itself) {
    const auto target = parse_target("/a%2Fb/%C3%A9?k%3D=v%26w&plus=a+b");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments, (std::vector<std::string>{"a/b", "\xC3\xA9"}));
    EXPECT_EQ(target->query, (Query{{"k=", "v&w"}, {"plus", "a+b"}}));
}

TEST(Target, root_and_bare_question_marks_are_legal) {
    EXPECT_TRUE(parse_target("/")->segments.empty());
    const auto target = parse_target("/?");
    ASSERT_TRUE(target);
    EXPECT_TRUE(target->segments.empty());
    EXPECT_TRUE(target->query.empty());
    EXPECT_EQ(parse_target("//x")->segments, (std::vector<std::string>{"", "x"}));
}

TEST(Target, refuses_what_is_no_target) {
    for (const char* text :
         {"", "v1", "http://x/", "/%", "/%2", "/%zz", "/%00", "/a\nb", "/\x7F", "/x?%0d=1"}) {
        EXPECT_FALSE(parse_target(text)) << text;
    }
}

TEST(Target, is_bounded) {
    EXPECT_TRUE(parse_target("/" + std::string(max_target_bytes - 1, 'a')));
    EXPECT_FALSE(parse_target("/" + std::string(max_target_bytes, 'a')));
    std::string path, query = "/?";
    for (std::size_t n = 0; n < max_target_parts; ++n) path += "/x", query += "k=1&";
    EXPECT_TRUE(parse_target(path));
    EXPECT_FALSE(parse_target(path + "/x"));
    EXPECT_TRUE(parse_target(query));
    EXPECT_FALSE(parse_target(query + "k=1"));
}

TEST(Target, numbers_are_whole_and_name_their_key) {
    const auto target = parse_target(
        "/?good=18446744073709551615&big=18446744073709551616&minus=-1&word=x&none=&tail=1x");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->number("good", 0).value(), 18446744073709551615ULL);
    EXPECT_EQ(target->number("absent", 5).value(), 5U);
    for (const char* key : {"big", "minus", "word", "none", "tail"}) {
        const auto number = target->number(key, 0);
        ASSERT_FALSE(number) << key;
        EXPECT_EQ(number.error().text.rfind(key, 0), 0U);
    }
}

TEST(Target, what_is_encoded_decodes_to_itself) {
    std::string all;
    for (int c = 0x20; c < 0x100; ++c) {
        if (c != 0x7F) all.push_back(static_cast<char>(c));
    }
    const auto target = parse_target("/" + percent_encoded(all) + "?" + percent_encoded(all) + "=" +
                                     percent_encoded(all));
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments.at(0), all);
    EXPECT_EQ(target->query.at(0), (std::pair{all, all}));
}

}  // namespace
