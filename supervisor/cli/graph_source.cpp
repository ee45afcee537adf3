// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/graph_source.hpp"

#include "runtime/graph/apply_set.hpp"
#include "runtime/graph/one_line.hpp"

namespace streamlib::supervision {

ReadGraph load_graph(const std::string& argument, const std::vector<std::string>& sets) {
    ReadGraph read =
        looks_like_one_line(argument) ? read_one_line(argument) : read_graph_file(argument);
    for (const std::string& set : sets) {
        const auto applied = apply_set(read.graph, set);
        if (!applied)
            read.findings.push_back(
                {{"--set", 0}, set.substr(0, set.find('=')), applied.error().text});
    }
    return read;
}

}  // namespace streamlib::supervision
