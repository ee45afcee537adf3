// SPDX-License-Identifier: Apache-2.0
#include "supervisor/zygote/fork_batch.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "runtime/process/actor_main.hpp"
#include "supervisor/zygote/child_setup.hpp"
#include "supervisor/zygote/prefault.hpp"

namespace streamlib::supervision {
namespace {

using zygote_link::SpawnReport;
using zygote_link::SpawnRequest;

int open_pidfd(pid_t pid) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

/// The intermediate process has exited and the launcher has adopted us; else we end. A pidfd becomes readable only after
/// the kernel has given the children away.
void wait_for_adoption(int intermediate, pid_t intermediate_pid, pid_t launcher) noexcept {
    pollfd gone{intermediate, POLLIN, 0};
    while (::getppid() == intermediate_pid) {
        if (::poll(&gone, 1, -1) < 0 && errno != EINTR) break;
    }
    if (::getppid() != launcher) ::_exit(1);
}

/// What a spare was kept for; false: the launcher has no use for it any more.
bool wait_for_order(SpawnRequest& request, UniqueFd& channel, UniqueFd& page) noexcept {
    ipc::Channel orders(std::move(channel));
    auto message = orders.receive_until({INT64_MAX});
    if (!message || message->fds.size() != 2) return false;
    const auto records = zygote_link::records_in<SpawnRequest>(message->bytes);
    if (records.size() != 1) return false;
    request = records.front();
    channel = std::move(message->fds[0]);
    page = std::move(message->fds[1]);
    return true;
}

[[noreturn]] void become_actor(SpawnRequest request, UniqueFd channel, UniqueFd page,
                               int intermediate, pid_t intermediate_pid,
                               const ForkPlace& place) noexcept {
    const auto lifeline = contain_self(place.lifeline);
    if (!lifeline) {
        std::fprintf(stderr, "streamlib: %s: %s\n", request.comm, lifeline.error().text.c_str());
        ::_exit(1);
    }
    wait_for_adoption(intermediate, intermediate_pid, place.launcher_pid);
    die_with_launcher(place.launcher_pid);
    reset_signals();
    std::array keep{channel.get(), page.get(), lifeline->get()};
    std::sort(keep.begin(), keep.end());
    close_all_but(keep);
    if (request.child == zygote_link::spare_child) {
        set_comm("sl-spare");
        page.reset();
        own_inherited_pages();
        rehearse_actor_process();
        if (!wait_for_order(request, channel, page)) ::_exit(0);
    }
    set_comm({request.comm, ::strnlen(request.comm, sizeof request.comm)});
    const int status = run_actor_process(std::move(channel), std::move(page));
    std::fflush(nullptr);
    ::_exit(status);  // not exit(): destructors of static objects belong to the zygote
}

SpawnReport report_of(const SpawnRequest& request, pid_t forked, int error) noexcept {
    return {.order = request.order,
            .child = request.child,
            .pid = std::max(forked, 0),
            .error = forked < 0 ? error : 0};
}

[[noreturn]] void fork_all(Batch& batch, const ForkPlace& place) noexcept {
    const pid_t self = ::getpid();
    const UniqueFd own_pidfd(open_pidfd(self));
    std::array<SpawnReport, zygote_link::max_batch> reports{};
    for (std::size_t n = 0; n < batch.requests.size(); ++n) {
        const pid_t child = ::fork();
        if (child == 0) {
            become_actor(batch.requests[n], std::move(batch.fds[2 * n]),
                         std::move(batch.fds[2 * n + 1]), own_pidfd.get(), self, place);
        }
        reports[n] = report_of(batch.requests[n], child, errno);
    }
    const auto sent =
        place.channel.send(std::as_bytes(std::span(reports).first(batch.requests.size())), {},
                           MonotonicTime::now() + 5'000'000'000);
    ::_exit(sent ? 0 : 1);  // unsent: the launcher learns the pids from the actors' hello
}

}  // namespace

void fork_batch(Batch batch, const ForkPlace& place) noexcept {
    std::fflush(nullptr);  // else every child would print what is buffered here
    const pid_t intermediate = ::fork();
    if (intermediate == 0) fork_all(batch, place);
    if (intermediate < 0) {
        std::array<SpawnReport, zygote_link::max_batch> reports{};
        for (std::size_t n = 0; n < batch.requests.size(); ++n)
            reports[n] = report_of(batch.requests[n], -1, errno);
        static_cast<void>(
            place.channel.send(std::as_bytes(std::span(reports).first(batch.requests.size())), {},
                               MonotonicTime::now() + 5'000'000'000));
        return;
    }
    int status = 0;
    while (::waitpid(intermediate, &status, 0) < 0 && errno == EINTR) {
    }
    // Killed half-way: nobody can say which of the batch was born. With this zygote gone, the launcher knows that those
    // which do not report were not, and asks the next one for them.
    if (WIFSIGNALED(status)) ::_exit(1);
}

}  // namespace streamlib::supervision
