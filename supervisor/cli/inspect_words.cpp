// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/inspect_words.hpp"

#include <cstdio>

#include "runtime/graph/graph_keys.hpp"
#include "supervisor/cli/table.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::string number_words(double number) {
    char text[40];
    std::snprintf(text, sizeof text, "%.12g", number);
    return text;
}

[[nodiscard]] std::string trigger_words(Trigger trigger) {
    switch (trigger) {
        case Trigger::automatic: return "tick where nothing is linked to its inputs, else cascade";
        case Trigger::tick: return "tick: on each tick, with whatever is newest";
        case Trigger::input: return "input: every block of its inputs once, oldest first";
        case Trigger::cascade: return "cascade: tick n once every linked input holds n";
    }
    return std::string(to_string(trigger));
}

[[nodiscard]] std::vector<Cell> port_cells(const PortSpec& port, bool input) {
    std::string more = port.optional ? "optional" : "";
    const auto add = [&more](std::string_view what, std::uint32_t count) {
        if (!more.empty()) more += ", ";
        more.append(what).append(" ").append(std::to_string(count));
    };
    if (input && port.hold > 1) add("holds", port.hold);
    if (!input && port.open_slots > 1) add("writes at once", port.open_slots);
    if (!input && port.depth > 0) add("depth", port.depth);
    return {{"  " + port.name},
            {std::string(kind_word(port.kind))},
            {more, Colour::faint},
            {port.text}};
}

[[nodiscard]] std::vector<Cell> property_cells(const PropertySpec& property) {
    std::string value = property.default_value.empty() ? "\"\"" : property.default_value;
    if (property.required) value = "required";
    std::string type(type_word(property.type));
    if (property.must_exist) type += ", must exist";
    return {{"  " + property.name},
            {type},
            {value, property.required ? Colour::between : Colour::none},
            {property.unit},
            {range_words(property)},
            {property.text}};
}

}  // namespace

std::string_view kind_word(MediaKind kind) noexcept {
    return kind == MediaKind::none ? "any" : to_string(kind);
}

std::string_view type_word(PropertyType type) noexcept {
    switch (type) {
        case PropertyType::boolean: return "boolean";
        case PropertyType::integer: return "integer";
        case PropertyType::real: return "real";
        case PropertyType::text: return "text";
        case PropertyType::path: return "path";
    }
    return "?";
}

std::string range_words(const PropertySpec& property) {
    std::string text;
    for (const std::string& choice : property.choices) text += (text.empty() ? "" : " | ") + choice;
    if (!text.empty()) return text;
    if (property.min && property.max)
        return number_words(*property.min) + " … " + number_words(*property.max);
    if (property.min) return "≥ " + number_words(*property.min);
    return property.max ? "≤ " + number_words(*property.max) : text;
}

std::string classes_words(const std::vector<std::pair<std::string, std::string>>& classes,
                          bool colours) {
    std::vector<std::vector<Cell>> rows;
    for (const auto& [name, text] : classes) rows.push_back({{name}, {text}});
    return table({{"CLASS"}, {"TEXT"}}, rows, colours);
}

std::string class_words(const ClassSpec& spec, std::string_view plugin, bool colours) {
    std::string text = spec.name + ": " + spec.text + "\n";
    text += "trigger " + trigger_words(spec.trigger) + "\n";
    if (spec.state_version != 0)
        text += "keeps state, version " + std::to_string(spec.state_version) + "\n";
    if (!spec.family.empty()) text += "processes from the zygote \"" + spec.family + "\"\n";
    if (!plugin.empty()) text.append("plugin ").append(plugin).append("\n");
    const auto ports = [&](const char* title, const std::vector<PortSpec>& list, bool input) {
        if (list.empty()) return;
        std::vector<std::vector<Cell>> rows;
        for (const PortSpec& port : list) rows.push_back(port_cells(port, input));
        text += std::string("\n") + title + "\n" + table({{""}, {""}, {""}, {""}}, rows, colours);
    };
    ports("Inputs", spec.inputs, true);
    ports("Outputs", spec.outputs, false);
    if (spec.properties.empty()) return text;
    std::vector<std::vector<Cell>> rows;
    for (const PropertySpec& property : spec.properties) rows.push_back(property_cells(property));
    const std::vector<Column> columns{{"  NAME"}, {"TYPE"},  {"DEFAULT"},
                                      {"UNIT"},   {"RANGE"}, {"TEXT"}};
    return text + "\nProperties\n" + table(columns, rows, colours);
}

}  // namespace streamlib::supervision
