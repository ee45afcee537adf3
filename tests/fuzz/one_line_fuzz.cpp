// SPDX-License-Identifier: Apache-2.0
// Any text as a one-line graph: no crash, bounded time, every error with a caret under a character
// of the line.
#include "graph_fuzz_check.hpp"
#include "runtime/graph/one_line.hpp"

using namespace streamlib;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto read = read_one_line(text);
    fuzz::check_findings(read.findings);
    for (const auto& finding : read.findings) {
        STREAMLIB_ASSERT(finding.text.ends_with('^') || size > 65536, "an error without a caret");
    }
    if (read.findings.empty())
        STREAMLIB_ASSERT(!read.graph.actors.empty(), "a right line declares an actor");
    fuzz::check_whole(read.graph);
    return 0;
}
