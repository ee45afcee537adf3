// SPDX-License-Identifier: Apache-2.0
/// @file
/// Links as a graph file writes them: "clip.video >> convert >> out.video".
///
/// Model     endpoint ( ">>" endpoint )+ with endpoint = NAME [ "." PORT ]. Each ">>" is one link.
///           A port at the left end names an output, one at the right end an input; in the middle
///           it names both, the input and the output.
/// Errors    One line that says what was expected and shows the character: `expected a name at
///           character 9, before ">> b"`.
#pragma once

#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/graph/graph_spec.hpp"

namespace streamlib {

/// "actor" or "actor.port".
struct LinkEnd {
    std::string actor, port;
};

/// The links of one chain, each with `place`.
[[nodiscard]] Result<std::vector<LinkDecl>> parse_links(std::string_view text, const Place& place);

/// The links between neighbours of `chain`, by the rule for ports above.
void append_links(std::vector<LinkDecl>& links, const std::vector<LinkEnd>& chain,
                  const Place& place);

/// "clip.video", "clip".
[[nodiscard]] std::string endpoint_text(std::string_view actor, std::string_view port);

/// "clip.video >> out".
[[nodiscard]] std::string to_string(const LinkDecl& link);

}  // namespace streamlib
