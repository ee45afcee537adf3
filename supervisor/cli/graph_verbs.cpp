// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/graph_source.hpp"
#include "supervisor/cli/run_screen.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::supervision {

namespace {

/// All that is wrong with a graph: what reading found, and what checking what could be read finds beside it.
[[nodiscard]] int check(const CommandLine& line, const ReadGraph& read, CheckScreen& collected) {
    collected.findings(read.findings);
    if (read.graph.actors.empty() && !read.findings.empty()) return 1;
    RunOptions options;
    options.node = line.node;
    options.check_only = true;
    options.observer = &collected;
    return run(read.graph, options);
}

}  // namespace

int run_verb(const CommandLine& line, Screen& screen) {
    const ReadGraph read = load_graph(line.subject, line.sets);
    if (!read.findings.empty()) {
        CheckScreen collected;
        return collected.print(screen, false, check(line, read, collected));
    }
    RunScreen shown(screen, line.run_for, line.quiet);
    RunOptions options;
    options.node = line.node;
    options.run_for = line.run_for;
    options.restore = line.restore;
    options.keep = line.keep;
    options.observer = &shown;
    return run(read.graph, options);
}

int check_verb(const CommandLine& line, Screen& screen) {
    CheckScreen collected;
    const int status = check(line, load_graph(line.subject, line.sets), collected);
    return collected.print(screen, line.json, status);
}

}  // namespace streamlib::supervision
