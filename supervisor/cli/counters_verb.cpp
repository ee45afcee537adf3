// SPDX-License-Identifier: Apache-2.0
// streamlib counters: every number that actors and ports count, so that every loss is seen in one place.
#include "supervisor/cli/node_client.hpp"
#include "supervisor/cli/node_words.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/control/api_json.hpp"

namespace streamlib::supervision {

int counters_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    std::string name;
    if (!line.subject.empty()) {
        const auto actor = node->actor(line.subject);
        if (!actor) return failed(screen, actor.error());
        name = actor->name;
    }
    const auto rows = node->counters(name);
    if (!rows) return failed(screen, rows.error());
    if (line.json) {
        for (const CounterRow& row : *rows) screen.line(counter_line(row));
        return 0;
    }
    std::string text = counters_words(*rows, screen.terminal().colours);
    text.pop_back();  // The end of the last line.
    screen.line(text);
    return 0;
}

}  // namespace streamlib::supervision
