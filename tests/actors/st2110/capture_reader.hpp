// SPDX-License-Identifier: Apache-2.0
// UDP payloads of a capture file (pcap of Ethernet, microseconds or nanoseconds), with when and where to.
#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "actors/st2110/rtp/big_endian.hpp"

namespace streamlib::st2110::fixtures {

struct Captured {
    std::int64_t ns = 0;
    std::uint32_t group = 0;  ///< Destination, 0xef010201 for 239.1.2.1.
    std::vector<std::byte> payload;
};

inline std::string capture_path(const std::string& name) {
    return std::string(STREAMLIB_SHARED_DIR) + "/captures/" + name;
}

inline std::vector<Captured> read_capture(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> all{std::istreambuf_iterator<char>(file), {}};
    const auto little = [&](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, all.data() + at, sizeof value);
        return value;
    };
    std::vector<Captured> packets;
    if (all.size() < 24) return packets;
    const std::int64_t unit = little(0) == 0xa1b23c4dU ? 1 : 1000;
    for (std::size_t at = 24; at + 16 <= all.size();) {
        const std::size_t size = little(at + 8);
        const auto* frame = reinterpret_cast<const std::byte*>(all.data()) + at + 16;
        const std::int64_t ns = std::int64_t{little(at)} * 1'000'000'000 + little(at + 4) * unit;
        at += 16 + size;
        if (at > all.size() || size < 42 || load_be16(frame + 12) != 0x0800) continue;
        const std::size_t ip = std::to_integer<std::size_t>(frame[14] & std::byte{0x0f}) * 4;
        const std::size_t udp = 14 + ip;
        const std::size_t length = load_be16(frame + udp + 4);
        if (frame[23] != std::byte{17} || length < 8 || udp + length > size) continue;
        packets.push_back({ns, load_be32(frame + 30), {frame + udp + 8, frame + udp + length}});
    }
    return packets;
}

}  // namespace streamlib::st2110::fixtures
