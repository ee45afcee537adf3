// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/crash_words.hpp"
#include "supervisor/cli/node_client.hpp"
#include "supervisor/cli/tai_offset.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/control/supervision_json.hpp"

namespace streamlib::supervision {

int crash_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    const auto actor = node->actor(line.subject);
    if (!actor) return failed(screen, actor.error());
    const auto report = node->crash(actor->name);
    if (!report) return failed(screen, report.error());
    std::string text = line.json
                           ? crash_json(*report)
                           : crash_words(*report, *actor, tai_offset(), screen.terminal().colours);
    if (!text.empty() && text.back() == '\n') text.pop_back();
    screen.line(text);
    return 0;
}

}  // namespace streamlib::supervision
