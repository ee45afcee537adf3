// SPDX-License-Identifier: Apache-2.0
#include "runtime/uri.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

constexpr std::size_t max_bytes = 1024;
constexpr std::string_view scheme = "actor://";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_any_case(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && std::equal(start.begin(), start.end(), text.begin(),
                                                     [](char a, char b) { return a == lower(b); });
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
    return -1;
}

bool host_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

class UriReader {
public:
    explicit UriReader(std::string_view text) : text_(text) {}

    Result<Uri> run() {
        if (text_.size() > max_bytes) return wrong(max_bytes, "longer than 1024 bytes");
        for (std::size_t i = 0; i < scheme.size(); ++i) {
            if (!starts_with_any_case(text_.substr(0, i + 1), scheme.substr(0, i + 1))) {
                return wrong(i, "expected \"actor://\"");
            }
        }
        at_ = scheme.size();
        Uri uri;
        if (auto host = take_host(uri.host); !host) return tl::unexpected(host.error());
        const auto class_rule = [](std::string_view word) { return wording::is_class_name(word); };
        const auto name_rule = [](std::string_view word) { return wording::is_name(word); };
        if (auto got = take_segment(uri.class_name, "class", class_rule); !got)
            return tl::unexpected(got.error());
        if (auto got = take_segment(uri.instance, "instance", name_rule); !got)
            return tl::unexpected(got.error());
        if (at_ == text_.size()) return uri;
        if (auto got = take_segment(uri.port, "port", name_rule); !got)
            return tl::unexpected(got.error());
        if (at_ != text_.size()) return wrong(at_, "nothing may follow the port");
        return uri;
    }

private:
    /// What was wrong at byte `at`, the URI, and a caret.
    [[nodiscard]] Unexpected wrong(std::size_t at, const std::string& what) const {
        constexpr std::size_t before = 80, after = 40;
        const std::size_t first = at > before ? at - before : 0;
        std::string shown = first > 0 ? "..." : "";
        const std::size_t column = shown.size() + std::min(at, text_.size()) - first;
        for (const char c : text_.substr(first, before + after)) {
            shown += c >= 0x20 && c < 0x7f
                         ? c
                         : '?';  // one column a byte, so that the caret stands right
        }
        return fail(Errc::parse, what + " at character " + std::to_string(at + 1) +
                                     "; a URI is actor://host/Class/instance[/port]\n  " + shown +
                                     "\n  " + std::string(column, ' ') + "^");
    }

    /// Undoes %XX up to `end`.
    Result<std::string> decoded(std::size_t end) const {
        std::string out;
        for (std::size_t i = at_; i < end; ++i) {
            if (text_[i] != '%') {
                out += text_[i];
                continue;
            }
            const int high = i + 1 < end ? hex_digit(text_[i + 1]) : -1;
            const int low = i + 2 < end ? hex_digit(text_[i + 2]) : -1;
            if (high < 0 || low < 0) return wrong(i, "expected two hexadecimal digits after \"%\"");
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
        return out;
    }

    Result<> take_host(std::string& host) {
        if (at_ < text_.size() && text_[at_] == '[') return take_ipv6(host);
        const std::size_t start = at_;
        const std::size_t end = std::min(text_.find('/', at_), text_.size());
        if (end == at_) return wrong(at_, "the host is missing");
        auto name = decoded(end);
        if (!name) return tl::unexpected(name.error());
        std::transform(name->begin(), name->end(), name->begin(), lower);
        const auto bad = std::find_if_not(name->begin(), name->end(), host_char);
        if (bad != name->end()) {
            const auto raw = text_.substr(start, end - start);
            // Without escapes the byte is where it was; with them the host as a whole is to blame.
            const bool plain = raw.find('%') == std::string_view::npos;
            const std::size_t at =
                plain ? start + static_cast<std::size_t>(bad - name->begin()) : start;
            if (*bad == ':')
                return wrong(at, "a host has no port number here (IPv6 addresses stand in [ ])");
            return wrong(at, wording::quoted(std::string(1, *bad)) + " is not allowed in a host");
        }
        if (name->size() > 253) return wrong(start, "the host has more than 253 letters");
        host = *std::move(name);
        at_ = end;
        return {};
    }

    Result<> take_ipv6(std::string& host) {
        const std::size_t open = at_;
        const std::size_t close = text_.find(']', at_);
        if (close == std::string_view::npos) return wrong(open, "this \"[\" is never closed");
        ++at_;
        auto inside = decoded(close);
        if (!inside) return tl::unexpected(inside.error());
        const auto zone = inside->find('%');
        const std::string address = inside->substr(0, zone);
        in6_addr binary{};
        std::array<char, INET6_ADDRSTRLEN> shortest{};
        if (address.find('\0') != std::string::npos ||
            inet_pton(AF_INET6, address.c_str(), &binary) != 1 ||
            inet_ntop(AF_INET6, &binary, shortest.data(), shortest.size()) == nullptr) {
            return wrong(at_, wording::quoted(address) + " is no IPv6 address");
        }
        host = shortest.data();
        if (zone != std::string::npos) {
            if (!wording::is_name(inside->substr(zone + 1)))
                return wrong(at_, "the zone after \"%25\" is no interface");
            host += inside->substr(zone);
        }
        at_ = close + 1;
        if (at_ < text_.size() && text_[at_] != '/')
            return wrong(at_, "expected \"/\" after the host");
        return {};
    }

    template <class Rule>
    Result<> take_segment(std::string& out, const std::string& what, const Rule& rule) {
        if (at_ >= text_.size()) return wrong(at_, "the " + what + " is missing: expected \"/\"");
        ++at_;  // the "/"
        const std::size_t end = std::min(text_.find('/', at_), text_.size());
        if (end == at_) return wrong(at_, "the " + what + " is missing");
        auto word = decoded(end);
        if (!word) return tl::unexpected(word.error());
        if (!rule(*word))
            return wrong(first_bad(end, rule), wording::quoted(*word) + " is no " + what);
        out = *std::move(word);
        at_ = end;
        return {};
    }

    /// The first character that the rule refuses by itself; the start where it is the word as a
    /// whole.
    template <class Rule>
    std::size_t first_bad(std::size_t end, const Rule& rule) const {
        for (std::size_t i = at_; i < end; ++i) {
            const bool part = text_[i] == ':' || text_[i] == '%';
            if (!part && !rule(text_.substr(i, 1))) return i;
        }
        return at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Escapes what a path segment may not hold; class names hold ":", which it may.
std::string encoded(std::string_view text) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain =
            wording::is_name(std::string_view(&c, 1)) || c == ':' || c == '.' || c == '~';
        const auto byte = static_cast<unsigned char>(c);
        if (plain) {
            out += c;
        } else {
            out += {'%', hex[byte >> 4], hex[byte & 15]};
        }
    }
    return out;
}

}  // namespace

Result<Uri> parse_uri(std::string_view text) { return UriReader(text).run(); }

std::string to_string(const Uri& uri) {
    const bool ipv6 = uri.host.find(':') != std::string::npos;
    std::string text(scheme);
    text += ipv6 ? "[" : "";
    for (const char c : uri.host) text += c == '%' ? std::string("%25") : std::string(1, c);
    text += ipv6 ? "]" : "";
    text += "/" + encoded(uri.class_name) + "/" + encoded(uri.instance);
    if (!uri.port.empty()) text += "/" + encoded(uri.port);
    return text;
}

bool looks_like_uri(std::string_view text) noexcept { return starts_with_any_case(text, "actor:"); }

}  // namespace streamlib
