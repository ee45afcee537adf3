// SPDX-License-Identifier: Apache-2.0
// The floor of a restart: a parent that does nothing else, and a child that stores one word.
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>

#include "bench/processes.hpp"
#include "bench/restart_node.hpp"
#include "ipc/base/time.hpp"

extern char** environ;

namespace streamlib::bench {
namespace {

struct Page {
    std::atomic<std::int64_t> born_ns{0};
};

Numbers measure(std::uint32_t kills, Page& page, const std::function<pid_t()>& start) {
    std::vector<double> ms;
    pid_t child = start();
    for (std::uint32_t n = 0; n < kills; ++n) {
        while (page.born_ns.load(std::memory_order_acquire) == 0) ::usleep(100);
        ::usleep(5000);
        page.born_ns = 0;
        const int watch = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
        const auto killed = MonotonicTime::now();
        ::kill(child, SIGKILL);
        pollfd dead{watch, POLLIN, 0};
        ::poll(&dead, 1, -1);
        const pid_t before = child;
        child = start();
        ::waitpid(before, nullptr, 0);
        ::close(watch);
        while (page.born_ns.load(std::memory_order_acquire) == 0) ::usleep(100);
        ms.push_back(static_cast<double>(page.born_ns - killed.ns) / 1e6);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return summary_of(ms);
}

}  // namespace

Numbers restarts_by_bare_fork(std::uint32_t kills) {
    return measure_in_process(
        [kills] {
            const SharedBytes memory(sizeof(Page));
            Page& page = *memory.as<Page>();
            return measure(kills, page, [&page] {
                const pid_t pid = ::fork();
                if (pid != 0) return pid;
                page.born_ns.store(MonotonicTime::now().ns, std::memory_order_release);
                for (;;) ::pause();
            });
        },
        -1);
}

}  // namespace streamlib::bench
