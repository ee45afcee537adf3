// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/send_verdict.hpp"

#include <cerrno>

namespace streamlib {

std::string_view to_string(SendStatus status) noexcept {
    switch (status) {
        case SendStatus::sent: return "sent";
        case SendStatus::refused: return "refused";
        case SendStatus::unreachable: return "unreachable";
        case SendStatus::no_buffers: return "no_buffers";
        case SendStatus::too_big: return "too_big";
        case SendStatus::forbidden: return "forbidden";
        case SendStatus::cancelled: return "cancelled";
        case SendStatus::failed: break;
    }
    return "failed";
}

namespace net {

SendVerdict judge(int error, bool segmented, unsigned tries) noexcept {
    constexpr unsigned most_tries = 3;
    switch (error) {
        case EAGAIN: return SendVerdict::wait;
        case EINTR: return SendVerdict::try_again;
        // Reported for an earlier datagram; this one was not sent, and now the report is taken.
        case ECONNREFUSED:
            return tries < most_tries ? SendVerdict::try_again : SendVerdict::give_up;
        // EIO: no checksum off-load; EINVAL, and EMSGSIZE of newer kernels: a segment is above the MTU, which one by one
        // gives the right error, or fragments.
        case EIO:
        case EINVAL:
        case EMSGSIZE:
        case EOPNOTSUPP: return segmented ? SendVerdict::without_segments : SendVerdict::give_up;
        default: return SendVerdict::give_up;
    }
}

SendStatus status_of(int error) noexcept {
    switch (error) {
        case 0: return SendStatus::sent;
        case ECONNREFUSED: return SendStatus::refused;
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EHOSTDOWN:
        case ENETDOWN:
        case ENODEV:
        case ENXIO:
        case EADDRNOTAVAIL: return SendStatus::unreachable;
        case ENOBUFS:
        case ENOMEM: return SendStatus::no_buffers;
        case EMSGSIZE: return SendStatus::too_big;
        case EPERM:
        case EACCES: return SendStatus::forbidden;
        case ECANCELED: return SendStatus::cancelled;
        default: return SendStatus::failed;
    }
}

void count(SendCounters& counters, const SendDone& done, std::size_t bytes) noexcept {
    counters.datagrams += done.datagrams;
    counters.lost += done.lost;
    counters.bytes += bytes;
    if (done.error != 0) counters.last_error = done.error;
    switch (done.status) {
        case SendStatus::sent: ++counters.batches; break;
        case SendStatus::refused: ++counters.refused; break;
        case SendStatus::unreachable: ++counters.unreachable; break;
        case SendStatus::no_buffers: ++counters.no_buffers; break;
        case SendStatus::too_big: ++counters.too_big; break;
        case SendStatus::forbidden: ++counters.forbidden; break;
        case SendStatus::cancelled:
        case SendStatus::failed: ++counters.failed; break;
    }
}

}  // namespace net
}  // namespace streamlib
