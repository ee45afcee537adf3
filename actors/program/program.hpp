// SPDX-License-Identifier: Apache-2.0
/// @file
/// Program: any program under supervision, its output in the log.
///
///     [actors.ptp]
///     class   = "Program"
///     command = "ptp4l -i eth0 -m"
///     restart = "permanent"
///
/// Model     start() runs it. It ends: with status 0 the actor ends as well, else the actor FAILS with a text that has
///           status or signal and the last line of stderr; what happens then is the supervisor's. stop() sends `stop_signal`
///           to the program and what it has started, waits `stop_timeout`, kills. It should stay in the foreground:
///           what is left of it when it ends is killed. SIGKILL of the actor kills it, see child_program.hpp.
/// Log       stdout is info, stderr is warning, a line each; 64 lines a tick, further ones are counted in `lost`. What is read
///           a tick is bounded too: a program that writes more waits in its pipe for the next.
/// Hang      The actor follows the clock whatever the program does: a program is not watched for hanging.
/// Cost      Three or four system calls a tick.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/program/child_program.hpp"
#include "actors/program/line_cutter.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

class Program final : public Actor {
public:
    static constexpr const char* class_name = "Program";
    static constexpr const char* class_text =
        "Runs any program as a child; its output is the log, its end the actor's";

    Program() { start_alone(); }  // a daemon that runs twice fights over its port
    Result<> configure() override;
    Result<> start() override;
    void process(const Tick& tick) override;
    void stop() override;

    Property<std::string> command{
        *this,
        "command",
        "",
        {.text = "Program and arguments; quotes as in a shell, but no shell reads it: write sh -c "
                 "'…' for one",
         .required = true}};
    Property<std::string> directory{
        *this,
        "directory",
        "",
        {.text = "Where it runs; empty: where the node does", .is_path = true, .must_exist = true}};
    Property<std::string> environment{
        *this, "environment", "", {.text = "NAME=VALUE words, over the node's own environment"}};
    Property<std::string> stop_signal{
        *this,
        "stop_signal",
        "TERM",
        {.text = "What asks it to end",
         .choices = {"TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "KILL"}}};
    Property<double> stop_timeout{
        *this,
        "stop_timeout",
        2.0,
        {.text = "How long it may take to end before it is killed; keep it below the actor's "
                 "shutdown",
         .unit = "s",
         .min = 0,
         .max = 3600}};

    Counter lines{*this, "lines", "Lines in the log"};
    Counter cut{*this, "cut", "Lines that were longer than the log takes"};
    Counter lost{*this, "lost", "Lines beyond what a tick takes"};

private:
    /// Logs what has come, `most` lines of it, each stream at most its room so often.
    void log_output(std::size_t most, std::size_t reads);
    void log_line(LogLevel level, std::string_view line, bool was_cut);
    /// After its end: the rest of what it wrote.
    void log_rest();
    [[nodiscard]] std::string end_text(const ProgramEnd& end) const;

    ProgramCall call_;
    std::optional<ChildProgram> child_;
    LineCutter out_{ipc::log_text_bytes}, error_{ipc::log_text_bytes};
    std::vector<char> room_;
    std::string last_error_;
    std::size_t lines_left_ = 0;  // of this tick
};

}  // namespace streamlib::actors
