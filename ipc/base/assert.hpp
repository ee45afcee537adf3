// SPDX-License-Identifier: Apache-2.0
/// @file
/// Broken contracts end the process: the supervisor is the recovery. On in every build.
#pragma once

namespace streamlib::detail {
[[noreturn]] void assertion_failed(const char* expression, const char* text, const char* file,
                                   int line) noexcept;
/// The line of the contract that was broken, for a crash report; empty: none was.
[[nodiscard]] const char* assertion_text() noexcept;
}  // namespace streamlib::detail

/// Aborts with one line on stderr if `condition` is false. `text` says which contract was broken.
#define STREAMLIB_ASSERT(condition, text)                                                          \
    (static_cast<bool>(condition)                                                                  \
         ? static_cast<void>(0)                                                                    \
         : ::streamlib::detail::assertion_failed(#condition, text, __FILE__, __LINE__))
