// SPDX-License-Identifier: Apache-2.0
/// @file
/// Datagrams over loopback as fast as they go: what the product's sender and reactor take of a CPU, and what the kernel's
/// plain calls take.
///
/// Model     One process sends, on CPU 0, from a source that no cache holds; one receives, on CPU 1, and copies each payload
///           once into a slot. CPU time is user and system of each process, over the time that it sent or received.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <vector>

#include "bench/trial.hpp"

namespace streamlib::bench {

inline constexpr std::size_t udp_header_bytes = 20, udp_payload_bytes = 1200;
inline constexpr std::size_t udp_packet_bytes = udp_header_bytes + udp_payload_bytes;
inline constexpr std::size_t udp_frame_bytes = 5'184'000;  // 1080p 4:2:2 10 bit
inline constexpr std::size_t udp_batch =
    16;  // as much as paced traffic may send at once (CMAX, wide)
inline constexpr std::size_t udp_depth = 8;

/// The frames that are sent, over and over: more than the caches hold.
class UdpSource {
public:
    UdpSource() : memory_(9 * udp_frame_bytes, std::byte{1}) {}
    std::span<const std::byte> next() noexcept {
        if (at_ + udp_payload_bytes > memory_.size()) at_ = 0;
        at_ += udp_payload_bytes;
        return {memory_.data() + at_ - udp_payload_bytes, udp_payload_bytes};
    }

private:
    std::vector<std::byte> memory_;
    std::size_t at_ = 0;
};

/// Three slots, as a ring has them.
class UdpSlots {
public:
    UdpSlots() : memory_(3 * udp_frame_bytes, std::byte{1}) {}
    void take(std::span<const std::byte> packet) noexcept {
        if (packet.size() < udp_header_bytes) return;
        const auto payload = packet.subspan(udp_header_bytes);
        if (at_ + payload.size() > memory_.size()) at_ = 0;
        std::memcpy(memory_.data() + at_, payload.data(), payload.size());
        at_ += payload.size();
        ++packets_;
    }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }

private:
    std::vector<std::byte> memory_;
    std::size_t at_ = 0;
    std::uint64_t packets_ = 0;
};

struct UdpSides {
    /// Sends on a connected socket for so long; returns how many packets the kernel took.
    std::function<std::uint64_t(int socket, double seconds)> send;
    /// Receives on a bound socket until it is told to end and nothing more comes; returns how many packets it took.
    /// Calls `ready` once it listens.
    std::function<std::uint64_t(int socket, const std::function<void()>& ready,
                                const std::atomic<bool>& end)>
        receive;
};

/// kpps, send_ns, receive_ns (CPU a packet), packets_per_cpu_s (both sides together), lost_percent.
[[nodiscard]] Numbers measure_udp(const UdpSides& sides, double seconds);

/// io_uring called directly: segmented sends, multishot receive of joined packets into provided buffers.
[[nodiscard]] UdpSides udp_limit();

}  // namespace streamlib::bench
