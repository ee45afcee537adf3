// SPDX-License-Identifier: Apache-2.0
// streamlib sdp: what actors say of the sessions they send, for whoever is to receive them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "supervisor/cli/node_client.hpp"
#include "supervisor/cli/table.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/control/api_json.hpp"

namespace streamlib::supervision {
namespace {

namespace fs = std::filesystem;

/// DIR/ACTOR.sdp, replaced whole or not at all: its path.
[[nodiscard]] Result<std::string> write(const std::string& folder, const std::string& actor,
                                        const std::string& text) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return fail(Errc::io, folder + ": " + error.message());
    const fs::path path = fs::path(folder) / (actor + ".sdp");
    const fs::path beside = path.string() + ".new";
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return fail(Errc::io, beside.string() + ": cannot be written");
    fs::rename(beside, path, error);
    if (error) return fail(Errc::io, path.string() + ": " + error.message());
    return path.string();
}

/// Byte for byte; on a terminal, so that what an actor wrote does not drive it.
void print(const std::string& text, Screen& screen) {
    std::string_view left = text;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find('\n'), left.size());
        std::string_view line = left.substr(0, end);
        left.remove_prefix(std::min(end + 1, left.size()));
        if (screen.terminal().tty && line.ends_with('\r')) line.remove_suffix(1);
        screen.line(screen.terminal().tty ? printable(line) : std::string(line));
    }
}

/// Prints one, or its file's name.
[[nodiscard]] Result<> show(const CommandLine& line, const std::string& actor,
                            const std::string& text, Screen& screen) {
    std::string file;
    if (!line.to.empty()) {
        auto written = write(line.to, actor, text);
        if (!written) return tl::unexpected(written.error());
        file = std::move(*written);
    }
    if (line.json) {
        screen.line(sdp_line(actor, file, text));
    } else if (!file.empty()) {
        screen.line(file);
    } else {
        print(text, screen);
    }
    return {};
}

[[nodiscard]] int show_all(const NodeClient& node, const CommandLine& line, Screen& screen) {
    const auto actors = node.actors();
    if (!actors) return failed(screen, actors.error());
    bool any = false, all_well = true;
    for (const ActorRow& actor : *actors) {
        const auto text = node.sdp(actor.name);
        if (!text && text.error().code == Errc::not_found) continue;
        any = true;
        const auto shown =
            text ? show(line, actor.name, *text, screen) : Result<>(tl::unexpected(text.error()));
        if (shown) continue;
        all_well = false;
        screen.error(shown.error().text);
    }
    if (any) return all_well ? 0 : 1;
    screen.error("no actor of node " + node.name() +
                 " describes a session; senders of ST 2110 do, as soon as they have started");
    return 1;
}

}  // namespace

int sdp_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    if (line.subject.empty()) return show_all(*node, line, screen);
    const auto actor = node->actor(line.subject);
    if (!actor) return failed(screen, actor.error());
    const auto text = node->sdp(actor->name);
    if (!text) return failed(screen, text.error());
    const auto shown = show(line, actor->name, *text, screen);
    return shown ? 0 : failed(screen, shown.error());
}

}  // namespace streamlib::supervision
