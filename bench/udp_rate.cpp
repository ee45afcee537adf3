// SPDX-License-Identifier: Apache-2.0
#include "bench/udp_rate.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <new>

#include "bench/processes.hpp"
#include "bench/section.hpp"
#include "runtime/net/reactor.hpp"
#include "runtime/net/sender.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib::bench {
namespace {

using Clock = std::chrono::steady_clock;

double cpu_seconds() {
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

template <class T>
T need(Result<T> made) {
    if (!made) throw std::runtime_error(made.error().text);
    return std::move(*made);
}

std::uint64_t send_ours(int socket, double seconds, const SenderOptions& options) {
    auto sender = need(DatagramSender::create(socket, options));
    if (options.allow_io_uring && !sender->uses_io_uring())
        throw Absent(std::string(sender->method()));
    UdpSource source;
    std::uint64_t sent = 0;
    const auto take = [&](MonotonicTime until) {
        for (const SendDone& done : sender->take_done(until)) sent += done.datagrams;
    };
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) {
        for (std::size_t m = 0; m < udp_depth; ++m) {
            SendBatch* batch = sender->open();
            if (batch == nullptr) break;
            for (std::size_t p = 0; p < udp_batch; ++p)
                std::memset(batch->add(udp_header_bytes, source.next()).data(), 0,
                            udp_header_bytes);
            sender->commit(*batch, m);
        }
        sender->submit();
        take(MonotonicTime::now() + 1'000'000'000);
    }
    while (sender->under_way() != 0) take(MonotonicTime::now() + 1'000'000'000);
    return sent;
}

std::uint64_t receive_ours(int socket, const std::function<void()>& ready,
                           const std::atomic<bool>& end, const ReactorOptions& options) {
    auto reactor = need(Reactor::create(options));
    UdpSlots slots;
    (void)need(reactor->on_datagrams(socket, [&](const Datagrams& arrival) {
        for (std::size_t i = 0; i < arrival.size(); ++i) slots.take(arrival[i]);
    }));
    (void)reactor->run_once(MonotonicTime{0});
    ready();
    for (;;) {
        const bool handled = reactor->run_once(MonotonicTime::now() + 50'000'000);
        if (!handled && end.load(std::memory_order_acquire)) return slots.packets();
    }
}

UdpSides ours(bool io_uring, bool zero_copy = false) {
    return {[=](int socket, double seconds) {
                return send_ours(
                    socket, seconds,
                    {.depth = udp_depth, .allow_io_uring = io_uring, .zero_copy = zero_copy});
            },
            [=](int socket, const std::function<void()>& ready, const std::atomic<bool>& end) {
                return receive_ours(socket, ready, end, {.allow_io_uring = io_uring});
            }};
}

struct Shared {
    std::atomic<bool> ready{false}, end{false};
    std::uint64_t received = 0, sent = 0;
    double receive_cpu = 0, send_cpu = 0, elapsed = 0;
};

OpenedSocket open_receiver() {
    SocketWish wish;
    wish.use = SocketUse::receive;
    wish.local = need(parse_endpoint("127.0.0.1:0")).address;
    wish.receive_buffer_bytes = 32U << 20;
    return need(open_socket(wish));
}

OpenedSocket open_sender(const SocketAddress& to) {
    SocketWish wish;
    wish.use = SocketUse::send;
    wish.remote = to;
    wish.send_buffer_bytes = 4U << 20;
    return need(open_socket(wish));
}

}  // namespace

Numbers measure_udp(const UdpSides& sides, double seconds) {
    const SharedBytes memory(sizeof(Shared));
    auto* shared = new (memory.data()) Shared;
    const OpenedSocket in = open_receiver(), out = open_sender(in.bound);
    const pid_t receiver = start_process([&] {
        pin_to(1);
        double begin = 0;
        const auto ready = [&] {
            begin = cpu_seconds();
            shared->ready.store(true, std::memory_order_release);
        };
        shared->received = sides.receive(in.fd.get(), ready, shared->end);
        shared->receive_cpu = cpu_seconds() - begin;
    });
    const pid_t sender = start_process([&] {
        pin_to(0);
        while (!shared->ready.load(std::memory_order_acquire)) usleep(1000);
        const double begin = cpu_seconds();
        const auto from = Clock::now();
        shared->sent = sides.send(out.fd.get(), seconds);
        shared->elapsed = std::chrono::duration<double>(Clock::now() - from).count();
        shared->send_cpu = cpu_seconds() - begin;
        // Release: pairs with the receivers' acquire of `end`.
        shared->end.store(true, std::memory_order_release);
    });
    finish_all({receiver, sender}, "udp");
    const auto sent = static_cast<double>(shared->sent),
               received = static_cast<double>(shared->received);
    if (sent == 0 || received == 0) throw std::runtime_error("nothing was sent, or nothing came");
    const double send_ns = shared->send_cpu / sent * 1e9,
                 receive_ns = shared->receive_cpu / received * 1e9;
    return {{"kpps", sent / shared->elapsed / 1e3},
            {"send_ns", send_ns},
            {"receive_ns", receive_ns},
            {"packets_per_cpu_s", 1e9 / (send_ns + receive_ns)},
            {"lost_percent", 100 * (sent - received) / sent}};
}

Section udp_rate() {
    Section section;
    const auto add = [&](const std::string& name, const UdpSides& sides) {
        section.trials.push_back({name, [sides] { return measure_udp(sides, 1.0); }});
    };
    add("limit/udp", udp_limit());
    add("udp/io_uring", ours(true));
    add("udp/mmsg", ours(false));
    add("udp/zero_copy", ours(true, true));
    const auto compare = [&](const std::string& trial, const std::string& words, Bound bound) {
        const std::string beside = "limit: liburing alone, payload copied once";
        section.comparisons.push_back(
            {"UDP 1,220 B " + words + ", packets per CPU second, both ends", "1/s", trial,
             "packets_per_cpu_s", beside, "limit/udp", "packets_per_cpu_s", bound, 0.8});
        section.comparisons.push_back({"UDP 1,220 B " + words + ", send", "CPU ns a packet", trial,
                                       "send_ns", beside, "limit/udp", "send_ns"});
        section.comparisons.push_back({"UDP 1,220 B " + words + ", receive", "CPU ns a packet",
                                       trial, "receive_ns", beside, "limit/udp", "receive_ns"});
        section.comparisons.push_back({"UDP 1,220 B " + words + ", lost", "%", trial,
                                       "lost_percent", beside, "limit/udp", "lost_percent"});
    };
    compare("udp/io_uring", "io_uring", Bound::ratio_at_least);
    compare("udp/mmsg", "without io_uring", Bound::none);
    // Why senders do not ask for it: on loopback the kernel copies for the receiver all the same.
    compare("udp/zero_copy", "zero copy", Bound::none);
    return section;
}

}  // namespace streamlib::bench
