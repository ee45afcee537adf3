// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "supervisor/cli/node_client.hpp"
#include "supervisor/cli/node_words.hpp"
#include "supervisor/cli/tai_offset.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/control/api_json.hpp"

namespace streamlib::supervision {

namespace {

struct NamedLine {
    std::string actor;
    LogRow row;
};

/// Asks for what is new, actor by actor, and prints it in order of time.
class LogTail {
public:
    LogTail(const NodeClient& node, const CommandLine& line, Screen& screen)
        : node_(node), line_(line), screen_(screen), tai_offset_ns_(tai_offset()) {}

    /// One round over the actors that logged since the last one. Actors that cannot be read are said once.
    [[nodiscard]] Result<> round() {
        const auto actors = wanted();
        if (!actors) return tl::unexpected(actors.error());
        std::vector<NamedLine> lines;
        for (const ActorRow& actor : *actors) {
            if (auto taken = take(actor, lines); !taken) return taken;
        }
        std::stable_sort(lines.begin(), lines.end(), [](const NamedLine& a, const NamedLine& b) {
            return a.row.time_ns < b.row.time_ns;
        });
        for (const NamedLine& each : lines) print(each);
        screen_.flush();
        return {};
    }

private:
    [[nodiscard]] Result<std::vector<ActorRow>> wanted() {
        if (line_.subject.empty()) {
            auto actors = node_.actors();
            if (!actors) return actors;
            for (const ActorRow& actor : *actors)
                name_width_ = std::max(name_width_, actor.name.size());
            return actors;
        }
        return node_.actor(line_.subject).map([](ActorRow actor) {
            return std::vector<ActorRow>{std::move(actor)};
        });
    }

    [[nodiscard]] Result<> take(const ActorRow& actor, std::vector<NamedLine>& lines) {
        const auto known = next_.find(actor.name);
        if (known != next_.end() && known->second >= actor.log_lines) return {};
        const bool first = known == next_.end();
        auto page =
            node_.logs(actor.name, first ? 0 : known->second, first ? line_.last : std::nullopt);
        if (!page && page.error().code == Errc::not_found) return {};  // No log yet.
        if (!page) return tl::unexpected(page.error());
        next_[actor.name] = page->next;
        if (page->lost > 0 && !first && !line_.json) {
            screen_.line("(" + std::to_string(page->lost) + " lines of " + actor.name +
                         " were overwritten unread)");
        }
        for (LogRow& row : page->lines) lines.push_back({actor.name, std::move(row)});
        return {};
    }

    void print(const NamedLine& each) {
        screen_.line(line_.json ? log_line(each.actor, each.row)
                                : log_words(each.actor, each.row, name_width_, tai_offset_ns_,
                                            screen_.terminal().colours));
    }

    const NodeClient& node_;
    const CommandLine& line_;
    Screen& screen_;
    Nanoseconds tai_offset_ns_;
    /// By actor: number of the first line not shown yet.
    std::map<std::string, std::uint64_t> next_;
    std::size_t name_width_ = 0;
};

}  // namespace

int logs_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    LogTail tail(*node, line, screen);
    bool shown = false;
    for (;;) {
        const auto round = tail.round();
        // A node that ends while it is followed is the end of its log, no failure.
        if (!round)
            return shown && round.error().code == Errc::gone && !node->alive()
                       ? 0
                       : failed(screen, round.error());
        shown = true;
        if (!line.follow) return 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

}  // namespace streamlib::supervision
