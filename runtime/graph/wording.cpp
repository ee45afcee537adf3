// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/wording.hpp"

#include <algorithm>

#include "runtime/nearest_word.hpp"

namespace streamlib::wording {
namespace {

constexpr std::size_t longest = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool name_char(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool begins_with(std::string_view text, std::string_view start) {
    return start.size() >= 3 && text.size() >= start.size() &&
           std::equal(start.begin(), start.end(), text.begin(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

/// Empty: none is near.
std::string_view near_word(std::string_view word, const std::vector<std::string>& candidates) {
    // A hostile graph may declare thousands of names and misspell each: the first thousand have to
    // do.
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(candidates.size(), 1024));
    const std::vector<std::string_view> known(candidates.begin(), candidates.begin() + count);
    const std::string_view near = nearest_word(word, known);
    if (!near.empty()) return near;
    const auto found = std::find_if(known.begin(), known.end(), [word](std::string_view candidate) {
        return begins_with(candidate, word) || begins_with(word, candidate);
    });
    return found == known.end() ? std::string_view{} : *found;
}

}  // namespace

std::string quoted(std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    std::size_t cut = std::min(longest, text.size());
    while (cut < text.size() && cut > 0 && (text[cut] & 0xC0) == 0x80)
        --cut;  // not inside a UTF-8 letter
    for (const char c : text.substr(0, cut)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            out += c;
        } else {
            out += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
        }
    }
    return out + (text.size() > cut ? "…\"" : "\"");
}

std::string list(const std::vector<std::string>& words, std::size_t most) {
    std::string out;
    for (std::size_t i = 0; i < words.size() && i < most; ++i) {
        if (i > 0) out += ", ";
        out += words[i];
    }
    if (words.size() > most) out += " … and " + std::to_string(words.size() - most) + " more";
    return out;
}

std::string near_miss(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string_view near = near_word(word, candidates);
    return near.empty() ? "" : "; did you mean " + quoted(near) + "?";
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
    if (candidates.empty()) return {};
    std::string near = near_miss(word, candidates);
    return near.empty() ? "; known are " + list(candidates) : near;
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), name_char);
}

bool is_class_name(std::string_view text) noexcept {
    if (text.size() > 127) return false;
    while (!text.empty()) {
        std::size_t part = 0;
        while (part < text.size() && name_char(text[part])) ++part;
        if (part == 0) return false;
        text.remove_prefix(part);
        if (text.empty()) return true;
        if (!text.starts_with("::")) return false;
        text.remove_prefix(2);
    }
    return false;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace streamlib::wording
