// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <time.h>

#include <cerrno>
#include <cstring>

#include "runtime/net/poller.hpp"

namespace streamlib::net {

namespace {

template <class T>
bool read_value(std::span<const std::byte> data, T& to) noexcept {
    if (data.size() < sizeof to) return false;
    std::memcpy(&to, data.data(), sizeof to);
    return true;
}

void read_one(int level, int type, std::span<const std::byte> data, Datagrams& arrival) noexcept {
    if (level == SOL_UDP && type == UDP_GRO) {
        int segment = 0;
        if (read_value(data, segment) && segment > 0)
            arrival.segment_bytes = static_cast<std::uint32_t>(segment);
    } else if (level == SOL_SOCKET && type == SCM_TIMESTAMPNS) {
        timespec time{};
        if (read_value(data, time))
            arrival.arrival_utc_ns = std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    } else if (level == SOL_SOCKET && type == SO_RXQ_OVFL) {
        std::uint32_t drops = 0;
        if (read_value(data, drops)) arrival.kernel_drops = drops;
    }
}

}  // namespace

void read_control(std::span<const std::byte> control, Datagrams& arrival) noexcept {
    while (control.size() >= sizeof(cmsghdr)) {
        cmsghdr head{};
        std::memcpy(&head, control.data(), sizeof head);
        if (head.cmsg_len < CMSG_LEN(0) || head.cmsg_len > control.size()) return;
        read_one(head.cmsg_level, head.cmsg_type,
                 control.subspan(CMSG_LEN(0), head.cmsg_len - CMSG_LEN(0)), arrival);
        control = control.subspan(std::min<std::size_t>(CMSG_ALIGN(head.cmsg_len), control.size()));
    }
}

bool passes(int error) noexcept {
    switch (error) {
        case ECONNREFUSED:
        case ECONNRESET:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case ENETDOWN:
        case EHOSTDOWN:
        case ENOMEM:
        case EINTR:
        case EAGAIN: return true;
        default: return false;
    }
}

}  // namespace streamlib::net
