// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/rtp_header.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace streamlib::st2110;

namespace {

std::vector<std::byte> octets(std::initializer_list<unsigned> values) {
    std::vector<std::byte> bytes;
    for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

/// A header with this first octet, and these octets after the fixed part.
std::vector<std::byte> packet(unsigned first, std::initializer_list<unsigned> rest) {
    auto bytes = octets({first, 0xe0, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8});
    const auto more = octets(rest);
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
}

struct Case {
    const char* what;
    std::vector<std::byte> bytes;
    RtpStatus status;
    std::size_t payload = 0;
};

}  // namespace

TEST(RtpHeader, reads_and_writes_every_field) {
    const RtpHeader header{true, 96, 0xfffe, 0x89abcdef, 0xdeadbeef};
    std::vector<std::byte> bytes(rtp_header_bytes);
    write_rtp(header, bytes.data());
    EXPECT_EQ(bytes,
              octets({0x80, 0xe0, 0xff, 0xfe, 0x89, 0xab, 0xcd, 0xef, 0xde, 0xad, 0xbe, 0xef}));
    RtpPacket read;
    ASSERT_EQ(parse_rtp(bytes, read), RtpStatus::ok);
    EXPECT_EQ(read.header, header);
    EXPECT_TRUE(read.payload.empty());
}

TEST(RtpHeader, skips_csrc_extension_and_padding_and_refuses_lengths_that_lie) {
    const Case cases[] = {
        {"plain", packet(0x80, {1, 2, 3}), RtpStatus::ok, 3},
        {"version 1", packet(0x40, {1}), RtpStatus::wrong_version},
        {"version 3", packet(0xc0, {1}), RtpStatus::wrong_version},
        {"one csrc", packet(0x81, {9, 9, 9, 9, 1}), RtpStatus::ok, 1},
        {"csrc cut", packet(0x82, {9, 9, 9, 9, 1}), RtpStatus::too_short},
        {"empty extension", packet(0x90, {0xbe, 0xde, 0, 0, 1, 2}), RtpStatus::ok, 2},
        {"extension of a word", packet(0x90, {0, 0, 0, 1, 9, 9, 9, 9, 1}), RtpStatus::ok, 1},
        {"extension cut", packet(0x90, {0, 0, 0, 2, 9, 9, 9, 9, 1}), RtpStatus::bad_extension},
        {"extension of 64 k words", packet(0x90, {0, 0, 0xff, 0xff}), RtpStatus::bad_extension},
        {"extension without its head", packet(0x90, {0, 0, 0}), RtpStatus::bad_extension},
        {"padding of all", packet(0xa0, {0, 0, 3}), RtpStatus::ok, 0},
        {"padding of one", packet(0xa0, {7, 7, 1}), RtpStatus::ok, 2},
        {"padding of none", packet(0xa0, {7, 7, 0}), RtpStatus::bad_padding},
        {"padding of more", packet(0xa0, {7, 7, 4}), RtpStatus::bad_padding},
        {"padding of nothing", packet(0xa0, {}), RtpStatus::bad_padding},
        {"all three", packet(0xb1, {9, 9, 9, 9, 0, 0, 0, 1, 8, 8, 8, 8, 5, 6, 0, 2}), RtpStatus::ok,
         2},
    };
    for (const Case& c : cases) {
        RtpPacket read;
        EXPECT_EQ(parse_rtp(c.bytes, read), c.status) << c.what;
        EXPECT_EQ(read.payload.size(), c.payload) << c.what;
    }
    RtpPacket read;
    for (std::size_t size = 0; size < rtp_header_bytes; ++size)
        EXPECT_EQ(parse_rtp(std::span(cases[0].bytes).first(size), read), RtpStatus::too_short);
}
