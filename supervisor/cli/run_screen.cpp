// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/run_screen.hpp"

#include "runtime/graph/check_graph.hpp"
#include "supervisor/cli/run_words.hpp"
#include "supervisor/cli/table.hpp"
#include "supervisor/control/api.hpp"
#include "supervisor/control/api_json.hpp"

namespace streamlib::supervision {

namespace {

/// A graph of a thousand actors does not scroll a thousand lines by.
constexpr std::size_t most_actor_lines = 64;
constexpr std::size_t most_columns = 1000;  // Of a line that goes to no terminal.

}  // namespace

void RunScreen::line(const std::string& text) {
    if (quiet_) return;
    screen_.line(text);
    screen_.flush();
}

void RunScreen::findings(std::span<const Finding> findings) {
    failures_.clear();  // The findings say it, with file and line.
    for (const Finding& finding : findings) screen_.error_line(to_string(finding));
}

void RunScreen::notes(std::span<const Finding> notes) {
    for (const Finding& note : notes) line("note: " + to_string(note));
}

void RunScreen::planned(const std::string& node, const std::string& node_directory,
                        std::span<const ShownChild> children) {
    planned_ = true;
    children_.assign(children.begin(), children.end());
    line(planned_words(node, node_directory, children.size()));
}

void RunScreen::joined(std::uint32_t index, const ShownChild& child) {
    if (index >= children_.size()) children_.resize(index + 1);
    children_[index] = child;
}

void RunScreen::actor_changed(const ActorEvent& event) {
    if (event.index >= children_.size()) return;
    const ShownChild& child = children_[event.index];
    if (event.state == ipc::ActorState::failed) {
        std::string text = "actor " + child.name + " (" + child.class_name + ") FAILED";
        if (!event.exit_text.empty()) text += ": " + printable(event.exit_text);
        failures_.push_back(std::move(text));
        if (up_) print_failures();
        return;
    }
    const bool came_up = event.state == ipc::ActorState::running;
    const bool went_by_itself = event.state == ipc::ActorState::stopped && !stopping_;
    const bool news = came_up || went_by_itself || event.state == ipc::ActorState::restarting;
    if (news && (up_ || children_.size() <= most_actor_lines)) {
        line(actor_words(child, event, screen_.terminal().colours));
    }
}

void RunScreen::rings(std::span<const RingCost> rings, std::uint64_t total_bytes) {
    line("  " + std::to_string(rings.size()) + (rings.size() == 1 ? " ring, " : " rings, ") +
         bytes_words(total_bytes));
}

void RunScreen::print_failures() {
    for (const std::string& failure : failures_) screen_.error(failure);
    failures_.clear();
}

void RunScreen::running(Nanoseconds after_ns) {
    up_ = true;
    print_failures();
    line("up after " + std::to_string(after_ns / 1'000'000) + " ms; Ctrl-C stops it");
}

void RunScreen::totals(const RunTotals& totals) {
    if (quiet_ || stopping_) return;
    const Terminal& terminal = screen_.terminal();
    if (terminal.tty) {
        screen_.status(status_line(totals, run_for_, terminal.width, terminal.colours));
    } else if (worth_a_line(shown_, totals)) {
        line(status_line(totals, {}, most_columns, false));
    }
    shown_ = totals;
}

void RunScreen::stopping(StopReason reason) {
    stopping_ = true;
    if (reason == StopReason::interrupted) line("stopping; Ctrl-C again kills");
}

void RunScreen::finished(const RunSummary& summary) {
    screen_.clear_status();
    print_failures();
    if (planned_ && summary.reason != StopReason::refused) line(summary_words(summary));
}

void RunScreen::service_restarted(const std::string& text) { line("replaced: " + printable(text)); }

void RunScreen::event(const std::string& kind, const std::string& subject,
                      const std::string& text) {
    if (kind == "restored") line("  " + subject + " has its state of " + printable(text));
    if (kind == "kept") line("kept the " + printable(text));
    if (kind == "warning") screen_.error_line("warning: " + subject + ": " + printable(text));
}

void CheckScreen::findings(std::span<const Finding> findings) {
    findings_.insert(findings_.end(), findings.begin(), findings.end());
    sort_findings(findings_);
}

void CheckScreen::notes(std::span<const Finding> notes) {
    notes_.insert(notes_.end(), notes.begin(), notes.end());
}

void CheckScreen::rings(std::span<const RingCost> rings, std::uint64_t total_bytes) {
    rings_.assign(rings.begin(), rings.end());
    ring_bytes_ = total_bytes;
}

void CheckScreen::print_json(Screen& screen) const {
    const auto print = [&](std::string_view kind, const std::vector<Finding>& list) {
        for (const Finding& each : list) {
            screen.line(finding_line(kind, each.place.file, each.place.line, each.key, each.text));
        }
    };
    print("finding", findings_);
    print("note", notes_);
    for (const RingCost& ring : rings_) screen.line(ring_line(ring));
}

int CheckScreen::print(Screen& screen, bool json, int launcher_status) const {
    const int status = findings_.empty() ? launcher_status : 1;
    if (json) {
        print_json(screen);
        return status;
    }
    for (const Finding& note : notes_) screen.line("note: " + to_string(note));
    if (status == 0) {
        std::string text = rings_words(rings_, ring_bytes_, screen.terminal().colours);
        text.pop_back();
        screen.line(text);
        screen.line("fine");
    }
    for (const Finding& finding : findings_) screen.error_line(to_string(finding));
    return status;
}

}  // namespace streamlib::supervision
