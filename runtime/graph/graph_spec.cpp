// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/graph_spec.hpp"

namespace streamlib {

std::string to_string(const Place& place) {
    return place.line == 0 ? place.file : place.file + ":" + std::to_string(place.line);
}

std::string to_string(const Finding& finding) {
    std::string line = to_string(finding.place);
    if (!line.empty()) line += ": ";
    if (!finding.key.empty()) line += finding.key + ": ";
    return line + finding.text;
}

}  // namespace streamlib
