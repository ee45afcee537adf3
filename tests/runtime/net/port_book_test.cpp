// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/port_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

using namespace streamlib;
using ::testing::HasSubstr;

namespace {

struct Machine {
    std::set<std::uint16_t> taken{};
    std::uint16_t next_dynamic = 40000;
    PortBook::Probe probe() {
        return [this](std::uint16_t port) -> std::uint16_t {
            if (port == 0) return next_dynamic++;
            return taken.contains(port) ? std::uint16_t{0} : port;
        };
    }
};

TEST(PortBook, counts_even_ports_from_5004_and_passes_over_what_is_taken) {
    Machine machine{.taken = {5006}};
    PortBook book;
    EXPECT_EQ(*book.claim("camera.video", PortRule::even, machine.probe()), 5004);
    EXPECT_EQ(*book.claim("camera.audio", PortRule::even, machine.probe()), 5008);
}

TEST(PortBook, an_owner_keeps_its_port_over_restarts) {
    Machine machine;
    PortBook book;
    const auto first = *book.claim("camera.video", PortRule::dynamic, machine.probe());
    EXPECT_EQ(*book.claim("camera.video", PortRule::dynamic, machine.probe()), first);
    EXPECT_EQ(*book.claim("camera.video", PortRule::even, machine.probe()), first);
    EXPECT_EQ(book.size(), 1U);
}

TEST(PortBook, no_port_is_handed_out_twice) {
    PortBook book;
    // A kernel that gives the same port three times: its socket was closed in between.
    int calls = 0;
    const auto probe = [&](std::uint16_t) {
        return static_cast<std::uint16_t>(calls++ < 3 ? 40000 : 40001);
    };
    EXPECT_EQ(*book.claim("a", PortRule::dynamic, probe), 40000);
    EXPECT_EQ(*book.claim("b", PortRule::dynamic, probe), 40001);
}

TEST(PortBook, a_port_written_by_hand_is_taken_for_the_rules_too) {
    Machine machine;
    PortBook book;
    ASSERT_TRUE(book.claim_exactly("in.video", 5004));
    EXPECT_EQ(*book.claim("out.video", PortRule::even, machine.probe()), 5006);
    const auto refused = book.claim_exactly("other.video", 5006);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::already_exists);
    EXPECT_THAT(refused.error().text, HasSubstr("out.video"));
    EXPECT_TRUE(book.claim_exactly("out.video", 5006));
}

TEST(PortBook, what_was_released_is_free_again) {
    Machine machine;
    PortBook book;
    EXPECT_EQ(*book.claim("a", PortRule::even, machine.probe()), 5004);
    book.release("a");
    book.release("never there");
    EXPECT_EQ(book.port_of("a"), 0);
    EXPECT_EQ(*book.claim("b", PortRule::even, machine.probe()), 5004);
}

TEST(PortBook, says_when_there_is_none_left) {
    PortBook book;
    const auto none = [](std::uint16_t) { return std::uint16_t{0}; };
    EXPECT_EQ(book.claim("a", PortRule::even, none).error().code, Errc::no_memory);
    EXPECT_EQ(book.claim("a", PortRule::dynamic, none).error().code, Errc::no_memory);
}

}  // namespace
