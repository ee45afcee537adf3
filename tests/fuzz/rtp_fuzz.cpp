// SPDX-License-Identifier: Apache-2.0
// Any octets as an RTP packet: the payload lies inside it, and a header that was read is written as it was.
#include "actors/st2110/rtp/rtp_header.hpp"
#include "ipc/base/assert.hpp"

using namespace streamlib::st2110;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    RtpPacket packet;
    if (parse_rtp(bytes, packet) != RtpStatus::ok) return 0;
    const auto* begin = packet.payload.data();
    STREAMLIB_ASSERT(
        packet.payload.empty() || (begin >= bytes.data() + rtp_header_bytes &&
                                   begin + packet.payload.size() <= bytes.data() + size),
        "a payload outside its packet");
    std::byte again[rtp_header_bytes];
    write_rtp(packet.header, again);
    RtpPacket reread;
    STREAMLIB_ASSERT(parse_rtp(again, reread) == RtpStatus::ok && reread.header == packet.header,
                     "a header is not written as it was read");
    return 0;
}
