// SPDX-License-Identifier: Apache-2.0
/// @file
/// Network addresses as SDP writes them.
///
/// Model     Numeric addresses are kept in the system's shortest form, so that equal addresses compare
///           equal; a host name is kept as it is. Nothing here asks a name server.
/// Threads   Values, pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"

namespace streamlib::st2110 {

enum class AddressFamily : std::uint8_t { ip4, ip6 };

struct Address {
    AddressFamily family = AddressFamily::ip4;
    std::string text;      ///< "239.1.2.3", "ff3e::1", "encoder.example.org".
    bool is_name = false;  ///< A host name, to be resolved by whoever uses it.
    friend bool operator==(const Address&, const Address&) = default;
};

/// A numeric address of either family, without [ ], port or zone.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

/// As after `IN IP4` or `IN IP6`: a numeric address of that family, or a host name.
[[nodiscard]] Result<Address> parse_address(std::string_view text, AddressFamily family);

/// 224.0.0.0/4 or ff00::/8.
[[nodiscard]] bool is_multicast(const Address& address) noexcept;

[[nodiscard]] std::string_view to_string(AddressFamily family) noexcept;  ///< "IP4"

}  // namespace streamlib::st2110
