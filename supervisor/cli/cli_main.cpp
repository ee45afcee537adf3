// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/cli_main.hpp"

#include <cstdio>
#include <exception>

#include "supervisor/cli/verbs.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] int do_verb(const CommandLine& line, Screen& screen) {
    switch (line.verb) {
        case Verb::run: return run_verb(line, screen);
        case Verb::check: return check_verb(line, screen);
        case Verb::inspect: return inspect_verb(line, screen);
        case Verb::ps: return ps_verb(line, screen);
        case Verb::tree: return tree_verb(line, screen);
        case Verb::logs: return logs_verb(line, screen);
        case Verb::events: return events_verb(line, screen);
        case Verb::counters: return counters_verb(line, screen);
        case Verb::sdp: return sdp_verb(line, screen);
        case Verb::crash: return crash_verb(line, screen);
        case Verb::stop: return stop_verb(line, screen);
        case Verb::restart: return restart_verb(line, screen);
        case Verb::replace: return replace_verb(line, screen);
        case Verb::kill: return kill_verb(line, screen);
        case Verb::snapshot: return snapshot_verb(line, screen);
        case Verb::wait: return wait_verb(line, screen);
        case Verb::gc: return gc_verb(line, screen);
    }
    return 2;
}

}  // namespace

int cli_main(int argc, char** argv) noexcept {
    try {
        Screen screen(terminal_of_stdout());
        const ParsedLine parsed =
            parse_command_line(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
        if (parsed.command) return do_verb(*parsed.command, screen);
        if (!parsed.error.empty()) screen.error_line(parsed.error);
        std::fputs(parsed.out.c_str(), stdout);
        return parsed.exit_code;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "streamlib: %s\n", error.what());
        return 1;
    }
}

}  // namespace streamlib::supervision
