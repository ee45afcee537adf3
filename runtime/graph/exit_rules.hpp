// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a supervisor does about the way a child ended: `decide` of a graph, and its C++ hook.
///
///     [supervisors.media.decide]
///     "exit 125"    = "stop"        # s6's word for "do not try again"
///     "signal SEGV" = "escalate"
///     hung          = "restart"
///
/// Model     A rule is a reason and an action. Reasons, nearest first: "exit 3", "signal SEGV" (or "signal 11"); then
///           "exit" (any status but 0), "signal", "exception", "refused", "hung", "startup", "normal"; then "any": every
///           failure. Where no rule fits the child's restart type decides.
/// Threads   Plain values, pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"

namespace streamlib {

/// How an incarnation ended.
enum class ExitCause : std::uint8_t {
    exited,  ///< `code` is the exit status; 0 is an end as it should be.
    ended,  ///< Status 0 because all its streams have ended: nobody comes back only to see the same end.
    signalled,  ///< `code` is the signal.
    exception,  ///< One left `process`.
    refused,    ///< `configure` or `start` returned an error, or it broke the protocol.
    hung,       ///< It was killed because it made no progress.
    startup,    ///< It was killed because it was not READY in time.
};

/// OTP's three kinds of exit reason.
enum class ExitClass : std::uint8_t {
    normal,    ///< It was done.
    shutdown,  ///< It ended in good order because it was asked to; not a failure either.
    error,     ///< Everything else.
};

struct ExitReport {
    ExitClass kind = ExitClass::error;
    ExitCause cause = ExitCause::exited;
    std::int32_t code = 0;
    /// The run before it was healthy: 10 ticks were processed.
    bool healthy = false;
    /// For people: "signal 11 (SIGSEGV)". Need live no longer than the call.
    std::string_view text{};
};

enum class ExitAction : std::uint8_t {
    restart,   ///< Whatever its restart type is; counts as a restart.
    stop,      ///< It stays down: FAILED after a failure, else STOPPED.
    ignore,    ///< It stays down, STOPPED, as if it had ended as it should.
    escalate,  ///< The supervisor fails at once.
};
[[nodiscard]] std::string_view to_string(ExitAction action) noexcept;

struct ExitRule {
    /// Empty: every failure.
    std::optional<ExitCause> cause{};
    /// Empty: any code of that cause but exit status 0.
    std::optional<std::int32_t> code{};
    ExitAction action = ExitAction::restart;
    friend bool operator==(const ExitRule&, const ExitRule&) = default;
};

/// Asked before the rules; nothing: the rules decide. Runs in the launcher: it must be quick and must not throw.
using ExitHook = std::function<std::optional<ExitAction>(const ExitReport&)>;

/// `reason` and `action` as written above. The error names the legal words.
[[nodiscard]] Result<ExitRule> parse_exit_rule(std::string_view reason, std::string_view action);

/// The action of the rule that fits best.
[[nodiscard]] std::optional<ExitAction> rule_for(const std::vector<ExitRule>& rules,
                                                 const ExitReport& report) noexcept;

}  // namespace streamlib
