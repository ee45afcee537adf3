// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/run_words.hpp"

#include <algorithm>

#include "supervisor/cli/table.hpp"
#include "supervisor/control/api.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::string span_of(Nanoseconds span) {
    return span_words(static_cast<std::uint64_t>(std::max<Nanoseconds>(span, 0)) / 1'000'000);
}

[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one,
                                  std::string_view many) {
    return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

[[nodiscard]] std::string_view reason_words(StopReason reason) noexcept {
    switch (reason) {
        case StopReason::ended: return "ended";
        case StopReason::time_is_up: return "done";
        case StopReason::interrupted: return "interrupted";
        case StopReason::requested: return "stopped";
        case StopReason::refused: return "refused";
        case StopReason::failed: return "failed";
    }
    return "over";
}

}  // namespace

std::string planned_words(std::string_view node, std::string_view directory, std::size_t actors) {
    return std::string("node ")
        .append(node)
        .append(": ")
        .append(counted(actors, "actor", "actors"))
        .append(" in ")
        .append(directory);
}

std::string actor_words(const ShownChild& child, const ActorEvent& event, bool colours) {
    const std::string_view state = state_word(event.state);
    std::string text(2 + 2 * std::size_t{child.depth}, ' ');
    text += coloured(state, colour_of_state(state), colours);
    text.append(state.size() < 9 ? 9 - state.size() : 1, ' ');
    text.append(child.name).append("  ").append(coloured(child.class_name, Colour::faint, colours));
    if (event.pid > 0) text.append("  pid ").append(std::to_string(event.pid));
    if (event.incarnation > 1)
        text.append("  incarnation ").append(std::to_string(event.incarnation));
    if (!event.exit_text.empty()) text.append("  ").append(printable(event.exit_text));
    return text;
}

std::string status_words(const RunTotals& totals, bool colours) {
    const auto alarming = [colours](std::uint64_t count, std::string_view what) {
        return "  " + coloured(std::to_string(count).append(" ").append(what),
                               count == 0 ? Colour::none : Colour::between, colours);
    };
    std::string text = std::to_string(totals.running) + " running";
    if (totals.stopped > 0) text += "  " + std::to_string(totals.stopped) + " stopped";
    if (totals.failed > 0)
        text += "  " + coloured(std::to_string(totals.failed) + " failed", Colour::bad, colours);
    text += "  " + std::to_string(totals.ticks) + " ticks";
    text += alarming(totals.ticks_dropped, "dropped");
    if (totals.missed > 0) text += alarming(totals.missed, "missed");
    if (totals.ticks_skipped > 0) text += alarming(totals.ticks_skipped, "skipped by the clock");
    return text + alarming(totals.restarts, totals.restarts == 1 ? "restart" : "restarts");
}

std::string status_line(const RunTotals& totals, std::optional<Nanoseconds> run_for,
                        std::size_t width, bool colours) {
    const std::size_t used = width_of(status_words(totals, false)) + 2;
    const std::string how_far =
        run_for ? progress_words(totals.elapsed_ns, *run_for, width > used ? width - used : 0)
                : span_of(totals.elapsed_ns);
    return fitted(how_far + "  " + status_words(totals, colours), width);
}

std::string progress_words(Nanoseconds elapsed, Nanoseconds whole, std::size_t width) {
    elapsed = std::clamp<Nanoseconds>(elapsed, 0, whole);
    const std::string times = span_of(elapsed) + " of " + span_of(whole);
    if (width < times.size() + 8) return times;
    const std::size_t bar = std::min<std::size_t>(width - times.size() - 3, 30);
    const double share =
        whole > 0 ? static_cast<double>(elapsed) / static_cast<double>(whole) : 1.0;
    const auto filled = std::min(bar, static_cast<std::size_t>(share * static_cast<double>(bar)));
    std::string text = "[" + std::string(filled, '=');
    if (filled < bar) text += ">" + std::string(bar - filled - 1, ' ');
    return text + "] " + times;
}

std::string summary_words(const RunSummary& summary) {
    const RunTotals& totals = summary.totals;
    std::string text(reason_words(summary.reason));
    text += " after " + span_of(totals.elapsed_ns) + ": " + counted(totals.ticks, "tick", "ticks") +
            ", " + std::to_string(totals.ticks_dropped) + " dropped, " +
            counted(totals.frames_out, "block", "blocks") + " published, " +
            std::to_string(totals.missed) + " missed, " +
            counted(totals.restarts, "restart", "restarts");
    if (totals.ticks_skipped > 0)
        text += ", " + std::to_string(totals.ticks_skipped) + " skipped by the clock";
    if (totals.failed > 0) text += ", " + std::to_string(totals.failed) + " failed";
    if (summary.killed > 0)
        text += ", " + std::to_string(summary.killed) + " killed at the deadline";
    return text;
}

bool worth_a_line(const RunTotals& before, const RunTotals& now) noexcept {
    return before.ticks_dropped != now.ticks_dropped || before.missed != now.missed ||
           before.ticks_skipped != now.ticks_skipped || before.restarts != now.restarts ||
           before.failed != now.failed || before.stopped != now.stopped;
}

std::string rings_words(std::span<const RingCost> rings, std::uint64_t total_bytes, bool colours) {
    std::vector<std::vector<Cell>> rows;
    for (const RingCost& ring : rings) {
        rows.push_back({{ring.output},
                        {ring.format},
                        {std::to_string(ring.slots)},
                        {std::to_string(ring.readers)},
                        {std::to_string(ring.bytes)},
                        {bytes_words(ring.bytes)}});
    }
    rows.push_back(
        {{"all rings"}, {}, {}, {}, {std::to_string(total_bytes)}, {bytes_words(total_bytes)}});
    return table(
        {{"RING"}, {"FORMAT"}, {"SLOTS", true}, {"READERS", true}, {"BYTES", true}, {"", true}},
        rows, colours);
}

}  // namespace streamlib::supervision
