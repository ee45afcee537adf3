// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the kernel says of a process.
#pragma once

#include <cstdint>
#include <string_view>

namespace streamlib::supervision {

enum class ProcessState : std::uint8_t {
    running,  ///< Or runnable, or asleep.
    blocked,  ///< In the kernel, where no signal reaches it (D).
    stopped,  ///< By SIGSTOP and its like.
    traced,   ///< By a debugger, whether it stands or not.
    gone,     ///< Dead, or no such process.
};

/// Pure: the contents of /proc/PID/status. A text without the two lines it looks for is `gone`.
[[nodiscard]] ProcessState parse_process_status(std::string_view status) noexcept;

/// Reads /proc/PID/status: ≈ 20 µs, no allocation.
[[nodiscard]] ProcessState process_state(int pid) noexcept;

/// Whether a service is stopped by a signal: seen so at two looks. It is the node's and nobody else's to stop; one that is
/// traced is let be.
class StoppedWatch {
public:
    [[nodiscard]] bool look(ProcessState state) noexcept {
        looks_ = state == ProcessState::stopped ? looks_ + 1 : 0;
        return looks_ > 1;
    }

private:
    int looks_ = 0;
};

}  // namespace streamlib::supervision
