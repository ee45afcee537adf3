// SPDX-License-Identifier: Apache-2.0
/// @file
/// A program as a child of this process: started, listened to, signalled, reaped.
///
/// Group     In an actor process the program stays in the actor's process group: the launcher kills that group when it reaps
///           the actor, and the lifeline does when the launcher dies, so that what the program has started dies as well.
///           Where this process leads no group (a unit test) the program gets one of its own.
/// Death     PR_SET_PDEATHSIG = SIGKILL: it does not outlive the thread that started it.
/// Inherits  CPU set, nice and realtime class. Not: descriptors other than stdout and stderr, signal dispositions and mask.
/// Threads   One thread, which lives as long as the object.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::actors {

struct ProgramCall {
    std::vector<std::string> words;        ///< The first is looked for in PATH unless it has a /.
    std::string directory{};               ///< Empty: that of this process.
    std::vector<std::string> additions{};  ///< NAME=VALUE, over the environment of this process.
};

struct ProgramEnd {
    bool by_signal = false;
    int number = 0;  ///< Exit status, or signal.
};
/// "exit status 3", "signal 9 (SIGKILL)".
[[nodiscard]] std::string to_string(const ProgramEnd& end);

class ChildProgram {
public:
    enum class Stream { out, error };

    /// Returns once the program was executed, or not. Errors: not_found, no_permission, io; the text names word and cause.
    [[nodiscard]] static Result<ChildProgram> start(const ProgramCall& call);
    ChildProgram(ChildProgram&& other) noexcept;
    ChildProgram& operator=(ChildProgram&& other) noexcept;
    /// Kills and reaps it if it still runs.
    ~ChildProgram();

    /// What has come, without waiting: empty if nothing has.
    [[nodiscard]] std::string_view read(Stream stream, std::span<char> room) noexcept;
    /// How it ended; reaps it. Empty: it runs.
    [[nodiscard]] std::optional<ProgramEnd> ended() noexcept;
    /// To the program and to what it has started; SIGKILL: see the end of the actor for the latter.
    void signal_group(int signal) noexcept;
    /// Sleeps until it writes, ends, or the time is over.
    void wait(Nanoseconds longest) noexcept;
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    ChildProgram() = default;
    void end_now() noexcept;
    pid_t pid_ = 0;  // 0: reaped
    bool own_group_ = false;
    UniqueFd pidfd_, out_, error_;
    std::optional<ProgramEnd> end_;
};

}  // namespace streamlib::actors
