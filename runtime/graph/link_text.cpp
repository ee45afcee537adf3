// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/link_text.hpp"

#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

/// Reads along one text; `at` is the next byte.
class ChainText {
public:
    explicit ChainText(std::string_view text) : text_(text) {}

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\n' || text_[at_] == '\r')) {
            ++at_;
        }
    }
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] bool take(std::string_view token) {
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }
    /// The longest run of name characters here; empty where there is none or it is too long.
    [[nodiscard]] std::string_view take_name() {
        std::size_t end = at_;
        while (end < text_.size() && wording::is_name(text_.substr(end, 1))) ++end;
        const std::string_view name = text_.substr(at_, end - at_);
        if (!wording::is_name(name)) return {};
        at_ = end;
        return name;
    }
    [[nodiscard]] Unexpected expected(std::string_view what) const {
        std::string line =
            "expected " + std::string(what) + " at character " + std::to_string(at_ + 1);
        line += at_end() ? ", where the text ends"
                         : ", before " + wording::quoted(text_.substr(at_, 24));
        return fail(Errc::parse, line + "; a link is written \"a.port >> b >> c.port\"");
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

Result<LinkEnd> take_endpoint(ChainText& text) {
    text.skip_blanks();
    const std::string_view actor = text.take_name();
    if (actor.empty()) return text.expected("the name of an actor");
    LinkEnd endpoint{std::string(actor), {}};
    if (text.take(".")) {
        endpoint.port = text.take_name();
        if (endpoint.port.empty()) return text.expected("the name of a port");
    }
    text.skip_blanks();
    return endpoint;
}

}  // namespace

Result<std::vector<LinkDecl>> parse_links(std::string_view given, const Place& place) {
    ChainText text(given);
    std::vector<LinkEnd> chain;
    do {
        auto endpoint = take_endpoint(text);
        if (!endpoint) return tl::unexpected(endpoint.error());
        chain.push_back(*std::move(endpoint));
    } while (text.take(">>"));
    if (!text.at_end() || chain.size() < 2) return text.expected("\">>\"");
    std::vector<LinkDecl> links;
    append_links(links, chain, place);
    return links;
}

void append_links(std::vector<LinkDecl>& links, const std::vector<LinkEnd>& chain,
                  const Place& place) {
    for (std::size_t i = 1; i < chain.size(); ++i) {
        const auto &from = chain[i - 1], &to = chain[i];
        links.push_back({from.actor, from.port, to.actor, to.port, place});
    }
}

std::string endpoint_text(std::string_view actor, std::string_view port) {
    std::string text(actor);
    if (!port.empty()) text.append(".").append(port);
    return text;
}

std::string to_string(const LinkDecl& link) {
    return endpoint_text(link.from, link.from_port) + " >> " + endpoint_text(link.to, link.to_port);
}

}  // namespace streamlib
