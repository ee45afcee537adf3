// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/api_json.hpp"

#include "supervisor/control/json/json_fields.hpp"

namespace streamlib::supervision {

using namespace fields;

json::object fields::ps_object(const ActorRow& row) {
    return {{"uri", utf8(row.uri)},
            {"pid", row.pid},
            {"state", utf8(row.state)},
            {"restarts", row.restarts},
            {"incarnation", row.incarnation},
            {"uptime_ms", row.uptime_ms},
            {"exit", optional_text(row.exit)},
            {"dispatcher", utf8(row.dispatcher)},
            {"ticks", row.ticks},
            {"ticks_dropped", row.ticks_dropped}};
}

json::object fields::log_object(const LogRow& row) {
    return {{"number", row.number},
            {"time_ns", row.time_ns},
            {"level", utf8(row.level)},
            {"incarnation", row.incarnation},
            {"text", utf8(row.text)}};
}

LogRow fields::log_of(const json::object& object) {
    return {number_of<std::uint64_t>(object, "number"), number_of<std::int64_t>(object, "time_ns"),
            text_of(object, "level"), number_of<std::uint64_t>(object, "incarnation"),
            text_of(object, "text")};
}

namespace {

[[nodiscard]] json::object actor_object(const ActorRow& row) {
    json::object object = ps_object(row);
    object["name"] = utf8(row.name);
    object["class"] = utf8(row.class_name);
    object["parent"] = utf8(row.parent);
    object["supervisor"] = utf8(row.supervisor);
    object["tier"] = utf8(row.tier);
    object["frames_in"] = row.frames_in;
    object["frames_out"] = row.frames_out;
    object["missed"] = row.missed;
    object["process_last_ns"] = row.process_last_ns;
    object["process_max_ns"] = row.process_max_ns;
    object["log_lines"] = row.log_lines;
    object["error"] = utf8(row.error);
    object["index"] = row.index;
    object["generation"] = row.generation;
    return object;
}

[[nodiscard]] json::object ring_object(const RingRow& row) {
    json::array readers;
    for (const RingReaderRow& reader : row.readers) {
        readers.push_back(json::object{{"input", utf8(reader.input)}, {"cell", reader.cell}});
    }
    return {{"output", utf8(row.output)},   {"format", utf8(row.format)},
            {"generation", row.generation}, {"slots", row.slots},
            {"cells", row.cells},           {"open_slots", row.open_slots},
            {"depth", row.depth},           {"payload_bytes", row.payload_bytes},
            {"bytes", row.bytes},           {"readers", std::move(readers)}};
}

// ---- reading ----

[[nodiscard]] ActorRow actor_of(const json::object& object) {
    ActorRow row;
    row.uri = text_of(object, "uri");
    row.pid = number_of<std::int32_t>(object, "pid");
    row.state = text_of(object, "state");
    row.restarts = number_of<std::uint64_t>(object, "restarts");
    row.incarnation = number_of<std::uint64_t>(object, "incarnation");
    row.uptime_ms = number_of<std::uint64_t>(object, "uptime_ms");
    row.exit = optional_text_of(object, "exit");
    row.dispatcher = text_of(object, "dispatcher");
    row.ticks = number_of<std::uint64_t>(object, "ticks");
    row.ticks_dropped = number_of<std::uint64_t>(object, "ticks_dropped");
    row.name = text_of(object, "name");
    row.class_name = text_of(object, "class");
    row.parent = text_of(object, "parent");
    row.supervisor = text_of(object, "supervisor");
    row.tier = text_of(object, "tier");
    row.frames_in = number_of<std::uint64_t>(object, "frames_in");
    row.frames_out = number_of<std::uint64_t>(object, "frames_out");
    row.missed = number_of<std::uint64_t>(object, "missed");
    row.process_last_ns = number_of<std::uint64_t>(object, "process_last_ns");
    row.process_max_ns = number_of<std::uint64_t>(object, "process_max_ns");
    row.log_lines = number_of<std::uint64_t>(object, "log_lines");
    row.error = text_of(object, "error");
    row.index = number_of<std::uint32_t>(object, "index");
    row.generation = number_of<std::uint32_t>(object, "generation");
    return row;
}

[[nodiscard]] RingReaderRow reader_of(const json::object& object) {
    return {text_of(object, "input"), number_of<std::uint32_t>(object, "cell")};
}

[[nodiscard]] RingRow ring_of(const json::object& object) {
    RingRow row;
    row.output = text_of(object, "output");
    row.format = text_of(object, "format");
    row.generation = number_of<std::uint32_t>(object, "generation");
    row.slots = number_of<std::uint32_t>(object, "slots");
    row.cells = number_of<std::uint32_t>(object, "cells");
    row.open_slots = number_of<std::uint32_t>(object, "open_slots");
    row.depth = number_of<std::uint32_t>(object, "depth");
    row.payload_bytes = number_of<std::uint64_t>(object, "payload_bytes");
    row.bytes = number_of<std::uint64_t>(object, "bytes");
    row.readers = rows_of<RingReaderRow>(object, "readers", reader_of);
    return row;
}

}  // namespace

std::string actors_json(const std::vector<ActorRow>& rows) {
    return list_json("actors", rows, actor_object);
}
std::string actor_json(const ActorRow& row) { return json::serialize(actor_object(row)); }
std::string rings_json(const std::vector<RingRow>& rows) {
    return list_json("rings", rows, ring_object);
}
std::string done_json(const DoneAnswer& done) {
    json::object object{{"ok", true}};
    if (done.incarnation != 0) object["incarnation"] = done.incarnation;
    return json::serialize(object);
}

std::string node_json(const NodeRow& node) {
    return json::serialize(json::object{{"name", utf8(node.name)},
                                        {"host", utf8(node.host)},
                                        {"run_dir", utf8(node.run_dir)},
                                        {"version", utf8(node.version)},
                                        {"launcher_pid", node.launcher_pid},
                                        {"control_pid", node.control_pid},
                                        {"uptime_ms", node.uptime_ms},
                                        {"actors", node.actors},
                                        {"running", node.running},
                                        {"stopped", node.stopped},
                                        {"failed", node.failed},
                                        {"rings", node.rings},
                                        {"ring_bytes", node.ring_bytes}});
}

std::string logs_json(const LogPage& page) {
    json::array lines;
    for (const LogRow& row : page.lines) lines.push_back(log_object(row));
    return json::serialize(
        json::object{{"lines", std::move(lines)}, {"next", page.next}, {"lost", page.lost}});
}

std::string wait_json(const WaitAnswer& answer) {
    return json::serialize(json::object{{"reached", answer.reached},
                                        {"known", answer.known},
                                        {"state", utf8(answer.state)},
                                        {"exit", optional_text(answer.exit)}});
}

std::string error_json(std::string_view code, std::string_view text) {
    return json::serialize(json::object{{"code", utf8(code)}, {"error", utf8(text)}});
}

Result<std::vector<ActorRow>> read_actors(std::string_view text) {
    return read_object(text).map(
        [](const json::object& o) { return rows_of<ActorRow>(o, "actors", actor_of); });
}

Result<ActorRow> read_actor(std::string_view text) { return read_object(text).map(actor_of); }

Result<std::vector<RingRow>> read_rings(std::string_view text) {
    return read_object(text).map(
        [](const json::object& o) { return rows_of<RingRow>(o, "rings", ring_of); });
}

Result<NodeRow> read_node(std::string_view text) {
    const auto object = read_object(text);
    if (!object) return tl::unexpected(object.error());
    NodeRow node;
    node.name = text_of(*object, "name");
    node.host = text_of(*object, "host");
    node.run_dir = text_of(*object, "run_dir");
    node.version = text_of(*object, "version");
    node.launcher_pid = number_of<std::int32_t>(*object, "launcher_pid");
    node.control_pid = number_of<std::int32_t>(*object, "control_pid");
    node.uptime_ms = number_of<std::uint64_t>(*object, "uptime_ms");
    node.actors = number_of<std::uint64_t>(*object, "actors");
    node.running = number_of<std::uint64_t>(*object, "running");
    node.stopped = number_of<std::uint64_t>(*object, "stopped");
    node.failed = number_of<std::uint64_t>(*object, "failed");
    node.rings = number_of<std::uint64_t>(*object, "rings");
    node.ring_bytes = number_of<std::uint64_t>(*object, "ring_bytes");
    return node;
}

Result<LogPage> read_logs(std::string_view text) {
    const auto object = read_object(text);
    if (!object) return tl::unexpected(object.error());
    return LogPage{rows_of<LogRow>(*object, "lines", log_of),
                   number_of<std::uint64_t>(*object, "next"),
                   number_of<std::uint64_t>(*object, "lost")};
}

Result<WaitAnswer> read_wait(std::string_view text) {
    const auto object = read_object(text);
    if (!object) return tl::unexpected(object.error());
    return WaitAnswer{flag_of(*object, "reached"), flag_of(*object, "known"),
                      text_of(*object, "state"), optional_text_of(*object, "exit")};
}

Result<DoneAnswer> read_done(std::string_view text) {
    return read_object(text).map([](const json::object& o) {
        return DoneAnswer{number_of<std::uint64_t>(o, "incarnation")};
    });
}

std::string read_error(std::string_view text) {
    const auto object = read_object(text);
    return object && object->contains("error") ? text_of(*object, "error")
                                               : std::string(text.substr(0, 200));
}

// ---- lines of the command line ----

std::string ps_line(const ActorRow& row) { return json::serialize(ps_object(row)); }

std::string ring_line(const RingCost& ring) {
    return json::serialize(json::object{{"kind", "ring"},
                                        {"output", utf8(ring.output)},
                                        {"format", utf8(ring.format)},
                                        {"slots", ring.slots},
                                        {"cells", ring.cells},
                                        {"readers", ring.readers},
                                        {"bytes", ring.bytes}});
}

std::string log_line(std::string_view actor, const LogRow& row) {
    json::object object{{"actor", utf8(actor)}};
    for (auto& [key, value] : log_object(row)) object[key] = std::move(value);
    return json::serialize(object);
}

std::string finding_line(std::string_view kind, std::string_view file, std::uint32_t line,
                         std::string_view key, std::string_view text) {
    return json::serialize(json::object{{"kind", utf8(kind)},
                                        {"file", utf8(file)},
                                        {"line", line},
                                        {"key", utf8(key)},
                                        {"text", utf8(text)}});
}

}  // namespace streamlib::supervision
