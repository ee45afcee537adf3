// SPDX-License-Identifier: Apache-2.0
/// @file
/// The words of supervision, as OTP has them, and how a graph writes them.
///
/// Model     Plain values and pure functions. `supervisor/tree/` decides by them, `check_graph` reads them.
/// Errors    A parse function fails with one line that names the word and the legal ones; place and key are the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"

namespace streamlib {

/// Whether a child that ended by itself comes back.
enum class RestartType : std::uint8_t {
    permanent,  ///< Always.
    transient,  ///< When it failed: not after `normal` or `shutdown`.
    temporary,  ///< Never, and not with its siblings either.
};

/// Who else is stopped and started again when one child is.
enum class Strategy : std::uint8_t {
    one_for_one,   ///< Nobody.
    one_for_all,   ///< All its siblings.
    rest_for_one,  ///< Those declared after it.
    simple_one_for_one,  ///< Nobody; children are of one class, come at run time and are stopped all at once.
};

/// Whether a supervisor ends, in good order, when significant children have ended for good by themselves.
enum class AutoShutdown : std::uint8_t { never, any_significant, all_significant };

/// What the node does when its own supervisor has spent its restarts.
enum class GiveUp : std::uint8_t {
    leave,  ///< The failed branch stays FAILED, the rest goes on.
    exit,   ///< The node ends.
};

/// How a child is told to stop: asked, and killed after `wait_ns`.
struct Shutdown {
    enum class Kind : std::uint8_t { wait, kill, infinity };
    Kind kind = Kind::wait;
    Nanoseconds wait_ns = 5'000'000'000;  ///< Of `wait` alone.
    friend bool operator==(const Shutdown&, const Shutdown&) = default;
};

/// The longest wait before a restart: `min_ns` after the first run that was not healthy, twice as much after each further
/// one, `cap_ns` at most. What is really waited is drawn evenly from 0 to that (full jitter).
struct Backoff {
    Nanoseconds min_ns = 10'000'000, cap_ns = 5'000'000'000;
    friend bool operator==(const Backoff&, const Backoff&) = default;
};

[[nodiscard]] Result<RestartType> parse_restart_type(std::string_view text);
[[nodiscard]] Result<Strategy> parse_strategy(std::string_view text);
[[nodiscard]] Result<AutoShutdown> parse_auto_shutdown(std::string_view text);
[[nodiscard]] Result<GiveUp> parse_give_up(std::string_view text);
/// "kill", "infinity", whole milliseconds ("5000", as OTP writes it), or a duration ("5s").
[[nodiscard]] Result<Shutdown> parse_shutdown(std::string_view text);
/// "10ms..5s"; one duration is both; "0s" is no wait at all. `min` at most `cap`, `cap` at most one hour.
[[nodiscard]] Result<Backoff> parse_backoff(std::string_view text);

[[nodiscard]] std::string_view to_string(RestartType type) noexcept;
[[nodiscard]] std::string_view to_string(Strategy strategy) noexcept;
[[nodiscard]] std::string_view to_string(AutoShutdown when) noexcept;
[[nodiscard]] std::string_view to_string(GiveUp what) noexcept;
/// As parsed: "kill", "infinity", "5s".
[[nodiscard]] std::string to_string(const Shutdown& shutdown);
/// As parsed: "10ms..5s".
[[nodiscard]] std::string to_string(const Backoff& backoff);

}  // namespace streamlib
