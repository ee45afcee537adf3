// SPDX-License-Identifier: Apache-2.0
#include "actors/program/word_list.hpp"

namespace streamlib::actors {
namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n'; }

}  // namespace

Result<std::vector<std::string>> split_command(std::string_view text) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    const auto add = [&](char c) {
        if (!in_word) words.emplace_back();
        in_word = true;
        words.back() += c;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const char next = at + 1 < text.size() ? text[at + 1] : '\0';
        if (c == '\0') return fail(Errc::parse, "a zero byte cannot be part of a command");
        if (c == '\\' && (quote == 0 || (quote == '"' && (next == '"' || next == '\\')))) {
            if (next == '\0') return fail(Errc::parse, "\\ at the end takes no character");
            add(next);
            ++at;
        } else if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                add(c);
        } else if (c == '\'' || c == '"') {
            if (!in_word) words.emplace_back();
            in_word = true;
            quote = c;
        } else if (is_blank(c)) {
            in_word = false;
        } else {
            add(c);
        }
    }
    if (quote != 0) return fail(Errc::parse, std::string("a quote ") + quote + " is not closed");
    return words;
}

}  // namespace streamlib::actors
