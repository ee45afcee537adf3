// SPDX-License-Identifier: Apache-2.0
// streamlib snapshot: actors keep their state now, and it goes to files.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "ipc/snapshot_file.hpp"
#include "supervisor/cli/node_client.hpp"
#include "supervisor/cli/node_words.hpp"
#include "supervisor/cli/table.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/control/supervision_json.hpp"

namespace streamlib::supervision {
namespace {

namespace fs = std::filesystem;

/// How long each actor gets before all others have been asked: of many, one that is silent must not take all the time.
constexpr Nanoseconds first_round_ns = 200'000'000;

struct Kept {
    SnapshotRow row;
    std::string file;  ///< Where it was written; empty: nowhere.
};

/// Asks, waits, and writes; prints what went wrong.
class Snapshots {
public:
    Snapshots(const NodeClient& node, const CommandLine& line, Screen& screen)
        : node_(node), line_(line), screen_(screen) {}

    [[nodiscard]] int of_one(const ActorRow& actor) {
        const auto row = node_.snapshot(actor, line_.timeout_ns);
        if (!row) return failed(screen_, row.error());
        const std::string subject = "actor " + actor.name;
        if (!row->keeps_state)
            screen_.error(subject + " keeps no state (class " + actor.class_name + ")");
        else if (row->number == 0)
            screen_.error(subject + " has nothing to keep now");
        else
            take(actor, *row);
        print();
        return kept_.empty() ? 1 : 0;
    }

    [[nodiscard]] int of_all(const std::vector<ActorRow>& actors) {
        const MonotonicTime deadline = MonotonicTime::now() + line_.timeout_ns;
        std::vector<ActorRow> silent;
        for (const ActorRow& actor : actors)
            if (!ask(actor, std::min(first_round_ns, line_.timeout_ns))) silent.push_back(actor);
        for (const ActorRow& actor : silent)
            if (!ask(actor, std::max<Nanoseconds>(deadline - MonotonicTime::now(), 0)))
                complain(error_);
        print();
        if (kept_.empty() && !failed_)
            complain({Errc::not_found, "no actor of node " + node_.name() + " has state to keep"});
        return failed_ ? 1 : 0;
    }

private:
    /// False: no answer in time; see error_.
    [[nodiscard]] bool ask(const ActorRow& actor, Nanoseconds timeout_ns) {
        const auto row = node_.snapshot(actor, timeout_ns);
        if (row) {
            if (row->keeps_state && row->number != 0) take(actor, *row);
            return true;
        }
        error_ = row.error();
        if (row.error().code == Errc::timeout) return false;
        complain(row.error());
        return true;
    }

    void complain(const Error& error) {
        failed_ = true;
        screen_.error(error.text);
    }

    /// What there is of it, in a file if one is wanted.
    void take(const ActorRow& actor, const SnapshotRow& row) {
        Kept kept{row, {}};
        if (!line_.to.empty()) {
            const auto written = write(actor, kept);
            if (!written) return complain(written.error());
        }
        kept_.push_back(std::move(kept));
    }

    [[nodiscard]] Result<> write(const ActorRow& actor, Kept& kept) const {
        const auto text = node_.snapshot_file(actor);
        if (!text) return tl::unexpected(text.error());
        const auto bytes = std::as_bytes(std::span(text->data(), text->size()));
        // It may be a newer one already; and what cannot be read back is not to take the place of what can.
        const auto file = ipc::parse_snapshot_file(bytes);
        if (!file) return fail(file.error().code, "actor " + actor.name + ": " + file.error().text);
        kept.row.bytes = file->bytes.size();
        kept.row.version = file->version;
        kept.row.time_ns = file->time.ns;
        std::error_code error;
        fs::path path(line_.to);
        if (line_.subject.empty() || !path.has_filename()) fs::create_directories(path, error);
        if (error) return fail(Errc::io, path.string() + ": " + error.message());
        if (line_.subject.empty() || fs::is_directory(path, error) || !path.has_filename())
            path /= actor.name + ".snapshot";
        kept.file = path.string();
        return ipc::write_snapshot_file(bytes, kept.file);
    }

    void print() {
        if (line_.json) {
            for (const Kept& kept : kept_) screen_.line(snapshot_line(kept.row, kept.file));
            return;
        }
        if (kept_.empty()) return;
        std::vector<std::vector<Cell>> rows;
        for (const Kept& kept : kept_)
            rows.push_back({{kept.row.actor},
                            {std::to_string(kept.row.bytes)},
                            {std::to_string(kept.row.version)},
                            {span_words(kept.row.age_ms)},
                            {printable(kept.file.empty() ? "-" : kept.file)}});
        std::string text =
            table({{"ACTOR"}, {"BYTES", true}, {"VERSION", true}, {"AGE", true}, {"FILE"}}, rows,
                  screen_.terminal().colours);
        text.pop_back();
        screen_.line(text);
    }

    const NodeClient& node_;
    const CommandLine& line_;
    Screen& screen_;
    std::vector<Kept> kept_{};
    Error error_{};
    bool failed_ = false;
};

}  // namespace

int snapshot_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    Snapshots snapshots(*node, line, screen);
    if (!line.subject.empty()) {
        const auto actor = node->actor(line.subject);
        if (!actor) return failed(screen, actor.error());
        return snapshots.of_one(*actor);
    }
    const auto actors = node->actors();
    if (!actors) return failed(screen, actors.error());
    return snapshots.of_all(*actors);
}

}  // namespace streamlib::supervision
