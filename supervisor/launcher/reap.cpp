// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/reap.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace streamlib::supervision {
namespace {

bool wait_for(idtype_t type, id_t id, int options, siginfo_t& how) noexcept {
    how = {};
    int done = 0;
    do {
        done = ::waitid(type, id, &how, options);
    } while (done != 0 && errno == EINTR);
    return done == 0 && how.si_pid != 0;
}

constexpr auto by_pidfd = static_cast<idtype_t>(P_PIDFD);
constexpr int patience_ms = 1000;

void kill_with_group(const ChildProcess& child) noexcept {
    if (!child.pidfd) return;
    ::kill(-child.pid, SIGKILL);  // not reaped yet, so the number is still its own
    kill_process(child.pidfd, SIGKILL);
}

}  // namespace

std::optional<ExitReason> reap(const ChildProcess& child) noexcept {
    siginfo_t how{};
    if (!wait_for(by_pidfd, static_cast<id_t>(child.pidfd.get()), WEXITED | WNOHANG, how))
        return std::nullopt;
    return exit_reason(how.si_code, how.si_status);
}

std::optional<ExitReason> reap_with_group(const ChildProcess& child) noexcept {
    siginfo_t how{};
    const auto id = static_cast<id_t>(child.pidfd.get());
    if (!wait_for(by_pidfd, id, WEXITED | WNOHANG | WNOWAIT, how)) return std::nullopt;
    ::kill(-child.pid, SIGKILL);
    return reap(child);
}

void kill_process(const UniqueFd& pidfd, int signal) noexcept {
    if (pidfd) ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
}

void kill_and_let_go(ChildProcess& child) noexcept {
    kill_with_group(child);
    child = {};
}

void kill_and_reap(ChildProcess& child) noexcept {
    if (!child.pidfd) return;
    kill_with_group(child);
    pollfd gone{child.pidfd.get(), POLLIN, 0};
    if (::poll(&gone, 1, patience_ms) > 0) static_cast<void>(reap(child));
    child = {};
}

pid_t dead_child() noexcept {
    siginfo_t how{};
    return wait_for(P_ALL, 0, WEXITED | WNOHANG | WNOWAIT, how) ? how.si_pid : 0;
}

ExitReason reap_stranger(pid_t pid) noexcept {
    siginfo_t how{};
    if (!wait_for(P_PID, static_cast<id_t>(pid), WEXITED | WNOHANG, how)) return {};
    return exit_reason(how.si_code, how.si_status);
}

}  // namespace streamlib::supervision
