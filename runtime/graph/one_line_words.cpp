// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/one_line_words.hpp"

#include <algorithm>

namespace streamlib::one_line {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text) {}

    tl::expected<std::vector<Word>, Problem> run() {
        while (true) {
            while (at_ < text_.size() && blank(text_[at_])) ++at_;
            if (at_ >= text_.size()) return std::move(words_);
            if (ends_word(at_) || text_[at_] == ',') {
                const std::size_t length = text_[at_] == '>' ? 2 : 1;
                words_.push_back({length == 2 ? WordKind::link : WordKind::separator,
                                  std::string(text_.substr(at_, length)),
                                  {},
                                  at_,
                                  at_});
                at_ += length;
            } else if (!word()) {
                return tl::unexpected(problem_);
            }
        }
    }

private:
    /// True where an unquoted word cannot go on: blank, end, ">>", ";", or a "," that something of
    /// these follows.
    [[nodiscard]] bool ends_word(std::size_t at) const {
        if (at >= text_.size() || blank(text_[at]) || text_[at] == ';') return true;
        if (text_.substr(at).starts_with(">>")) return true;
        return text_[at] == ',' &&
               (at + 1 >= text_.size() || blank(text_[at + 1]) || text_[at + 1] == ';');
    }

    bool word() {
        Word word;
        word.at = at_;
        while (!ends_word(at_) && text_[at_] != '=' && text_[at_] != ',') {
            if (text_[at_] == '"' || text_[at_] == '\'')
                return wrong(at_, "a quote may only stand in a value: key=\"…\"");
            word.text += text_[at_++];
        }
        if (at_ < text_.size() && text_[at_] == '=') {
            word.kind = WordKind::setting;
            if (word.text.empty()) return wrong(at_, "a key is missing before \"=\"");
            word.value_at = ++at_;
            if (!value(word.value)) return false;
        }
        words_.push_back(std::move(word));
        return true;
    }

    bool value(std::string& out) {
        const char quote = at_ < text_.size() ? text_[at_] : ' ';
        if (quote != '"' && quote != '\'') {
            while (!ends_word(at_)) out += text_[at_++];
            return true;
        }
        const std::size_t open = at_++;
        while (at_ < text_.size() && text_[at_] != quote) {
            const bool escaped = quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size();
            if (escaped && text_[at_ + 1] != '"' && text_[at_ + 1] != '\\') {
                return wrong(at_, "write \\\\ for a backslash; only \\\" and \\\\ are known");
            }
            if (escaped) ++at_;
            out += text_[at_++];
        }
        if (at_ >= text_.size()) return wrong(open, "this quote is never closed");
        ++at_;
        if (!ends_word(at_)) return wrong(at_, "a blank is missing after the quote");
        return true;
    }

    bool wrong(std::size_t at, std::string text) {
        problem_ = {at, std::move(text)};
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Word> words_;
    Problem problem_;
};

bool begins_letter(char c) { return (c & 0xC0) != 0x80; }  // not the middle of a UTF-8 letter

}  // namespace

tl::expected<std::vector<Word>, Problem> split(std::string_view text) {
    return Splitter(text).run();
}

std::string with_caret(std::string_view line, const Problem& problem) {
    constexpr std::size_t before = 60, after = 30;
    const std::size_t at = std::min(problem.at, line.size());
    std::size_t first = at > before ? at - before : 0;
    while (first > 0 && !begins_letter(line[first])) --first;
    std::size_t last = std::min(line.size(), at + after);
    while (last < line.size() && !begins_letter(line[last])) ++last;

    std::string shown = first > 0 ? "…" : "";
    std::size_t column = first > 0 ? 1 : 0;
    for (std::size_t i = first; i < last; ++i) {
        const auto byte = static_cast<unsigned char>(line[i]);
        shown += byte < 0x20 || byte == 0x7f ? ' ' : line[i];
        if (i < at && begins_letter(line[i])) ++column;
    }
    if (last < line.size()) shown += "…";
    return problem.text + "\n  " + shown + "\n  " + std::string(column, ' ') + "^";
}

}  // namespace streamlib::one_line
