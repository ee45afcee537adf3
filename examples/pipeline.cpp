// SPDX-License-Identifier: Apache-2.0
// A graph in C++: the same value a graph file makes, launched from a program of one's own.
//   build/release/pipeline [seconds]
#include <cstdlib>

#include "actors/test/probe.hpp"
#include "actors/test/test_pattern.hpp"
#include "actors/video/overlay.hpp"
#include "runtime/graph/graph.hpp"
#include "supervisor/streamlib.hpp"

int main(int argc, char** argv) {
    using namespace streamlib;
    init(argc, argv);  // first: this executable is also its actors

    Graph graph;
    graph.spec().node.name = "pipeline";
    auto bars = graph.add<actors::TestPattern>("bars", {{"format", "1280x720 YCbCr-4:2:2 10"}});
    auto overlay = graph.add<actors::Overlay>("overlay");
    auto eye = graph.add<actors::Probe>("eye");
    auto second_eye = graph.add<actors::Probe>("second_eye");
    bars >> overlay >> eye;
    bars.port("video") >> second_eye.port("in");  // one output, two readers

    const double seconds = argc > 1 ? std::atof(argv[1]) : 3;
    RunOptions options;
    options.run_for = static_cast<Nanoseconds>(seconds * 1e9);
    return run(graph.spec(), options);
}
