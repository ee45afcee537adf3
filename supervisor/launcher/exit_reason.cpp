// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/exit_reason.hpp"

#include <signal.h>
#include <string.h>

namespace streamlib::supervision {

ExitReason exit_reason(int code, int status) noexcept {
    const bool exited = code == CLD_EXITED;
    return {exited ? ipc::ExitKind::exited : ipc::ExitKind::signalled, status};
}

std::string signal_name(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

std::string exit_text(const ExitReason& reason, std::string_view error) {
    std::string text;
    switch (reason.kind) {
        case ipc::ExitKind::none: break;
        case ipc::ExitKind::refused: return std::string(error);
        case ipc::ExitKind::exited:
            if (reason.code == 0 && error.empty()) return {};
            text = "exit " + std::to_string(reason.code);
            break;
        case ipc::ExitKind::signalled:
            text = "signal " + std::to_string(reason.code) + " (" + signal_name(reason.code) + ")";
            break;
    }
    if (!error.empty()) text += (text.empty() ? "" : ": ") + std::string(error);
    return text;
}

}  // namespace streamlib::supervision
