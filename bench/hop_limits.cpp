// SPDX-License-Identifier: Apache-2.0
// What no ring can beat. Line by line what ../shared/limits/hop_limit.cpp does, so that both give the same figures.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/hops.hpp"
#include "bench/ping_pong.hpp"

namespace streamlib::bench {
namespace {

struct alignas(64) Line {
    std::atomic<std::uint64_t> value{0};
};

/// What one direction of the ping-pong uses.
struct Side {
    Line flag;
    Line header;
    alignas(64) std::atomic<std::uint32_t> word{0};
};

constexpr std::size_t slots = 3;

class AtomicsEnd {
public:
    AtomicsEnd(Side* sides, char* payload, std::size_t bytes, int side)
        : sides_(sides),
          payload_(payload),
          bytes_(std::max<std::size_t>(bytes, 128)),
          out_(static_cast<std::size_t>(side)) {}

    void send(std::uint64_t i) noexcept {
        *first(out_, i) = i;
        *last(out_, i) = i;
        sides_[out_].header.value.store(i, std::memory_order_relaxed);
        sides_[out_].flag.value.store(i, std::memory_order_release);
    }
    void receive(std::uint64_t i) const {
        const std::size_t in = 1 - out_;
        while (sides_[in].flag.value.load(std::memory_order_acquire) != i) {
        }
        const std::uint64_t header = sides_[in].header.value.load(std::memory_order_relaxed);
        expect(header == *first(in, i) && header == *last(in, i));
    }
    static std::size_t slot_bytes(std::size_t bytes) {
        return (std::max<std::size_t>(bytes, 128) + 4095) / 4096 * 4096;
    }

private:
    [[nodiscard]] volatile std::uint64_t* first(std::size_t direction,
                                                std::uint64_t i) const noexcept {
        return reinterpret_cast<volatile std::uint64_t*>(
            payload_ + (direction * slots + i % slots) * slot_bytes(bytes_));
    }
    [[nodiscard]] volatile std::uint64_t* last(std::size_t direction,
                                               std::uint64_t i) const noexcept {
        return first(direction, i) + bytes_ / 8 - 1;
    }

    Side* sides_;
    char* payload_;
    std::size_t bytes_, out_;
};

class FutexEnd {
public:
    FutexEnd(Side* sides, int side) : out_(sides[side].word), in_(sides[1 - side].word) {}
    void send(std::uint64_t i) noexcept {
        out_.store(static_cast<std::uint32_t>(i), std::memory_order_seq_cst);
        futex(out_, FUTEX_WAKE, 1);
    }
    void receive(std::uint64_t i) noexcept {
        for (;;) {
            const std::uint32_t seen = in_.load(std::memory_order_seq_cst);
            if (seen == static_cast<std::uint32_t>(i)) return;
            futex(in_, FUTEX_WAIT, seen);
        }
    }

private:
    static void futex(std::atomic<std::uint32_t>& word, int operation,
                      std::uint32_t value) noexcept {
        ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, value, nullptr,
                  nullptr, 0);
    }
    std::atomic<std::uint32_t>&out_, &in_;
};

}  // namespace

Numbers hop_of_bare_atomics(std::size_t bytes) {
    const SharedBytes sides(2 * sizeof(Side));
    auto* side = new (sides.data()) Side[2];
    const SharedBytes payload(2 * slots * AtomicsEnd::slot_bytes(bytes));
    return ping_pong(200'000,
                     [&](int n) { return AtomicsEnd(side, payload.as<char>(), bytes, n); });
}

Numbers hop_of_bare_futex() {
    const SharedBytes sides(2 * sizeof(Side));
    auto* side = new (sides.data()) Side[2];
    return ping_pong(20'000, [&](int n) { return FutexEnd(side, n); });
}

}  // namespace streamlib::bench
