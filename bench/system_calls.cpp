// SPDX-License-Identifier: Apache-2.0
// The kernel counts: a seccomp filter traps every system call but the few that end the process.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "bench/processes.hpp"
#include "bench/ring_pieces.hpp"
#include "bench/writer_cost.hpp"

namespace streamlib::bench {
namespace {

constexpr int publishes = 1'000'000;
std::atomic<std::uint64_t>* calls_seen = nullptr;  // in shared memory

void count_call(int, siginfo_t*, void*) { calls_seen->fetch_add(1, std::memory_order_relaxed); }

/// From here on each call is counted instead of made.
void trap_every_call() {
    struct sigaction action {};
    action.sa_sigaction = count_call;
    action.sa_flags = SA_SIGINFO;
    if (::sigaction(SIGSYS, &action, nullptr) != 0) throw Absent("sigaction failed");
    const auto number = static_cast<unsigned>(offsetof(seccomp_data, nr));
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
        throw Absent("the kernel has no seccomp filters");
    }
}

/// Counts the calls that `body` makes in a process of its own.
template <class Prepare>
Numbers count_calls(const Prepare& prepare) {
    const SharedBytes shared(sizeof *calls_seen + sizeof(std::atomic<int>));
    calls_seen = new (shared.data()) std::atomic<std::uint64_t>(0);
    auto* finished = new (calls_seen + 1) std::atomic<int>(0);
    const pid_t pid = start_process([&] {
        const auto body = prepare();
        trap_every_call();
        body();
        finished->store(1);
        ::_exit(0);
    });
    finish_process(pid, "counting system calls");
    if (finished->load() != 1) throw std::runtime_error("the counted process did not finish");
    return {{"calls", static_cast<double>(calls_seen->load())}};
}

}  // namespace

Numbers calls_of_publish() {
    BenchRing ring(64, 4);
    return count_calls([&] {
        auto writer = std::make_shared<ipc::RingWriter>(ring.writer());
        auto reader = std::make_shared<ipc::RingReader>(ring.reader(0));
        return [writer, reader] {
            ipc::BlockView view;
            for (int i = 0; i < publishes; ++i) {
                ipc::OpenSlot slot = writer->claim();
                writer->publish(slot, {});
                if (reader->read_latest(view) != ipc::ReadStatus::fresh) ::_exit(1);
            }
        };
    });
}

Numbers calls_of_waking_each_time() {
    BenchRing ring(64, 4);
    return count_calls([&] {
        auto writer = std::make_shared<ipc::RingWriter>(ring.writer());
        return [writer] {
            for (int i = 0; i < publishes; ++i) {
                ipc::OpenSlot slot = writer->claim();
                writer->publish(slot, {});
                ipc::futex_wake_all(writer->memory().futex_word());
            }
        };
    });
}

}  // namespace streamlib::bench
