// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/target.hpp"

#include <charconv>

namespace streamlib::supervision {

namespace {

[[nodiscard]] int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

[[nodiscard]] bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

[[nodiscard]] Result<std::string> decoded(std::string_view part) {
    std::string text;
    text.reserve(part.size());
    for (std::size_t n = 0; n < part.size(); ++n) {
        char c = part[n];
        if (c == '%') {
            const int high = n + 1 < part.size() ? hex_digit(part[n + 1]) : -1;
            const int low = n + 2 < part.size() ? hex_digit(part[n + 2]) : -1;
            if (high < 0 || low < 0)
                return fail(Errc::parse, "request target: % without two hexadecimal digits");
            c = static_cast<char>(high * 16 + low);
            n += 2;
        }
        if (is_control(c)) return fail(Errc::parse, "request target: a control character");
        text.push_back(c);
    }
    return text;
}

/// Calls `take` with each part of `text` between `separator`s.
template <class Take>
[[nodiscard]] Result<> each_part(std::string_view text, char separator, Take take) {
    for (std::size_t count = 0; !text.empty(); ++count) {
        if (count == max_target_parts)
            return fail(Errc::parse, "request target: more than 16 parts");
        const std::size_t end = text.find(separator);
        if (auto taken = take(text.substr(0, end)); !taken) return taken;
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return {};
}

}  // namespace

std::optional<std::string_view> Target::value(std::string_view key) const noexcept {
    for (const auto& [name, text] : query) {
        if (name == key) return text;
    }
    return std::nullopt;
}

Result<std::uint64_t> Target::number(std::string_view key, std::uint64_t fallback) const {
    const auto text = value(key);
    if (!text) return fallback;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size()) {
        return fail(Errc::parse, std::string(key) + ": a whole number is wanted, not \"" +
                                     std::string(*text) + "\"");
    }
    return number;
}

Result<Target> parse_target(std::string_view text) {
    if (text.size() > max_target_bytes)
        return fail(Errc::parse, "request target: longer than 2048 bytes");
    if (text.empty() || text.front() != '/')
        return fail(Errc::parse, "request target: must begin with /");
    const std::size_t question = text.find('?');
    const std::string_view query =
        question == std::string_view::npos ? "" : text.substr(question + 1);
    Target target;
    auto done =
        each_part(text.substr(1, question == std::string_view::npos ? question : question - 1), '/',
                  [&](std::string_view part) -> Result<> {
                      auto segment = decoded(part);
                      if (!segment) return tl::unexpected(segment.error());
                      target.segments.push_back(std::move(*segment));
                      return {};
                  });
    if (!done) return tl::unexpected(done.error());
    done = each_part(query, '&', [&](std::string_view part) -> Result<> {
        const std::size_t equals = part.find('=');
        auto key = decoded(part.substr(0, equals));
        auto value = decoded(equals == std::string_view::npos ? "" : part.substr(equals + 1));
        if (!key || !value) return tl::unexpected(key ? value.error() : key.error());
        target.query.emplace_back(std::move(*key), std::move(*value));
        return {};
    });
    if (!done) return tl::unexpected(done.error());
    return target;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '~' || c == '-';
        if (plain) {
            encoded.push_back(c);
        } else {
            encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
    return encoded;
}

}  // namespace streamlib::supervision
