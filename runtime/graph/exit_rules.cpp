// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/exit_rules.hpp"

#include <string.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

constexpr std::array action_words{"restart", "stop", "ignore", "escalate"};
struct CauseWord {
    std::string_view word;
    ExitCause cause;
};
constexpr std::array cause_words{
    CauseWord{"exit", ExitCause::exited},         CauseWord{"signal", ExitCause::signalled},
    CauseWord{"exception", ExitCause::exception}, CauseWord{"refused", ExitCause::refused},
    CauseWord{"hung", ExitCause::hung},           CauseWord{"startup", ExitCause::startup}};
constexpr int last_signal = 64;

std::optional<std::int32_t> number(std::string_view text, std::int32_t low, std::int32_t high) {
    std::int32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < low || value > high) return {};
    return value;
}

std::optional<std::int32_t> signal_number(std::string_view text) {
    if (const auto value = number(text, 1, last_signal)) return value;
    if (text.starts_with("SIG")) text.remove_prefix(3);
    for (int signal = 1; signal <= last_signal; ++signal) {
        const char* name = ::sigabbrev_np(signal);
        if (name != nullptr && text == name) return signal;
    }
    return {};
}

Result<ExitAction> parse_action(std::string_view text) {
    const auto found = std::find(action_words.begin(), action_words.end(), text);
    if (found != action_words.end()) return static_cast<ExitAction>(found - action_words.begin());
    const std::vector<std::string> known(action_words.begin(), action_words.end());
    return fail(Errc::parse, wording::quoted(text) + " is no action; write one of " +
                                 wording::list(known) + wording::near_miss(text, known));
}

/// How near a rule is to what happened; 0: it does not fit.
int nearness(const ExitRule& rule, const ExitReport& report) noexcept {
    const bool failed = report.kind == ExitClass::error;
    if (!rule.cause) return failed ? 1 : 0;
    if (*rule.cause != report.cause) return 0;
    const bool as_it_should = *rule.cause == ExitCause::exited && rule.code == 0;
    if (rule.code) return *rule.code == report.code && as_it_should != failed ? 3 : 0;
    return failed ? 2 : 0;
}

}  // namespace

std::string_view to_string(ExitAction action) noexcept {
    const auto index = static_cast<std::size_t>(action);
    return index < action_words.size() ? action_words[index] : "?";
}

Result<ExitRule> parse_exit_rule(std::string_view reason, std::string_view action) {
    const auto act = parse_action(action);
    if (!act) return tl::unexpected(act.error());
    const auto blank = reason.find(' ');
    const std::string_view head = reason.substr(0, blank);
    const std::string_view tail =
        blank == std::string_view::npos ? "" : wording::trimmed(reason.substr(blank));
    const bool coded = !tail.empty();
    if (head == "exit" && coded) {
        if (const auto code = number(tail, 0, 255)) return ExitRule{ExitCause::exited, code, *act};
        return fail(Errc::parse,
                    wording::quoted(reason) + " is no reason; an exit status is 0 to 255");
    }
    if (head == "signal" && coded) {
        if (const auto code = signal_number(tail))
            return ExitRule{ExitCause::signalled, code, *act};
        return fail(Errc::parse, wording::quoted(reason) +
                                     " is no reason; write for instance \"signal SEGV\" or "
                                     "\"signal 11\"");
    }
    if (reason == "any") return ExitRule{{}, {}, *act};
    if (reason == "normal") return ExitRule{ExitCause::exited, 0, *act};
    std::vector<std::string> known{"normal", "any"};
    for (const CauseWord& cause : cause_words) {
        if (reason == cause.word) return ExitRule{cause.cause, {}, *act};
        known.emplace_back(cause.word);
    }
    return fail(Errc::parse, wording::quoted(reason) +
                                 " is no reason; write exit N, signal NAME, or one of " +
                                 wording::list(known) + wording::near_miss(head, known));
}

std::optional<ExitAction> rule_for(const std::vector<ExitRule>& rules,
                                   const ExitReport& report) noexcept {
    int best = 0;
    std::optional<ExitAction> action;
    for (const ExitRule& rule : rules) {
        const int fit = nearness(rule, report);
        if (fit <= best) continue;
        best = fit;
        action = rule.action;
    }
    return action;
}

}  // namespace streamlib
