// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace streamlib;
using ::testing::HasSubstr;

namespace {

EndpointText good(std::string_view text) {
    auto endpoint = parse_endpoint(text);
    EXPECT_TRUE(endpoint) << text << ": " << (endpoint ? "" : endpoint.error().text);
    return endpoint ? *endpoint : EndpointText{};
}

std::string error_of(std::string_view text) {
    auto endpoint = parse_endpoint(text);
    EXPECT_FALSE(endpoint) << text;
    if (endpoint) return "";
    EXPECT_EQ(endpoint.error().code, Errc::parse);
    return endpoint.error().text;
}

TEST(Endpoint, reads_every_form_and_prints_it_again) {
    for (const char* text :
         {"10.0.0.7:5004", "0.0.0.0:0", "239.1.2.3:65535@eth0", "[2001:db8::7]:5004",
          "[ff3e::1]:5004@10.0.0.2", "[::]:1", "[ff02::1]:9@fe80::1"}) {
        EXPECT_EQ(to_string(good(text)), text);
    }
}

TEST(Endpoint, knows_what_it_read) {
    const EndpointText group = good("239.1.2.3:5004@eth0");
    EXPECT_EQ(group.address.family, AddressFamily::ipv4);
    EXPECT_EQ(group.address.port, 5004);
    EXPECT_EQ(group.interface, "eth0");
    EXPECT_TRUE(group.address.is_multicast());
    EXPECT_FALSE(group.address.is_any());
    EXPECT_TRUE(good("[ff3e::8000:1]:5004").address.is_multicast());
    EXPECT_FALSE(good("240.0.0.1:1").address.is_multicast());
    EXPECT_TRUE(good("[::]:1").address.is_any());
}

TEST(Endpoint, takes_the_interface_of_a_link_local_address_from_either_place) {
    EXPECT_EQ(good("[fe80::1%eth0]:5004"), good("[fe80::1]:5004@eth0"));
    EXPECT_EQ(good("[fe80::1%eth0]:5004@eth0").interface, "eth0");
    EXPECT_THAT(error_of("[fe80::1%eth0]:5004@eth1"), HasSubstr("two interfaces"));
    EXPECT_THAT(error_of("10.0.0.1%eth0:5004"), HasSubstr("after @"));
}

TEST(Endpoint, says_what_is_wrong_and_how_to_write_it) {
    EXPECT_THAT(error_of("10.0.0.7"), HasSubstr("no port"));
    EXPECT_THAT(error_of("[::1]"), HasSubstr("no port"));
    EXPECT_THAT(error_of("[::1:5004"), HasSubstr("no ] after ["));
    EXPECT_THAT(error_of("10.0.0.7:70000"), HasSubstr("0 to 65535"));
    EXPECT_THAT(error_of("10.0.0.7:+5"), HasSubstr("0 to 65535"));
    EXPECT_THAT(error_of("10.0.0.7:"), HasSubstr("0 to 65535"));
    EXPECT_THAT(error_of(":5004"), HasSubstr("0.0.0.0"));
    EXPECT_THAT(error_of("2001:db8::7:5004"), HasSubstr("brackets"));
    EXPECT_THAT(error_of("[10.0.0.7]:5004"), HasSubstr("brackets are for IPv6"));
    EXPECT_THAT(error_of("camera.local:5004"), HasSubstr("not an IPv4 or IPv6 address"));
    EXPECT_THAT(error_of("239.1.2.3:5004@"), HasSubstr("interface"));
    EXPECT_THAT(error_of("239.1.2.3:5004@a@b"), HasSubstr("interface"));
    EXPECT_THAT(error_of("010.0.0.7:5004"), HasSubstr("not an IPv4"));
    EXPECT_THAT(error_of(std::string(1000, 'x') + ":1"), HasSubstr("too long"));
    EXPECT_THAT(error_of("1.2.3.4\n:1"), ::testing::Not(HasSubstr("\n")));
}

TEST(Endpoint, looks_a_name_up_only_when_asked_to) {
    auto found = resolve_endpoint("localhost:5004@lo");
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ(found->address.port, 5004);
    EXPECT_EQ(found->interface, "lo");
    auto numeric = resolve_endpoint("10.0.0.7:5004");
    ASSERT_TRUE(numeric);
    EXPECT_EQ(*numeric, good("10.0.0.7:5004"));
    auto missing = resolve_endpoint("no such host:5004");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST(SocketAddress, becomes_the_kernels_and_comes_back) {
    for (const char* text : {"10.1.2.3:5004", "[2001:db8::7]:5004"}) {
        const SocketAddress address = good(text).address;
        sockaddr_storage kernel;
        const socklen_t length = to_kernel(address, kernel);
        EXPECT_EQ(from_kernel(&kernel, length), address);
        EXPECT_FALSE(from_kernel(&kernel, length - 1).is_set());
    }
    EXPECT_FALSE(from_kernel(nullptr, 0).is_set());
    EXPECT_EQ(to_string(SocketAddress{}), "-");
    sockaddr_storage kernel;
    EXPECT_EQ(to_kernel(SocketAddress{}, kernel), 0U);
}

TEST(Host, is_an_address_without_a_port) {
    auto host = parse_host("10.0.0.7");
    ASSERT_TRUE(host);
    EXPECT_TRUE(host->same_host(good("10.0.0.7:5004").address));
    EXPECT_FALSE(host->same_host(good("10.0.0.8:5004").address));
    EXPECT_FALSE(parse_host("10.0.0.7:5004"));
    EXPECT_FALSE(parse_host(""));
}

}  // namespace
