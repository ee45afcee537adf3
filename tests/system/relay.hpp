// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a network may do to packets, by a seed: held back behind later ones, delayed, sent twice, dropped. On loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ipc/base/time.hpp"
#include "runtime/net/socket_wish.hpp"

namespace streamlib::test {

class Relay {
public:
    struct Wishes {
        double hold = 0, twice = 0, drop = 0;  ///< Shares of all packets.
        int hold_packets = 5;   ///< What is held back goes when so many have passed …
        Nanoseconds delay = 0;  ///< … and everything takes up to so long.
    };
    /// `to`: the receiver's port.
    Relay(std::uint16_t to, Wishes wishes) : wishes_(wishes) {
        SocketWish wish;
        wish.use = SocketUse::receive;
        wish.local = any_address(AddressFamily::ipv4, 0);
        wish.receive_joined = 0;  // each packet by itself
        wish.receive_buffer_bytes = 8U << 20;
        if (auto opened = open_socket(wish)) in_ = std::move(*opened);
        to_.sin_family = AF_INET;
        to_.sin_port = htons(to);
        to_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        out_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        thread_ = std::thread([this] { run(); });
    }
    ~Relay() {
        over_ = true;
        thread_.join();
        ::close(out_);
    }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    /// Where the sender sends to.
    [[nodiscard]] std::string address() const {
        return "127.0.0.1:" + std::to_string(in_.bound.port);
    }
    std::atomic<std::uint64_t> dropped{0}, held{0}, twice{0};
    std::atomic<bool> harmless{false};  ///< From now on everything goes through at once.

private:
    struct Waiting {
        int left;  ///< Packets that pass before.
        MonotonicTime due;
        std::vector<char> packet;
    };
    void send(const std::vector<char>& packet) {
        static_cast<void>(::sendto(out_, packet.data(), packet.size(), 0,
                                   reinterpret_cast<const sockaddr*>(&to_), sizeof to_));
    }
    bool chance(double share) {
        return !harmless && std::uniform_real_distribution<>(0, 1)(random_) < share;
    }
    void take(const std::vector<char>& packet) {
        if (chance(wishes_.drop)) {
            ++dropped;
            return;
        }
        const int behind = chance(wishes_.hold) ? wishes_.hold_packets : 0;
        if (behind != 0) ++held;
        const int copies = chance(wishes_.twice) ? 2 : 1;
        if (copies == 2) ++twice;
        for (Waiting& other : waiting_) --other.left;
        for (int copy = 0; copy < copies; ++copy) {
            const Nanoseconds delay =
                harmless ? 0
                         : std::uniform_int_distribution<Nanoseconds>(0, wishes_.delay)(random_);
            waiting_.push_back({behind, MonotonicTime::now() + delay, packet});
        }
    }
    void run() {
        std::vector<char> packet(9000);
        while (!over_) {
            const ssize_t bytes = ::recv(in_.fd.get(), packet.data(), packet.size(), MSG_DONTWAIT);
            if (bytes < 0)
                ::usleep(200);
            else
                take({packet.begin(), packet.begin() + bytes});
            const MonotonicTime now = MonotonicTime::now();
            std::erase_if(waiting_, [&](const Waiting& one) {
                if (one.left > 0 || one.due > now) return false;
                send(one.packet);
                return true;
            });
        }
    }

    Wishes wishes_;
    OpenedSocket in_{};
    int out_ = -1;
    sockaddr_in to_{};
    std::mt19937 random_{2110};
    std::vector<Waiting> waiting_;
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace streamlib::test
