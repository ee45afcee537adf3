// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/graph/duration.hpp"
#include "runtime/nearest_word.hpp"
#include "supervisor/control/api.hpp"

namespace streamlib::supervision {

namespace {

constexpr std::string_view about =
    "Realtime media graphs whose every actor is a process of its own.\n"
    "  streamlib run GRAPH.toml            streamlib run 'TestPattern >> Null' --for 10s";

struct VerbWords {
    Verb verb;
    const char* word;
    const char* text;
};
constexpr std::array verbs{
    VerbWords{Verb::run, "run",
              "Run a graph: a file, or a line like 'TestPattern format=720p60 >> Null'"},
    VerbWords{Verb::check, "check", "Say all that is wrong with a graph, and what its rings take"},
    VerbWords{Verb::inspect, "inspect",
              "List the actor classes; with CLASS: its ports and properties"},
    VerbWords{Verb::ps, "ps", "List the actors of a running node"},
    VerbWords{Verb::tree, "tree", "The same as a supervision tree"},
    VerbWords{Verb::logs, "logs", "What actors logged, also after they died"},
    VerbWords{Verb::events, "events", "What happened to actors, supervisors and the node"},
    VerbWords{Verb::counters, "counters", "What actors and their ports have counted, losses too"},
    VerbWords{Verb::sdp, "sdp", "Session descriptions (SDP) of what actors send"},
    VerbWords{Verb::crash, "crash", "How an actor died the last time"},
    VerbWords{Verb::stop, "stop", "Stop a node, or one actor with its children"},
    VerbWords{Verb::restart, "restart", "Give an actor a new incarnation, whatever it does"},
    VerbWords{Verb::replace, "replace", "Have an actor taken over by one with other properties"},
    VerbWords{Verb::kill, "kill", "Send a signal to an actor's process"},
    VerbWords{Verb::snapshot, "snapshot", "Have actors keep their state now, and save it to files"},
    VerbWords{Verb::wait, "wait", "Wait until an actor is in a state"},
    VerbWords{Verb::gc, "gc", "Remove what killed nodes left behind"},
};

/// Of the contract, to come with later versions.
constexpr std::array later{"top",    "send",  "ask",   "set",    "tap", "record",
                           "replay", "trace", "clock", "st2110", "dot", "doctor"};

/// The texts that CLI11 fills, before they become values.
struct Texts {
    std::string run_for, timeout, signal, http;
    bool step = false, once = false;
    std::int64_t last = 0;
};

[[nodiscard]] std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

[[nodiscard]] ParsedLine usage_error(const std::string& text) {
    return {std::nullopt, 2, {}, "streamlib: " + one_line(text)};
}

void add_subject(CLI::App& app, CommandLine& line, const char* name, const char* text,
                 bool required) {
    CLI::Option* option = app.add_option(name, line.subject, text);
    option->required(required);
}

void add_options(CLI::App& app, Verb verb, CommandLine& line, Texts& texts) {
    const bool graph = verb == Verb::run || verb == Verb::check;
    if (verb != Verb::inspect && verb != Verb::gc) {
        app.add_option(
            "--node", line.node,
            graph ? "Name of the node (default: the graph's own)" : "Which node (default: local)");
    }
    if (verb != Verb::run) app.add_flag("--json", line.json, "One JSON object a line");
    if (graph) {
        add_subject(app, line, "GRAPH", "A .toml file, or the graph itself in one line", true);
        app.add_option("--set", line.sets, "ACTOR.property=value; may be given again")
            ->allow_extra_args(false);
    }
    if (verb == Verb::run) {
        app.add_option("--for", texts.run_for, "Stop in order after so long, e.g. 10s");
        app.add_flag("-q,--quiet", line.quiet, "Print errors only");
        app.add_option("--restore", line.restore,
                       "State to begin with: ACTOR.snapshot, ACTOR=FILE, or a folder of them; may "
                       "be given again")
            ->allow_extra_args(false);
        app.add_option("--keep", line.keep,
                       "Folder: begin with the state in it, and save the state there at the end");
        app.add_option("--http", texts.http)->group("");
        app.add_flag("--step", texts.step)->group("");
    }
    if (verb == Verb::inspect) {
        add_subject(app, line, "CLASS", "e.g. TestPattern", false);
        app.add_option("--plugin", line.plugins, "Load this .so first; may be given again")
            ->allow_extra_args(false);
    }
    if (verb == Verb::snapshot)
        app.add_option("--to", line.to,
                       "Write it to this file, or into this folder as ACTOR.snapshot");
    if (verb == Verb::sdp)
        app.add_option("--to", line.to, "Write them into this folder as ACTOR.sdp");
    if (verb == Verb::logs || verb == Verb::stop || verb == Verb::snapshot ||
        verb == Verb::counters || verb == Verb::sdp) {
        add_subject(app, line, "ACTOR", "Instance name or URI (default: all of the node)", false);
    }
    if (verb == Verb::kill || verb == Verb::wait || verb == Verb::restart || verb == Verb::crash ||
        verb == Verb::replace)
        add_subject(app, line, "ACTOR", "Instance name or URI", true);
    if (verb == Verb::replace)
        app.add_option("--set", line.sets, "KEY=VALUE; may be given again")
            ->allow_extra_args(false);
    if (verb == Verb::ps || verb == Verb::tree) app.add_flag("--once", texts.once)->group("");
    if (verb == Verb::logs || verb == Verb::events) {
        app.add_flag("-f,--follow", line.follow, "Go on until interrupted or the node ends");
        app.add_option("-n,--last", texts.last, "Only the newest so many lines of each actor")
            ->check(CLI::NonNegativeNumber);
    }
    if (verb == Verb::kill)
        app.add_option("--signal", texts.signal, "Name or number (default: KILL)");
    if (verb == Verb::wait) {
        app.add_option("--state", line.state, "RUNNING, STOPPED, FAILED, … (default: RUNNING)");
    }
    const bool short_wait = verb == Verb::wait || verb == Verb::snapshot;
    if (short_wait || verb == Verb::stop || verb == Verb::restart || verb == Verb::replace) {
        app.add_option("--timeout", texts.timeout, "Give up after so long")
            ->default_str(short_wait ? "5s" : "15s");
    }
}

[[nodiscard]] ParsedLine wrong_value(const char* verb, const char* option,
                                     const std::string& text) {
    return usage_error(std::string(verb) + ": " + option + ": " + text);
}

/// Turns the texts into values. Empty `error`: all of them could be.
[[nodiscard]] ParsedLine finished(const VerbWords& verb, CommandLine line, const Texts& texts,
                                  bool last_given) {
    if (!texts.http.empty())
        return wrong_value(verb.word, "--http",
                           "not in this version; the API is on the node's Unix socket");
    if (texts.step) return wrong_value(verb.word, "--step", "not in this version");
    if (!texts.run_for.empty()) {
        const auto span = parse_duration(texts.run_for);
        if (!span) return wrong_value(verb.word, "--for", span.error().text);
        line.run_for = *span;
    }
    for (const std::string& set : line.sets)
        if (verb.verb == Verb::replace && set.find('=') + 1 < 2)
            return wrong_value(verb.word, "--set", "KEY=VALUE is wanted, not \"" + set + "\"");
    if (verb.verb == Verb::stop || verb.verb == Verb::restart || verb.verb == Verb::replace)
        line.timeout_ns = 15'000'000'000;
    if (!texts.timeout.empty()) {
        const auto span = parse_duration(texts.timeout);
        if (!span) return wrong_value(verb.word, "--timeout", span.error().text);
        line.timeout_ns = *span;
    }
    if (!texts.signal.empty() && (line.signal = signal_number(texts.signal)) == 0) {
        return wrong_value(verb.word, "--signal", "no signal is called \"" + texts.signal + "\"");
    }
    std::transform(line.state.begin(), line.state.end(), line.state.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (!is_state_word(line.state)) {
        return wrong_value(
            verb.word, "--state",
            "STARTING, RUNNING, STOPPING, RESTARTING, STOPPED or FAILED is wanted, not \"" +
                line.state + "\"");
    }
    if (last_given) line.last = static_cast<std::uint64_t>(texts.last);
    return {std::move(line), 0, {}, {}};
}

/// What is wrong with the verb, if something is: CLI11 would only say that one is missing.
[[nodiscard]] std::optional<ParsedLine> wrong_verb(const std::vector<std::string>& words) {
    if (words.empty()) return usage_error("a command is missing; see streamlib --help");
    const std::string& word = words.front();
    if (word.starts_with("-")) return std::nullopt;
    std::vector<std::string_view> known;
    for (const VerbWords& verb : verbs) known.emplace_back(verb.word);
    if (std::find(known.begin(), known.end(), word) != known.end()) return std::nullopt;
    if (std::find(later.begin(), later.end(), word) != later.end()) {
        return usage_error(word + ": not in this version; see streamlib --help for what is");
    }
    const std::string_view nearest = nearest_word(word, known);
    const std::string hint =
        nearest.empty() ? "see streamlib --help" : "did you mean \"" + std::string(nearest) + "\"?";
    return usage_error("no command \"" + word + "\"; " + hint);
}

}  // namespace

ParsedLine parse_command_line(const std::vector<std::string>& words) {
    if (auto wrong = wrong_verb(words)) return *wrong;
    CLI::App app{std::string(about), "streamlib"};
    app.set_version_flag("--version", "streamlib " + std::string(version()));
    app.set_help_flag("-h,--help", "Print this");
    app.require_subcommand(1);
    std::array<CommandLine, verbs.size()> lines;
    std::array<Texts, verbs.size()> texts;
    for (std::size_t n = 0; n < verbs.size(); ++n) {
        lines[n].verb = verbs[n].verb;
        add_options(*app.add_subcommand(verbs[n].word, verbs[n].text), verbs[n].verb, lines[n],
                    texts[n]);
    }
    try {
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::CallForHelp&) {
        return {std::nullopt, 0, app.help(), {}};
    } catch (const CLI::CallForVersion& called) {
        return {std::nullopt, 0, std::string(called.what()) + "\n", {}};
    } catch (const CLI::ParseError& error) {
        const std::string verb = words.front().starts_with("-") ? "" : words.front() + ": ";
        return usage_error(verb + error.what() + "; see streamlib " +
                           (verb.empty() ? "" : words.front() + " ") + "--help");
    }
    for (std::size_t n = 0; n < verbs.size(); ++n) {
        const CLI::App& sub = *app.get_subcommand(verbs[n].word);
        if (!sub.parsed()) continue;
        const bool last_given = (verbs[n].verb == Verb::logs || verbs[n].verb == Verb::events) &&
                                sub.count("--last") > 0;
        return finished(verbs[n], std::move(lines[n]), texts[n], last_given);
    }
    return usage_error("a command is missing; see streamlib --help");
}

}  // namespace streamlib::supervision
