// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/exec_role.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace streamlib::supervision {
namespace {

/// Above all numbers that are written to, so that no dup2 overwrites a source.
constexpr int above_targets = role_fd::first_free + 10;

Result<UniqueFd> moved_up(int fd) {
    if (fd < 0) return UniqueFd{};
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, above_targets));
    if (!copy) return fail_errno(Errc::io, "duplicating a descriptor for a child");
    return copy;
}

class SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t set;
        ::sigemptyset(&set);
        ::posix_spawnattr_setsigmask(&attributes_,
                                     &set);  // the launcher's own are blocked: it has a signalfd
        ::sigfillset(&set);
        ::posix_spawnattr_setsigdefault(&attributes_, &set);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&files_);
    }
    void give(int from, int to) {
        if (from >= 0) ::posix_spawn_file_actions_adddup2(&files_, from, to);
    }
    int run(pid_t& pid, char* const* argv) {
        return ::posix_spawn(&pid, "/proc/self/exe", &files_, &attributes_, argv, environ);
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

Result<UniqueFd> open_pidfd(pid_t pid) {
    UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!fd) return fail_errno(errno == ESRCH ? Errc::gone : Errc::io, "pidfd_open");
    return fd;
}

Result<ChildProcess> exec_role(const RoleArguments& role, const RoleDescriptors& descriptors) {
    std::array<UniqueFd, 3> sources;
    const std::array wanted{std::pair{descriptors.channel, role_fd::channel},
                            std::pair{descriptors.lifeline, role_fd::lifeline},
                            std::pair{descriptors.page, role_fd::page}};
    SpawnPlan plan;
    for (std::size_t n = 0; n < wanted.size(); ++n) {
        auto source = moved_up(wanted[n].first);
        if (!source) return tl::unexpected(source.error());
        sources[n] = std::move(*source);
        plan.give(sources[n].get(), wanted[n].second);
    }
    std::vector<std::string> words = arguments_of(role);
    words.insert(words.begin(), "streamlib");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ChildProcess child;
    if (const int error = plan.run(child.pid, argv.data()); error != 0) {
        errno = error;
        return fail_errno(Errc::io,
                          "starting a process (" + std::string(to_string(role.role)) + ")");
    }
    auto pidfd = open_pidfd(child.pid);  // cannot have been reaped: only we do that
    if (!pidfd) return tl::unexpected(pidfd.error());
    child.pidfd = std::move(*pidfd);
    return child;
}

}  // namespace streamlib::supervision
