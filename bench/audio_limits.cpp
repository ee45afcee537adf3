// SPDX-License-Identifier: Apache-2.0
#include "bench/audio_limits.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <ctime>
#include <stdexcept>

#include "bench/processes.hpp"
#include "bench/rtp_node.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::bench {
namespace {

/// What the processes found, summed up as they end.
struct Sums {
    std::atomic<std::uint64_t> sent{0}, late{0}, received{0}, send_cpu{0}, receive_cpu{0};
    std::atomic<bool> over{false};
};

std::uint64_t cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

void sleep_until(MonotonicTime time) {
    const timespec at{time.ns / 1'000'000'000, time.ns % 1'000'000'000};
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    return at;
}

UniqueFd connected_to(const sockaddr_in& at) {
    UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
        throw std::runtime_error("cannot connect");
    return fd;
}

/// Both ends of a stream; whoever forks uses the end that is its own.
struct Ends {
    UniqueFd receive, send;
    std::uint16_t port = 0;
};

Ends open_ends() {
    Ends ends;
    sockaddr_in at = loopback(0);
    socklen_t length = sizeof at;
    ends.receive = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int room = 4 << 20;
    ::setsockopt(ends.receive.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (::bind(ends.receive.get(), reinterpret_cast<sockaddr*>(&at), length) != 0 ||
        ::getsockname(ends.receive.get(), reinterpret_cast<sockaddr*>(&at), &length) != 0)
        throw std::runtime_error("no socket");
    ends.port = ntohs(at.sin_port);
    ends.send = connected_to(at);
    return ends;
}

/// Packets of valid RTP at their times, to all of `sockets`, until `end`.
void send_all(const AudioLoad& load, const std::vector<int>& sockets, MonotonicTime start,
              MonotonicTime end, Sums& sums) {
    ::prctl(PR_SET_TIMERSLACK, 1);
    std::array<std::uint8_t, 2048> packet{0x80, 97};
    const Nanoseconds period = Nanoseconds{load.packet_us} * 1000;
    std::uint32_t number = 0;
    sleep_until(start);
    const std::uint64_t before = cpu_ns();
    for (MonotonicTime due = start; due < end; due = due + period, ++number) {
        if (MonotonicTime::now() < due) sleep_until(due);
        if (MonotonicTime::now() - due > period) sums.late.fetch_add(sockets.size());
        const std::uint32_t timestamp = htonl(number * 48 * load.packet_us / 1000);
        const std::uint16_t sequence = htons(static_cast<std::uint16_t>(number));
        __builtin_memcpy(packet.data() + 2, &sequence, sizeof sequence);
        __builtin_memcpy(packet.data() + 4, &timestamp, sizeof timestamp);
        for (const int fd : sockets) (void)!::send(fd, packet.data(), load.packet_bytes(), 0);
    }
    sums.send_cpu += cpu_ns() - before;
    sums.sent += number * sockets.size();
}

/// A tenth of a second without a packet, or so, is when it looks whether it is over.
void receive_one(int socket, Sums& sums) {
    const timeval patience{0, 100'000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::array<std::uint8_t, 2048> packet;  // NOLINT: received into
    std::uint64_t count = 0;
    const std::uint64_t before = cpu_ns();
    while (!sums.over)
        if (::recv(socket, packet.data(), packet.size(), 0) > 0) ++count;
    sums.receive_cpu += cpu_ns() - before;
    sums.received += count;
}

void receive_all(const std::vector<int>& sockets, Sums& sums) {
    const UniqueFd poll(::epoll_create1(EPOLL_CLOEXEC));
    for (const int fd : sockets) {
        epoll_event wanted{.events = EPOLLIN, .data = {.fd = fd}};
        ::epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &wanted);
    }
    std::array<epoll_event, 64> ready;      // NOLINT: filled by epoll_wait
    std::array<std::uint8_t, 2048> packet;  // NOLINT: received into
    const std::uint64_t before = cpu_ns();
    while (!sums.over) {
        std::uint64_t count = 0;
        const int some = ::epoll_wait(poll.get(), ready.data(), ready.size(), 100);
        for (int n = 0; n < some; ++n)
            if (::recv(ready[static_cast<std::size_t>(n)].data.fd, packet.data(), packet.size(),
                       MSG_DONTWAIT) > 0)
                ++count;
        sums.received += count;
    }
    sums.receive_cpu += cpu_ns() - before;
}

Numbers numbers_of(const Sums& sums, double seconds) {
    const auto sent = static_cast<double>(sums.sent), received = static_cast<double>(sums.received);
    if (sent == 0 || received == 0) throw std::runtime_error("no packets");
    const auto send_cpu = static_cast<double>(sums.send_cpu),
               receive_cpu = static_cast<double>(sums.receive_cpu);
    const double send_ns = send_cpu / sent, receive_ns = receive_cpu / received;
    return {{"kpps", received / seconds / 1e3},
            {"send_ns", send_ns},
            {"receive_ns", receive_ns},
            {"send_cpu", send_cpu / seconds / 1e7},
            {"receive_cpu", receive_cpu / seconds / 1e7},
            {"packets_per_cpu_s", 1e9 / (send_ns + receive_ns)},
            {"late_percent", 100 * static_cast<double>(sums.late) / sent},
            {"lost", sent - received}};
}

Numbers measure(const AudioLoad& load, double seconds, bool one) {
    const SharedBytes shared(sizeof(Sums));
    Sums& sums = *new (shared.data()) Sums;
    std::vector<Ends> ends(load.streams);
    std::vector<int> to, from;
    for (Ends& each : ends) {
        each = open_ends();
        to.push_back(each.send.get());
        from.push_back(each.receive.get());
    }
    const MonotonicTime start = MonotonicTime::now() + 300'000'000,
                        end = start + static_cast<Nanoseconds>(seconds * 1e9);
    std::vector<pid_t> senders, receivers;
    for (unsigned n = 0; n < (one ? 1 : load.streams); ++n) {
        receivers.push_back(
            start_process([&] { one ? receive_all(from, sums) : receive_one(from[n], sums); }));
        senders.push_back(start_process(
            [&] { send_all(load, one ? to : std::vector<int>{to[n]}, start, end, sums); }));
    }
    for (const pid_t pid : senders) finish_process(pid, "the limit's sender");
    sleep_until(MonotonicTime::now() + 50'000'000);  // what is still on its way
    sums.over = true;
    for (const pid_t pid : receivers) finish_process(pid, "the limit's receiver");
    return numbers_of(sums, seconds);
}

}  // namespace

Numbers audio_limit_pairs(const AudioLoad& load, double seconds) {
    return measure(load, seconds, false);
}

Numbers audio_limit_one(const AudioLoad& load, double seconds) {
    return measure(load, seconds, true);
}

pid_t start_audio_sender(const AudioLoad& load, const std::vector<std::uint16_t>& to) {
    return start_process(
        [&] {
            Sums sums;
            std::vector<UniqueFd> owned;
            std::vector<int> sockets;
            for (const std::uint16_t port : to) {
                owned.push_back(connected_to(loopback(port)));
                sockets.push_back(owned.back().get());
            }
            const MonotonicTime now = MonotonicTime::now();
            send_all(load, sockets, now, now + 3600'000'000'000, sums);
        },
        300);
}

AudioDrain::AudioDrain(unsigned streams) : sums_(sizeof(Sums)) {
    Sums& sums = *new (sums_.data()) Sums;
    std::vector<Ends> ends(streams);
    std::vector<int> from;
    for (Ends& each : ends) {
        each = open_ends();
        from.push_back(each.receive.get());
        ports_.push_back(each.port);
    }
    pid_ = start_process([&] { receive_all(from, sums); }, 300);
}

AudioDrain::~AudioDrain() { kill_process(pid_); }

double AudioDrain::packets() const { return static_cast<double>(sums_.as<Sums>()->received); }

}  // namespace streamlib::bench
