// SPDX-License-Identifier: Apache-2.0
/// @file
/// The RTP header (RFC 3550 clause 5.1): reading with every length checked, and writing.
///
///     RtpPacket packet;
///     if (parse_rtp(datagram, packet) != RtpStatus::ok) ++bad;
///     else use(packet.header.timestamp, packet.payload);
///
/// Model     Padding, header extension and CSRC are accepted and skipped; what we write has none of them.
/// Threads   Pure functions.
/// Errors    `RtpStatus`; a packet that is refused leaves the result untouched.
/// Cost      Some ten instructions, no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "actors/st2110/rtp/big_endian.hpp"

namespace streamlib::st2110 {

/// Octets of the header that we write.
inline constexpr std::size_t rtp_header_bytes = 12;
/// Octets of UDP's own header, which MAXUDP (ST 2110-10 clause 6.3) counts as well.
inline constexpr std::size_t udp_header_bytes = 8;

enum class RtpStatus : std::uint8_t {
    ok,
    too_short,      ///< Fewer octets than the fixed header and its CSRC list need.
    wrong_version,  ///< Not RTP: the version is not 2.
    bad_extension,  ///< The extension ends after the packet.
    bad_padding,    ///< The padding is empty or larger than what is left.
};

[[nodiscard]] std::string_view to_string(RtpStatus status) noexcept;

struct RtpHeader {
    bool marker = false;
    std::uint8_t payload_type = 0;  ///< 0 … 127.
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    friend bool operator==(const RtpHeader&, const RtpHeader&) = default;
};

struct RtpPacket {
    RtpHeader header{};
    std::span<const std::byte> payload{};  ///< Inside the packet; may be empty.
};

namespace detail {
/// The rare rest of parse_rtp: CSRC, extension, padding.
[[nodiscard]] RtpStatus trim_rtp(std::span<const std::byte> bytes,
                                 std::span<const std::byte>& payload) noexcept;
}  // namespace detail

[[nodiscard]] inline RtpStatus parse_rtp(std::span<const std::byte> bytes,
                                         RtpPacket& packet) noexcept {
    if (bytes.size() < rtp_header_bytes) return RtpStatus::too_short;
    const auto first = std::to_integer<unsigned>(bytes[0]);
    if (first >> 6 != 2) return RtpStatus::wrong_version;
    std::span<const std::byte> payload = bytes.subspan(rtp_header_bytes);
    if ((first & 0x3f) != 0)
        if (const RtpStatus status = detail::trim_rtp(bytes, payload); status != RtpStatus::ok)
            return status;
    const auto second = std::to_integer<unsigned>(bytes[1]);
    packet.header = {.marker = (second & 0x80) != 0,
                     .payload_type = static_cast<std::uint8_t>(second & 0x7f),
                     .sequence = load_be16(&bytes[2]),
                     .timestamp = load_be32(&bytes[4]),
                     .ssrc = load_be32(&bytes[8])};
    packet.payload = payload;
    return RtpStatus::ok;
}

/// Writes `rtp_header_bytes` octets. Contract: payload_type < 128.
inline void write_rtp(const RtpHeader& header, std::byte* out) noexcept {
    out[0] = std::byte{0x80};
    out[1] = static_cast<std::byte>((header.marker ? 0x80U : 0U) | header.payload_type);
    store_be16(out + 2, header.sequence);
    store_be32(out + 4, header.timestamp);
    store_be32(out + 8, header.ssrc);
}

}  // namespace streamlib::st2110
