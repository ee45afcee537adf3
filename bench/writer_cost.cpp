// SPDX-License-Identifier: Apache-2.0
#include "bench/writer_cost.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <deque>

#include "bench/processes.hpp"
#include "bench/ring_pieces.hpp"

namespace streamlib::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t payload_bytes = 64;

void publish_one(ipc::RingWriter& writer) {
    ipc::OpenSlot slot = writer.claim();
    if (!slot) throw std::runtime_error("the ring has no free slot");
    ipc::BlockHeader header;
    header.payload_bytes = payload_bytes;
    writer.publish(slot, header);
}

/// Median over batches: a batch in which somebody else had the CPU does not count.
double ns_of_publish(ipc::RingWriter& writer) {
    constexpr int batches = 101, count = 10'000;
    std::vector<double> ns;
    for (int batch = 0; batch < batches; ++batch) {
        const auto begin = Clock::now();
        for (int i = 0; i < count; ++i) publish_one(writer);
        const auto taken = Clock::now() - begin;
        if (batch > 0)
            ns.push_back(std::chrono::duration<double, std::nano>(taken).count() / count);
    }
    return summary_of(ns).at("p50");
}

/// Sleepers that count how often they were woken.
struct Wakings {
    std::atomic<std::uint64_t> count{0};
    alignas(64) std::atomic<std::uint32_t> word{0};
};

constexpr int wake_rounds = 300;

/// `wake` must wake all; each sample is taken only once all sleep again. One CPU for all sleepers.
template <class Sleep, class Wake>
Numbers cost_of_waking(std::uint32_t sleepers, Wakings& wakings, const Sleep& sleep,
                       const Wake& wake) {
    std::vector<pid_t> pids;
    for (std::uint32_t n = 0; n < sleepers; ++n) {
        pids.push_back(start_process([&, n] {
            pin_to(1);
            sleep(n);
        }));
    }
    Numbers numbers;
    std::exception_ptr failed;
    try {
        numbers = measure_in_process([&] {
            ::usleep(50'000);
            std::vector<double> us;
            for (std::uint64_t round = 1; round <= wake_rounds; ++round) {
                ::usleep(1000 + 50 * sleepers);  // all are back in the kernel
                const auto begin = Clock::now();
                wake();
                us.push_back(
                    std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
                while (wakings.count.load(std::memory_order_acquire) < round * sleepers)
                    ::usleep(100);
            }
            return summary_of(us);
        });
    } catch (...) {
        failed = std::current_exception();
    }
    for (const pid_t pid : pids) kill_process(pid);
    if (failed) std::rethrow_exception(failed);
    return numbers;
}

}  // namespace

Numbers cost_of_publish(std::uint32_t readers, Holding holding) {
    return measure_in_process([&]() -> Numbers {
        BenchRing ring(payload_bytes, readers);
        ipc::RingWriter writer = ring.writer();
        std::deque<ipc::RingReader> attached;
        std::deque<ipc::BlockView> views;
        for (std::uint32_t cell = 0; cell < readers; ++cell) {
            publish_one(writer);
            attached.push_back(ring.reader(cell));
            views.emplace_back();
            if (attached.back().read_latest(views.back()) != ipc::ReadStatus::fresh) {
                throw std::runtime_error("a reader saw nothing");
            }
            if (holding == Holding::nothing) views.back().release();
        }
        return {{"cost", ns_of_publish(writer)}};
    });
}

Numbers cost_of_publish_to_sleepers(std::uint32_t readers) {
    const SharedBytes shared(sizeof(Wakings));
    Wakings& wakings = *new (shared.data()) Wakings;
    BenchRing ring(payload_bytes, readers);
    ipc::RingWriter writer = ring.writer();
    const auto sleep = [&](std::uint32_t cell) {
        ipc::RingReader reader = ring.reader(cell);
        ipc::BlockView view;
        ipc::RingReader* const readers_of_mine[] = {&reader};
        for (;;) {
            while (reader.read_latest(view) != ipc::ReadStatus::fresh) {
                static_cast<void>(ipc::wait_for_blocks(readers_of_mine, {}, ipc::never, 0));
            }
            wakings.count.fetch_add(1, std::memory_order_release);
        }
    };
    return cost_of_waking(readers, wakings, sleep, [&] { publish_one(writer); });
}

Numbers cost_of_bare_wake(std::uint32_t sleepers) {
    const SharedBytes shared(sizeof(Wakings));
    Wakings& wakings = *new (shared.data()) Wakings;
    const auto* word = reinterpret_cast<const std::uint32_t*>(&wakings.word);
    const auto sleep = [&](std::uint32_t) {
        for (std::uint32_t seen = 0;; ++seen) {
            while (wakings.word.load(std::memory_order_seq_cst) == seen) {
                static_cast<void>(ipc::wait_any(std::array{ipc::WaitWord{word, seen}}, ipc::never));
            }
            wakings.count.fetch_add(1, std::memory_order_release);
        }
    };
    return cost_of_waking(sleepers, wakings, sleep, [&] {
        wakings.word.fetch_add(1, std::memory_order_seq_cst);
        ipc::futex_wake_all(word);
    });
}

}  // namespace streamlib::bench
