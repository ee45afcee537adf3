// SPDX-License-Identifier: Apache-2.0
/// @file
/// How a process ended, in the directory's words and in a person's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/directory_layout.hpp"

namespace streamlib::supervision {

struct ExitReason {
    ipc::ExitKind kind{};
    std::int32_t code = 0;  ///< Exit status, or signal.
};

/// From waitid: its code (CLD_EXITED, CLD_KILLED, CLD_DUMPED) and status.
[[nodiscard]] ExitReason exit_reason(int code, int status) noexcept;

/// "SIGKILL"; "signal 42" where there is no name.
[[nodiscard]] std::string signal_name(int signal);

/// "exit 1: no such file: a.mov", "signal 9 (SIGKILL)", "signal 6 (SIGABRT): <error>"; empty: status 0 without an error.
[[nodiscard]] std::string exit_text(const ExitReason& reason, std::string_view error);

}  // namespace streamlib::supervision
