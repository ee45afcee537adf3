// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/child_policy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "runtime/graph/duration.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

constexpr std::array restart_words{"permanent", "transient", "temporary"};
constexpr std::array strategy_words{"one_for_one", "one_for_all", "rest_for_one",
                                    "simple_one_for_one"};
constexpr std::array auto_shutdown_words{"never", "any_significant", "all_significant"};
constexpr std::array give_up_words{"leave", "exit"};
constexpr Nanoseconds longest_wait = 3'600'000'000'000, millisecond = 1'000'000;

/// `words` in the order of the enumerators of `Word`.
template <class Word, std::size_t N>
Result<Word> parse_word(std::string_view text, const std::array<const char*, N>& words) {
    const auto found = std::find(words.begin(), words.end(), text);
    if (found != words.end()) return static_cast<Word>(found - words.begin());
    const std::vector<std::string> known(words.begin(), words.end());
    return fail(Errc::parse, wording::quoted(text) + " is not allowed; write one of " +
                                 wording::list(known) + wording::near_miss(text, known));
}

template <class Word, std::size_t N>
std::string_view word(Word value, const std::array<const char*, N>& words) noexcept {
    const auto index = static_cast<std::size_t>(value);
    return index < N ? words[index] : "?";
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<RestartType> parse_restart_type(std::string_view text) {
    return parse_word<RestartType>(text, restart_words);
}

Result<Strategy> parse_strategy(std::string_view text) {
    return parse_word<Strategy>(text, strategy_words);
}

Result<AutoShutdown> parse_auto_shutdown(std::string_view text) {
    return parse_word<AutoShutdown>(text, auto_shutdown_words);
}

Result<GiveUp> parse_give_up(std::string_view text) {
    return parse_word<GiveUp>(text, give_up_words);
}

Result<Shutdown> parse_shutdown(std::string_view text) {
    using Kind = Shutdown::Kind;
    if (text == "kill") return Shutdown{Kind::kill, 0};
    if (text == "infinity") return Shutdown{Kind::infinity, 0};
    constexpr std::string_view legal =
        "; write milliseconds such as 5000, a duration such as \"5s\", \"kill\" or \"infinity\"";
    Nanoseconds wait = 0;
    if (all_digits(text)) {
        const auto error = std::from_chars(text.data(), text.data() + text.size(), wait).ec;
        if (error != std::errc{} || wait > longest_wait / millisecond) {
            return fail(Errc::parse,
                        wording::quoted(text) + " is above one hour" + std::string(legal));
        }
        return Shutdown{Kind::wait, wait * millisecond};
    }
    const auto span = parse_duration(text);
    if (!span) {
        return fail(Errc::parse, wording::quoted(text) + " is no way to stop" + std::string(legal));
    }
    if (*span > longest_wait) {
        return fail(Errc::parse, wording::quoted(text) + " is above one hour" + std::string(legal));
    }
    return Shutdown{Kind::wait, *span};
}

Result<Backoff> parse_backoff(std::string_view text) {
    const auto wrong = [text](std::string_view why) {
        return fail(Errc::parse, wording::quoted(text) + " is no backoff: " + std::string(why) +
                                     "; write the shortest and the longest wait, \"10ms..5s\"");
    };
    const auto dots = text.find("..");
    const auto low = parse_duration(text.substr(0, dots));
    const auto high = dots == std::string_view::npos ? low : parse_duration(text.substr(dots + 2));
    if (!low || !high) return wrong("it has no two durations");
    if (*low > *high) return wrong("the first is longer than the second");
    if (*high > longest_wait) return wrong("it is above one hour");
    return Backoff{*low, *high};
}

std::string_view to_string(RestartType type) noexcept { return word(type, restart_words); }
std::string_view to_string(Strategy strategy) noexcept { return word(strategy, strategy_words); }
std::string_view to_string(AutoShutdown when) noexcept { return word(when, auto_shutdown_words); }
std::string_view to_string(GiveUp what) noexcept { return word(what, give_up_words); }

std::string to_string(const Shutdown& shutdown) {
    switch (shutdown.kind) {
        case Shutdown::Kind::kill: return "kill";
        case Shutdown::Kind::infinity: return "infinity";
        case Shutdown::Kind::wait: break;
    }
    return duration_text(shutdown.wait_ns);
}

std::string to_string(const Backoff& backoff) {
    return duration_text(backoff.min_ns) + ".." + duration_text(backoff.cap_ns);
}

}  // namespace streamlib
