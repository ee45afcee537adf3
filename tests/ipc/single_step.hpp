// SPDX-License-Identifier: Apache-2.0
/// @file
/// A child process that is killed after so many instructions, one by one under ptrace.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

namespace streamlib::ipc::test {

/// Every n-th instruction is tried; every one in the long run.
inline int stride_of(int in_short_run) {
    return std::getenv("STREAMLIB_LONG") != nullptr ? 1 : in_short_run;
}

/// Runs `child` in a fork: it must raise SIGSTOP right before what is to be stepped. Kills it after `steps` instructions.
/// Returns false once the child had exited before that: there are no more instructions.
inline bool kill_after(int steps, const std::function<void()>& child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        child();
        ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFSTOPPED(status));
    for (int i = 0; i < steps; ++i) {
        EXPECT_EQ(::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr), 0);
        EXPECT_EQ(::waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status)) return false;
    }
    ::kill(pid, SIGKILL);
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return true;
}

}  // namespace streamlib::ipc::test
