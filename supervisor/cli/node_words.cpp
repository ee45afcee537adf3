// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/node_words.hpp"

#include <cstdio>
#include <ctime>
#include <optional>

#include "runtime/graph/duration.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::string pid_words(std::int32_t pid) {
    return pid == 0 ? "-" : std::to_string(pid);
}

[[nodiscard]] Cell state_cell(const std::string& state) { return {state, colour_of_state(state)}; }

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

[[nodiscard]] std::vector<Cell> actor_cells(const std::string& name, const ActorRow& actor) {
    return {{name},
            {actor.class_name},
            state_cell(actor.state),
            {pid_words(actor.pid)},
            {std::to_string(actor.restarts)},
            {printable(actor.exit.value_or(""))}};
}

/// In the place of the restarts how many are left of how many: "9 of 10 left in 10s".
[[nodiscard]] std::vector<Cell> supervisor_cells(const std::string& name,
                                                 const SupervisorRow* row) {
    if (row == nullptr) return {{name}, {"supervisor"}};
    const bool spent = row->intensity_left == 0;
    return {{name},
            {row->strategy},
            state_cell(row->state),
            {},
            {std::to_string(row->intensity_left) + " of " + std::to_string(row->intensity) +
                 " left in " + duration_text(static_cast<Nanoseconds>(row->period_ms) * 1'000'000),
             spent ? Colour::between : Colour::none}};
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
                         state_cell(row.state),
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

std::string counters_words(const std::vector<CounterRow>& rows, bool colours) {
    std::vector<std::vector<Cell>> cells;
    for (const CounterRow& row : rows) {
        const std::string name = row.port.empty() ? row.name : row.port + "." + row.name;
        cells.push_back({{row.actor}, {printable(name)}, {std::to_string(row.value)}});
    }
    return table({{"ACTOR"}, {"COUNTER"}, {"VALUE", true}}, cells, colours);
}

std::string tree_words(const NodeRow& node, const std::vector<ActorRow>& actors,
                       const std::vector<SupervisorRow>& supervisors, bool colours) {
    std::vector<std::vector<Cell>> cells;
    cells.push_back(
        {{node.name}, {"node"}, {"RUNNING", Colour::good}, {pid_words(node.launcher_pid)}, {}, {}});
    const std::vector<TreeRow> tree = tree_rows(actors, supervisors);
    std::vector<std::string_view> path;  // By depth: who stands above.
    std::vector<bool> open;              // By depth: whether a branch goes on further down.
    for (std::size_t n = 0; n < tree.size(); ++n) {
        const TreeRow& row = tree[n];
        open.resize(row.depth + 1);
        open[row.depth] = has_younger(tree, n);
        std::string branch;
        for (std::uint32_t depth = 0; depth < row.depth; ++depth)
            branch += open[depth] ? "│  " : "   ";
        branch += open[row.depth] ? "├─ " : "└─ ";
        path.resize(row.depth);
        const std::string name = branch + row.name;
        if (row.actor) {
            const ActorRow& actor = actors[*row.actor];
            // Below its supervisor, where that is another than its parent's.
            const bool apart =
                !actor.parent.empty() && (path.empty() || path.back() != actor.parent);
            cells.push_back(actor_cells(apart ? name + " (of " + actor.parent + ")" : name, actor));
        } else {
            cells.push_back(
                supervisor_cells(name, row.supervisor ? &supervisors[*row.supervisor] : nullptr));
        }
        path.push_back(row.name);
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

std::string wall_words(std::int64_t tai_ns, Nanoseconds tai_offset_ns) {
    const std::int64_t wall_ns = tai_ns - tai_offset_ns;
    const std::time_t seconds = wall_ns / 1'000'000'000;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char time[64];
    std::snprintf(time, sizeof time, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min,
                  local.tm_sec, static_cast<int>(wall_ns / 1'000'000 % 1000));
    return time;
}

std::string event_words(const EventRow& row, Nanoseconds tai_offset_ns, bool colours) {
    std::string text = row.kind.empty() ? row.text : row.kind + " " + row.subject + ": " + row.text;
    return log_words({}, {row.number, row.time_ns, row.level, 0, std::move(text)}, 0, tai_offset_ns,
                     colours);
}

std::string log_words(std::string_view actor, const LogRow& row, std::size_t name_width,
                      Nanoseconds tai_offset_ns, bool colours) {
    std::string text =
        coloured(wall_words(row.time_ns, tai_offset_ns), Colour::faint, colours) + " ";
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
