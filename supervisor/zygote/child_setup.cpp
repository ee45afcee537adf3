// SPDX-License-Identifier: Apache-2.0
#include "supervisor/zygote/child_setup.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>

#include "supervisor/zygote/lifeline.hpp"

namespace streamlib::supervision {

Result<UniqueFd> contain_self(int inherited_lifeline) {
    if (::setpgid(0, 0) != 0 && ::getpgrp() != ::getpid()) return fail_errno(Errc::io, "setpgid");
    return arm_lifeline(inherited_lifeline);
}

void die_with_launcher(int launcher_pid) noexcept {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != launcher_pid) ::_exit(1);
}

void reset_signals() noexcept {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) {
        if (signal != SIGKILL && signal != SIGSTOP) ::sigaction(signal, &plain, nullptr);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_all_but(std::span<const int> keep) noexcept {
    const int null = ::open("/dev/null", O_RDONLY);
    if (null > STDIN_FILENO) ::dup2(null, STDIN_FILENO);
    unsigned first = STDERR_FILENO + 1;
    for (const int fd : keep) {
        const auto kept = static_cast<unsigned>(fd);
        if (kept > first) ::close_range(first, kept - 1, 0);
        first = kept + 1;
    }
    ::close_range(first, ~0U, 0);
}

void set_comm(std::string_view name) noexcept {
    char text[16]{};
    std::memcpy(text, name.data(), name.size() < 15 ? name.size() : 15);
    ::prctl(PR_SET_NAME, text);
}

}  // namespace streamlib::supervision
