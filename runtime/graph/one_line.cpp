// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/one_line.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "runtime/graph/graph_keys.hpp"
#include "runtime/graph/link_text.hpp"
#include "runtime/graph/one_line_words.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

using one_line::Problem;
using one_line::Word;
using one_line::WordKind;

constexpr std::size_t max_bytes = 64U << 10;
const Place line_place{"one-line graph", 0};

bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

/// An element as it stands: not yet known whether its head is a class or the name of an actor.
struct Element {
    std::string head, port;
    bool dotted = false;  ///< "head." or "head.port".
    std::vector<const Word*> settings;
    std::string name;  ///< From name=…; later the name of the actor it declares or means.
    bool declares = false;
    std::size_t at = 0;
};

class OneLineReader {
public:
    explicit OneLineReader(std::string_view line) : line_(line) { read_.graph.place = line_place; }

    ReadGraph run() {
        if (line_.size() > max_bytes) {
            read_.findings.push_back({line_place, "", "longer than 64 KiB; write a TOML file"});
            return std::move(read_);
        }
        auto words = one_line::split(line_);
        if (!words) {
            wrong(words.error());
        } else {
            words_ = *std::move(words);
            leading_settings();
            if (chains()) {
                resolve_heads();
                declare();
                link();
            }
        }
        return std::move(read_);
    }

private:
    void wrong(const Problem& problem, std::string key = {}) {
        if (read_.findings.size() >= 200) return;
        read_.findings.push_back(
            {line_place, std::move(key), one_line::with_caret(line_, problem)});
    }
    bool stop(std::size_t at, std::string text) {
        wrong({at, std::move(text)});
        return false;
    }

    void leading_settings() {
        for (; next_ < words_.size() && words_[next_].kind == WordKind::setting; ++next_) {
            const Word& word = words_[next_];
            const WrittenValue value{WrittenValue::Kind::word, word.value, {}};
            Result<bool> set = false;
            std::vector<std::string> known{"rate"};
            for (const auto& key : clock_keys()) known.push_back("clock." + key);
            for (const auto& key : node_keys()) known.push_back("node." + key);
            const std::string_view key = word.text;
            if (key == "rate") set = set_clock_key(read_.graph.clock, key, value);
            if (key.starts_with("clock."))
                set = set_clock_key(read_.graph.clock, key.substr(6), value);
            if (key.starts_with("node."))
                set = set_node_key(read_.graph.node, key.substr(5), value);
            if (!set) {
                wrong({word.value_at, set.error().text}, word.text);
            } else if (!*set) {
                wrong({word.at,
                       "before the first class stand settings of clock and node; unknown key " +
                           wording::quoted(key) + wording::suggestion(key, known)});
            }
        }
    }

    /// Words to `chains_`. False: a finding says why not.
    bool chains() {
        while (next_ < words_.size()) {
            if (words_[next_].kind == WordKind::separator) {  // "a >> b; " and ";;" are harmless
                ++next_;
                continue;
            }
            chains_.emplace_back();
            if (!chain(chains_.back())) return false;
        }
        if (chains_.empty()) return stop(line_.size(), "expected a class, such as TestPattern");
        return true;
    }

    bool chain(std::vector<std::size_t>& chain) {
        while (true) {
            if (!element()) return false;
            chain.push_back(elements_.size() - 1);
            if (next_ >= words_.size() || words_[next_].kind == WordKind::separator) return true;
            if (words_[next_].kind != WordKind::link) {
                return stop(words_[next_].at, "expected \">>\", \";\" or a setting KEY=VALUE");
            }
            ++next_;
        }
    }

    bool element() {
        if (next_ >= words_.size())
            return stop(line_.size(), "expected a class or the name of an actor after \">>\"");
        const Word& word = words_[next_];
        if (word.kind != WordKind::plain)
            return stop(word.at, "expected a class or the name of an actor");
        ++next_;
        Element element;
        element.at = word.at;
        const auto dot = word.text.find('.');
        element.head = word.text.substr(0, dot);
        element.dotted = dot != std::string::npos;
        if (element.dotted) element.port = word.text.substr(dot + 1);
        if (!wording::is_class_name(element.head)) {
            return stop(word.at, wording::quoted(element.head) +
                                     " is neither a class nor the name of an actor");
        }
        if (!element.port.empty() && !wording::is_name(element.port)) {
            return stop(word.at + dot + 1, wording::quoted(element.port) + " is no port; write " +
                                               std::string(wording::name_rule));
        }
        for (; next_ < words_.size() && words_[next_].kind == WordKind::setting; ++next_) {
            if (words_[next_].text != "name") {
                element.settings.push_back(&words_[next_]);
            } else if (!wording::is_name(words_[next_].value)) {
                return stop(words_[next_].value_at, wording::quoted(words_[next_].value) +
                                                        " is no name; write " +
                                                        std::string(wording::name_rule));
            } else {
                element.name = words_[next_].value;
            }
        }
        elements_.push_back(std::move(element));
        return true;
    }

    /// Settles which elements declare an actor and which mean one, and names the declared.
    void resolve_heads() {
        std::set<std::string> names;
        for (auto& element : elements_) {
            element.declares = !element.settings.empty() || !element.name.empty();
            if (!element.name.empty()) names.insert(element.name);
        }
        std::vector<Element*> undecided;
        for (auto& element : elements_) {
            if (element.declares) {
                name_it(element, names);
            } else if (names.contains(element.head)) {
                element.name = element.head;
            } else if (upper(element.head.front())) {
                element.declares = true;
                name_it(element, names);
            } else {
                undecided.push_back(&element);
            }
        }
        // What is left begins with a small letter: "cam." is a reference, perhaps to nothing; "cam"
        // is one if there is such an actor by now, else a class that somebody spelt so.
        for (auto* element : undecided) {
            element->declares = !element->dotted && !names.contains(element->head);
            if (element->declares) {
                name_it(*element, names);
            } else {
                element->name = element->head;
            }
        }
    }

    void name_it(Element& element, std::set<std::string>& names) {
        if (!element.name.empty()) return;
        std::string base = snake_case(element.head).substr(0, 56);
        if (base.empty()) base = "actor";
        std::size_t& number = numbers_[base];
        do {
            ++number;
            element.name = number == 1 ? base : base + std::to_string(number);
        } while (!names.insert(element.name).second);
    }

    void declare() {
        for (const auto& element : elements_) {
            if (!element.declares) continue;
            ActorDecl actor;
            actor.name = element.name;
            actor.class_name = element.head;
            actor.place = line_place;
            for (const Word* word : element.settings) {
                const WrittenValue value{WrittenValue::Kind::word, word->value, {}};
                const auto set = set_actor_key(actor, word->text, value, line_place);
                if (!set) {
                    wrong({word->value_at, set.error().text},
                          "actors." + actor.name + "." + word->text);
                } else if (!*set) {
                    actor.properties[word->text] = {word->value, line_place};
                }
            }
            read_.graph.actors.push_back(std::move(actor));
        }
    }

    void link() {
        std::set<std::string> names;
        for (const auto& actor : read_.graph.actors) names.insert(actor.name);
        for (const auto& chain : chains_) {
            std::vector<LinkEnd> ends;
            bool all_known = true;
            for (const std::size_t index : chain) {
                const auto& element = elements_[index];
                ends.push_back({element.name, element.port});
                if (!names.contains(element.name)) {
                    all_known = false;
                    if (read_.findings.size() >= 200) continue;  // suggestions cost time
                    wrong({element.at,
                           "no actor " + wording::quoted(element.name) +
                               wording::suggestion(element.name, {names.begin(), names.end()})});
                } else if (chain.size() == 1 && !element.declares) {
                    wrong({element.at,
                           "a name alone links nothing; write " + element.name + " >> …"});
                }
            }
            if (all_known) append_links(read_.graph.links, ends, line_place);
        }
    }

    std::string_view line_;
    std::vector<Word> words_;
    std::size_t next_ = 0;
    std::vector<Element> elements_;
    std::vector<std::vector<std::size_t>> chains_;
    std::map<std::string, std::size_t> numbers_;
    ReadGraph read_;
};

}  // namespace

ReadGraph read_one_line(std::string_view text) { return OneLineReader(text).run(); }

bool looks_like_one_line(std::string_view text) {
    std::error_code error;
    if (text.size() < 4096 && std::filesystem::exists(std::filesystem::path(text), error))
        return false;
    if (text.find(">>") != std::string_view::npos) return true;
    if (text.ends_with(".toml")) return false;
    std::string_view rest = wording::trimmed(text);
    while (!rest.empty()) {  // past leading settings
        const auto end = std::min(rest.find_first_of(" \t\n"), rest.size());
        const std::string_view word = rest.substr(0, end);
        if (word.find('=') == std::string_view::npos) {
            return upper(word.front()) && word.find('/') == std::string_view::npos;
        }
        rest = wording::trimmed(rest.substr(end));
    }
    return false;
}

std::string snake_case(std::string_view class_name) {
    if (const auto colons = class_name.rfind(':'); colons != std::string_view::npos) {
        class_name.remove_prefix(colons + 1);
    }
    std::string out;
    for (std::size_t i = 0; i < class_name.size(); ++i) {
        const char c = class_name[i];
        const char last = i > 0 ? class_name[i - 1] : '_';
        const char next = i + 1 < class_name.size() ? class_name[i + 1] : '_';
        const bool word_starts =
            upper(c) && (lower(last) || digit(last) || (upper(last) && lower(next)));
        if (word_starts) out += '_';
        out += upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

}  // namespace streamlib
