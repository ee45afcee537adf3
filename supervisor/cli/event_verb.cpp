// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include "supervisor/cli/node_client.hpp"
#include "supervisor/cli/node_words.hpp"
#include "supervisor/cli/tai_offset.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/control/supervision_json.hpp"

namespace streamlib::supervision {

namespace {

constexpr std::chrono::milliseconds look_again{100};

void print(const EventPage& page, bool first, const CommandLine& line, Nanoseconds tai_offset_ns,
           Screen& screen) {
    if (page.lost > 0 && !first && !line.json)
        screen.line("(" + std::to_string(page.lost) + " events were overwritten unread)");
    for (const EventRow& row : page.events) {
        screen.line(line.json ? event_line(row)
                              : event_words(row, tai_offset_ns, screen.terminal().colours));
    }
    screen.flush();
}

}  // namespace

int events_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    const Nanoseconds tai_offset_ns = tai_offset();
    std::uint64_t next = 0;
    for (bool first = true;; first = false) {
        const auto page = node->events(next, first ? line.last : std::nullopt);
        // A node that ends while it is followed is the end of its events, no failure.
        const bool over = !page && page.error().code == Errc::gone && !node->alive();
        if (over && !first) return 0;
        const bool none_yet = !page && page.error().code == Errc::not_found;
        if (!page && !none_yet) return failed(screen, page.error());
        if (page) {
            next = page->next;
            print(*page, first, line, tai_offset_ns, screen);
        }
        if (!line.follow) return 0;
        std::this_thread::sleep_for(look_again);
    }
}

}  // namespace streamlib::supervision
