// SPDX-License-Identifier: Apache-2.0
#include "runtime/nearest_word.hpp"
#include "runtime/registry.hpp"
#include "supervisor/cli/inspect_json.hpp"
#include "supervisor/cli/inspect_words.hpp"
#include "supervisor/cli/verbs.hpp"

namespace streamlib::supervision {

namespace {

void print_text(Screen& screen, std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    screen.line(text);
}

void list_classes(bool json, Screen& screen) {
    std::vector<std::pair<std::string, std::string>> classes;
    for (const std::string& name : class_names()) {
        const ClassEntry* const entry = find_class(name);
        if (entry == nullptr) continue;
        if (json) screen.line(class_line(entry->name, entry->text, entry->plugin));
        classes.emplace_back(entry->name, entry->text);
    }
    if (!json) print_text(screen, classes_words(classes, screen.terminal().colours));
}

[[nodiscard]] int no_such_class(const std::string& name, Screen& screen) {
    const std::vector<std::string> names = class_names();
    const std::string_view nearest =
        nearest_word(name, std::vector<std::string_view>(names.begin(), names.end()));
    std::string text = "no class \"" + name + "\"; ";
    text += nearest.empty() ? "streamlib inspect lists them"
                            : "did you mean \"" + std::string(nearest) + "\"?";
    screen.error(text);
    return 1;
}

}  // namespace

int inspect_verb(const CommandLine& line, Screen& screen) {
    for (const std::string& plugin : line.plugins) {
        if (const auto loaded = load_plugin(plugin); !loaded) return failed(screen, loaded.error());
    }
    if (line.subject.empty()) {
        list_classes(line.json, screen);
        return 0;
    }
    const ClassEntry* const entry = find_class(line.subject);
    if (entry == nullptr) return no_such_class(line.subject, screen);
    const ClassSpec spec = describe_class(*entry);
    if (line.json) {
        screen.line(class_spec_line(spec, entry->plugin));
    } else {
        print_text(screen, class_words(spec, entry->plugin, screen.terminal().colours));
    }
    return 0;
}

}  // namespace streamlib::supervision
