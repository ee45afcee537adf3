// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/node_words.hpp"

#include <cstdio>
#include <ctime>
#include <optional>

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::string pid_words(std::int32_t pid) {
    return pid == 0 ? "-" : std::to_string(pid);
}

[[nodiscard]] Cell state_cell(const ActorRow& row) {
    return {row.state, colour_of_state(row.state)};
}

/// Whether rows[n] is followed by another of its own depth below the same parent.
[[nodiscard]] bool has_younger(const std::vector<TreeRow>& rows, std::size_t n) {
    for (std::size_t next = n + 1; next < rows.size() && rows[next].depth >= rows[n].depth;
         ++next) {
        if (rows[next].depth == rows[n].depth) return true;
    }
    return false;
}

[[nodiscard]] Colour colour_of_level(std::string_view level) noexcept {
    if (level == "error") return Colour::bad;
    if (level == "warning") return Colour::between;
    return level == "debug" ? Colour::faint : Colour::none;
}

}  // namespace

std::string span_of(Nanoseconds span) {
    return span_words(static_cast<std::uint64_t>(span < 0 ? 0 : span) / 1'000'000);
}

std::string ps_words(const std::vector<ActorRow>& rows, bool colours) {
    std::vector<std::vector<Cell>> cells;
    for (const ActorRow& row : rows) {
        cells.push_back({{row.uri},
                         {pid_words(row.pid)},
                         state_cell(row),
                         {std::to_string(row.restarts)},
                         {std::to_string(row.incarnation)},
                         {span_words(row.uptime_ms)},
                         {printable(row.exit.value_or("-"))},
                         {row.dispatcher},
                         {std::to_string(row.ticks)},
                         {std::to_string(row.ticks_dropped)}});
    }
    return table({{"URI"},
                  {"PID", true},
                  {"STATE"},
                  {"RESTARTS", true},
                  {"INCARNATION", true},
                  {"UPTIME", true},
                  {"EXIT"},
                  {"DISPATCHER"},
                  {"TICKS", true},
                  {"DROPPED", true}},
                 cells, colours);
}

std::string tree_words(const NodeRow& node, const std::vector<ActorRow>& rows, bool colours) {
    std::vector<std::vector<Cell>> cells;
    cells.push_back(
        {{node.name}, {"node"}, {"RUNNING", Colour::good}, {pid_words(node.launcher_pid)}, {}, {}});
    const std::vector<TreeRow> tree = tree_rows(rows);
    std::vector<bool> open;  // By depth: whether a branch goes on further down.
    for (std::size_t n = 0; n < tree.size(); ++n) {
        const TreeRow& row = tree[n];
        open.resize(row.depth + 1);
        open[row.depth] = has_younger(tree, n);
        std::string branch;
        for (std::uint32_t depth = 0; depth < row.depth; ++depth)
            branch += open[depth] ? "│  " : "   ";
        branch += open[row.depth] ? "├─ " : "└─ ";
        if (!row.actor) {
            cells.push_back({{branch + row.name}, {"supervisor"}});
            continue;
        }
        const ActorRow& actor = rows[*row.actor];
        cells.push_back({{branch + row.name},
                         {actor.class_name},
                         state_cell(actor),
                         {pid_words(actor.pid)},
                         {std::to_string(actor.restarts)},
                         {printable(actor.exit.value_or(""))}});
    }
    return table({{"NAME"}, {"CLASS"}, {"STATE"}, {"PID", true}, {"RESTARTS", true}, {"EXIT"}},
                 cells, colours);
}

std::string not_reached_words(const WaitAnswer& answer, std::string_view wanted,
                              Nanoseconds waited) {
    std::string text = "is " + (answer.state.empty() ? std::string("not there") : answer.state);
    if (answer.exit) text += " (" + printable(*answer.exit) + ")";
    return text.append(", not ").append(wanted).append(", after ").append(span_of(waited));
}

std::string not_restarted_words(const WaitAnswer& answer, std::uint64_t incarnation,
                                Nanoseconds waited) {
    // It may be RUNNING still, as the one before.
    if (answer.state == "RUNNING")
        return "incarnation " + std::to_string(incarnation) + " has not come after " +
               span_of(waited);
    return "incarnation " + std::to_string(incarnation) + " " +
           not_reached_words(answer, "RUNNING", waited);
}

std::string log_words(std::string_view actor, const LogRow& row, std::size_t name_width,
                      Nanoseconds tai_offset_ns, bool colours) {
    const std::int64_t wall_ns = row.time_ns - tai_offset_ns;
    const std::time_t seconds = wall_ns / 1'000'000'000;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char time[64];
    std::snprintf(time, sizeof time, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min,
                  local.tm_sec, static_cast<int>(wall_ns / 1'000'000 % 1000));
    std::string text = coloured(time, Colour::faint, colours) + " ";
    if (name_width > 0) {
        text.append(actor)
            .append(name_width > actor.size() ? name_width - actor.size() : 0, ' ')
            .append(" ");
    }
    text += coloured(row.level, colour_of_level(row.level), colours);
    text.append(row.level.size() < 8 ? 8 - row.level.size() : 1, ' ');
    return text + printable(row.text);
}

}  // namespace streamlib::supervision
