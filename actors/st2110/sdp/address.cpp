// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "runtime/graph/wording.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035.

bool numeric(const std::string& text, AddressFamily family, std::string& shortest) {
    std::array<unsigned char, 16> bytes{};
    std::array<char, INET6_ADDRSTRLEN> printed{};
    const int af = family == AddressFamily::ip4 ? AF_INET : AF_INET6;
    if (inet_pton(af, text.c_str(), bytes.data()) != 1) return false;
    if (inet_ntop(af, bytes.data(), printed.data(), printed.size()) == nullptr) return false;
    shortest = printed.data();
    return true;
}

bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > longest_name) return false;
    const bool only_digits = text.find_first_not_of("0123456789.") == std::string_view::npos;
    return !only_digits && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
    for (const AddressFamily family : {AddressFamily::ip4, AddressFamily::ip6}) {
        Address found{.family = family, .text = {}};
        if (text.size() < INET6_ADDRSTRLEN && numeric(std::string(text), family, found.text))
            return found;
    }
    return fail(Errc::parse, "the address " + wording::quoted(text) +
                                 " is neither IPv4 nor IPv6; write e.g. 239.1.2.3 or ff3e::1");
}

Result<Address> parse_address(std::string_view text, AddressFamily family) {
    Address found{.family = family, .text = {}};
    if (text.size() < INET6_ADDRSTRLEN && numeric(std::string(text), family, found.text))
        return found;
    const bool other = parse_address(text).has_value();
    if (other)
        return fail(Errc::parse, "the address " + wording::quoted(text) + " is not " +
                                     std::string(to_string(family)) + "; write IN " +
                                     (family == AddressFamily::ip4 ? "IP6" : "IP4") + " before it");
    if (!is_host_name(text))
        return fail(Errc::parse, "the address " + wording::quoted(text) + " is not " +
                                     std::string(to_string(family)) + "; write e.g. " +
                                     (family == AddressFamily::ip4 ? "239.1.2.3" : "ff3e::1"));
    found.text = std::string(text);
    found.is_name = true;
    return found;
}

bool is_multicast(const Address& address) noexcept {
    if (address.is_name) return false;
    if (address.family == AddressFamily::ip6)
        return address.text.starts_with("ff") && address.text.find(':') == 4;
    const int first = std::atoi(address.text.c_str());
    return first >= 224 && first <= 239;
}

std::string_view to_string(AddressFamily family) noexcept {
    return family == AddressFamily::ip4 ? "IP4" : "IP6";
}

}  // namespace streamlib::st2110
