// SPDX-License-Identifier: Apache-2.0
/// @file
/// Processes that measure: pinned, bounded in time, gone with the bench.
///
/// Model     What a child found comes back through shared memory. A child that fails, hangs or dies makes the call
///           throw, with the child's own words.
/// Threads   The bench's one thread.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/trial.hpp"

namespace streamlib::bench {

void pin_to(int cpu);

/// Anonymous memory that children of fork() share; populated, zeroed.
class SharedBytes {
public:
    explicit SharedBytes(std::size_t bytes);
    SharedBytes(const SharedBytes&) = delete;
    SharedBytes& operator=(const SharedBytes&) = delete;
    ~SharedBytes();
    [[nodiscard]] void* data() const noexcept { return data_; }
    template <class T>
    [[nodiscard]] T* as() const noexcept {
        return static_cast<T*>(data_);
    }

private:
    void* data_;
    std::size_t bytes_;
};

/// Forks a process that dies with this one, and after `seconds` at the latest. `body` does not return to the caller:
/// afterwards, or after an exception (its text goes to stderr), the process ends.
[[nodiscard]] pid_t start_process(const std::function<void()>& body, unsigned seconds = 120);
/// Waits for it; throws where it did not end well.
void finish_process(pid_t pid, const std::string& name);
/// SIGKILL and reap.
void kill_process(pid_t pid);

/// Waits for all of them. One that fails takes the others along, since they may wait for it for ever; then throws.
void finish_all(const std::vector<pid_t>& pids, const std::string& name);

/// Runs `measure` in a process of its own, pinned to CPU 0, and returns what it returned. Throws what it threw: Absent
/// stays Absent.
[[nodiscard]] Numbers measure_in_process(const std::function<Numbers()>& measure, int cpu = 0,
                                         unsigned seconds = 120);

/// For processes that must begin together: each arrives, then waits for all.
class StartLine {
public:
    void arrive_and_wait(std::uint32_t parties) noexcept;

private:
    std::atomic<std::uint32_t> arrived_{0};
};

/// Path of a program in PATH; empty: not installed.
[[nodiscard]] std::string find_program(const std::string& name);
/// Runs a program to its end and returns its stdout. Throws where it fails; stderr is dropped.
[[nodiscard]] std::string output_of(const std::vector<std::string>& command);

}  // namespace streamlib::bench
