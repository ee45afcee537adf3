// SPDX-License-Identifier: Apache-2.0
// Counters and session descriptions.
#include "supervisor/control/api_json.hpp"
#include "supervisor/control/json/json_fields.hpp"

namespace streamlib::supervision {

using namespace fields;

namespace {

[[nodiscard]] json::object counter_object(const CounterRow& row) {
    return {{"actor", utf8(row.actor)},
            {"port", row.port.empty() ? json::value(nullptr) : json::value(utf8(row.port))},
            {"counter", utf8(row.name)},
            {"value", row.value}};
}

[[nodiscard]] CounterRow counter_of(const json::object& object) {
    return {text_of(object, "actor"), text_of(object, "port"), text_of(object, "counter"),
            number_of<std::uint64_t>(object, "value")};
}

}  // namespace

std::string counters_json(const std::vector<CounterRow>& rows) {
    return list_json("counters", rows, counter_object);
}

Result<std::vector<CounterRow>> read_counters(std::string_view text) {
    return read_object(text).map(
        [](const json::object& o) { return rows_of<CounterRow>(o, "counters", counter_of); });
}

std::string counter_line(const CounterRow& row) { return json::serialize(counter_object(row)); }

std::string sdp_line(std::string_view actor, std::string_view file, std::string_view text) {
    return json::serialize(
        json::object{{"actor", utf8(actor)},
                     {"file", file.empty() ? json::value(nullptr) : json::value(utf8(file))},
                     {"text", utf8(text)}});
}

}  // namespace streamlib::supervision
