// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace streamlib::supervision {

namespace {

void write_text(std::FILE* file, std::string_view text) {
    static_cast<void>(
        std::fwrite(text.data(), 1, text.size(), file));  // Nobody to tell if nobody reads.
}

}  // namespace

Terminal terminal_of_stdout() {
    Terminal terminal;
    terminal.tty = ::isatty(STDOUT_FILENO) == 1;
    if (!terminal.tty) return terminal;
    const char* const no_colour = std::getenv("NO_COLOR");
    const char* const kind = std::getenv("TERM");
    const bool dumb = kind != nullptr && std::string_view(kind) == "dumb";
    terminal.colours = !dumb && (no_colour == nullptr || *no_colour == 0);
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        terminal.width = size.ws_col;
    return terminal;
}

void Screen::line(std::string_view text) {
    clear_status();
    write_text(stdout, text);
    write_text(stdout, "\n");
}

void Screen::error(std::string_view text) { error_line(std::string("streamlib: ").append(text)); }

void Screen::error_line(std::string_view text) {
    clear_status();
    flush();  // Where both go to one place, they stay in order.
    write_text(stderr, std::string(text).append("\n"));
}

void Screen::status(std::string_view text) {
    if (!terminal_.tty) return;
    write_text(stdout, std::string("\r\x1B[K").append(text));
    flush();
    status_shown_ = true;
}

void Screen::clear_status() {
    if (!status_shown_) return;
    write_text(stdout, "\r\x1B[K");
    status_shown_ = false;
}

void Screen::flush() { static_cast<void>(std::fflush(stdout)); }

int failed(Screen& screen, const Error& error) {
    screen.error(error.text);
    return 1;
}

}  // namespace streamlib::supervision
