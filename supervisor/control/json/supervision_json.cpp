// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/supervision_json.hpp"

#include "supervisor/control/json/json_fields.hpp"

namespace streamlib::supervision {

using namespace fields;

namespace {

[[nodiscard]] json::object supervisor_object(const SupervisorRow& row) {
    return {{"name", utf8(row.name)},         {"parent", utf8(row.parent)},
            {"strategy", utf8(row.strategy)}, {"state", utf8(row.state)},
            {"intensity", row.intensity},     {"intensity_left", row.intensity_left},
            {"period_ms", row.period_ms}};
}

[[nodiscard]] SupervisorRow supervisor_of(const json::object& object) {
    return {text_of(object, "name"),
            text_of(object, "parent"),
            text_of(object, "strategy"),
            text_of(object, "state"),
            number_of<std::uint32_t>(object, "intensity"),
            number_of<std::uint32_t>(object, "intensity_left"),
            number_of<std::uint64_t>(object, "period_ms")};
}

[[nodiscard]] json::object event_object(const EventRow& row) {
    return {{"number", row.number},   {"time_ns", row.time_ns},       {"level", utf8(row.level)},
            {"kind", utf8(row.kind)}, {"subject", utf8(row.subject)}, {"text", utf8(row.text)}};
}

[[nodiscard]] EventRow event_in(const json::object& object) {
    return {number_of<std::uint64_t>(object, "number"),
            number_of<std::int64_t>(object, "time_ns"),
            text_of(object, "level"),
            text_of(object, "kind"),
            text_of(object, "subject"),
            text_of(object, "text")};
}

[[nodiscard]] json::object snapshot_object(const SnapshotRow& row) {
    json::object object{{"actor", utf8(row.actor)},
                        {"class", utf8(row.class_name)},
                        {"keeps_state", row.keeps_state}};
    if (!row.keeps_state) return object;
    object["number"] = row.number;
    if (row.number == 0) return object;
    object["version"] = row.version;
    object["bytes"] = row.bytes;
    object["time_ns"] = row.time_ns;
    object["age_ms"] = row.age_ms;
    object["incarnation"] = row.incarnation;
    return object;
}

[[nodiscard]] json::object port_object(const CrashPort& port) {
    return {{"port", utf8(port.port)},
            {"direction", utf8(port.direction)},
            {"sequence", port.sequence},
            {"newest", port.newest},
            {"tick_index", port.tick_index}};
}

[[nodiscard]] CrashPort port_of(const json::object& object) {
    return {text_of(object, "port"), text_of(object, "direction"),
            number_of<std::uint64_t>(object, "sequence"),
            number_of<std::uint64_t>(object, "newest"),
            number_of<std::uint64_t>(object, "tick_index")};
}

/// What a row of the tree is, beside its place.
[[nodiscard]] json::object tree_object(const TreeRow& row, const std::vector<ActorRow>& actors,
                                       const std::vector<SupervisorRow>& supervisors) {
    json::object object{{"name", utf8(row.name)}};
    object["kind"] = row.actor ? "actor" : "supervisor";
    if (row.actor) {
        const ActorRow& actor = actors[*row.actor];
        for (auto& [key, value] : ps_object(actor)) object[key] = std::move(value);
        object["parent"] = utf8(actor.parent);
        object["supervisor"] = utf8(actor.supervisor);
    } else if (row.supervisor) {
        for (auto& [key, value] : supervisor_object(supervisors[*row.supervisor]))
            object[key] = std::move(value);
    }
    return object;
}

struct TreeInput {
    const std::vector<TreeRow>& rows;
    const std::vector<ActorRow>& actors;
    const std::vector<SupervisorRow>& supervisors;
};

/// The rows from `at` that are deeper than `depth`, as a list of objects with their own "children".
[[nodiscard]] json::array tree_below(const TreeInput& tree, std::size_t& at, std::uint32_t depth) {
    json::array list;
    while (at < tree.rows.size() && tree.rows[at].depth >= depth) {
        const TreeRow& row = tree.rows[at++];
        json::object object = tree_object(row, tree.actors, tree.supervisors);
        object["children"] = tree_below(tree, at, row.depth + 1);
        list.push_back(std::move(object));
    }
    return list;
}

[[nodiscard]] std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
    std::vector<std::string> texts;
    const json::value* list = object.if_contains(key);
    if (list == nullptr || !list->is_array()) return texts;
    for (const json::value& value : list->get_array())
        if (value.is_string()) texts.emplace_back(value.get_string());
    return texts;
}

[[nodiscard]] CrashReport crash_of(const json::object& object) {
    CrashReport report;
    report.died = flag_of(object, "died");
    report.name = text_of(object, "name");
    report.incarnation = number_of<std::uint64_t>(object, "incarnation");
    report.deaths = number_of<std::uint64_t>(object, "deaths");
    report.pid = number_of<std::int32_t>(object, "pid");
    report.exit = text_of(object, "exit");
    report.time_ns = number_of<std::int64_t>(object, "time_ns");
    report.lived_ms = number_of<std::uint64_t>(object, "lived_ms");
    report.ticks = number_of<std::uint64_t>(object, "ticks");
    report.last_tick_index = number_of<std::uint64_t>(object, "last_tick_index");
    report.last_tick_seq = number_of<std::uint64_t>(object, "last_tick_seq");
    report.what = text_of(object, "what");
    report.doing = text_of(object, "doing");
    report.doing_us = number_of<std::uint64_t>(object, "doing_us");
    report.lines = rows_of<LogRow>(object, "lines", log_of);
    report.ports = rows_of<CrashPort>(object, "ports", port_of);
    report.backtrace = texts_of(object, "backtrace");
    return report;
}

}  // namespace

std::string supervisors_json(const std::vector<SupervisorRow>& rows) {
    return list_json("supervisors", rows, supervisor_object);
}

std::string tree_json(const NodeRow& node, const std::vector<ActorRow>& actors,
                      const std::vector<SupervisorRow>& supervisors) {
    const std::vector<TreeRow> rows = tree_rows(actors, supervisors);
    std::size_t at = 0;
    return json::serialize(
        json::object{{"name", utf8(node.name)},
                     {"kind", "node"},
                     {"pid", node.launcher_pid},
                     {"children", tree_below({rows, actors, supervisors}, at, 0)}});
}

std::string events_json(const EventPage& page) {
    json::array events;
    for (const EventRow& row : page.events) events.push_back(event_object(row));
    return json::serialize(
        json::object{{"events", std::move(events)}, {"next", page.next}, {"lost", page.lost}});
}

std::string crash_json(const CrashReport& report) {
    json::object object{{"name", utf8(report.name)}, {"died", report.died}};
    if (!report.died) return json::serialize(object);
    object["incarnation"] = report.incarnation;
    object["deaths"] = report.deaths;
    object["pid"] = report.pid;
    object["exit"] = utf8(report.exit);
    object["time_ns"] = report.time_ns;
    object["lived_ms"] = report.lived_ms;
    object["ticks"] = report.ticks;
    object["last_tick_index"] = report.last_tick_index;
    object["last_tick_seq"] = report.last_tick_seq;
    object["what"] = utf8(report.what);
    object["doing"] = utf8(report.doing);
    object["doing_us"] = report.doing_us;
    json::array ports, lines, backtrace;
    for (const CrashPort& port : report.ports) ports.push_back(port_object(port));
    for (const LogRow& line : report.lines) lines.push_back(log_object(line));
    for (const std::string& frame : report.backtrace) backtrace.push_back(utf8(frame));
    object["ports"] = std::move(ports);
    object["lines"] = std::move(lines);
    object["backtrace"] = std::move(backtrace);
    return json::serialize(object);
}

Result<std::vector<SupervisorRow>> read_supervisors(std::string_view text) {
    return read_object(text).map([](const json::object& o) {
        return rows_of<SupervisorRow>(o, "supervisors", supervisor_of);
    });
}

Result<EventPage> read_events(std::string_view text) {
    return read_object(text).map([](const json::object& o) {
        return EventPage{rows_of<EventRow>(o, "events", event_in),
                         number_of<std::uint64_t>(o, "next"), number_of<std::uint64_t>(o, "lost")};
    });
}

Result<CrashReport> read_crash(std::string_view text) { return read_object(text).map(crash_of); }

std::string tree_line(const TreeRow& row, const std::vector<ActorRow>& actors,
                      const std::vector<SupervisorRow>& supervisors) {
    json::object object{{"name", utf8(row.name)}, {"depth", row.depth}};
    for (auto& [key, value] : tree_object(row, actors, supervisors)) object[key] = std::move(value);
    return json::serialize(object);
}

std::string event_line(const EventRow& row) { return json::serialize(event_object(row)); }

std::string snapshot_json(const SnapshotRow& row) { return json::serialize(snapshot_object(row)); }

Result<SnapshotRow> read_snapshot(std::string_view text) {
    return read_object(text).map([](const json::object& o) {
        return SnapshotRow{text_of(o, "actor"),
                           text_of(o, "class"),
                           flag_of(o, "keeps_state"),
                           number_of<std::uint64_t>(o, "number"),
                           number_of<std::uint32_t>(o, "version"),
                           number_of<std::uint64_t>(o, "bytes"),
                           number_of<std::int64_t>(o, "time_ns"),
                           number_of<std::uint64_t>(o, "age_ms"),
                           number_of<std::uint64_t>(o, "incarnation")};
    });
}

std::string snapshot_line(const SnapshotRow& row, std::string_view file) {
    json::object object = snapshot_object(row);
    if (!file.empty()) object["file"] = utf8(file);
    return json::serialize(object);
}

}  // namespace streamlib::supervision
