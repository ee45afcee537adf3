// SPDX-License-Identifier: Apache-2.0
#include "runtime/uri.hpp"

#include <gtest/gtest.h>

namespace streamlib {
namespace {

struct GoodCase {
    const char* text;
    Uri uri;
    const char* printed;  // null: as `text`
};

TEST(Uri, reads_and_prints) {
    const GoodCase cases[] = {
        {"actor://studio/TestPattern/cam", {"studio", "TestPattern", "cam", ""}, nullptr},
        {"actor://studio-1.example.org/MediaFile/clip/video",
         {"studio-1.example.org", "MediaFile", "clip", "video"},
         nullptr},
        {"actor://10.0.0.7/Null/n_1", {"10.0.0.7", "Null", "n_1", ""}, nullptr},
        {"actor://[fe80::1]/Null/n/in", {"fe80::1", "Null", "n", "in"}, nullptr},
        {"actor://[FE80:0:0::0001]/Null/n",
         {"fe80::1", "Null", "n", ""},
         "actor://[fe80::1]/Null/n"},
        {"actor://[fe80::1%25eth0]/Null/n", {"fe80::1%eth0", "Null", "n", ""}, nullptr},
        {"actor://h/my::Blur/b", {"h", "my::Blur", "b", ""}, nullptr},
        {"actor://h/my%3A%3aBlur/b%5f1", {"h", "my::Blur", "b_1", ""}, "actor://h/my::Blur/b_1"},
        {"ACTOR://Studio/Null/N", {"studio", "Null", "N", ""}, "actor://studio/Null/N"},
        {"actor://st%75dio/Null/n", {"studio", "Null", "n", ""}, "actor://studio/Null/n"},
    };
    for (const auto& c : cases) {
        const auto uri = parse_uri(c.text);
        ASSERT_TRUE(uri) << uri.error().text;
        EXPECT_EQ(*uri, c.uri) << c.text;
        EXPECT_EQ(to_string(*uri), c.printed == nullptr ? c.text : c.printed);
        EXPECT_EQ(parse_uri(to_string(*uri)), *uri) << "what is printed reads back";
    }
}

struct BadCase {
    const char* text;
    const char* why;
    std::size_t at;  // bytes before the caret
};

TEST(Uri, points_at_the_character_that_is_wrong) {
    const BadCase cases[] = {
        {"", "expected \"actor://\" at character 1", 0},
        {"http://h/C/i", "expected \"actor://\"", 0},
        {"actor:/h/C/i", "expected \"actor://\"", 7},
        {"actor://", "the host is missing", 8},
        {"actor:///C/i", "the host is missing", 8},
        {"actor://h", "the class is missing: expected \"/\"", 9},
        {"actor://h/", "the class is missing", 10},
        {"actor://h//i", "the class is missing", 10},
        {"actor://h/C", "the instance is missing", 11},
        {"actor://h/C/", "the instance is missing", 12},
        {"actor://h/C/i/", "the port is missing", 14},
        {"actor://h/C/i/p/x", "nothing may follow the port", 15},
        {"actor://h:80/C/i", "a host has no port number here", 9},
        {"actor://h h/C/i", "\" \" is not allowed in a host", 9},
        {"actor://[::1/C/i", "this \"[\" is never closed", 8},
        {"actor://[::g]/C/i", "\"::g\" is no IPv6 address", 9},
        {"actor://[::1]x/C/i", "expected \"/\" after the host", 13},
        {"actor://[::1%25]/C/i", "the zone", 9},
        {"actor://h/C d/i", "\"C d\" is no class", 11},
        {"actor://h/C/i.j", "\"i.j\" is no instance", 13},
        {"actor://h/C/i?x=1", "is no instance", 13},
        {"actor://h/C/i%4", "two hexadecimal digits", 13},
        {"actor://h/C/i%zz", "two hexadecimal digits", 13},
        {"actor://h/C/i%2F", "\"i/\" is no instance", 12},
        {"actor://h/C/i%00", "is no instance", 12},
        {"actor://h/C/i\n", "is no instance", 13},
    };
    for (const auto& c : cases) {
        const auto uri = parse_uri(c.text);
        ASSERT_FALSE(uri) << c.text;
        const std::string& text = uri.error().text;
        EXPECT_NE(text.find(c.why), std::string::npos) << text;
        EXPECT_NE(text.find("at character " + std::to_string(c.at + 1) + ";"), std::string::npos)
            << text;
        EXPECT_EQ(text.substr(text.rfind('\n') + 1), std::string(2 + c.at, ' ') + "^") << text;
    }
}

TEST(Uri, refuses_names_and_texts_that_are_too_long) {
    EXPECT_TRUE(parse_uri("actor://h/C/" + std::string(63, 'i')));
    EXPECT_FALSE(parse_uri("actor://h/C/" + std::string(64, 'i')));
    EXPECT_FALSE(parse_uri("actor://" + std::string(254, 'h') + "/C/i"));
    const auto huge = parse_uri(std::string(2000, 'a'));
    ASSERT_FALSE(huge);
    EXPECT_LT(huge.error().text.size(), 600U) << "a message shows only the part around the error";
}

TEST(Uri, is_told_from_an_instance_name) {
    EXPECT_TRUE(looks_like_uri("actor://h/C/i"));
    EXPECT_TRUE(looks_like_uri("Actor:x"));
    EXPECT_FALSE(looks_like_uri("actor"));
    EXPECT_FALSE(looks_like_uri("cam"));
}

}  // namespace
}  // namespace streamlib
