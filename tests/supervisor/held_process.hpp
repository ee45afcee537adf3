// SPDX-License-Identifier: Apache-2.0
/// @file
/// Makes a process unkillable for as long as it is held: killed, it stops on its way out and waits for its tracer.
#pragma once

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <utility>

namespace streamlib::test {

/// By the thread that lets go again. The process runs on as if nothing was; signals other than SIGKILL are for the tracer.
class HeldProcess {
public:
    explicit HeldProcess(pid_t pid)
        : pid_(::ptrace(PTRACE_SEIZE, pid, nullptr, PTRACE_O_TRACEEXIT) == 0 ? pid : 0),
          error_(pid_ == 0 ? errno : 0) {}
    HeldProcess(HeldProcess&& other) noexcept
        : pid_(std::exchange(other.pid_, 0)), error_(other.error_) {}
    HeldProcess& operator=(HeldProcess&&) = delete;
    ~HeldProcess() { let_go(); }

    /// Not permitted here: EPERM.
    [[nodiscard]] int error() const { return error_; }
    [[nodiscard]] bool holds() const { return pid_ != 0; }
    /// After its SIGKILL: it dies.
    void let_go() {
        if (const pid_t pid = std::exchange(pid_, 0); pid != 0) {
            int status = 0;
            ::waitpid(pid, &status, __WALL);  // the stop on its way out
            ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
        }
    }

private:
    pid_t pid_ = 0;
    int error_ = 0;
};

}  // namespace streamlib::test
