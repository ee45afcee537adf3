// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where the command line writes: lines on stdout, errors on stderr, and one line that is rewritten where it can be.
/// Threads   One.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"

namespace streamlib::supervision {

/// What stdout is.
struct Terminal {
    bool tty = false;
    bool colours = false;  ///< A terminal, and NO_COLOR is not set.
    std::size_t width = 80;
};
[[nodiscard]] Terminal terminal_of_stdout();

class Screen {
public:
    explicit Screen(const Terminal& terminal) : terminal_(terminal) {}
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen() { clear_status(); }

    [[nodiscard]] const Terminal& terminal() const noexcept { return terminal_; }
    /// One line, or several with their ends between them.
    void line(std::string_view text);
    /// "streamlib: TEXT" on stderr.
    void error(std::string_view text);
    /// The same, as it is.
    void error_line(std::string_view text);
    /// Rewrites the last line of a terminal; elsewhere nothing.
    void status(std::string_view text);
    void clear_status();
    /// What must not wait for a full buffer: called where lines come one by one.
    void flush();

private:
    Terminal terminal_;
    bool status_shown_ = false;
};

/// Prints "streamlib: TEXT" and returns 1: how a command fails.
[[nodiscard]] int failed(Screen& screen, const Error& error);

}  // namespace streamlib::supervision
