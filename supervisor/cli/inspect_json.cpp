// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/inspect_json.hpp"

#include <boost/json.hpp>

#include "runtime/graph/graph_keys.hpp"
#include "supervisor/cli/inspect_words.hpp"

namespace streamlib::supervision {

namespace {

namespace json = boost::json;

[[nodiscard]] json::object port_object(const PortSpec& port, bool input) {
    json::object object{{"name", port.name},
                        {"kind", kind_word(port.kind)},
                        {"optional", port.optional},
                        {"text", port.text}};
    if (input) {
        object["hold"] = port.hold;
    } else {
        object["open_slots"] = port.open_slots;
        object["depth"] = port.depth;
    }
    return object;
}

[[nodiscard]] json::value number_or_null(const std::optional<double>& number) {
    return number ? json::value(*number) : json::value(nullptr);
}

[[nodiscard]] json::object property_object(const PropertySpec& property) {
    json::array choices;
    for (const std::string& choice : property.choices) choices.emplace_back(choice);
    return {{"name", property.name},
            {"type", type_word(property.type)},
            {"default", property.default_value},
            {"unit", property.unit},
            {"min", number_or_null(property.min)},
            {"max", number_or_null(property.max)},
            {"choices", std::move(choices)},
            {"required", property.required},
            {"must_exist", property.must_exist},
            {"text", property.text}};
}

}  // namespace

std::string class_line(std::string_view name, std::string_view text, std::string_view plugin) {
    return json::serialize(json::object{{"name", name}, {"text", text}, {"plugin", plugin}});
}

std::string class_spec_line(const ClassSpec& spec, std::string_view plugin) {
    json::array inputs, outputs, properties;
    for (const PortSpec& port : spec.inputs) inputs.push_back(port_object(port, true));
    for (const PortSpec& port : spec.outputs) outputs.push_back(port_object(port, false));
    for (const PropertySpec& property : spec.properties)
        properties.push_back(property_object(property));
    return json::serialize(json::object{{"name", spec.name},
                                        {"text", spec.text},
                                        {"family", spec.family},
                                        {"plugin", plugin},
                                        {"trigger", to_string(spec.trigger)},
                                        {"state_version", spec.state_version},
                                        {"inputs", std::move(inputs)},
                                        {"outputs", std::move(outputs)},
                                        {"properties", std::move(properties)}});
}

}  // namespace streamlib::supervision
