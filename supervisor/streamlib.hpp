// SPDX-License-Identifier: Apache-2.0
/// @file
/// The launcher as a library: what a program with its own actor classes calls.
///
///     int main(int argc, char** argv) {
///         streamlib::init(argc, argv);                       // first: this executable is also its actors
///         return streamlib::run(graph, {.run_for = 10'000'000'000});
///     }
///
/// Model     The launcher starts this same executable again (/proc/self/exe) for the processes it needs; `init` sees by the
///           arguments that it is one of them, does that work, and never returns there.
/// Threads   Both from the main thread, before the program has started any other.
#pragma once

#include "runtime/graph/graph_spec.hpp"
#include "supervisor/launcher/run_observer.hpp"

namespace streamlib {

using supervision::RunObserver;
using supervision::RunOptions;

/// The first call in main(). Returns only in the program itself.
void init(int argc, char** argv);

/// Runs a graph to its end. While it runs, SIGINT and SIGTERM stop it in order (a second one at once), and the process
/// is the parent of every actor; one run a process at a time. Returns 0 done, 1 the graph or an actor failed.
[[nodiscard]] int run(const GraphSpec& graph, const RunOptions& options = {});

}  // namespace streamlib
