// SPDX-License-Identifier: Apache-2.0
/// @file
/// Single attributes of SDP, text to record and back. Errors are one line without the place, which the reader adds.
/// Threads   Pure functions. Values are what follows the ':' of `a=NAME:`, without blanks around it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/st2110/sdp/description.hpp"

namespace streamlib::st2110 {

/// The value of `o=`, `c=`.
[[nodiscard]] Result<Origin> parse_origin(std::string_view value);
[[nodiscard]] Result<Connection> parse_connection(std::string_view value);
/// RFC 4570: " incl IN IP4 239.1.2.3 192.168.1.7", with or without the blank in front.
[[nodiscard]] Result<SourceFilter> parse_source_filter(std::string_view value);
/// RFC 7273. A clock that ST 2110 does not know is Kind::other, and no error.
[[nodiscard]] Result<RefClock> parse_ref_clock(std::string_view value);
[[nodiscard]] Result<MediaClock> parse_media_clock(std::string_view value);
/// RFC 5888 and 5576: "DUP a b".
[[nodiscard]] Result<Group> parse_group(std::string_view value);
/// `a=ptime`, `a=maxptime`: milliseconds with decimals, in nanoseconds; above 0 and at most one second.
[[nodiscard]] Result<std::int64_t> parse_packet_time(std::string_view value);
/// "a; b=1; c=2;": trailing ';', missing blanks and empty parts are all fine; at most 64 parameters.
[[nodiscard]] Result<std::vector<FormatParameter>> parse_parameters(std::string_view value);

[[nodiscard]] std::string to_string(const Origin& origin);
[[nodiscard]] std::string to_string(const Connection& connection);
[[nodiscard]] std::string to_string(const SourceFilter& filter, AddressFamily family);
[[nodiscard]] std::string to_string(const RefClock& clock);
[[nodiscard]] std::string to_string(const MediaClock& clock);
[[nodiscard]] std::string to_string(const Group& group);

/// Sample frames of a packet of that length: the nearest whole number, since AES67 writes 1/3 ms as "0.33".
[[nodiscard]] std::uint32_t samples_of(std::int64_t packet_ns, std::uint32_t rate) noexcept;
/// The packet time as AES67 writes it: exact with at most three decimals ("0.125"), else the shortest that says the same
/// number of samples ("0.33", "1.09").
[[nodiscard]] std::string packet_time_text(std::uint32_t samples, std::uint32_t rate);

}  // namespace streamlib::st2110
