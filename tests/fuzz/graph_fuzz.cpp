// SPDX-License-Identifier: Apache-2.0
// Any text as a graph file: no crash, bounded time, and whatever is found right can be planned and
// wound down.
#include "graph_fuzz_check.hpp"
#include "runtime/graph/apply_set.hpp"
#include "runtime/graph/link_text.hpp"
#include "runtime/graph/toml_reader.hpp"

using namespace streamlib;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    auto read = read_graph_text(text, "fuzz.toml");
    fuzz::check_findings(read.findings);
    fuzz::check_whole(read.graph);
    if (const auto links = parse_links(text, {})) {
        for (const auto& link : *links) {
            STREAMLIB_ASSERT(parse_links(to_string(link), {}), "a printed link reads differently");
        }
    }
    // The last line, as an argument of --set.
    const auto line = text.rfind('\n');
    (void)apply_set(read.graph, line == std::string_view::npos ? text : text.substr(line + 1));
    return 0;
}
