// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/toml_reader.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include "runtime/graph/graph_keys.hpp"
#include "runtime/graph/link_text.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

using Kind = WrittenValue::Kind;

constexpr std::size_t max_file_bytes = 4U << 20;
constexpr std::size_t max_findings = 200;
constexpr std::string_view links_first =
    "links stand at the top of the file, before the first [table]: a TOML table swallows what follows it";

/// The shortest text that reads back as the same number.
std::string number_text(double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

std::optional<WrittenValue> scalar(const toml::node& node) {
    if (const auto* text = node.as_string()) return WrittenValue{Kind::text, text->get(), {}};
    if (const auto* integer = node.as_integer()) {
        return WrittenValue{Kind::integer, std::to_string(integer->get()), {}};
    }
    if (const auto* real = node.as_floating_point()) return WrittenValue{Kind::real, number_text(real->get()), {}};
    if (const auto* boolean = node.as_boolean()) {
        return WrittenValue{Kind::boolean, boolean->get() ? "true" : "false", {}};
    }
    return {};
}

/// Nothing for what no key and no property can hold: tables, dates, lists of lists.
std::optional<WrittenValue> written(const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) return scalar(node);
    WrittenValue value{Kind::list, {}, {}};
    for (const auto& element : *array) {
        auto item = scalar(element);
        if (!item) return {};
        if (!value.items.empty()) value.text += ',';
        value.text += item->text;
        value.items.push_back(std::move(item->text));
    }
    return value;
}

struct Entry {
    const toml::key* key;
    const toml::node* node;
};

/// In the order of the text; toml++ sorts by name.
std::vector<Entry> entries(const toml::table& table) {
    std::vector<Entry> all;
    for (const auto& [key, node] : table) all.push_back({&key, &node});
    std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
        const auto x = a.key->source().begin, y = b.key->source().begin;
        return x.line != y.line ? x.line < y.line : x.column < y.column;
    });
    return all;
}

class TomlReader {
public:
    explicit TomlReader(const std::string& file) : file_(file) { read_.graph.place = {file, 0}; }

    ReadGraph run(std::string_view text) {
        const auto parsed = toml::parse(text, file_);
        if (parsed.failed()) {
            const auto& error = parsed.error();
            add(place(error.source()), "",
                "no TOML at column " + std::to_string(error.source().begin.column) + ": " +
                    std::string(error.description()));
        } else {
            top(parsed.table());
        }
        return std::move(read_);
    }

    void add(Place where, std::string key, std::string text) {
        const bool printable = std::none_of(key.begin(), key.end(), [](char c) {
            return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        });
        if (!printable) key = wording::quoted(key);  // TOML allows any key in quotes, a message is one line
        if (read_.findings.size() + 1 < max_findings) {
            read_.findings.push_back({std::move(where), std::move(key), std::move(text)});
        } else if (read_.findings.size() < max_findings) {
            read_.findings.push_back({{file_, 0}, "", "more is wrong; only the first findings are shown"});
        }
    }

    [[nodiscard]] ReadGraph take() { return std::move(read_); }

private:
    [[nodiscard]] Place place(const toml::source_region& region) const {
        return {file_, static_cast<std::uint32_t>(region.begin.line)};
    }
    [[nodiscard]] Place place(const Entry& entry) const { return place(entry.key->source()); }

    void unknown(const Entry& entry, const std::string& path, const std::vector<std::string>& known) {
        const std::string_view key = entry.key->str();
        if (key == "links") return add(place(entry), path, std::string(links_first));
        add(place(entry), path, "unknown key " + wording::quoted(key) + wording::suggestion(key, known));
    }

    /// The table behind an entry, or a finding.
    const toml::table* table_of(const Entry& entry, const std::string& path, std::string_view example) {
        const auto* table = entry.node->as_table();
        if (table == nullptr) add(place(entry), path, "this is a table: write " + std::string(example));
        return table;
    }

    /// One key through `set`, with every way it can be wrong as a finding. True: the table of keys has it.
    template <class Set>
    bool keyed(const Entry& entry, const std::string& path, const std::vector<std::string>& known, const Set& set) {
        const std::string_view key = entry.key->str();
        const bool is_known = std::find(known.begin(), known.end(), key) != known.end();
        const auto value = written(*entry.node);
        if (!value) {
            if (is_known) add(place(entry), path, "a table, date or nested list is not allowed here");
            return is_known;
        }
        const auto done = set(key, *value);
        if (!done) add(place(entry), path, done.error().text);
        return !done || *done;
    }

    void top(const toml::table& root) {
        static const std::vector<std::string> known{"links", "node", "clock", "actors", "supervisors"};
        for (const auto& entry : entries(root)) {
            const std::string key(entry.key->str());
            if (key == "links") {
                links(entry);
            } else if (key == "node") {
                if (const auto* table = table_of(entry, key, "[node]")) node(*table);
            } else if (key == "clock") {
                if (const auto* table = table_of(entry, key, "[clock]")) clock(*table);
            } else if (key == "actors") {
                if (const auto* table = table_of(entry, key, "[actors.NAME]")) actors(*table);
            } else if (key == "supervisors") {
                if (const auto* table = table_of(entry, key, "[supervisors.NAME]")) supervisors(*table);
            } else {
                unknown(entry, key, known);
            }
        }
    }

    void links(const Entry& entry) {
        const auto* array = entry.node->as_array();
        if (array == nullptr) {
            return add(place(entry), "links", "write a list of texts: links = [\"a >> b\", \"b >> c\"]");
        }
        std::size_t index = 0;
        for (const auto& element : *array) {
            const std::string key = "links[" + std::to_string(index++) + "]";
            const Place where = place(element.source());
            const auto* text = element.as_string();
            if (text == nullptr) {
                add(where, key, "write a text in quotes: \"a.port >> b\"");
                continue;
            }
            auto parsed = parse_links(text->get(), where);
            if (!parsed) {
                add(where, key, parsed.error().text);
                continue;
            }
            auto& all = read_.graph.links;
            all.insert(all.end(), parsed->begin(), parsed->end());
        }
    }

    void node(const toml::table& table) {
        for (const auto& entry : entries(table)) {
            const std::string path = "node." + std::string(entry.key->str());
            const auto set = [&](std::string_view key, const WrittenValue& value) {
                return set_node_key(read_.graph.node, key, value);
            };
            if (!keyed(entry, path, node_keys(), set)) unknown(entry, path, node_keys());
        }
    }

    void clock(const toml::table& table) {
        auto& decl = read_.graph.clock;
        for (const auto& entry : entries(table)) {
            const std::string path = "clock." + std::string(entry.key->str());
            if (entry.key->str() == "domains") {
                if (const auto* names = table_of(entry, path, "[clock.domains] with NAME = \"rate\"")) domains(*names);
                continue;
            }
            const auto set = [&](std::string_view key, const WrittenValue& value) {
                if (key.starts_with("domains.")) return Result<bool>(false);  // a quoted key, not the table
                return set_clock_key(decl, key, value);
            };
            if (!keyed(entry, path, clock_keys(), set)) unknown(entry, path, clock_keys());
        }
    }

    void domains(const toml::table& names) {
        for (const auto& entry : entries(names)) {
            const std::string path = "clock.domains." + std::string(entry.key->str());
            const auto set = [&](std::string_view key, const WrittenValue& value) {
                return set_clock_key(read_.graph.clock, "domains." + std::string(key), value);
            };
            if (!keyed(entry, path, {}, set)) add(place(entry), path, "write a rate such as \"1000\" or \"60000/1001\"");
        }
    }

    void supervisors(const toml::table& names) {
        for (const auto& named : entries(names)) {
            const std::string path = "supervisors." + std::string(named.key->str());
            const auto* table = table_of(named, path, "[" + path + "]");
            if (table == nullptr) continue;
            SupervisorDecl decl;
            decl.name = named.key->str();
            decl.place = place(named);
            for (const auto& entry : entries(*table)) {
                const std::string key_path = path + "." + std::string(entry.key->str());
                const auto set = [&](std::string_view key, const WrittenValue& value) {
                    return set_supervisor_key(decl, key, value);
                };
                if (!keyed(entry, key_path, supervisor_keys(), set)) unknown(entry, key_path, supervisor_keys());
            }
            read_.graph.supervisors.push_back(std::move(decl));
        }
    }

    void actors(const toml::table& names) {
        for (const auto& named : entries(names)) {
            const std::string path = "actors." + std::string(named.key->str());
            const auto* table = table_of(named, path, "[" + path + "] with class = \"…\"");
            if (table == nullptr) continue;
            ActorDecl decl;
            decl.name = named.key->str();
            decl.place = place(named);
            for (const auto& entry : entries(*table)) actor_entry(decl, entry, path + "." + std::string(entry.key->str()));
            read_.graph.actors.push_back(std::move(decl));
        }
    }

    void actor_entry(ActorDecl& decl, const Entry& entry, const std::string& path) {
        const Place where = place(entry);
        const std::string key(entry.key->str());
        const auto set = [&](std::string_view name, const WrittenValue& value) {
            return set_actor_key(decl, name, value, where);
        };
        if (keyed(entry, path, actor_keys(), set)) return;
        if (key == "links") return add(where, path, std::string(links_first));
        const auto value = scalar(*entry.node);
        if (!value) return add(where, path, "a property is a text, a number, true or false");
        decl.properties[key] = {value->text, where};
    }

    std::string file_;
    ReadGraph read_;
};

}  // namespace

ReadGraph read_graph_text(std::string_view text, const std::string& file_name) {
    if (text.size() > max_file_bytes) {
        TomlReader reader(file_name);
        reader.add({file_name, 0}, "", "longer than 4 MiB; no graph is");
        return reader.take();
    }
    return TomlReader(file_name).run(text);
}

ReadGraph read_graph_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file) {
        text.resize(max_file_bytes + 1);
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
    }
    if (!file.is_open() || file.bad()) {
        TomlReader reader(path);
        reader.add({path, 0}, "", file.is_open() ? "cannot be read" : "no such file, or it may not be read");
        return reader.take();
    }
    return read_graph_text(text, path);
}

}  // namespace streamlib
