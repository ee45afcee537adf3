// SPDX-License-Identifier: Apache-2.0
// The ceiling of RTP-sized UDP over loopback, by liburing itself and nothing around it.
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/mman.h>

#include <chrono>
#include <stdexcept>

#include "bench/udp_rate.hpp"

namespace streamlib::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Ring {
public:
    Ring(unsigned entries, unsigned flags, unsigned completions) {
        io_uring_params params{};
        params.flags = flags;
        params.cq_entries = completions;
        if (io_uring_queue_init_params(entries, &ring_, &params) < 0)
            throw Absent("no io_uring here");
    }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() { io_uring_queue_exit(&ring_); }
    io_uring* get() noexcept { return &ring_; }

private:
    io_uring ring_{};
};

std::uint64_t send_all(int socket, double seconds) {
    const int segment = udp_packet_bytes;
    setsockopt(socket, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    Ring ring(64, 0, 0);
    UdpSource source;
    static char headers[udp_batch][udp_header_bytes];
    static iovec parts[udp_depth][2 * udp_batch];
    msghdr messages[udp_depth]{};
    std::uint64_t sent = 0;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) {
        for (std::size_t m = 0; m < udp_depth; ++m) {
            for (std::size_t p = 0; p < udp_batch; ++p) {
                parts[m][2 * p] = {headers[p], udp_header_bytes};
                parts[m][2 * p + 1] = {const_cast<std::byte*>(source.next().data()),
                                       udp_payload_bytes};
            }
            messages[m].msg_iov = parts[m];
            messages[m].msg_iovlen = 2 * udp_batch;
            io_uring_prep_sendmsg(io_uring_get_sqe(ring.get()), socket, &messages[m], 0);
        }
        io_uring_submit_and_wait(ring.get(), udp_depth);
        io_uring_cqe* cqe = nullptr;
        unsigned head = 0, seen = 0;
        io_uring_for_each_cqe(ring.get(), head, cqe) {
            ++seen;
            if (cqe->res > 0) sent += static_cast<unsigned>(cqe->res) / udp_packet_bytes;
        }
        io_uring_cq_advance(ring.get(), seen);
    }
    return sent;
}

constexpr unsigned buffer_count = 256;
constexpr std::size_t buffer_bytes = 65536 + 256;

struct Buffers {
    io_uring_buf_ring* ring = nullptr;
    std::vector<char> memory = std::vector<char>(buffer_count * buffer_bytes, 1);
    int added = 0;

    explicit Buffers(io_uring* uring) {
        void* entries = mmap(nullptr, buffer_count * sizeof(io_uring_buf), PROT_READ | PROT_WRITE,
                             MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
        io_uring_buf_reg registration{};
        registration.ring_addr = reinterpret_cast<std::uintptr_t>(entries);
        registration.ring_entries = buffer_count;
        if (entries == MAP_FAILED || io_uring_register_buf_ring(uring, &registration, 0) != 0)
            throw std::runtime_error("no provided buffer ring");
        ring = static_cast<io_uring_buf_ring*>(entries);
        io_uring_buf_ring_init(ring);
        for (unsigned i = 0; i < buffer_count; ++i) add(i);
        publish();
    }
    char* at(unsigned id) { return &memory[id * buffer_bytes]; }
    void add(unsigned id) {
        io_uring_buf_ring_add(ring, at(id), buffer_bytes, static_cast<unsigned short>(id),
                              io_uring_buf_ring_mask(buffer_count), added++);
    }
    void publish() {
        io_uring_buf_ring_advance(ring, added);
        added = 0;
    }
};

void take_message(UdpSlots& slots, void* buffer, int length, msghdr& shape) {
    io_uring_recvmsg_out* out = io_uring_recvmsg_validate(buffer, length, &shape);
    if (out == nullptr) return;
    const std::size_t bytes = io_uring_recvmsg_payload_length(out, length, &shape);
    const auto* data = static_cast<const std::byte*>(io_uring_recvmsg_payload(out, &shape));
    for (std::size_t at = 0; at + udp_packet_bytes <= bytes; at += udp_packet_bytes)
        slots.take({data + at, udp_packet_bytes});
}

std::uint64_t receive_all(int socket, const std::function<void()>& ready,
                          const std::atomic<bool>& end) {
    const int one = 1;
    setsockopt(socket, IPPROTO_UDP, UDP_GRO, &one, sizeof one);
    Ring ring(64, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_CQSIZE, 4096);
    Buffers buffers(ring.get());
    UdpSlots slots;
    msghdr shape{};
    shape.msg_controllen = 64;
    bool armed = false;
    ready();
    for (;;) {
        if (!armed) {
            io_uring_sqe* request = io_uring_get_sqe(ring.get());
            io_uring_prep_recvmsg_multishot(request, socket, &shape, 0);
            request->flags |= IOSQE_BUFFER_SELECT;
            armed = true;
        }
        io_uring_cqe* cqe = nullptr;
        __kernel_timespec wait{0, 50'000'000};
        io_uring_submit_and_wait_timeout(ring.get(), &cqe, 1, &wait, nullptr);
        unsigned head = 0, seen = 0;
        io_uring_for_each_cqe(ring.get(), head, cqe) {
            ++seen;
            armed = armed && (cqe->flags & IORING_CQE_F_MORE) != 0;
            if (cqe->res < 0) continue;
            const unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
            take_message(slots, buffers.at(id), cqe->res, shape);
            buffers.add(id);
        }
        buffers.publish();
        io_uring_cq_advance(ring.get(), seen);
        if (seen == 0 && end.load(std::memory_order_acquire)) return slots.packets();
    }
}

}  // namespace

UdpSides udp_limit() { return {send_all, receive_all}; }

}  // namespace streamlib::bench
