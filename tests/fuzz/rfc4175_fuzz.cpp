// SPDX-License-Identifier: Apache-2.0
// The first octet chooses a format, the rest is a datagram: what is accepted lies inside the datagram and inside the frame.
#include "actors/st2110/rtp/video_packet.hpp"
#include "ipc/base/assert.hpp"
#include "tests/fuzz/rtp_fuzz_formats.hpp"

using namespace streamlib;
using namespace streamlib::st2110;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const VideoFormat& format = fuzz::formats()[input.byte() % fuzz::formats().size()];
    const PictureShape shape = *PictureShape::of(format);
    VideoDepacketiser depacketiser(shape, 96);
    const auto datagram = input.bytes(size);
    // Twice: rows of the frame may be recognised by the first.
    for (int i = 0; i < 2; ++i) {
        VideoPacket packet;
        if (depacketiser.parse(datagram, packet) != PacketStatus::ok) continue;
        for_each_part(packet, shape, depacketiser.frame_rows(), [&](const VideoPart& part) {
            STREAMLIB_ASSERT(
                part.data.data() >= datagram.data() &&
                    part.data.data() + part.data.size() <= datagram.data() + datagram.size(),
                "samples outside the datagram");
            STREAMLIB_ASSERT(part.data.size() == std::size_t{part.groups} * shape.group_octets &&
                                 part.offset == part.first_group * shape.group_octets &&
                                 part.offset + part.data.size() <= shape.frame_bytes(),
                             "samples outside the frame");
        });
    }
    return 0;
}
