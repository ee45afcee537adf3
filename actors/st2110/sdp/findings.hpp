// SPDX-License-Identifier: Apache-2.0
/// @file
/// What was found wrong or guessed in a session description: one line each, with the line number, the attribute, the fix.
/// Threads   Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace streamlib::st2110 {

struct Finding {
    /// error: this cannot be received as it stands. warning: something was guessed or left out.
    enum class Severity : std::uint8_t { warning, error };
    Severity severity = Severity::warning;
    std::uint32_t line = 0;   ///< From 1; 0: the text as a whole.
    std::int32_t media = -1;  ///< Index of the medium it is about; -1: the session, so all of them.
    std::string text;         ///< "line 9, a=fmtp: width is missing; write width=1 … 32767".
};

/// A bounded list of them: past `most` only errors that nothing else says are kept.
class Findings {
public:
    static constexpr std::size_t most = 64;

    /// `place` is the attribute as it is written: "a=fmtp", "m=".
    void error(std::uint32_t line, std::string_view place, const std::string& what);
    void warning(std::uint32_t line, std::string_view place, const std::string& what);
    /// The medium that what follows is about.
    void set_media(std::int32_t media) noexcept { media_ = media; }

    [[nodiscard]] const std::vector<Finding>& list() const noexcept { return list_; }
    [[nodiscard]] bool has_error() const noexcept { return errors_ > 0; }

private:
    void add(Finding::Severity severity, std::uint32_t line, std::string_view place,
             const std::string& what);

    std::vector<Finding> list_;
    std::int32_t media_ = -1;
    std::size_t errors_ = 0;
};

}  // namespace streamlib::st2110
