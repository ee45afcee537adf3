// SPDX-License-Identifier: Apache-2.0
#include "actors/program/program.hpp"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "actors/program/word_list.hpp"
#include "runtime/actor_failure.hpp"

namespace streamlib::actors {
namespace {

constexpr std::size_t lines_a_tick = 64;   // a quarter of what the log keeps
constexpr std::size_t last_lines = 128;    // of what is left when it has ended
constexpr std::size_t room_bytes = 16384;  // a read; the pipe holds four of them
constexpr std::size_t reads_a_tick = 4;
constexpr std::size_t last_reads = 16;

int signal_of(std::string_view name) noexcept {
    constexpr std::pair<std::string_view, int> all[] = {
        {"TERM", SIGTERM}, {"INT", SIGINT},   {"HUP", SIGHUP},  {"QUIT", SIGQUIT},
        {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"KILL", SIGKILL}};
    for (const auto& [known, number] : all)
        if (known == name) return number;
    return SIGTERM;
}

bool is_addition(const std::string& word) {
    const auto equals = word.find('=');
    return equals != std::string::npos && equals != 0;
}

}  // namespace

Result<> Program::configure() {
    auto words = split_command(*command);
    if (!words) return fail(Errc::invalid_argument, "command: " + words.error().text);
    if (words->empty() || words->front().empty())
        return fail(Errc::invalid_argument, "command: names no program");
    auto additions = split_command(*environment);
    if (!additions) return fail(Errc::invalid_argument, "environment: " + additions.error().text);
    for (const std::string& word : *additions)
        if (!is_addition(word))
            return fail(Errc::invalid_argument, "environment: \"" + word + "\" is not NAME=VALUE");
    call_ = {*std::move(words), *directory, *std::move(additions)};
    room_.resize(room_bytes);
    last_error_.reserve(ipc::log_text_bytes);
    return {};
}

Result<> Program::start() {
    auto child = ChildProgram::start(call_);
    if (!child) return tl::unexpected(child.error());
    child_.emplace(std::move(*child));
    log(LogLevel::info, "runs " + call_.words.front() + ", pid " + std::to_string(child_->pid()));
    return {};
}

void Program::log_line(LogLevel level, std::string_view line, bool was_cut) {
    if (level == LogLevel::warning) last_error_.assign(line);
    if (lines_left_ == 0) return lost.add();
    --lines_left_;
    log(level, line);
    lines.add();
    if (was_cut) cut.add();
}

void Program::log_output(std::size_t most, std::size_t reads) {
    lines_left_ = most;
    const auto take = [&](ChildProgram::Stream stream, LineCutter& cutter, LogLevel level) {
        for (std::size_t n = 0; n < reads; ++n) {
            const std::string_view bytes = child_->read(stream, room_);
            if (bytes.empty()) return;
            cutter.feed(bytes, [&](auto line, bool was_cut) { log_line(level, line, was_cut); });
        }
    };
    take(ChildProgram::Stream::error, error_, LogLevel::warning);  // matters more: first
    take(ChildProgram::Stream::out, out_, LogLevel::info);
}

void Program::log_rest() {
    log_output(last_lines, last_reads);
    lines_left_ = std::max<std::size_t>(lines_left_, 2);
    error_.finish([&](auto line, bool was_cut) { log_line(LogLevel::warning, line, was_cut); });
    out_.finish([&](auto line, bool was_cut) { log_line(LogLevel::info, line, was_cut); });
}

std::string Program::end_text(const ProgramEnd& end) const {
    const std::string text = call_.words.front() + " ended with " + to_string(end);
    return last_error_.empty() ? text + ", without a word on stderr" : text + ": " + last_error_;
}

void Program::process(const Tick&) {
    if (!child_) return;
    const auto end = child_->ended();  // before its output: nothing comes after this
    if (!end) return log_output(lines_a_tick, reads_a_tick);
    log_rest();
    child_.reset();
    if (end->by_signal || end->number != 0) throw ActorFailure(end_text(*end));
    log(LogLevel::info, call_.words.front() + " has ended");
    finish();
}

void Program::stop() {
    if (!child_) return;
    child_->signal_group(signal_of(*stop_signal));
    const MonotonicTime deadline =
        MonotonicTime::now() + static_cast<Nanoseconds>(*stop_timeout * 1e9);
    auto end = child_->ended();
    for (MonotonicTime now = MonotonicTime::now(); !end && now < deadline;
         now = MonotonicTime::now()) {
        child_->wait(deadline - now);
        log_output(lines_a_tick, reads_a_tick);
        end = child_->ended();
    }
    log_rest();
    if (end) {
        log(LogLevel::info, call_.words.front() + " stopped: " + to_string(*end));
    } else {
        log(LogLevel::warning, call_.words.front() + " did not stop at SIG" + *stop_signal +
                                   " in time and is killed; raise stop_timeout if it needs longer");
    }
    child_.reset();
}

STREAMLIB_ACTOR(Program)

}  // namespace streamlib::actors
