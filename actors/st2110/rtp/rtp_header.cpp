// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp/rtp_header.hpp"

namespace streamlib::st2110 {

std::string_view to_string(RtpStatus status) noexcept {
    switch (status) {
        case RtpStatus::ok: return "ok";
        case RtpStatus::too_short: return "too short";
        case RtpStatus::wrong_version: return "not RTP version 2";
        case RtpStatus::bad_extension: return "header extension past the end";
        case RtpStatus::bad_padding: return "padding larger than the payload";
    }
    return "?";
}

RtpStatus detail::trim_rtp(std::span<const std::byte> bytes,
                           std::span<const std::byte>& payload) noexcept {
    const auto first = std::to_integer<unsigned>(bytes[0]);
    std::size_t begin = rtp_header_bytes + std::size_t{4} * (first & 0x0f);
    if (begin > bytes.size()) return RtpStatus::too_short;
    if ((first & 0x10) != 0) {
        if (bytes.size() - begin < 4) return RtpStatus::bad_extension;
        const std::size_t words = load_be16(&bytes[begin + 2]);
        begin += 4;
        if (bytes.size() - begin < 4 * words) return RtpStatus::bad_extension;
        begin += 4 * words;
    }
    std::size_t end = bytes.size();
    if ((first & 0x20) != 0) {
        if (begin == end) return RtpStatus::bad_padding;
        const auto padding = std::to_integer<std::size_t>(bytes[end - 1]);
        if (padding == 0 || padding > end - begin) return RtpStatus::bad_padding;
        end -= padding;
    }
    payload = bytes.subspan(begin, end - begin);
    return RtpStatus::ok;
}

}  // namespace streamlib::st2110
