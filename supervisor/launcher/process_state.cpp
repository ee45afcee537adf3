// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/process_state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {
namespace {

/// The rest of the line that begins with `key`, without blanks before it; empty: no such line.
std::string_view field(std::string_view status, std::string_view key) noexcept {
    while (!status.empty()) {
        const auto end = status.find('\n');
        const std::string_view line = status.substr(0, end);
        if (line.starts_with(key)) {
            const auto begin = line.find_first_not_of(" \t", key.size());
            return begin == std::string_view::npos ? std::string_view{} : line.substr(begin);
        }
        if (end == std::string_view::npos) break;
        status.remove_prefix(end + 1);
    }
    return {};
}

}  // namespace

ProcessState parse_process_status(std::string_view status) noexcept {
    const std::string_view state = field(status, "State:");
    const std::string_view tracer = field(status, "TracerPid:");
    if (state.empty() || state[0] == 'Z' || state[0] == 'X') return ProcessState::gone;
    if (state[0] == 't' || (!tracer.empty() && tracer != "0")) return ProcessState::traced;
    if (state[0] == 'T') return ProcessState::stopped;
    return state[0] == 'D' ? ProcessState::blocked : ProcessState::running;
}

ProcessState process_state(int pid) noexcept {
    char path[32];
    static_cast<void>(std::snprintf(path, sizeof path, "/proc/%d/status", pid));
    const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
    if (!file) return ProcessState::gone;
    char text[1024];  // both lines are among the first ten
    const ssize_t bytes = ::read(file.get(), text, sizeof text);
    if (bytes <= 0) return ProcessState::gone;
    return parse_process_status({text, static_cast<std::size_t>(bytes)});
}

}  // namespace streamlib::supervision
